//! The guardrail of the population, measured: sessions of many simulated listeners go through a learner, which publishes policies;
//! sessions that begin go by the newest. Figures of a run are in `docs/stream.md`.
//!
//! ```text
//! cargo run --release --example population -- [SESSIONS] [SEED] [songs|selling]
//! ```
//!
//! So many sessions as usual; as many in which something goes wrong for all listeners alike; and as many as usual again. What goes
//! wrong: every third song breaks off at once, or every promoted song that the queue brings is left on the way. Listeners are
//! drawn anew for every session; none leaves before its tenth song. The learner makes no versions of the model here.

use std::error::Error;
use std::path::Path;

use melody::engine::{Engine, Trace};
use melody::event::Action;
use melody::experiment::{Cohort, in_parallel};
use melody::feedback::log::{FeedbackLog, Head, Header};
use melody::input::read_bytes;
use melody::model::{Backend, device};
use melody::opening::{DEFAULT, Library, Opening, model_named};
use melody::playback::Playhead;
use melody::rng::hash64;
use melody::simulation::{Autopilot, play};
use melody_sessions::versions::policy_due;
use melody_stream::inbox::Taken;
use melody_stream::learn::{Learner, Learning, Made, Start};

/// Songs of a session.
const SONGS: u32 = 10;
/// Sessions that go on side by side, all under the policy that was the newest when they began.
const TOGETHER: u64 = 20;
/// Part of a song that is heard where it breaks off at once.
const BROKEN: f64 = 0.03;
/// Part of a promoted song that is heard where none is taken up.
const HALF_HEARTED: f64 = 0.4;

/// What goes wrong.
#[derive(Clone, Copy, PartialEq)]
enum Wrong {
    Nothing,
    /// Every third song breaks off at once.
    Songs,
    /// Promoted songs that come up by themselves are left on the way.
    Selling,
}

impl Wrong {
    fn cuts(self, place: u32, offer: bool) -> Option<f64> {
        match self {
            Wrong::Songs if place % 3 == 1 => Some(BROKEN),
            Wrong::Selling if offer => Some(HALF_HEARTED),
            _ => None,
        }
    }
}

/// Plays of some sessions, counted.
#[derive(Clone, Copy, Default)]
struct Counted {
    plays: u32,
    completed: u32,
    promoted: u32,
    engaged: u32,
}

/// A session's records as a log has them, and its plays counted.
struct Sat {
    lines: Vec<Vec<u8>>,
    counted: Counted,
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |place: usize, usual: u64| {
        arguments.get(place).map_or(Ok(usual), |text| text.parse::<u64>())
    };
    let (sessions, seed) = (number(0, 600)?, number(1, 1)?);
    let wrong = match arguments.get(2).map_or("songs", String::as_str) {
        "songs" => Wrong::Songs,
        "selling" => Wrong::Selling,
        other => return Err(format!("`{other}` is neither songs nor selling").into()),
    };
    let shipped = Library::load(&Opening::default(), Path::new(""), Backend::Flex)?;
    let folder = tempfile::tempdir()?;
    let mut learner = Learner::open(folder.path(), start(&shipped)?)?;
    let cohort = Cohort { seed, listeners: 3 * sessions, sessions: 1, songs: SONGS };
    println!(
        "{sessions} sessions as usual, {sessions} with the fault, {sessions} as usual again; seed {seed}"
    );
    println!("\n  sessions   completed   promoted   taken up   policy in the end");
    let (mut library, mut told) = (shipped.clone(), 0);
    for (phase, wrong) in [Wrong::Nothing, wrong, Wrong::Nothing].into_iter().enumerate() {
        let first = phase as u64 * sessions;
        let mut counted = Counted::default();
        for from in (first..first + sessions).step_by(TOGETHER as usize) {
            let to = (from + TOGETHER).min(first + sessions);
            let one = |index: u64| {
                let sat = sit(&library, &cohort, from + index, wrong, folder.path());
                sat.map_err(|error| error.to_string())
            };
            for sat in in_parallel(to - from, &one, &|| ()) {
                let Sat { lines, counted: own } = sat?;
                counted.add(own);
                for line in lines {
                    if !matches!(learner.take(&line)?, Taken::New(_)) {
                        return Err("a record that was not taken".into());
                    }
                }
            }
            learner.sync()?;
            for policy in learner.policies().skip(told) {
                let moved = &policy.moved;
                println!(
                    "    after {to:5}: {} {:?} {} to {}: {:.3} over {} sessions, {:.3} before (p {:.4})",
                    moved.segment,
                    moved.side,
                    moved.from,
                    moved.to,
                    moved.share,
                    moved.sessions,
                    moved.usual,
                    moved.p
                );
            }
            told = learner.policies().count();
            if let Some((_, policy)) = policy_due(folder.path(), &library.policy)? {
                library = shipped.with_policy(policy)?;
            }
        }
        let Counted { plays, completed, promoted, engaged } = counted;
        let share = |some: u32, of: u32| f64::from(some) / f64::from(of.max(1));
        println!(
            "{:5} to {:5} {:10.3} {:10.3} {:10.3}   {}",
            first + 1,
            first + sessions,
            share(completed, plays),
            share(promoted, plays),
            share(engaged, promoted),
            learner.policy()
        );
    }
    println!("\nwhere it stands");
    for standing in learner.standings() {
        println!(
            "  {:14} {:?} level {}: {:.3} over {} sessions, {:.3} before (p {:.3})",
            standing.segment,
            standing.side,
            standing.level,
            standing.share,
            standing.sessions,
            standing.usual.unwrap_or_default(),
            standing.p
        );
    }
    Ok(())
}

