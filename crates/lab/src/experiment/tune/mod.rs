//! A search for better weights and mixing rules per segment and scene, the listener first.
//!
//! What is sought is the most of the bandit's reward per play, user and commercial part together;
//! what is required is that completion stays within a margin of what it is without any promotion, under
//! the weights the search began from.
//! First the segments are searched, then the scenes. A listener is touched by the weights of one segment
//! at a time, mostly of the one they begin in, so one run tries a draw for every segment at once, and each
//! segment finds its own best. Every segment has as many listeners, so that rare ones are searched too.
//! Each listener meets a few of the draws, beside what is there; from all of these a [`surface`] tells
//! what to expect of any draw, and the one of which most is to be expected, luck left aside, is what was
//! found. What was found for all groups is tried together on listeners the search has not seen; where it
//! does no better there it is left out, and the rest tried again. What is reported of the policy as a
//! whole comes from listeners that decided nothing, beside the very policy without promotion.

mod draw;
pub(crate) mod part;
pub(crate) mod surface;
pub(crate) mod value;
pub(crate) mod write;

pub use part::Part;
pub use surface::Expected;
pub use value::Judged;
pub use write::{render, write};

use std::collections::BTreeMap;

use serde::Serialize;

use super::cohort::Cohort;
use super::outcome::ListenerOutcome;
use crate::experiment::tune::draw::{draw, place};
use crate::experiment::tune::surface::{Place, Surface};
use crate::experiment::tune::value::Worth;
use melody_core::input::{InputError, TomlFile};
use melody_recommender::engine::Refusal;
use melody_recommender::policy;
use melody_recommender::policy::{Algorithm, Arm, Order, Settings, Weights};
use melody_sessions::library::Library;
use melody_simulation::profile::{Past, PastPlays};

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

