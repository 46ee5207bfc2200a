//! How soon the queue follows a listener who wants something else, and says nothing.
//!
//! Simulated listeners listen on autopilot and want one family of genres above all others. After some plays they
//! want another, unannounced; later the first again. Prints how many plays it takes until more than half of the
//! queue is of the family wanted now: the median and quartiles over listeners, and how many are followed within
//! five plays. Both families are drawn as the listener's own intents are, so they are liked.
//!
//! Beside it stands an observer who knows all that is hidden but what is wanted: the taste, the weariness, the
//! mood, the equations of `docs/world.md`. They follow the same plays by Bayes' rule, as a hidden Markov model;
//! told is after how many plays they hold the wanted family for more likely than not. Nobody can know it sooner.
//!
//! ```text
//! cargo run --release --example taste_turns -- [LISTENERS] [POLICY] [WORLD]
//! ```

use std::error::Error;
use std::path::Path;

use melody::catalogue::Catalogue;
use melody::engine::{Engine, Refusal, State};
use melody::experiment::Cohort;
use melody::model::Backend;
use melody::opening::{Library, Opening};
use melody::playback::Playhead;
use melody::profile::Profile;
use melody::rng::{Purpose, generator};
use melody::simulation::{Autopilot, Intent, Variant, World, play};
use rayon::prelude::*;

/// Plays in which the first family is wanted.
const SETTLING: u32 = 12;
/// Plays after a turn until the listener is given up on, or turns back.
const PATIENCE: usize = 15;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let listeners: u64 = arguments.next().map_or(Ok(200), |n| n.parse())?;
    let policy = arguments.next().unwrap_or_else(|| "default".into());
    let opening = Opening { policy, ..Opening::default() };
    let library = Library::load(&opening, Path::new(""), Backend::default())?;
    let world = arguments.next().unwrap_or_else(|| "fitted".into());
    let variant = Variant::named(&world).ok_or(format!("there is no world `{world}`"))?;
    let library = library.in_world(variant.nature());
    let cohort = Cohort { seed: 19, listeners, sessions: 1, songs: 0 };
    let turned: Vec<[Followed; 2]> = (0..listeners)
        .into_par_iter()
        .map(|index| follow(&library, &cohort, index))
        .collect::<Result<_, _>>()?;
    println!(
        "{listeners} listeners, policy `{}`, world `{world}`, all simulated",
        library.policy.name
    );
    for (way, name) in ["after a turn", "and back"].into_iter().enumerate() {
        let mut plays: Vec<usize> = turned.iter().map(|followed| followed[way].plays).collect();
        plays.sort_unstable();
        let at = |share: f64| plays[((plays.len() - 1) as f64 * share).round() as usize];
        let soon = plays.iter().filter(|plays| **plays <= 5).count();
        let never = plays.iter().filter(|plays| **plays > PATIENCE).count();
        let shares = |which: usize| {
            turned.iter().map(|f| f[way].shares[which]).sum::<f64>() / turned.len() as f64
        };
        println!(
            "{name:14} plays until half of the queue is wanted: {} {} {} (quartiles); within 5: {:.0} %; not within {PATIENCE}: {:.0} %",
            at(0.25),
            at(0.5),
            at(0.75),
            100.0 * soon as f64 / plays.len() as f64,
            100.0 * never as f64 / plays.len() as f64
        );
        let mut known: Vec<usize> = turned.iter().map(|followed| followed[way].known).collect();
        known.sort_unstable();
        let of = |share: f64| known[((known.len() - 1) as f64 * share).round() as usize];
        println!(
            "{:14} an observer who knows all but the intent knows it after {} {} {}; within 5: {:.0} %",
            "",
            of(0.25),
            of(0.5),
            of(0.75),
            100.0 * known.iter().filter(|plays| **plays <= 5).count() as f64 / known.len() as f64
        );
        println!(
            "{:14} mean share of the queue: {:.2} as it turns, {:.2} after 3 plays, {:.2} after 5, {:.2} after 10",
            "",
            shares(0),
            shares(3),
            shares(5),
            shares(10)
        );
    }
    Ok(())
}

/// What became of one turn.
#[derive(Default)]
struct Followed {
    /// Until the observer holds what is wanted for more likely than not; beyond patience if never.
    known: usize,
    /// Until the share of what is wanted passed half; beyond patience if it did not.
    plays: usize,
    /// Share of the queue that is wanted, after so many plays.
    shares: [f64; PATIENCE + 1],
}

