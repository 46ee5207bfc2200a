//! Training logs on disk: what is written is read back, streaming gives what memory gives, and what
//! is wrong is refused with its place.

use std::path::Path;
use std::sync::{Arc, LazyLock};

use arrow_array::{ArrayRef, RecordBatch, StringArray};
use arrow_ipc::writer::FileWriter;
use melody_core::catalogue::{Catalogue, default_catalogue};
use melody_core::input::{InputError, Problem};
use melody_core::listener::Tier;
use melody_core::plays::{Known, LoggedListener, LoggedPlay};
use melody_core::rng::{Purpose, generator};
use melody_lab::config::TrainingConfig;
use melody_lab::data::log::{
    Converting, Features, Leak, LeakCheck, LogManifest, LogWriter, Origin, Source, TrainingLog,
    simulate_log,
};
use melody_lab::data::{Dataset, Drawn, Sessions, Split, Splits, rows, simulated, windows};
use melody_model::Output;
use melody_simulation::{LogConfig, World};
use rand::RngExt;
use sha2::{Digest, Sha256};

static CATALOGUE: LazyLock<Arc<Catalogue>> = LazyLock::new(|| Arc::new(default_catalogue()));
static WORLD: LazyLock<World> = LazyLock::new(|| World::new(&CATALOGUE));

const SEED: u64 = 11;
const SESSIONS: u32 = 3;

fn config() -> LogConfig {
    LogConfig { seed: SEED, sessions: SESSIONS, rollouts: 1, slates: 0.0 }
}

fn listeners(count: u64) -> Vec<LoggedListener> {
    (0..count).map(|i| simulated(&CATALOGUE, &WORLD, config(), i)).collect()
}

/// A log of these listeners, at most `plays` plays to a shard.
fn write(folder: &Path, listeners: &[LoggedListener], splits: Splits, plays: usize) -> LogManifest {
    let origin = Origin::Simulated { seed: SEED, sessions: SESSIONS };
    let mut writer = LogWriter::create(folder, &CATALOGUE, origin, splits, plays).unwrap();
    listeners.iter().for_each(|l| writer.push(l.clone()).unwrap());
    writer.finish().unwrap()
}

fn open(folder: &Path) -> Result<TrainingLog, InputError> {
    TrainingLog::open(folder, Arc::clone(&CATALOGUE))
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
    let training = TrainingConfig { seed: SEED, listeners: 90, sessions: 3, ..Default::default() };
    let memory = Dataset::simulate(&CATALOGUE, &training, Split::Train, &|| {});
    let drawn = Drawn::new(&training, Split::Train);
    let all = Splits { validation: 0.0, test: 0.0, later: 0.0, ..Splits::default() };
    let listeners: Vec<LoggedListener> =
        drawn.indices.map(|i| simulated(&CATALOGUE, &WORLD, drawn.log, i)).collect();
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
    let catalogue = &CATALOGUE;
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
    check.see_features(&CATALOGUE, &written, rows);
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
        check.see_features(&CATALOGUE, &listeners, features);
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

/// The only problem of a result.
fn problem<T>(result: Result<T, InputError>) -> Problem {
    let Err(InputError { mut problems }) = result else { panic!("nothing was refused") };
    assert_eq!(problems.len(), 1, "{problems:#?}");
    problems.remove(0)
}

/// Changes `log.toml` and requires opening to fail in this field, saying this.
fn refuses(folder: &Path, from: &str, to: &str, field: &str, says: &str) {
    let path = folder.join("log.toml");
    let good = std::fs::read_to_string(&path).unwrap();
    assert!(good.contains(from), "no {from:?} in\n{good}");
    std::fs::write(&path, good.replacen(from, to, 1)).unwrap();
    let problem = problem(open(folder));
    std::fs::write(&path, good).unwrap();
    assert!(problem.file.ends_with("log.toml"), "{problem}");
    assert!(problem.line.is_some(), "{problem}");
    assert_eq!(problem.field.as_deref(), Some(field), "{problem}");
    assert!(problem.to_string().contains(says), "{problem}");
}

#[test]
fn a_manifest_that_makes_no_sense_is_refused_with_line_and_field() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let missing = problem(open(folder));
    assert!(missing.file.ends_with("log.toml") && missing.message == "no such file", "{missing}");
    write(folder, &listeners(4), Splits::default(), 100_000);
    let hash = &CATALOGUE.hash;
    refuses(folder, "format = 1", "format = 2", "format", "only format 1");
    refuses(folder, "format = 1", "fromat = 1", "fromat", "did you mean `format`?");
    refuses(folder, hash, "abc", "catalogue_hash", "--catalogue");
    refuses(folder, "completion = 0.95", "completion = nan", "completion", "outside");
    refuses(folder, "test = 0.1", "test = 1.1", "splits.test", "outside 0 to 1");
    refuses(folder, "test = 0.1", "test = 0.96", "splits.test", "of all listeners");
    refuses(folder, "plays = ", "plays = 1", "plays", "the shards' splits have");
    refuses(folder, "shard-00000", "../shard-00000", "shards[0].file", "name of a file");
    refuses(folder, "kind = \"simulated\"", "kind = \"smulated\"", "origin.kind", "simulated");

    std::fs::rename(folder.join("shard-00000.arrow"), folder.join("away")).unwrap();
    let missing = problem(open(folder));
    assert!(missing.file.ends_with("shard-00000.arrow"), "{missing}");
}