/// Why there is nothing to write.
#[derive(Debug, thiserror::Error)]
pub enum Nothing {
    /// A draw that makes no valid policy.
    #[error(transparent)]
    Input(#[from] InputError),
    /// The engine refused what a listener did, which would be a fault of this program.
    #[error(transparent)]
    Refusal(#[from] Refusal),
}

/// Draws that each listener meets.
const MEETS: u32 = 6;
/// Draws that the surface chooses from.
const CONSIDERED: u32 = 4096;

/// Listeners that a search runs, about.
pub fn runs(cohort: &Cohort, search: Search) -> u64 {
    let meets = u64::from(MEETS.min(search.trials));
    // Each part: what is there and the draws, then four policies to confirm; and without promotion, and
    // four policies on fresh listeners.
    (2 * (1 + meets + 4) + 1 + 4) * cohort.listeners
}

/// The first listeners of a cohort's seed that give every segment of the policy as many, or as many as
/// there are among so many times their number.
fn alike(library: &Library, cohort: &Cohort) -> Vec<(u64, String)> {
    let segments = &library.policy.segments;
    let share = cohort.listeners.div_ceil(segments.len() as u64);
    let mut left: BTreeMap<&str, u64> =
        segments.iter().map(|segment| (segment.name.as_str(), share)).collect();
    let mut drawn = Vec::new();
    // To make up a past takes longest by far, and few rules look at it.
    let past_matters = segments.iter().any(|segment| segment.when.novelty_appetite.is_some());
    for index in 0..cohort.listeners * LOOKED_THROUGH {
        let mut profile = cohort.profile(library.world().nature(), index);
        if !past_matters {
            profile.past = Past::Simulated(PastPlays { plays: 0, seed: cohort.seed });
        }
        let segment = library.engine(&profile, None, 0).first_segment().name;
        if let Some(left) = left.get_mut(segment.as_str()).filter(|left| **left > 0) {
            *left -= 1;
            drawn.push((index, segment));
        }
        if left.values().all(|left| *left == 0) {
            break;
        }
    }
    drawn
}

/// Listeners looked through for each one drawn, at most, so that rare segments are there too.
const LOOKED_THROUGH: u64 = 20;

/// Searches from the library's policy. `done` is called for each listener of each draw; there are
/// about as many as [`runs`] says.
///
/// # Errors
/// When a drawn policy is no valid policy or the engine refuses what a listener does, both of which
/// would be faults of this program.
pub fn tune(
    library: &Library,
    cohort: &Cohort,
    search: Search,
    done: &(dyn Fn() + Sync),
) -> Result<Tuned, Nothing> {
    let base = &library.policy.settings;
    let bench = Bench { library, done, base };
    let mut settings = base.clone();
    let mut found = Vec::new();
    let listeners = bench.listeners(cohort)?;
    let orders = Orders::new(base);
    for (part, seed) in [(Part::Segments, 1), (Part::Scenes, 2)] {
        let best = bench.search(&settings, part, &listeners, (search, &orders))?;
        let unseen = bench.listeners(&cohort.other(seed))?;
        let take = |taken: &[&String]| {
            let mut settings = settings.clone();
            for group in taken {
                draw(&mut settings, part, group, cohort.seed, best[*group].draw);
            }
            settings
        };
        let before = bench.all(&settings, &unseen)?;
        let mut taken: Vec<&String> = best.keys().filter(|group| best[*group].draw > 0).collect();
        let mut confirmed: BTreeMap<&String, Judged> = BTreeMap::new();
        loop {
            let after = bench.all(&take(&taken), &unseen)?;
            let tried = taken.len();
            for group in best.keys() {
                if taken.contains(&group) || !confirmed.contains_key(group) {
                    let all = [&unseen.natural, &before, &unseen.natural, &after];
                    confirmed.insert(group, unseen.judge(part, group, all, search.margin));
                }
            }
            taken.retain(|group| confirmed[group].better());
            // What one group has left again may be what another's draw leaned on.
            while !orders.hold(&take(&taken)) && taken.pop().is_some() {}
            if taken.len() == tried {
                break;
            }
        }
        found.extend(best.iter().map(|(group, best)| Found {
            part,
            group: group.clone(),
            draw: best.draw,
            expected: best.expected,
            order_cost: best.order_cost,
            confirmed: confirmed[group].clone(),
            taken: taken.contains(&group),
        }));
        settings = take(&taken);
    }
    let fresh = bench.listeners(&cohort.other(3))?;
    let (of_base, ours) = (bench.all(base, &fresh)?, bench.all(&settings, &fresh)?);
    // What the weights alone have changed is no promotion's doing.
    let natural = bench.all(&unpromoted(&settings), &fresh)?;
    let all = [&fresh.natural, &of_base, &natural, &ours];
    let of_segment = |group: &str| fresh.judge(Part::Segments, group, all, search.margin);
    let mut judged: Vec<Judged> = base.segments.iter().map(|s| of_segment(&s.name)).collect();
    judged.push(Judged::new("all", all.map(|all| &all[..]), search.margin));
    Ok(Tuned { search, found, fresh: judged, settings })
}

/// Listeners of one seed, and what they are worth where nothing is promoted.
struct Listeners {
    cohort: Cohort,
    /// Their numbers in the cohort.
    indexes: Vec<u64>,
    segments: Vec<String>,
    scenes: Vec<&'static str>,
    natural: Vec<Worth>,
}

impl Listeners {
    fn group(&self, part: Part, index: usize) -> &str {
        match part {
            Part::Segments => &self.segments[index],
            Part::Scenes => self.scenes[index],
        }
    }

    /// What policies are worth to the listeners of a group: before and now, each behind what it is
    /// without promotion.
    fn judge(&self, part: Part, group: &str, all: [&Vec<Worth>; 4], margin: f64) -> Judged {
        let of_group = |(i, _): &(usize, &Worth)| self.group(part, *i) == group;
        let of_all = all.map(|all| -> Vec<Worth> {
            all.iter().enumerate().filter(of_group).map(|(_, worth)| *worth).collect()
        });
        Judged::new(group, of_all.each_ref().map(|all| &all[..]), margin)
    }
}

/// What a search runs policies on.
struct Bench<'a> {
    library: &'a Library,
    done: &'a (dyn Fn() + Sync),
    base: &'a Settings,
}

impl Bench<'_> {
    /// Draws listeners, and runs them without promotion.
    fn listeners(&self, cohort: &Cohort) -> Result<Listeners, Nothing> {
        let (indexes, segments): (Vec<u64>, Vec<String>) =
            alike(self.library, cohort).into_iter().unzip();
        let outcomes = self.run(&unpromoted(self.base), cohort, &indexes)?;
        let nature = self.library.world().nature();
        let scene = |index| cohort.profile(nature, index).scene.name();
        Ok(Listeners {
            cohort: *cohort,
            scenes: indexes.iter().map(|&index| scene(index)).collect(),
            natural: self.worth(&outcomes),
            indexes,
            segments,
        })
    }

    fn all(&self, settings: &Settings, listeners: &Listeners) -> Result<Vec<Worth>, Nothing> {
        Ok(self.worth(&self.run(settings, &listeners.cohort, &listeners.indexes)?))
    }

    fn run(
        &self,
        settings: &Settings,
        cohort: &Cohort,
        indexes: &[u64],
    ) -> Result<Vec<ListenerOutcome>, Nothing> {
        let file = TomlFile::embedded("(drawn policy)", &render(settings));
        let drawn = policy::changed(&self.library.policy, &file)?;
        let library = self.library.with_values(drawn);
        Ok(cohort.run_some(&library, indexes, self.done)?)
    }

    fn worth(&self, outcomes: &[ListenerOutcome]) -> Vec<Worth> {
        outcomes.iter().map(|outcome| Worth::new(outcome, &self.base.bandit)).collect()
    }

