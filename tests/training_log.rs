//! Training logs on disk: what is written is read back, streaming gives what memory gives, and what
//! is wrong is refused with its place.

mod common;

use std::path::Path;
use std::sync::Arc;

use common::LIBRARY;
use melody::input::InputError;
use melody::simulation::LogConfig;
use melody::training::log::{
    LogManifest, LogWriter, LoggedListener, Origin, TrainingLog, simulate_log, simulated,
};
use melody::training::{Dataset, Drawn, Source, Split, Splits, TrainingConfig, windows};

const SEED: u64 = 11;
const SESSIONS: u32 = 3;

fn config() -> LogConfig {
    LogConfig { seed: SEED, sessions: SESSIONS, rollouts: 1 }
}

fn listeners(count: u64) -> Vec<LoggedListener> {
    (0..count).map(|i| simulated(&LIBRARY.catalogue, LIBRARY.world(), config(), i)).collect()
}

/// A log of these listeners, at most `plays` plays to a shard.
fn write(folder: &Path, listeners: &[LoggedListener], splits: Splits, plays: usize) -> LogManifest {
    let origin = Origin::Simulated { seed: SEED, sessions: SESSIONS };
    let mut writer = LogWriter::create(folder, &LIBRARY.catalogue, origin, splits, plays).unwrap();
    listeners.iter().for_each(|l| writer.push(l.clone()).unwrap());
    writer.finish().unwrap()
}

fn open(folder: &Path) -> Result<TrainingLog, InputError> {
    TrainingLog::open(folder, Arc::clone(&LIBRARY.catalogue))
}

#[test]
fn what_is_written_is_read_back_to_the_bit() {
    let folder = tempfile::tempdir().unwrap();
    let written = listeners(30);
    let manifest = write(folder.path(), &written, Splits::default(), 400);
    let log = open(folder.path()).unwrap();
    assert_eq!(*log.manifest(), manifest);
    assert!(manifest.shards.len() > 2, "several shards: {}", manifest.shards.len());
    let read: Vec<LoggedListener> =
        (0..manifest.shards.len()).flat_map(|shard| log.listeners(shard).unwrap()).collect();
    assert_eq!(read, written);
    for shard in 0..manifest.shards.len() {
        let read = log.listeners(shard).unwrap();
        let plays: usize = read.iter().map(LoggedListener::plays).sum();
        assert!(read.len() == 1 || plays <= 400, "shard {shard} holds {plays} plays");
    }
}

/// Everything of a data set, in a form that tells any bit.
fn bits(data: &Dataset) -> Vec<String> {
    data.listeners.iter().map(|listener| format!("{listener:?}")).collect()
}

#[test]
fn streaming_gives_to_the_bit_what_memory_gives() {
    let folder = tempfile::tempdir().unwrap();
    let training = TrainingConfig { seed: SEED, listeners: 60, sessions: 3, ..Default::default() };
    let memory = Dataset::simulate(&LIBRARY.catalogue, &training, Split::Train, &|| {});
    let drawn = Drawn::new(&training, Split::Train);
    let all = Splits { validation: 0.0, test: 0.0, later: 0.0, ..Splits::default() };
    let listeners: Vec<LoggedListener> = drawn
        .indices
        .map(|i| simulated(&LIBRARY.catalogue, LIBRARY.world(), drawn.log, i))
        .collect();
    write(folder.path(), &listeners, all, 1_000);
    let source = Source::Log(open(folder.path()).unwrap(), Split::Train);
    let chunks = source.chunks();
    assert!(chunks.len() > 2);
    let order: Vec<usize> = (0..chunks.len()).collect();
    let read: Vec<Arc<Dataset>> = source.read_ahead(order).map(Result::unwrap).collect();
    for (data, said) in read.iter().zip(&chunks) {
        let held = (data.listeners.len(), data.plays(), windows(data).len());
        assert_eq!(held, (said.listeners as usize, said.plays as usize, said.windows as usize));
    }
    let streamed: Vec<String> = read.iter().flat_map(|data| bits(data)).collect();
    assert_eq!(streamed, bits(&memory));
    assert_eq!(source.count(), Source::memory(memory).count());
}

#[test]
fn no_listener_is_in_two_splits_and_no_play_is_trained_on_after_the_cut() {
    let folder = tempfile::tempdir().unwrap();
    let written = listeners(200);
    let splits = Splits { validation: 0.2, test: 0.2, later: 0.2, ..Splits::default() };
    let manifest = write(folder.path(), &written, splits, 2_000);
    let cut = manifest.splits.cut_ms.expect("some sessions are later than others");
    let mut plays = 0;
    for split in Split::ALL {
        let count = manifest.count(split);
        assert!(count.plays > 100, "{split:?}: {count:?}");
        plays += count.plays;
    }
    assert_eq!(plays, manifest.plays, "every play is in one split");
    let share = manifest.count(Split::Later).plays as f64
        / (manifest.count(Split::Train).plays + manifest.count(Split::Later).plays) as f64;
    assert!((0.1..=0.2).contains(&share), "{share}");
    for listener in &written {
        let parts = Split::ALL.map(|split| manifest.splits.sessions(listener, split));
        let [train, validation, test, later] = parts.map(|part| part.is_some());
        assert_eq!(u8::from(train || later) + u8::from(validation) + u8::from(test), 1);
        if let Some(part) = parts[0] {
            let trained = listener.sessions[..part.until].iter().flat_map(|s| &s.plays);
            assert!(trained.clone().count() > 0);
            assert!(trained.clone().all(|play| play.play.began_ms < cut));
        }
        if let Some(part) = parts[3] {
            for session in &listener.sessions[part.known..] {
                assert!(session.plays.last().unwrap().play.began_ms >= cut);
            }
        }
    }
}

#[test]
fn simulating_into_a_log_gives_the_listeners_in_their_order() {
    let folder = tempfile::tempdir().unwrap();
    let splits = Splits::default();
    let catalogue = &LIBRARY.catalogue;
    let manifest =
        simulate_log(&folder.path().join("log"), catalogue, config(), 20, splits, &|| {}).unwrap();
    assert_eq!(manifest.listeners, 20);
    let log = open(&folder.path().join("log")).unwrap();
    assert_eq!(log.listeners(0).unwrap(), listeners(20));
    let again = simulate_log(&folder.path().join("log"), catalogue, config(), 20, splits, &|| {});
    assert!(again.unwrap_err().contains("not empty"));
}
