//! What may be on a disk after the power has failed, for tests.
//!
//! Of a file there is what was there when it was last brought to the disk; of what was written since, nothing, a part, all of it, or room
//! for it in which nothing stands. Names change in the order in which they were changed, each at once, and are sure once their folder
//! was brought to the disk: until then any number of the newest may be missing.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use super::disk::{Call, mount};
use super::draft::{write_together, write_whole};

/// Files by name.
type Files = BTreeMap<PathBuf, Vec<u8>>;

/// A call, kept.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Asked {
    Open,
    Write(u64, Vec<u8>),
    Cut(u64),
    Sync,
    Rename(PathBuf),
    Remove,
    SyncFolder,
}

/// All that is asked of a folder's disk meanwhile.
fn recorded(folder: &Path, work: impl FnOnce()) -> Vec<(PathBuf, Asked)> {
    let calls = Arc::new(Mutex::new(Vec::new()));
    let kept = calls.clone();
    let mounted = mount(folder, move |path, call| {
        let asked = match call {
            Call::Open => Asked::Open,
            Call::Write(at, bytes) => Asked::Write(at, bytes.to_vec()),
            Call::Cut(length) => Asked::Cut(length),
            Call::Sync => Asked::Sync,
            Call::Rename(to) => Asked::Rename(to.into()),
            Call::Remove => Asked::Remove,
            Call::SyncFolder => Asked::SyncFolder,
            Call::MakeFolder => return Err(io::Error::other("no folder is made here")),
        };
        kept.lock().unwrap().push((path.to_path_buf(), asked));
        Ok(usize::MAX)
    });
    work();
    drop(mounted);
    Arc::try_unwrap(calls).unwrap().into_inner().unwrap()
}

/// A file's contents, whatever it is called.
#[derive(Clone, Debug, Default)]
struct Contents {
    sure: Vec<u8>,
    since: Vec<Asked>,
}

/// What became of what was written since a file was last brought to the disk.
#[derive(Clone, Copy, Debug)]
enum Since {
    Nothing,
    Half,
    All,
    Room,
}

impl Contents {
    fn after(&self, since: Since) -> Vec<u8> {
        let taken = match since {
            Since::Nothing => 0,
            Since::Half => self.since.len().div_ceil(2),
            Since::All | Since::Room => self.since.len(),
        };
        let mut bytes = self.sure.clone();
        for (number, asked) in self.since[..taken].iter().enumerate() {
            match asked {
                Asked::Cut(length) => bytes.resize(*length as usize, 0),
                Asked::Write(at, written) => {
                    let at = *at as usize;
                    let torn = matches!(since, Since::Half) && number + 1 == taken;
                    let written = if torn { &written[..written.len() / 2] } else { written };
                    bytes.resize(bytes.len().max(at + written.len()), 0);
                    if !matches!(since, Since::Room) {
                        bytes[at..at + written.len()].copy_from_slice(written);
                    }
                }
                _ => {}
            }
        }
        bytes
    }
}

/// All that may be there after the power has failed behind these calls.
fn left(before: &Files, calls: &[(PathBuf, Asked)]) -> Vec<Files> {
    let mut contents: Vec<Contents> = Vec::new();
    let mut names: BTreeMap<PathBuf, usize> = BTreeMap::new();
    for (path, bytes) in before {
        names.insert(path.clone(), contents.len());
        contents.push(Contents { sure: bytes.clone(), since: Vec::new() });
    }
    // Every state of the names that may still be the one on the disk.
    let mut possible = vec![names.clone()];
    for (path, asked) in calls {
        let renamed = names.clone();
        match asked {
            Asked::Open if !names.contains_key(path) => {
                names.insert(path.clone(), contents.len());
                contents.push(Contents::default());
            }
            Asked::Open => {}
            Asked::Write(..) | Asked::Cut(_) => {
                contents[names[path]].since.push(asked.clone());
            }
            Asked::Sync => {
                let file = &mut contents[names[path]];
                *file = Contents { sure: file.after(Since::All), since: Vec::new() };
            }
            Asked::Rename(to) => {
                let file = names.remove(path).unwrap();
                names.insert(to.clone(), file);
            }
            Asked::Remove => drop(names.remove(path)),
            Asked::SyncFolder => possible = Vec::new(),
        }
        if possible.is_empty() || renamed != names {
            possible.push(names.clone());
        }
    }
    let ways = [Since::Nothing, Since::Half, Since::All, Since::Room];
    let of = |names: &BTreeMap<PathBuf, usize>, since| {
        names.iter().map(|(name, file)| (name.clone(), contents[*file].after(since))).collect()
    };
    possible.iter().flat_map(|names| ways.map(|since| of(names, since))).collect()
}

/// All that may be there whenever the power fails during these calls.
fn whenever(before: &Files, calls: &[(PathBuf, Asked)]) -> Vec<Files> {
    (0..=calls.len()).flat_map(|made| left(before, &calls[..made])).collect()
}

/// More than one write each.
fn long(byte: u8) -> Vec<u8> {
    vec![byte; 30_000]
}

#[test]
fn whenever_the_power_fails_a_file_is_the_old_one_or_the_new_one() {
    let folder = tempfile::tempdir().unwrap();
    let real = folder.path().canonicalize().unwrap();
    let place = real.join("a.txt");
    for old in [None, Some(long(b'o'))] {
        let before: Files = old.iter().map(|old| (place.clone(), old.clone())).collect();
        let _ = std::fs::remove_file(&place);
        if let Some(old) = &old {
            std::fs::write(&place, old).unwrap();
        }
        let calls = recorded(&real, || write_whole(&place, &long(b'n')).unwrap());
        let new = Some(long(b'n'));
        for files in whenever(&before, &calls) {
            let there = files.get(&place).cloned();
            assert!(there == old || there == new, "{:?} bytes", there.map(|bytes| bytes.len()));
        }
        assert!(left(&before, &calls).iter().all(|files| files.get(&place) == new.as_ref()));

        // The same without one of its calls: what is looked for is found.
        for skipped in [Asked::Sync, Asked::SyncFolder] {
            let mut calls = calls.clone();
            calls.retain(|(_, asked)| *asked != skipped);
            let torn = whenever(&before, &calls).into_iter().any(|files| {
                let there = files.get(&place).cloned();
                there != old && there != new
            });
            let sure = left(&before, &calls).iter().all(|files| files.get(&place) == new.as_ref());
            assert!(torn == (skipped == Asked::Sync) && !sure, "without {skipped:?}");
        }
    }
}

#[test]
fn whenever_the_power_fails_the_last_of_files_that_belong_together_vouches_for_the_others() {
    let folder = tempfile::tempdir().unwrap();
    let real = folder.path().canonicalize().unwrap();
    let places = ["a", "b", "c"].map(|name| real.join(name));
    let all = |byte: u8| -> Files { places.iter().map(|p| (p.clone(), long(byte))).collect() };
    for (place, old) in &all(b'o') {
        std::fs::write(place, old).unwrap();
    }
    let new = long(b'n');
    let files = places.clone().map(|place| (place, new.as_slice()));
    let calls = recorded(&real, || write_together(&files).unwrap());
    for there in whenever(&all(b'o'), &calls) {
        let is_new = |place: &PathBuf| match &there[place] {
            bytes if *bytes == long(b'o') => false,
            bytes => {
                assert!(*bytes == new, "{}: {} bytes", place.display(), bytes.len());
                true
            }
        };
        let [a, b, c] = [0, 1, 2].map(|i| is_new(&places[i]));
        assert!(!c || (a && b), "the last is there before the others");
    }
}
