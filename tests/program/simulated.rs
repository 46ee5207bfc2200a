//! Whole sessions by seed, without a terminal: somebody at the keys presses what a seed says, on a disk that fails now and then, until
//! they leave or the program is killed, which is to say that from one moment on nothing more gets to the disk.
//!
//! Then the folder is looked at: what was acknowledged is in the log; the log replays to the same steps, to the bit, and can be gone on
//! with; memory, trace and scripts are whole; and where leaving said nothing, nothing is missing. `MELODY_SEEDS=1000` asks for so many
//! sessions. What is pressed and when the disk fails is the seed's; which thread's call it is that fails is the machine's.

use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use melody_core::event::Action;
use melody_core::output::{Call, mount};
use melody_core::rng::{Purpose, generator};
use melody_recommender::bandit::Kept;
use melody_recommender::engine::Trace;
use melody_recommender::playback::Playhead;
use melody_sessions::log::{FeedbackLog, Record, StepRecord, read};
use melody_sessions::names::profile_named;
use melody_sessions::opening::Opening;
use melody_sessions::saved::Saved;
use melody_sessions::trace_file;
use melody_simulation::profile::Profile;
use melody_tui::{App, Journal, Look, Sitting, Theme, create_trace, write_trace};
use rand::RngExt;
use rand::seq::IndexedRandom;
use rand_chacha::ChaCha8Rng;

use super::stage::{library, press};

/// Sessions without being asked for more.
const FEW: u64 = 20;
const THREADS: usize = 4;
const FULL: i32 = 28;
const BROKEN: i32 = 5;
/// What is pressed: skipping, liking, saving, playing again, taking back and putting back, opening from the queue, a scene, views, a
/// what-if that is applied, writing a script, looking back and going on from there.
const KEYS: [&str; 16] = [
    "n",
    "n",
    "n",
    "l",
    "s",
    "r",
    "u",
    "u",
    "U",
    "j enter",
    "c down enter",
    "5",
    "g j [ enter",
    "w",
    "8 k k",
    "1",
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Does {
    Well,
    Fails,
    /// The next write is torn, and nothing comes after it.
    Dying,
    Dead,
}

struct Disk {
    does: Does,
    rng: ChaCha8Rng,
}

impl Disk {
    fn asked(&mut self, call: Call<'_>) -> io::Result<usize> {
        let refused = |error| Err(io::Error::from_raw_os_error(error));
        match (self.does, call) {
            (Does::Well, _) => Ok(usize::MAX),
            (Does::Dying, Call::Write(_, bytes)) => {
                self.does = Does::Dead;
                match self.rng.random_range(0..=bytes.len()) {
                    0 => refused(BROKEN),
                    torn => Ok(torn),
                }
            }
            (Does::Dying | Does::Dead, _) => refused(BROKEN),
            (Does::Fails, call) => match (self.rng.random_range(0..14), call) {
                (0, _) => refused(FULL),
                (1, _) => refused(BROKEN),
                (2 | 3, Call::Write(_, bytes)) => Ok(self.rng.random_range(1..=bytes.len().max(1))),
                _ => Ok(usize::MAX),
            },
        }
    }
}

/// What is known of a session when it is over.
struct Over {
    /// Every step of it.
    lived: Vec<Arc<Trace>>,
    /// The newest step that the log was said to have, whatever came of it.
    acknowledged: Option<u32>,
    /// What leaving said is not written; none if the program was killed.
    left: Option<Vec<String>>,
}

struct Place<'a> {
    folder: &'a Path,
    opening: Opening,
    profile: Profile,
    kept: Kept,
}

impl<'a> Place<'a> {
    fn new(folder: &'a Path, seed: u64) -> Self {
        let memory = Some(folder.join("memory").display().to_string());
        let opening = Opening { profile: "explorer".into(), seed, memory, ..Opening::default() };
        let profile = profile_named(&opening.profile, Path::new("")).unwrap();
        let kept = opening.kept(&profile, Path::new("")).unwrap();
        Place { folder, opening, profile, kept }
    }

    /// The simulator as the command opens it.
    fn opened(&self) -> App {
        let engine = library().engine_of(&self.opening, &self.profile, Path::new("")).unwrap();
        let (opening, profile) = (self.opening.clone(), self.profile.clone());
        let mut session = Sitting::begin(library().clone(), opening, profile, engine);
        session.remember_in(self.kept.clone());
        let log = self.folder.join("log.jsonl");
        let journal = Journal::create(&log, session.opening(), session.timeline()).unwrap();
        session.keep(journal);
        session.playing = false;
        App::new(session, self.folder.to_path_buf(), Look::new(Theme::colours()))
    }
}

