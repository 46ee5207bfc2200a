//! How soon the queue follows a listener who wants something else, and says nothing.
//!
//! Simulated listeners listen on autopilot and want one family of genres above all others. After some plays they
//! want another, unannounced; later the first again. Prints how many plays it takes until more than half of the
//! queue is of the family wanted now: the median and quartiles over listeners, and how many are followed within
//! five plays. Both families are drawn as the listener's own intents are, so they are liked.
//!
//! ```text
//! cargo run --release --example taste_turns -- [LISTENERS] [POLICY]
//! ```

use std::error::Error;
use std::path::Path;

use melody::catalogue::Catalogue;
use melody::engine::{Engine, Refusal, State, Trace};
use melody::event::Action;
use melody::experiment::Cohort;
use melody::model::Backend;
use melody::opening::{Library, Opening};
use melody::playback::Playhead;
use melody::profile::Profile;
use melody::rng::{Purpose, generator};
use melody::simulation::{Autopilot, Intent, World};
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
    let cohort = Cohort { seed: 19, listeners, sessions: 1, songs: 0 };
    let turned: Vec<[Followed; 2]> = (0..listeners)
        .into_par_iter()
        .map(|index| follow(&library, &cohort, index))
        .collect::<Result<_, _>>()?;
    println!("{listeners} listeners, policy `{}`, all simulated", library.policy.name);
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
}

impl<'a> Session<'a> {
    fn new(engine: &'a Engine, profile: &Profile, world: &std::sync::Arc<World>) -> Self {
        let (state, trace) = engine.start();
        let pilot = Autopilot::new(engine, profile, world.clone(), engine.setup.seed);
        Session { engine, pilot, state, head: Playhead::after(&trace) }
    }

    fn act(&mut self, action: Action) -> Result<(), Refusal> {
        let tier = self.state.tier;
        let (state, trace): (State, Trace) =
            self.engine.step(&self.state, &self.head.event(action))?;
        self.state = state;
        self.head = Playhead::after(&trace);
        if let Some(ended) = &trace.ended {
            self.pilot.observe(ended, tier);
        }
        Ok(())
    }

    /// One song, heard by somebody who wants this. They do not search.
    fn play(&mut self, wanted: Intent) -> Result<(), Refusal> {
        self.pilot.turn_to(wanted);
        let plan = self.pilot.plan(&self.state);
        let length = self.engine.length_ms(&self.state);
        for (heard_ms, action) in plan.during {
            self.head.play_until(heard_ms, length);
            self.act(action)?;
        }
        let told = |action: &Action| matches!(action, Action::Search { .. });
        for action in plan.after.into_iter().filter(|action| !told(action)) {
            self.act(action)?;
        }
        Ok(())
    }

    fn turn(&mut self, catalogue: &Catalogue, wanted: Intent) -> Result<Followed, Refusal> {
        let share = |state: &State| {
            let of = |song| Some(catalogue.family(catalogue.song(song))) == wanted.family;
            let wanted = state.queue.iter().filter(|queued| of(queued.song)).count();
            wanted as f64 / state.queue.len().max(1) as f64
        };
        let mut followed = Followed { plays: PATIENCE + 1, ..Followed::default() };
        followed.shares[0] = share(&self.state);
        for play in 1..=PATIENCE {
            self.play(wanted)?;
            followed.shares[play] = share(&self.state);
            if followed.shares[play] > 0.5 {
                followed.plays = followed.plays.min(play);
            }
        }
        Ok(followed)
    }
}