    /// The best draw of each group that has listeners, with the gain expected of it.
    fn search(
        &self,
        settings: &Settings,
        part: Part,
        listeners: &Listeners,
        (search, orders): (Search, &Orders),
    ) -> Result<BTreeMap<String, Best>, Nothing> {
        let seed = listeners.cohort.seed;
        let mut groups: BTreeMap<String, Group> = BTreeMap::new();
        for (place, there) in self.all(settings, listeners)?.into_iter().enumerate() {
            let group = groups.entry(listeners.group(part, place).into()).or_default();
            group.members.push(place);
            group.met.push((there, Vec::new()));
        }
        let mut of_draw = settings.clone();
        for number in 1..=search.trials {
            of_draw.clone_from(settings);
            let mut meeting = Vec::new();
            for (name, group) in &groups {
                draw(&mut of_draw, part, name, seed, number);
                meeting.extend(group.meeting(number, search.trials).map(|i| group.members[i]));
            }
            let indexes: Vec<u64> = meeting.iter().map(|&place| listeners.indexes[place]).collect();
            let worth = self.worth(&self.run(&of_draw, &listeners.cohort, &indexes)?);
            let mut worth = worth.into_iter();
            for (name, group) in &mut groups {
                let at = place(&of_draw, part, name);
                for i in group.meeting(number, search.trials).collect::<Vec<_>>() {
                    group.met[i].1.extend(worth.next().map(|worth| (at.clone(), worth)));
                }
            }
        }
        let mut chosen = settings.clone();
        let best = groups.into_iter().map(|(name, group)| {
            let at = |number: u32| {
                let mut drawn = settings.clone();
                draw(&mut drawn, part, &name, seed, number);
                place(&drawn, part, &name)
            };
            let surface = Surface::new(at(0), &group.met);
            let slack = search.margin + group.kept(&listeners.natural);
            let sought = |number: u32| surface.at(&at(number)).sought(slack);
            let mut all: Vec<(f64, u32)> =
                (0..CONSIDERED).map(|number| (sought(number), number)).collect();
            all.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
            let with = |number: u32| {
                let mut with = chosen.clone();
                draw(&mut with, part, &name, seed, number);
                with
            };
            // What is there, number 0, breaks none.
            let kept = all.iter().find(|(_, number)| orders.hold(&with(*number)));
            let number = kept.map_or(0, |(_, number)| *number);
            let expected = |number: u32| surface.at(&at(number)).value;
            let free = all.first().map_or(0, |(_, number)| *number);
            let best = Best {
                draw: number,
                expected: expected(number),
                order_cost: (expected(free).mean - expected(number).mean).max(0.0),
            };
            chosen = with(number);
            (name, best)
        });
        Ok(best.collect())
    }
}

/// What a search chose for a group.
struct Best {
    draw: u32,
    expected: Expected,
    order_cost: f64,
}

/// The orders between segments that hold as a search begins, and that it keeps.
struct Orders(Vec<Order>);

impl Orders {
    fn new(base: &Settings) -> Self {
        let held = |order: &&Order| order.broken(&base.segments).is_none();
        Orders(base.orders.iter().filter(held).cloned().collect())
    }

    fn hold(&self, settings: &Settings) -> bool {
        self.0.iter().all(|order| order.broken(&settings.segments).is_none())
    }
}

/// A segment or scene in a search.
#[derive(Default)]
struct Group {
    /// Its listeners, by their place among those of the search.
    members: Vec<usize>,
    /// What each was worth under what is there, and under the draws met.
    met: Vec<(Worth, Vec<(Place, Worth)>)>,
}

impl Group {
    /// Those of its listeners that meet a draw, of so many: all draws in turn.
    fn meeting(&self, number: u32, trials: u32) -> impl Iterator<Item = usize> + use<> {
        let first = move |listener: usize| (listener as u64 * u64::from(MEETS)) as u32 % trials;
        let turn = move |i: &usize| (number - 1 + trials - first(*i)) % trials < MEETS;
        (0..self.members.len()).filter(turn)
    }

    /// Completion under what is there less completion without promotion.
    fn kept(&self, natural: &[Worth]) -> f64 {
        let all = self.members.iter().zip(&self.met);
        let lost: f64 = all.map(|(&i, (there, _))| there.completion - natural[i].completion).sum();
        lost / self.members.len().max(1) as f64
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_that_hold_are_kept_and_a_draw_that_breaks_one_is_told() {
        let base = policy::shipped("untuned").unwrap().settings;
        let orders = Orders::new(&base);
        assert_eq!(
            orders.0.len(),
            base.orders.len(),
            "the policy that people wrote keeps its orders"
        );
        assert!(orders.hold(&base));
        let mut turned = base.clone();
        let new = turned.segments.iter_mut().find(|segment| segment.name == "new").unwrap();
        new.weights = Weights { alpha: 0.9, beta: 0.3, gamma: 0.05 };
        assert!(
            !orders.hold(&turned),
            "more is sold to who is new than to who has long been there"
        );
        // An order that did not hold to begin with is no reason to change nothing.
        assert!(Orders::new(&turned).hold(&turned));
    }
}
