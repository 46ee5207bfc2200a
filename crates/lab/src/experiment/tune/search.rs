//! The search itself: which batches are played one after the other, and what comes of each.

use std::collections::BTreeMap;

use serde::Serialize;

use super::batch::{Batch, Run, Stage};
use super::bench::Bench;
use super::choice::{Best, Drawn, choose};
use super::draw::{draw, place};
use super::group::{Group, MEETS};
use super::listeners::Listeners;
use super::orders::Orders;
use super::part::Part;
use super::surface::Expected;
use super::value::{Judged, Worth};
use super::write::render;
use crate::experiment::cohort::Cohort;
use melody_core::input::TomlFile;
use melody_recommender::policy;
use melody_recommender::policy::{Algorithm, Arm, Settings, Weights};
use melody_sessions::library::Library;

/// How a search goes about it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Search {
    /// Draws tried for each segment and each scene, beside what is there.
    pub trials: u32,
    /// Completion may be this much below that without promotion.
    pub margin: f64,
}

/// What a search found for one segment or scene.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Found {
    /// Whether the group is a segment or a scene.
    pub part: Part,
    /// Its name in the policy.
    pub group: String,
    /// The best draw; 0 is what was there.
    pub draw: u32,
    /// How much more value per play than of what was there the search expects.
    pub expected: Expected,
    /// What of it the policy's orders between segments cost: more would have been expected of a draw that breaks
    /// one.
    pub order_cost: f64,
    /// On listeners it has not seen, together with what was found for others.
    pub confirmed: Judged,
    /// Whether it was taken into the policy: better, and within the margin, on those too.
    pub taken: bool,
}

/// A search and what came of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Tuned {
    /// How it was gone about.
    pub search: Search,
    /// For each segment, then for each scene.
    pub found: Vec<Found>,
    /// The policy found, by segment and for all, on listeners that decided nothing.
    pub fresh: Vec<Judged>,
    /// Of the policy found.
    #[serde(skip)]
    pub settings: Settings,
}

/// Listeners that a search runs, about.
pub fn runs(cohort: &Cohort, search: Search) -> u64 {
    let meets = u64::from(MEETS.min(search.trials));
    // Each part: what is there and the draws, then four policies to confirm; and without promotion, and
    // four policies on fresh listeners.
    (2 * (1 + meets + 4) + 1 + 4) * cohort.listeners
}

/// Searches from the library's policy. All that is played goes through `bench`, batch after batch; runs of listeners are about
/// as many as [`runs`] says.
///
/// # Errors
/// When a batch cannot be played, or a drawn policy is no valid policy, which would be a fault of this program.
pub fn tune<B: Bench>(
    library: &Library,
    cohort: &Cohort,
    search: Search,
    bench: &mut B,
) -> Result<Tuned, B::Error> {
    let base = &library.policy.settings;
    let mut searching = Searching { library, bench, orders: Orders::new(base), search };
    let listeners = Listeners::of(library, *cohort);
    let mut natural = None;
    let mut settings = base.clone();
    let mut found = Vec::new();
    for (part, other) in [(Part::Segments, 1), (Part::Scenes, 2)] {
        let drawn = Drawn { settings: &settings, part, seed: cohort.seed };
        let best = searching.draws(drawn, &listeners, &mut natural)?;
        let unseen = Listeners::of(library, cohort.other(other));
        let (of_part, next) = searching.confirm(drawn, &best, &unseen)?;
        found.extend(of_part);
        settings = next;
    }
    let fresh = searching.judge(&settings, &Listeners::of(library, cohort.other(3)))?;
    Ok(Tuned { search, found, fresh, settings })
}

/// A search that is going on.
struct Searching<'a, B> {
    library: &'a Library,
    bench: &'a mut B,
    orders: Orders,
    search: Search,
}

