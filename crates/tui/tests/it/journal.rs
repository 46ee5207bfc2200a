//! A log that is written beside the session: how far it is behind, and what is said of it.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::shown::screen;
use crate::stage::{app, press};
use melody_core::output::{Call, Mounted, mount};
use melody_sessions::log::read;
use melody_tui::{App, Journal, Standing};

/// Long enough for a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// What a disk does that is full.
const FULL: u64 = u64::MAX;

/// A session with a log on a disk that is full at times, or takes its time for a record; and what sets it.
fn logged(folder: &Path) -> (App, Arc<AtomicU64>, Mounted) {
    let mut app = app("explorer", folder);
    let does = Arc::new(AtomicU64::new(0));
    let disk = does.clone();
    let mounted = mount(folder, move |_, call| match (disk.load(Ordering::SeqCst), call) {
        (FULL, Call::Write(..)) => Err(io::Error::from(io::ErrorKind::StorageFull)),
        (FULL, _) => Ok(0),
        (millis, Call::Sync) => {
            std::thread::sleep(Duration::from_millis(millis));
            Ok(0)
        }
        _ => Ok(usize::MAX),
    });
    let session = &app.session;
    let log = folder.join("log.jsonl");
    let journal = Journal::create(&log, session.opening(), session.timeline()).unwrap();
    app.session.keep(journal);
    wait(&mut app, |standing| standing.behind == 0);
    (app, does, mounted)
}

fn wait(app: &mut App, holds: impl Fn(&Standing) -> bool) {
    let began = Instant::now();
    while !holds(&app.view().log) {
        assert!(began.elapsed() < PATIENCE, "{:?}", app.view().log);
        std::thread::sleep(Duration::from_millis(5));
        app.tick(Duration::ZERO);
    }
    app.tick(Duration::ZERO);
}

#[test]
fn a_log_that_fails_is_marked_tried_again_and_whole_in_the_end() {
    let folder = tempfile::tempdir().unwrap();
    let (mut app, disk, _mounted) = logged(folder.path());
    press(&mut app, "n");
    wait(&mut app, |standing| standing.acknowledged == Some(1) && standing.behind == 0);
    assert!(!screen(&app, 120, 40).contains("BEHIND"));

    disk.store(FULL, Ordering::SeqCst);
    press(&mut app, "l n s");
    wait(&mut app, |standing| standing.failure.is_some());
    let said = app.view().message.unwrap_or_default();
    assert!(said.starts_with("The log cannot be written:"), "{said}");
    // What was said goes with the next key; the mark stays.
    press(&mut app, "5 1");
    for (width, height) in [(80, 24), (120, 40)] {
        let shown = screen(&app, width, height);
        assert!(shown.contains("LOG AT STEP 1, 3 BEHIND"), "{shown}");
    }
    assert!(screen(&app, 140, 40).contains("BEHIND: no storage space"), "it says why");

    disk.store(0, Ordering::SeqCst);
    wait(&mut app, |standing| standing.behind == 0);
    let said = app.view().message.unwrap_or_default();
    assert_eq!(said, "The log is written again; nothing is missing.");
    assert!(!screen(&app, 120, 40).contains("BEHIND"));
    assert_eq!(app.finish_logs(), (Vec::new(), Vec::new()));
    assert_eq!(read(&folder.path().join("log.jsonl")).unwrap().steps().len(), 5);
}

#[test]
fn leaving_tries_a_last_time_and_says_what_is_not_in_the_log() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.jsonl");
    let (mut app, disk, mounted) = logged(folder.path());
    disk.store(FULL, Ordering::SeqCst);
    press(&mut app, "n n");
    wait(&mut app, |standing| standing.failure.is_some());
    // What is not in the log is not kept: that is asked about.
    press(&mut app, "n n");
    press(&mut app, "q");
    assert!(!app.quits(), "it asks first");
    press(&mut app, "esc");
    let (told, _) = app.finish_logs();
    assert_eq!(told.len(), 1);
    assert!(told[0].contains("ends at step 0; the 4 records after it are missing"), "{}", told[0]);
    assert!(told[0].contains("no storage space"), "{}", told[0]);
    assert_eq!(read(&path).unwrap().steps().len(), 1, "what was acknowledged is there");

    // The disk has room again by the time of the last try.
    drop(mounted);
    std::fs::remove_file(&path).unwrap();
    let (mut app, disk, _mounted) = logged(folder.path());
    disk.store(FULL, Ordering::SeqCst);
    press(&mut app, "n n");
    wait(&mut app, |standing| standing.failure.is_some());
    disk.store(0, Ordering::SeqCst);
    assert_eq!(app.finish_logs(), (Vec::new(), Vec::new()));
    assert_eq!(read(&path).unwrap().steps().len(), 3);
}