/// Puts other bytes into the place of a log's first shard, hash and all.
fn replace_shard(folder: &Path, bytes: &[u8]) {
    let path = folder.join("shard-00000.arrow");
    let manifest = folder.join("log.toml");
    let hash = |bytes: &[u8]| -> String {
        Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect()
    };
    let text = std::fs::read_to_string(&manifest).unwrap();
    let old = hash(&std::fs::read(&path).unwrap());
    assert!(text.contains(&old));
    std::fs::write(&manifest, text.replace(&old, &hash(bytes))).unwrap();
    std::fs::write(&path, bytes).unwrap();
}

#[test]
fn a_shard_that_is_not_as_it_was_written_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    write(folder, &listeners(4), Splits::default(), 100_000);
    let path = folder.join("shard-00000.arrow");
    let good = std::fs::read(&path).unwrap();
    let mut bad = good.clone();
    bad[good.len() / 2] ^= 1;
    let log = open(folder).unwrap();
    for bytes in [&bad[..], &good[..good.len() / 2]] {
        std::fs::write(&path, bytes).unwrap();
        let problem = problem(log.listeners(0));
        assert!(problem.file.ends_with("shard-00000.arrow"), "{problem}");
        assert_eq!(problem.field.as_deref(), Some("sha256"));
    }
    std::fs::write(&path, &good).unwrap();
    // With a hash that fits, so that only reading can tell.
    replace_shard(folder, &good[..good.len() / 2]);
    let torn = problem(open(folder).unwrap().listeners(0));
    assert!(torn.message.contains("not a whole Arrow IPC file"), "{torn}");
    replace_shard(folder, &good);
    assert_eq!(open(folder).unwrap().listeners(0).unwrap().len(), 4);
}

#[test]
fn whatever_a_shard_s_bytes_are_reading_them_does_not_panic() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    write(folder, &listeners(2), Splits::default(), 100_000);
    let good = std::fs::read(folder.join("shard-00000.arrow")).unwrap();
    let mut rng = generator(5, Purpose::Bootstrap, 0);
    let mut refused = 0;
    for _ in 0..300 {
        let mut bad = good.clone();
        for _ in 0..rng.random_range(1..=3) {
            // The end of the file, which says where everything is, is hit as often as the rest.
            let from = if rng.random_bool(0.5) { good.len() * 9 / 10 } else { 0 };
            bad[rng.random_range(from..good.len())] = rng.random();
        }
        bad.truncate(rng.random_range(good.len() * 19 / 20..=good.len()));
        replace_shard(folder, &bad);
        refused += usize::from(open(folder).unwrap().listeners(0).is_err());
    }
    assert!(refused > 100, "{refused} of 300");
}