/// A learner of what ships, which makes no versions.
fn start(library: &Library) -> Result<Start, Box<dyn Error>> {
    let device = device(Backend::Flex);
    let model = model_named(DEFAULT, Path::new(""), &device)?;
    let (catalogue, policy) = (library.catalogue.clone(), library.policy.clone());
    let hashes = [&model.manifest.weights_sha256, &catalogue.hash, &policy.hash];
    let made = Made::new(hashes.map(|hash| (DEFAULT, hash.as_str())), "flex", Learning::default());
    Ok(Start { made, model, catalogue, policy, device })
}

/// A session of one listener.
fn sit(
    library: &Library,
    cohort: &Cohort,
    index: u64,
    wrong: Wrong,
    folder: &Path,
) -> Result<Sat, Box<dyn Error>> {
    let world = library.world();
    let seed = hash64(&format!("population/{}/{index}", cohort.seed));
    let profile = cohort.profile(world.nature(), index);
    let mut engine: Engine = library.engine(&profile, None, seed);
    engine.setup.unseen = true;
    engine.setup.listener = format!("listener {index}");
    let (mut state, trace) = engine.start();
    let mut head = Playhead::after(&trace);
    let mut pilot = Autopilot::new(&engine, &profile, world.clone(), seed);
    let mut traces: Vec<Trace> = vec![trace];
    let mut counted = Counted::default();
    for place in 0..SONGS {
        let playing = &state.playing;
        let song = engine.setup.catalogue.song(playing.song);
        let length_ms = engine.length_ms(&state);
        let offer = song.promoted() && !playing.opened && !playing.replayed;
        let before = traces.len();
        if let Some(part) = wrong.cuts(place, offer) {
            let tier = state.tier;
            head.play_until((part * f64::from(length_ms)) as u32, length_ms);
            let (next, trace) = engine.step(&state, &head.event(Action::Skip))?;
            (head, state) = (Playhead::after(&trace), next);
            if let Some(ended) = &trace.ended {
                pilot.observe(ended, tier);
            }
            traces.push(trace);
        } else {
            let at = (&mut state, &mut head);
            play(&engine, &mut pilot, at, &mut |_, trace| traces.push(trace.clone()))?;
        }
        for ended in traces[before..].iter().filter_map(|trace| trace.ended.as_ref()) {
            counted.add(Counted {
                plays: 1,
                completed: ended.completed.into(),
                promoted: offer.into(),
                engaged: (offer && (ended.completed || ended.liked || ended.saved)).into(),
            });
        }
    }
    let opening = Opening { profile: profile.id.clone(), seed, ..Opening::default() };
    let header = Header::new(&opening, &traces[0]).of(&engine.setup);
    let path = folder.join(format!("session-{index}.jsonl"));
    let mut log = FeedbackLog::create(&path, &header)?;
    for trace in &traces {
        log.append(trace)?;
    }
    drop(log);
    let text = read_bytes(&path)?;
    let lines = text.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
    std::fs::remove_file(&path)?;
    std::fs::remove_file(Head::path(&path)).ok();
    Ok(Sat { lines, counted })
}

impl Counted {
    fn add(&mut self, other: Counted) {
        self.plays += other.plays;
        self.completed += other.completed;
        self.promoted += other.promoted;
        self.engaged += other.engaged;
    }
}
