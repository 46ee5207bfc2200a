//! A search for better weights and mixing rules per segment and scene, the listener first.
//!
//! What is sought is the most of the bandit's reward per play, user and commercial part together;
//! what is required is that completion stays within a margin of what it is without any promotion.
//! First the segments are searched, then the scenes. Listeners of one segment are touched by that
//! segment's weights alone, so one run tries a draw for every segment at once, and each segment keeps
//! its own best. Every segment has as many listeners in a search, so that rare ones are searched too.
//! Draws meet few listeners at first; the better quarter goes on to more (successive
//! halving: Jamieson and Talwalkar, AISTATS 2016). The best of many is partly the luckiest, so what
//! was found must prove itself on listeners the search has not seen, or is not taken; and what is
//! reported of the policy as a whole comes from listeners that decided nothing.

mod draw;
mod value;
mod write;

use std::collections::BTreeMap;

use serde::Serialize;

use super::cohort::Cohort;
use super::outcome::ListenerOutcome;
use crate::engine::Refusal;
use crate::input::{InputError, TomlFile};
use crate::opening::Library;
use crate::policy::{self, Algorithm, Arm, Policy, Settings, Weights};
use crate::profile::{Past, PastPlays};
use draw::draw;
use value::Worth;

pub use value::Judged;
pub use write::{render, write};

/// How a search goes about it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Search {
    /// Draws tried for each segment and each scene, what is there among them.
    pub trials: u32,
    /// Completion may be this much below that without promotion.
    pub margin: f64,
}

/// What is searched at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Part {
    Segments,
    Scenes,
}

impl Part {
    fn name(self) -> &'static str {
        match self {
            Part::Segments => "segments",
            Part::Scenes => "scenes",
        }
    }
}

/// What a search found for one segment or scene.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Found {
    pub part: Part,
    pub group: String,
    /// The best draw; 0 is what was there.
    pub draw: u32,
    /// On the search's own listeners.
    pub searched: Judged,
    /// On listeners it has not seen.
    pub confirmed: Judged,
    /// Whether it was taken into the policy: better, and within the margin, on those too.
    pub taken: bool,
}

/// A search and what came of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Tuned {
    pub search: Search,
    pub found: Vec<Found>,
    /// The policy found, by segment and for all, on listeners that decided nothing.
    pub fresh: Vec<Judged>,
    #[serde(skip)]
    pub settings: Settings,
}