impl<B: Bench> Searching<'_, B> {
    fn base(&self) -> &Settings {
        &self.library.policy.settings
    }

    /// Plays a batch of policies, each with the places of those of the listeners who go through it.
    fn play(
        &mut self,
        stage: Stage,
        listeners: &Listeners,
        runs: Vec<(Settings, Vec<usize>)>,
    ) -> Result<Vec<Vec<Worth>>, B::Error> {
        let run = |(settings, places): (Settings, Vec<usize>)| {
            let file = TomlFile::embedded("(drawn policy)", &render(&settings));
            let policy = policy::changed(&self.library.policy, &file)?;
            let listeners = places.iter().map(|&place| listeners.indexes[place]).collect();
            Ok(Run { policy, listeners })
        };
        let runs = runs.into_iter().map(run).collect::<Result<_, B::Error>>()?;
        self.bench.play(&Batch { stage, cohort: listeners.cohort, runs })
    }

    /// Plays policies that all of the listeners go through.
    fn all<const N: usize>(
        &mut self,
        stage: Stage,
        listeners: &Listeners,
        policies: [Settings; N],
    ) -> Result<[Vec<Worth>; N], B::Error> {
        let everyone = listeners.everyone();
        let runs = policies.into_iter().map(|settings| (settings, everyone.clone())).collect();
        let mut played = self.play(stage, listeners, runs)?.into_iter();
        Ok(std::array::from_fn(|_| played.next().unwrap_or_default()))
    }

    /// Lets listeners meet draws, and chooses the best of each group that has some. `natural`, what listeners are worth where
    /// nothing is promoted, is found out where it is not known.
    fn draws(
        &mut self,
        drawn: Drawn,
        listeners: &Listeners,
        natural: &mut Option<Vec<Worth>>,
    ) -> Result<BTreeMap<String, Best>, B::Error> {
        let (Drawn { settings, part, seed }, trials) = (drawn, self.search.trials);
        let mut groups = Group::all(part, listeners);
        let mut runs = vec![(settings.clone(), listeners.everyone())];
        for number in 1..=trials {
            let mut of_draw = settings.clone();
            let mut meeting = Vec::new();
            for (name, group) in &groups {
                draw(&mut of_draw, part, name, seed, number);
                meeting.extend(group.meeting(number, trials).map(|i| group.members[i]));
            }
            runs.push((of_draw, meeting));
        }
        // Where each draw lies for a group.
        let places: Vec<BTreeMap<String, _>> = runs[1..]
            .iter()
            .map(|(of_draw, _)| {
                groups.keys().map(|name| (name.clone(), place(of_draw, part, name))).collect()
            })
            .collect();
        if natural.is_none() {
            runs.push((unpromoted(self.base()), listeners.everyone()));
        }
        let mut played = self.play(Stage::Draws(part), listeners, runs)?;
        let natural: &Vec<Worth> = natural.get_or_insert_with(|| played.pop().unwrap_or_default());
        let mut played = played.into_iter();
        let there = played.next().unwrap_or_default();
        groups.values_mut().for_each(|group| group.began(&there));
        for ((number, places), worth) in (1..=trials).zip(&places).zip(played) {
            let mut worth = worth.into_iter();
            for (name, group) in &mut groups {
                for i in group.meeting(number, trials) {
                    group.met[i].1.extend(worth.next().map(|w| (places[name].clone(), w)));
                }
            }
        }
        Ok(choose(drawn, groups, (natural, self.search.margin), &self.orders))
    }

    /// Tries what was found for all groups together on listeners that the search has not seen, and what is left of it again,
    /// until all that is left does better. With the policy that has it.
    fn confirm(
        &mut self,
        Drawn { settings, part, seed }: Drawn,
        best: &BTreeMap<String, Best>,
        unseen: &Listeners,
    ) -> Result<(Vec<Found>, Settings), B::Error> {
        let (stage, margin) = (Stage::Unseen(part), self.search.margin);
        let take = |taken: &[&String]| {
            let mut settings = settings.clone();
            for group in taken {
                draw(&mut settings, part, group, seed, best[*group].draw);
            }
            settings
        };
        let mut taken: Vec<&String> = best.keys().filter(|group| best[*group].draw > 0).collect();
        let mut confirmed: BTreeMap<&String, Judged> = BTreeMap::new();
        let policies = [unpromoted(self.base()), settings.clone(), take(&taken)];
        let [natural, before, mut after] = self.all(stage, unseen, policies)?;
        loop {
            let tried = taken.len();
            for group in best.keys() {
                if taken.contains(&group) || !confirmed.contains_key(group) {
                    let all = [&natural[..], &before, &natural, &after];
                    confirmed.insert(group, unseen.judge(part, group, all, margin));
                }
            }
            taken.retain(|group| confirmed[group].better());
            // What one group has left again may be what another's draw leaned on.
            while !self.orders.hold(&take(&taken)) && taken.pop().is_some() {}
            if taken.len() == tried {
                break;
            }
            if taken.is_empty() {
                // What is there, which has been played.
                after.clone_from(&before);
            } else {
                [after] = self.all(stage, unseen, [take(&taken)])?;
            }
        }
        let found = best.iter().map(|(group, best)| Found {
            part,
            group: group.clone(),
            draw: best.draw,
            expected: best.expected,
            order_cost: best.order_cost,
            confirmed: confirmed[group].clone(),
            taken: taken.contains(&group),
        });
        Ok((found.collect(), take(&taken)))
    }

    /// What a policy comes to on listeners that decided nothing, by segment of the policy that the search began from, and for
    /// all.
    fn judge(&mut self, settings: &Settings, fresh: &Listeners) -> Result<Vec<Judged>, B::Error> {
        let (base, margin) = (self.base().clone(), self.search.margin);
        // What the weights alone have changed is no promotion's doing.
        let policies = [unpromoted(&base), base.clone(), unpromoted(settings), settings.clone()];
        let all = self.all(Stage::Fresh, fresh, policies)?;
        let all = all.each_ref().map(|worths| &worths[..]);
        let of_segment = |group: &str| fresh.judge(Part::Segments, group, all, margin);
        let mut judged: Vec<Judged> = base.segments.iter().map(|s| of_segment(&s.name)).collect();
        judged.push(Judged::new("all", all, margin));
        Ok(judged)
    }
}

/// A policy that promotes nothing.
pub fn unpromoted(base: &Settings) -> Settings {
    let mut settings = base.clone();
    settings.bandit.algorithm = Algorithm::Fixed;
    settings.bandit.arms =
        vec![Arm { name: "none".into(), ratio: 0.0, weights: Weights::default() }];
    settings
}