/// A session, on a disk that does what the seed says.
fn lived(place: &Place, disk: &Mutex<Disk>, rng: &mut ChaCha8Rng) -> Over {
    let does = |does| disk.lock().unwrap().does = does;
    let trace = place.folder.join("trace.jsonl");
    let draft = create_trace(&trace, &[]).unwrap();
    let mut app = place.opened();
    let mut acknowledged = None;
    for _ in 0..rng.random_range(5..40) {
        match rng.random_range(0..12) {
            0 | 1 => does(Does::Fails),
            2 | 3 => does(Does::Well),
            4 => {
                app.session.set_autopilot(true);
                app.session.playing = true;
                (0..rng.random_range(1..200)).for_each(|_| app.tick(Duration::from_secs(1)));
                app.session.set_autopilot(false);
                app.session.playing = false;
            }
            _ => press(&mut app, KEYS.choose(rng).unwrap()),
        }
        if rng.random_bool(0.4) {
            // The disk is given time to come on.
            std::thread::sleep(Duration::from_millis(rng.random_range(1..40)));
        }
        app.tick(Duration::ZERO);
        acknowledged = acknowledged.max(app.log_standing().acknowledged);
    }
    app.settle();
    let lived = app.session.timeline().traces().cloned().collect();
    let left = match rng.random_range(0..3) {
        0 => {
            let traced = write_trace(draft, app.session.opening(), app.session.timeline());
            let told = [traced.err(), app.session.remember().err()];
            Some(told.into_iter().flatten().chain(app.finish_logs().0).collect())
        }
        _ => {
            does(Does::Dying);
            drop(draft);
            None
        }
    };
    drop(app);
    Over { lived, acknowledged, left }
}

/// Looks at what is in the folder.
fn looked_at(place: &Place, over: &Over) -> usize {
    let at = |name: &str| place.folder.join(name);
    let contents = read(&at("log.jsonl")).unwrap_or_else(|error| panic!("{error}"));
    let recorded = contents.records.iter().filter_map(|stored| match &stored.record {
        Record::Step(step) => Some(step.step),
        _ => None,
    });
    assert!(recorded.max() >= over.acknowledged, "{:?} was acknowledged", over.acknowledged);
    let steps = contents.steps().len();

    // It is repaired, replays to the same steps, and goes on.
    let (mut log, _) = FeedbackLog::open(&at("log.jsonl")).unwrap();
    let saved = Saved::read(&at("log.jsonl")).unwrap();
    let replayed = saved.replay(library(), &place.profile, &mut |_, _| {});
    if steps == 0 {
        let told = replayed.err().expect("there is nothing to play again").to_string();
        assert!(told.contains("no step"), "{told}");
        return 0;
    }
    let replayed = replayed.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(replayed.parted, None);
    let mut timeline = replayed.timeline;
    assert_eq!(timeline.traces().count(), steps);
    let next = Playhead::after(timeline.trace()).event(Action::Like);
    if let Ok(trace) = timeline.apply(next) {
        log.append(&trace).unwrap();
        assert_eq!(read(&at("log.jsonl")).unwrap().steps().len(), steps + 1);
    }

    // What is there is whole, and nothing is held by whoever is gone.
    let memory = place.kept.load().unwrap_or_else(|error| panic!("{error}"));
    drop(place.kept.hold().unwrap());
    let traced = at("trace.jsonl").exists().then(|| trace_file::read(&at("trace.jsonl")).unwrap());
    drop(create_trace(&at("trace.jsonl"), &[]).unwrap());
    for entry in std::fs::read_dir(place.folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|ending| ending == "toml") {
            Saved::read(&path).unwrap_or_else(|error| panic!("{error}"));
        }
    }

    match &over.left {
        // Whoever left without a word has everything.
        Some(told) if told.is_empty() => {
            let lived: Vec<StepRecord> =
                over.lived.iter().map(|trace| StepRecord::from(&**trace)).collect();
            assert!(contents.steps().into_iter().eq(&lived), "the log is not what was lived");
            let traces = traced.expect("a trace").traces;
            assert!(traces.iter().eq(over.lived.iter().map(|trace| &**trace)));
            assert!(memory.is_some());
        }
        Some(_) => {}
        None => assert!(traced.is_none(), "a trace is there once it is whole"),
    }
    steps
}

fn tried(seed: u64) -> (usize, bool, bool) {
    let folder = tempfile::tempdir().unwrap();
    let place = Place::new(folder.path(), seed);
    let disk = Disk { does: Does::Well, rng: generator(seed, Purpose::Bootstrap, 4) };
    let disk = Arc::new(Mutex::new(disk));
    let asked = disk.clone();
    let mounted = mount(folder.path(), move |_, call| asked.lock().unwrap().asked(call));
    let over = lived(&place, &disk, &mut generator(seed, Purpose::Bootstrap, 5));
    drop(mounted);
    let told = over.left.as_ref().is_some_and(|told| !told.is_empty());
    (looked_at(&place, &over), over.left.is_none(), told)
}

#[test]
fn whatever_is_pressed_and_whatever_fails_nothing_acknowledged_is_lost() {
    let seeds = std::env::var("MELODY_SEEDS").map_or(FEW, |seeds| seeds.parse().unwrap());
    let (next, sums) = (AtomicU64::new(0), Mutex::new((0, 0, 0)));
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= seeds {
                        return;
                    }
                    let done = std::panic::catch_unwind(|| tried(seed));
                    let (steps, killed, told) =
                        done.unwrap_or_else(|_| panic!("seed {seed}: see above"));
                    let mut sums = sums.lock().unwrap();
                    sums.0 += steps;
                    sums.1 += u32::from(killed);
                    sums.2 += u32::from(told);
                }
            });
        }
    });
    let (steps, killed, told) = sums.into_inner().unwrap();
    println!(
        "{seeds} sessions: {killed} killed, {told} told on leaving what is missing; {steps} steps in the logs"
    );
    assert!(steps as u64 > 2 * seeds && u64::from(killed) < seeds);
}