fn follow(library: &Library, cohort: &Cohort, index: u64) -> Result<[Followed; 2], Refusal> {
    let world = library.world();
    let profile = cohort.profile(world.nature(), index);
    let engine = library.engine(&profile, None, index);
    let mut rng = generator(cohort.seed, Purpose::Mood, index);
    let mut other = |than: Option<usize>| loop {
        let intent = Intent::draw(&world.nature().intent, &profile.taste.families, &mut rng);
        if intent.family.is_some() && intent.family != than {
            return intent;
        }
    };
    let first = other(None);
    let second = other(first.family);
    let mut session = Session::new(&engine, &profile, world);
    for _ in 0..SETTLING {
        session.play(first)?;
    }
    let there = session.turn(&library.catalogue, second)?;
    let back = session.turn(&library.catalogue, first)?;
    Ok([there, back])
}

struct Session<'a> {
    engine: &'a Engine,
    pilot: Autopilot,
    state: State,
    head: Playhead,
    belief: Belief,
    /// How likely the present song is heard to its end, by intent.
    supposed: Vec<f64>,
}

/// How likely the observer holds each intent: anything first, then the families.
struct Belief {
    prior: Vec<f64>,
    now: Vec<f64>,
    switching: f64,
}

impl Belief {
    fn new(profile: &Profile, world: &World) -> Self {
        let wanting = &world.nature().intent;
        let liked = profile.taste.families.iter().map(|liked| (wanting.choosiness * liked).exp());
        let liked: Vec<f64> = liked.collect();
        let sum: f64 = liked.iter().sum();
        let families = liked.iter().map(|liked| (1.0 - wanting.anything) * liked / sum);
        let prior: Vec<f64> = std::iter::once(wanting.anything).chain(families).collect();
        Belief { now: prior.clone(), prior, switching: wanting.switching }
    }

    /// Takes in a play that had these probabilities of being heard to its end, by intent.
    fn told(&mut self, completion: &[f64], completed: bool) {
        let chance = |p: &f64| if completed { *p } else { 1.0 - p };
        self.now.iter_mut().zip(completion).for_each(|(now, p)| *now *= chance(p));
        let sum: f64 = self.now.iter().sum();
        for (now, prior) in self.now.iter_mut().zip(&self.prior) {
            *now = (1.0 - self.switching) * *now / sum + self.switching * prior;
        }
    }

    fn of(&self, intent: Intent) -> f64 {
        self.now[intent.family.map_or(0, |family| family + 1)]
    }
}

impl<'a> Session<'a> {
    fn new(engine: &'a Engine, profile: &Profile, world: &std::sync::Arc<World>) -> Self {
        let (state, trace) = engine.start();
        let pilot = Autopilot::new(engine, profile, world.clone(), engine.setup.seed);
        let belief = Belief::new(profile, world);
        Session {
            engine,
            pilot,
            state,
            head: Playhead::after(&trace),
            belief,
            supposed: Vec::new(),
        }
    }

    /// One song, heard by somebody who wants this.
    fn play(&mut self, wanted: Intent) -> Result<(), Refusal> {
        let families = (0..self.belief.prior.len() - 1).map(Some);
        self.supposed = std::iter::once(None)
            .chain(families)
            .map(|family| {
                self.pilot.turn_to(Intent { family, ..wanted });
                self.pilot.plan(self.engine, &self.state).felt.response.completion
            })
            .collect();
        self.pilot.turn_to(wanted);
        let (belief, supposed) = (&mut self.belief, &self.supposed);
        let at = (&mut self.state, &mut self.head);
        play(self.engine, &mut self.pilot, at, &mut |_, trace| {
            if let Some(ended) = &trace.ended {
                belief.told(supposed, !ended.skipped);
            }
        })?;
        Ok(())
    }

    fn turn(&mut self, catalogue: &Catalogue, wanted: Intent) -> Result<Followed, Refusal> {
        let share = |state: &State| {
            let of = |song| Some(catalogue.family(catalogue.song(song))) == wanted.family;
            let wanted = state.queue.iter().filter(|queued| of(queued.song)).count();
            wanted as f64 / state.queue.len().max(1) as f64
        };
        let never = PATIENCE + 1;
        let mut followed = Followed { plays: never, known: never, ..Followed::default() };
        followed.shares[0] = share(&self.state);
        for plays in 1..=PATIENCE {
            self.play(wanted)?;
            followed.shares[plays] = share(&self.state);
            if self.belief.of(wanted) > 0.5 {
                followed.known = followed.known.min(plays);
            }
            if followed.shares[plays] > 0.5 {
                followed.plays = followed.plays.min(plays);
            }
        }
        Ok(followed)
    }
}