#[test]
fn columns_of_another_log_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    write(folder, &listeners(2), Splits::default(), 100_000);
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("listener", Arc::new(StringArray::from(vec!["me"]))),
        ("tenure_days", Arc::new(StringArray::from(vec!["ten"]))),
        ("tenure_day", Arc::new(StringArray::from(vec!["ten"]))),
    ];
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let mut writer = FileWriter::try_new(Vec::new(), &batch.schema()).unwrap();
    writer.write(&batch).unwrap();
    replace_shard(folder, &writer.into_inner().unwrap());
    let problems = open(folder).unwrap().listeners(0).unwrap_err().problems;
    let of = |field: &str| problems.iter().find(|p| p.field.as_deref() == Some(field)).unwrap();
    assert!(of("plays").message.contains("missing"));
    assert!(of("tenure_days").message.contains("is Utf8 where UInt32 is needed"));
    assert_eq!(of("tenure_day").help.as_deref(), Some("did you mean `tenure_days`?"));
}

/// Changes one play of one listener and requires the log to be refused in this field, saying this.
fn refuses_play(change: impl Fn(&mut LoggedPlay), field: &str, says: &str) {
    let folder = tempfile::tempdir().unwrap();
    let mut listeners = listeners(3);
    change(&mut listeners[2].sessions[0].plays[1]);
    let origin = Origin::Imported { from: "a test".into() };
    let (catalogue, splits) = (&CATALOGUE, Splits::default());
    let mut writer = LogWriter::create(folder.path(), catalogue, origin, splits, 100_000).unwrap();
    listeners.into_iter().for_each(|l| writer.push(l).unwrap());
    let said = writer.finish().unwrap_err();
    let place = format!("shard-00000.arrow: listeners[2].plays[1].{field}: ");
    assert!(said.contains(&place) && said.contains(says), "{said}");
    assert!(!folder.path().join("log.toml").exists());
}

#[test]
fn a_play_that_makes_no_sense_is_named_by_row_and_field() {
    refuses_play(|p| p.play.play_ratio = f32::NAN, "play_ratio", "NaN is outside 0 to 1");
    refuses_play(|p| p.play.play_ratio = 1.5, "play_ratio", "outside");
    refuses_play(|p| p.play.began_ms = -1, "began_ms", "is before");
    refuses_play(
        |p| (p.play.completed, p.play.skipped) = (true, true),
        "skipped",
        "was not skipped",
    );
    let truth = |p: &mut LoggedPlay| p.truth.as_mut().unwrap().skip = f64::NAN;
    refuses_play(truth, "true_skip", "no probability");
    refuses_play(
        |p| (p.tier, p.subscribes) = (Tier::Premium, Some(true)),
        "subscribes",
        "subscribed already",
    );
    let natural = CATALOGUE.ids().find(|&s| !CATALOGUE.song(s).promoted()).unwrap();
    refuses_play(|p| (p.play.song, p.engaged) = (natural, Some(true)), "engaged", "in no campaign");
}

#[test]
fn a_song_that_the_catalogue_has_not_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let listeners = listeners(1);
    let mut songs = CATALOGUE.songs.to_vec();
    songs[listeners[0].sessions[0].plays[0].play.song.index()].id = "gone".into();
    let other = Catalogue { songs: songs.into(), ..Catalogue::clone(&CATALOGUE) };
    let origin = Origin::Imported { from: "a test".into() };
    let mut writer =
        LogWriter::create(folder.path(), &other, origin, Splits::default(), 100_000).unwrap();
    listeners.into_iter().for_each(|l| writer.push(l).unwrap());
    writer.finish().unwrap();
    let said = open(folder.path()).unwrap().listeners(0).unwrap_err().to_string();
    assert!(said.contains("listeners[0].plays[0].song: unknown song `gone`"), "{said}");
}

#[test]
fn what_was_not_seen_is_no_label() {
    let folder = tempfile::tempdir().unwrap();
    let mut written = listeners(2);
    for listener in &mut written {
        for logged in listener.sessions.iter_mut().flat_map(|s| &mut s.plays) {
            logged.known = Known {
                completed: false,
                play_ratio: false,
                skipped: true,
                liked: false,
                saved: false,
            };
            logged.truth = None;
        }
    }
    let all = Splits { validation: 0.0, test: 0.0, later: 0.0, ..Splits::default() };
    write(folder.path(), &written, all, 100_000);
    let data = open(folder.path()).unwrap().read(0, Split::Train).unwrap();
    for row in data.listeners.iter().flat_map(|l| &l.rows) {
        let masked = [Output::Completion, Output::PlayRatio, Output::Like, Output::Save];
        assert!(masked.iter().all(|output| row.mask[output.index()] == 0.0));
        assert_eq!(row.mask[Output::Skip.index()], 1.0);
        // A play ratio that was not seen is taken from whether it was skipped.
        let skipped = row.labels[Output::Skip.index()] == 1.0;
        assert_eq!(row.outcome[0], if skipped { 0.0 } else { 0.5 });
    }
}