/// However slow a disk is: what was shown is waited for, and the mark says how far the log is behind.
#[test]
fn a_slow_disk_is_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let (mut app, disk, _mounted) = logged(folder.path());
    disk.store(10_000, Ordering::SeqCst);
    press(&mut app, "l n s n n n n n n n n n");
    assert!(screen(&app, 80, 24).contains("BEHIND"), "{}", screen(&app, 80, 24));
    assert_eq!(app.view().log.failure, None);
    disk.store(300, Ordering::SeqCst);
    let began = Instant::now();
    assert_eq!(app.finish_logs(), (Vec::new(), Vec::new()));
    assert!(began.elapsed() > Duration::from_secs(2), "{:?}", began.elapsed());
    assert_eq!(read(&folder.path().join("log.jsonl")).unwrap().steps().len(), 13);
}

#[test]
fn a_stream_that_is_away_is_marked_and_keeps_nobody_from_playing() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = app("explorer", folder.path());
    let log = folder.path().join("log.jsonl");
    let session = &app.session;
    let journal = Journal::create(&log, session.opening(), session.timeline()).unwrap();
    // Nobody listens at port 1.
    let nowhere = "nats://me:secret@localhost:1/EARS".parse().unwrap();
    app.session.keep(journal.sent_to(&nowhere).unwrap());
    press(&mut app, "n l n");
    wait(&mut app, |standing| {
        standing.away.is_some() && standing.behind == 0 && standing.unsent == 5
    });
    let said = app.view().message.unwrap_or_default();
    assert!(said.starts_with("The stream is not reached: nats://localhost:1/EARS"), "{said}");
    press(&mut app, "5 1");
    assert!(screen(&app, 80, 24).contains("STREAM: 5 WAIT"));
    let wide = screen(&app, 160, 50);
    assert!(wide.contains("STREAM: 5 WAIT: nats://localhost:1/EARS"), "{wide}");
    assert!(!wide.contains("secret"));
    // The log is whole: that is no failure.
    let (unwritten, unsent) = app.finish_logs();
    assert_eq!(unwritten, Vec::<String>::new());
    assert!(unsent[0].contains("5 of 5 records are not sent yet"), "{unsent:?}");
    assert_eq!(read(&log).unwrap().records.len(), 5);
}

#[test]
fn logs_of_further_sessions_are_numbered_behind_the_name_that_was_given() {
    let folder = tempfile::tempdir().unwrap();
    let app = app("explorer", folder.path());
    let (opening, timeline) = (app.session.opening(), app.session.timeline());
    let journal = Journal::create(&folder.path().join("day7.jsonl"), opening, timeline).unwrap();
    let second = journal.next(opening, timeline).unwrap();
    let third = second.next(opening, timeline).unwrap();
    let then = Instant::now();
    for journal in [journal, second, third] {
        assert_eq!(journal.finish(then), Ok(None));
    }
    for name in ["day7.jsonl", "day7-2.jsonl", "day7-3.jsonl"] {
        assert!(folder.path().join(name).exists(), "{name}");
    }
}

#[test]
fn a_message_goes_by_itself_where_nobody_is_at_the_keys() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = app("explorer", folder.path());
    press(&mut app, "w");
    assert!(app.view().message.is_some());
    app.tick(Duration::from_secs(60));
    assert!(app.view().message.is_some(), "somebody is there to read it");
    app.session.set_autopilot(true);
    app.tick(Duration::from_millis(10));
    assert!(app.view().message.is_none());
}