/// Why there is nothing to write.
#[derive(Debug, thiserror::Error)]
pub enum Nothing {
    #[error(transparent)]
    Input(#[from] InputError),
    #[error(transparent)]
    Refusal(#[from] Refusal),
}

/// Shares of the listeners that draws have met by the end of each round; after each but the last a
/// quarter of the draws goes on.
const ROUNDS: [f64; 3] = [0.25, 0.5, 1.0];
const GO_ON: u32 = 4;

/// Listeners that a search runs, about.
pub fn runs(cohort: &Cohort, search: Search) -> u64 {
    let mut met = 0.0;
    let mut one_part = 0.0;
    for (round, share) in ROUNDS.into_iter().enumerate() {
        one_part += f64::from(going_on(search.trials, round)) * (share - met);
        met = share;
    }
    // Without promotion, confirming, and fresh listeners: three policies each of the latter.
    ((2.0 * one_part + 1.0 + 3.0 * 3.0) * cohort.listeners as f64) as u64
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
        let mut profile = cohort.profile(index);
        if !past_matters {
            profile.past = Past::Simulated(PastPlays { plays: 0, seed: cohort.seed });
        }
        let segment = library.engine(profile, None, 0).first_segment().name;
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

/// Draws that are left in a round.
fn going_on(trials: u32, round: usize) -> u32 {
    (trials / GO_ON.pow(round as u32)).max(2).min(trials)
}

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
    for (part, seed) in [(Part::Segments, 1), (Part::Scenes, 2)] {
        let unseen = bench.listeners(&cohort.other(seed))?;
        let best = bench.search(&settings, part, &listeners, search)?;
        let mut drawn = settings.clone();
        for (group, (number, _)) in &best {
            draw(&mut drawn, part, group, cohort.seed, *number);
        }
        let before = bench.all(&settings, &unseen)?;
        let after = bench.all(&drawn, &unseen)?;
        for (group, (number, searched)) in best {
            let of_group = |all: &[Worth]| unseen.members(part, &group, all);
            let confirmed = Judged::new(
                &group,
                [&of_group(&unseen.natural), &of_group(&before), &of_group(&after)],
                search.margin,
            );
            let better = confirmed.gain.is_some_and(|gain| gain.difference > 0.0);
            let taken = number > 0 && better && confirmed.allowed;
            if taken {
                draw(&mut settings, part, &group, cohort.seed, number);
            }
            found.push(Found { part, group, draw: number, searched, confirmed, taken });
        }
    }
    let fresh = bench.listeners(&cohort.other(3))?;
    let (of_base, ours) = (bench.all(base, &fresh)?, bench.all(&settings, &fresh)?);
    let judged = |group: &str| {
        let part = |all: &[Worth]| fresh.members(Part::Segments, group, all);
        Judged::new(group, [&part(&fresh.natural), &part(&of_base), &part(&ours)], search.margin)
    };
    let mut judged: Vec<Judged> = base.segments.iter().map(|s| judged(&s.name)).collect();
    judged.push(Judged::new("all", [&fresh.natural, &of_base, &ours], search.margin));
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

    /// Of one value per listener, those of a group.
    fn members<T: Copy>(&self, part: Part, group: &str, all: &[T]) -> Vec<T> {
        let of_group = |(i, _): &(usize, &T)| self.group(part, *i) == group;
        all.iter().enumerate().filter(of_group).map(|(_, value)| *value).collect()
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
        let outcomes = self.run(&natural_only(self.base), cohort, &indexes)?;
        Ok(Listeners {
            cohort: *cohort,
            scenes: indexes.iter().map(|&i| cohort.profile(i).scene.name()).collect(),
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
        let library = self.library.with_policy(checked(settings)?);
        Ok(cohort.run_some(&library, indexes, self.done)?)
    }

    fn worth(&self, outcomes: &[ListenerOutcome]) -> Vec<Worth> {
        outcomes.iter().map(|outcome| Worth::new(outcome, &self.base.bandit)).collect()
    }

    /// The best draw of each group that has listeners, with how it did.
    fn search(
        &self,
        settings: &Settings,
        part: Part,
        listeners: &Listeners,
        search: Search,
    ) -> Result<BTreeMap<String, (u32, Judged)>, Nothing> {
        let seed = listeners.cohort.seed;
        let mut groups: BTreeMap<String, Group> = BTreeMap::new();
        for place in 0..listeners.natural.len() {
            let name = listeners.group(part, place);
            let new = || Group::new(search.trials);
            groups.entry(name.into()).or_insert_with(new).members.push(place);
        }
        for (round, share) in ROUNDS.into_iter().enumerate() {
            for place in 0..going_on(search.trials, round) as usize {
                let mut drawn = settings.clone();
                let mut indexes = Vec::new();
                for (name, group) in &groups {
                    draw(&mut drawn, part, name, seed, group.left[place]);
                    let next = group.next(share, group.left[place]);
                    indexes.extend(next.iter().map(|&listener| listeners.indexes[listener]));
                }
                let worth = self.worth(&self.run(&drawn, &listeners.cohort, &indexes)?);
                let mut worth = worth.into_iter();
                for group in groups.values_mut() {
                    let number = group.left[place];
                    let count = group.next(share, number).len();
                    group.met.entry(number).or_default().extend(worth.by_ref().take(count));
                }
            }
            for (name, group) in &mut groups {
                let judge = |number: u32| group.judge(name, number, listeners, search.margin);
                let mut ranked: Vec<(f64, u32)> = group
                    .left
                    .iter()
                    .map(|&number| (judge(number).sought(search.margin), number))
                    .collect();
                ranked.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
                group.left = ranked.into_iter().map(|(_, number)| number).collect();
                // What is there goes on, for the others to be compared with.
                if round + 1 < ROUNDS.len() {
                    let going_on = going_on(search.trials, round + 1) as usize;
                    if !group.left[..going_on].contains(&0) {
                        group.left[going_on - 1] = 0;
                    }
                    group.left.truncate(going_on);
                }
            }
        }
        let best = groups.into_iter().map(|(name, group)| {
            let judged = group.judge(&name, group.left[0], listeners, search.margin);
            (name, (group.left[0], judged))
        });
        Ok(best.collect())
    }
}

/// A segment or scene in a search.
struct Group {
    /// Its listeners, by their place among those of the search.
    members: Vec<usize>,
    /// Draws still in the running.
    left: Vec<u32>,
    /// By draw, the first of its listeners that have met it.
    met: BTreeMap<u32, Vec<Worth>>,
}

impl Group {
    fn new(trials: u32) -> Self {
        Group { members: Vec::new(), left: (0..trials).collect(), met: BTreeMap::new() }
    }

    /// The listeners that a draw has yet to meet, up to a share of all.
    fn next(&self, share: f64, number: u32) -> &[usize] {
        let upto = (self.members.len() as f64 * share).ceil() as usize;
        let met = self.met.get(&number).map_or(0, Vec::len);
        &self.members[met.min(upto)..upto]
    }

    /// A draw beside what was there, on the listeners that have met it.
    fn judge(&self, name: &str, number: u32, listeners: &Listeners, margin: f64) -> Judged {
        let ours = &self.met[&number];
        let base = &self.met[&0][..ours.len()];
        let natural: Vec<Worth> =
            self.members.iter().take(ours.len()).map(|&i| listeners.natural[i]).collect();
        Judged::new(name, [&natural, base, ours], margin)
    }
}

/// A policy that promotes nothing.
fn natural_only(base: &Settings) -> Settings {
    let mut settings = base.clone();
    settings.bandit.algorithm = Algorithm::Fixed;
    settings.bandit.arms =
        vec![Arm { name: "none".into(), ratio: 0.0, weights: Weights::default() }];
    settings
}

fn checked(settings: &Settings) -> Result<Policy, InputError> {
    policy::parse(&TomlFile::embedded("(drawn policy)", &render(settings)))
}