#[test]
fn plays_of_real_listeners_become_a_log_of_what_they_say() {
    let folder = tempfile::tempdir().unwrap();
    let plays = folder.path().join("plays.jsonl");
    let songs: Vec<&str> = CATALOGUE.songs.iter().map(|song| song.id.as_str()).collect();
    let (a, b) = (songs[0], songs[1]);
    // Two listeners, mixed, the second's plays out of order; half an hour's pause ends a session.
    let lines = [
        format!(r#"{{"listener": "ann", "time": 1000, "song": "{a}", "play_ratio": 1.0}}"#),
        format!(r#"{{"listener": "bob", "time": 9000000, "song": "{b}", "skipped": true}}"#),
        format!(r#"{{"listener": "ann", "time": 301000, "song": "{a}", "liked": true}}"#),
        format!(r#"{{"listener": "bob", "time": 5000, "song": "{a}", "completed": true}}"#),
        format!(r#"{{"listener": "ann", "time": 9000000, "song": "{b}", "scene": "focus"}}"#),
        r#"{"listener": "ann", "time": 9400000, "title": "Unheard", "artist": "Of"}"#.into(),
        "no play".into(),
    ];
    std::fs::write(&plays, lines.join("\n") + "\n").unwrap();
    let all = Splits { validation: 0.0, test: 0.0, later: 0.0, ..Splits::default() };
    let convert = |out: &str, stand_ins: bool| {
        let files = [plays.clone()];
        let catalogue = &CATALOGUE;
        let converting = Converting {
            files: &files,
            format: None,
            catalogue,
            splits: all,
            stand_ins,
            incognito: false,
        };
        converting.write(&folder.path().join(out), &|_| {}).unwrap()
    };
    let converted = convert("matched", false);
    assert_eq!((converted.left_out, converted.imputed), ([1, 0], 0));
    assert_eq!(converted.read.dropped.values().map(|d| d.count).sum::<u64>(), 1);
    assert_eq!((converted.log.listeners, converted.log.plays), (2, 5));
    assert!(!folder.path().join("matched.sorting").exists());

    let log = open(&folder.path().join("matched")).unwrap();
    let mut listeners = log.listeners(0).unwrap();
    listeners.sort_by(|a, b| a.name.cmp(&b.name));
    let sessions = |i: usize| -> Vec<usize> {
        listeners[i].sessions.iter().map(|session| session.plays.len()).collect()
    };
    assert_eq!((listeners[0].name.as_str(), sessions(0)), ("ann", vec![2, 1]));
    assert_eq!((listeners[1].name.as_str(), sessions(1)), ("bob", vec![1, 1]));
    let [first, again] = &listeners[0].sessions[0].plays[..] else { panic!("two plays") };
    assert!(first.known.play_ratio && first.play.completed && !first.known.liked);
    assert!(again.known.liked && again.play.liked && again.play.replayed);
    assert!(!again.known.completed, "nothing says how it went");
    let bob: Vec<_> = listeners[1].sessions.iter().map(|session| &session.plays[0]).collect();
    assert_eq!((bob[0].play.began_ms, bob[1].play.began_ms), (5_000, 9_000_000));
    assert!(bob[1].play.skipped && bob[1].known.skipped && !bob[1].known.play_ratio);

    // With stand-ins the play is part of the past, and no label.
    let converted = convert("stand-ins", true);
    assert_eq!((converted.left_out, converted.imputed, converted.log.plays), ([0, 0], 1, 6));
    let log = open(&folder.path().join("stand-ins")).unwrap();
    let listeners = log.listeners(0).unwrap();
    let ann = listeners.iter().find(|l| l.name == "ann").unwrap();
    let last = ann.sessions.last().unwrap().plays.last().unwrap();
    assert!(!last.known.completed && !last.known.play_ratio && !last.known.liked);

    let mut check = LeakCheck::default();
    check.see(&listeners, &log.manifest().splits);
    check.see_features(&CATALOGUE, &listeners, rows);
    assert_eq!(check.leaks, []);
}
