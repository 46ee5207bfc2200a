//! The simulator on a disk that is full: what is told, what stays, and what goes on once there is room.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use super::running::{MELODY, Running};

/// A disk that has room for so many blocks: as far as a file may grow.
const SMALL_DISK: &str = "trap '' XFSZ; ulimit -S -f 48; exec \"$0\" \"$@\"";

/// Plays on until the log no longer fits on the disk.
fn with_a_full_disk(folder: &Path) -> Running {
    let arguments = ["-c", SMALL_DISK, MELODY, "--seed", "7", "--log", "log.jsonl"];
    let mut melody = Running::start_program(folder, (140, 40), "sh", &arguments, &[]);
    melody.wait_for("Now playing");
    for _ in 0..200 {
        if melody.contents().contains("BEHIND") {
            return melody;
        }
        melody.press("n");
        std::thread::sleep(Duration::from_millis(100));
    }
    panic!("the disk is not full:\n{}", melody.contents());
}

#[test]
fn a_log_on_a_full_disk_is_told_and_goes_on_when_there_is_room() {
    let folder = tempfile::tempdir().unwrap();
    let mut melody = with_a_full_disk(folder.path());
    melody.press("l");
    melody.wait_for("LOG AT STEP");
    // What is not in the log would be lost: it asks, and in the end says so.
    melody.press("q");
    melody.press("\u{3}");
    assert_eq!(melody.end(), 2);
    melody.assert_restored();
    let said = melody.contents().replace('\n', " ");
    assert!(said.contains("log.jsonl: the log ends at step"), "{said}");
    let check = |folder: &Path| {
        let mut check = Command::new(MELODY);
        let out = check.current_dir(folder).args(["log", "check", "log.jsonl"]).output().unwrap();
        String::from_utf8_lossy(&out.stdout).into_owned()
    };
    assert!(check(folder.path()).contains("the chain holds"));

    let folder = tempfile::tempdir().unwrap();
    let mut melody = with_a_full_disk(folder.path());
    let id = melody.child.process_id().unwrap().to_string();
    let room = Command::new("prlimit").args(["--pid", &id, "--fsize=unlimited"]).status();
    if room.is_ok_and(|status| status.success()) {
        melody.wait_for("The log is written again; nothing is missing.");
        melody.press("q");
        assert_eq!(melody.end(), 0);
        assert!(check(folder.path()).contains("the chain holds"));
    } else {
        melody.signal("TERM");
        assert_eq!(melody.end(), 143);
    }
}

#[test]
fn an_older_trace_stays_until_the_new_one_is_whole() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("trace.jsonl");
    let older = "{\"trace_format\":1}\n";
    std::fs::write(&place, older).unwrap();
    let arguments = ["--trace", "trace.jsonl"];
    let mut melody = Running::start(folder.path(), (80, 24), &arguments);
    melody.wait_for("Queue");
    assert_eq!(std::fs::read_to_string(&place).unwrap(), older);
    // Another session is told at once that it cannot have the same trace.
    let mut second = Running::start(folder.path(), (80, 24), &arguments);
    assert_eq!(second.end(), 2);
    let said = second.contents();
    assert!(said.contains("trace.jsonl: another program is using it"), "{said}");
    melody.signal("KILL");
    melody.end();
    assert_eq!(std::fs::read_to_string(&place).unwrap(), older, "killed, it has written nothing");
    let mut third = Running::start(folder.path(), (80, 24), &arguments);
    third.wait_for("Queue");
    third.signal("TERM");
    assert_eq!(third.end(), 143);
    assert!(std::fs::read_to_string(&place).unwrap().lines().count() >= 2);
    assert!(!folder.path().join("trace.jsonl.draft").exists());
}
