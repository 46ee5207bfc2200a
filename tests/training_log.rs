//! Training logs on disk: what is written is read back, streaming gives what memory gives, and what
//! is wrong is refused with its place.

mod common;

use std::path::Path;
use std::sync::Arc;

use common::LIBRARY;
use melody::input::InputError;
use melody::simulation::LogConfig;
use melody::training::log::{
    Features, Leak, LeakCheck, LogManifest, LogWriter, LoggedListener, Origin, TrainingLog,
    simulate_log, simulated,
};
use melody::training::{
    Dataset, Drawn, Sessions, Source, Split, Splits, TrainingConfig, rows, windows,
};

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

/// The leaks of listeners in a split each, and of features made in this way.
fn leaks(parts: &[(&LoggedListener, Split, Sessions)], cut_ms: Option<i64>) -> Vec<Leak> {
    let mut check = LeakCheck::default();
    parts.iter().for_each(|&(listener, split, part)| check.see_part(listener, split, part, cut_ms));
    check.leaks
}

#[test]
fn a_log_as_it_is_written_leaks_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let written = listeners(60);
    let manifest = write(folder.path(), &written, Splits::default(), 2_000);
    let mut check = LeakCheck::default();
    check.see(&written, &manifest.splits);
    check.see_features(&LIBRARY.catalogue, &written, rows);
    assert_eq!(check.leaks, []);
}

#[test]
fn every_planted_leak_between_splits_is_found() {
    let [a, b]: [LoggedListener; 2] = listeners(2).try_into().unwrap();
    let whole = Sessions { known: 0, until: SESSIONS as usize };
    let early = Sessions { known: 0, until: 1 };
    let late = Sessions { known: 1, until: SESSIONS as usize };
    // One listener learned from and then judged by, which only the later sessions may be.
    assert_eq!(leaks(&[(&a, Split::Train, early), (&a, Split::Later, late)], None), []);
    let twice =
        Leak::ListenerTwice { listener: a.name.clone(), splits: [Split::Train, Split::Test] };
    assert_eq!(leaks(&[(&a, Split::Train, early), (&a, Split::Test, late)], None), [twice]);
    let found = leaks(&[(&a, Split::Test, whole), (&a, Split::Test, whole)], None);
    assert!(matches!(found[..], [Leak::ListenerTwice { .. }]), "{found:?}");

    // The same person under another name.
    let alias = LoggedListener { name: "alias".into(), ..a.clone() };
    let parts = [(&a, Split::Train, whole), (&b, Split::Test, whole), (&alias, Split::Test, whole)];
    let found = leaks(&parts, None);
    assert!(!found.is_empty() && found.len() <= whole.until, "{found:?}");
    for leak in &found {
        let Leak::SessionTwice { listeners, splits, .. } = leak else { panic!("{leak:?}") };
        assert_eq!(*listeners, [a.name.clone(), "alias".into()]);
        assert_eq!(*splits, [Split::Train, Split::Test]);
    }

    // Learned from after the cut.
    let began_ms = a.sessions[1].plays[0].play.began_ms;
    let found = leaks(&[(&a, Split::Train, whole)], Some(began_ms));
    let late = Leak::AfterTheCut { listener: a.name.clone(), began_ms, cut_ms: began_ms };
    assert_eq!(found, [late]);
    assert_eq!(leaks(&[(&a, Split::Train, early)], Some(began_ms)), []);
}

#[test]
fn features_that_know_the_future_or_a_label_are_found() {
    let listeners = listeners(8);
    let found = |features: Features| -> Vec<Leak> {
        let mut check = LeakCheck::default();
        check.see_features(&LIBRARY.catalogue, &listeners, features);
        check.leaks
    };
    let own_outcome: Features = |catalogue, listener, part| {
        let mut made = rows(catalogue, listener, part);
        made.rows.iter_mut().for_each(|row| row.moment[0] = row.outcome[1]);
        made
    };
    let length: Features = |catalogue, listener, part| {
        let mut made = rows(catalogue, listener, part);
        let plays = listener.plays() as f32;
        made.rows.iter_mut().for_each(|row| row.cross[0] = plays);
        made
    };
    let label: Features = |catalogue, listener, part| {
        let mut made = rows(catalogue, listener, part);
        made.rows.iter_mut().for_each(|row| row.outcome[9] += row.mask[6] * row.labels[6]);
        made
    };
    let of = |found: &[Leak], wanted: fn(&Leak) -> bool| found.iter().filter(|l| wanted(l)).count();
    let future = |leak: &Leak| matches!(leak, Leak::FutureInFeatures { .. });
    let labels = |leak: &Leak| matches!(leak, Leak::LabelInFeatures { .. });
    assert_eq!(of(&found(own_outcome), future), listeners.len());
    // A listener's last play has no future to be cut off.
    assert!(of(&found(length), future) >= listeners.len() - 2);
    assert_eq!(of(&found(label), labels), listeners.len());
}
