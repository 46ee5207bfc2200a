//! What may be written over: nothing that is lost by it.
//!
//! A file may stand where nothing is yet, or an older one of its kind; never in place of something else, and never in place of
//! what the command reads. Asked before any work is done, so that nobody waits an hour to be told.

use std::fs::{self, File};
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

use flate2::bufread::MultiGzDecoder;
use serde_json::Value;

/// A kind of file, and what it is told by.
#[derive(Clone, Copy, Debug)]
pub struct Kind {
    /// What it is, as in "no trace is written".
    pub name: &'static str,
    /// What every file of the kind has.
    pub mark: Mark,
}

/// What a file of a kind is told by.
#[derive(Clone, Copy, Debug)]
pub enum Mark {
    /// The first line is a JSON object with this key.
    Key(&'static str),
    /// One of its lines begins like this.
    Line(&'static str),
    /// Nothing: a person has said that what is there may go.
    Any,
    /// Nothing is known to be of the kind, so that nothing is written over.
    Never,
}

/// Whether a file of this kind may be written there by a command that reads `inputs`.
///
/// # Errors
/// When the place is a folder or in one that is not there, when it is one of the inputs, and when there is something else, which
/// would be lost. Gzipped files are looked into.
pub fn may_write(place: &Path, kind: Kind, inputs: &[&Path]) -> Result<(), String> {
    let shown = place.display();
    let folder = place.parent().filter(|folder| !folder.as_os_str().is_empty());
    if place.is_dir() || place.file_name().is_none() {
        return Err(format!("{shown}: is a folder, not a file"));
    }
    if let Some(folder) = folder.filter(|folder| !folder.is_dir()) {
        return Err(format!("{shown}: there is no folder {}", folder.display()));
    }
    may_replace(place, kind, inputs)
}

/// The same, where the folder is made if need be.
///
/// # Errors
/// As [`may_write`], but for the folder.
pub fn may_replace(place: &Path, kind: Kind, inputs: &[&Path]) -> Result<(), String> {
    let refused = |why: &str| {
        let (shown, name) = (place.display(), kind.name);
        Err(format!("{shown}: no {name} is written: {why}\n  help: name another file"))
    };
    let there = fs::metadata(place).is_ok_and(|file| file.is_file() && file.len() > 0);
    if inputs.iter().any(|input| whole_path(input) == whole_path(place)) {
        return refused("the command reads or writes something else there, which would be lost");
    }
    if there && !alike(place, kind.mark) {
        return refused("there is something else already, which would be lost");
    }
    Ok(())
}

/// A path without links, of a file that need not be there yet.
fn whole_path(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new(".")).canonicalize().unwrap_or_default();
        folder.join(path.file_name().unwrap_or_default())
    })
}

/// Bytes of a file that are looked at.
const LOOKED_AT: u64 = 1 << 22;

fn alike(path: &Path, mark: Mark) -> bool {
    let text = beginning(path).unwrap_or_default();
    let mut lines = text.split(|&b| b == b'\n');
    match mark {
        Mark::Key(key) => {
            let first = lines.next().and_then(|line| serde_json::from_slice::<Value>(line).ok());
            first.is_some_and(|first| first.get(key).is_some())
        }
        Mark::Line(beginning) => lines.any(|line| line.starts_with(beginning.as_bytes())),
        Mark::Any => true,
        Mark::Never => false,
    }
}

/// The beginning of a file, unpacked where it is gzipped.
fn beginning(path: &Path) -> Option<Vec<u8>> {
    let mut magic = [0; 2];
    let zipped = File::open(path).ok()?.read_exact(&mut magic).is_ok() && magic == [0x1f, 0x8b];
    let file = File::open(path).ok()?;
    let mut text = Vec::new();
    // What is read before something is wrong may be enough to tell.
    let _ = match zipped {
        true => MultiGzDecoder::new(BufReader::new(file)).take(LOOKED_AT).read_to_end(&mut text),
        false => file.take(LOOKED_AT).read_to_end(&mut text),
    };
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRACE: Kind = Kind { name: "trace", mark: Mark::Key("trace_format") };
    const SCRIPT: Kind = Kind { name: "script", mark: Mark::Line("[session]") };

    #[test]
    fn only_nothing_and_its_own_kind_are_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        for (name, text) in [
            ("trace", "{\"trace_format\":5}\n{}\n"),
            ("script", "format = 1\n\n[session]\nseed = 1\n"),
            ("empty", ""),
            ("other", "dear diary\n"),
        ] {
            fs::write(at(name), text).unwrap();
        }
        for (kind, fine) in
            [(TRACE, ["trace", "empty", "new"]), (SCRIPT, ["script", "empty", "new"])]
        {
            for name in ["trace", "script", "empty", "other", "new"] {
                let may = may_write(&at(name), kind, &[]);
                assert_eq!(may.is_ok(), fine.contains(&name), "{} at {name}", kind.name);
            }
        }
        let refused = may_write(&at("other"), TRACE, &[]).unwrap_err();
        assert!(refused.contains("no trace is written: there is something else"), "{refused}");
        assert!(may_write(folder.path(), TRACE, &[]).unwrap_err().contains("is a folder"));
        let nowhere = may_write(&at("no/trace"), TRACE, &[]).unwrap_err();
        assert!(nowhere.contains("there is no folder"), "{nowhere}");
    }

    #[test]
    fn no_input_is_written_over_by_whatever_name() {
        let folder = tempfile::tempdir().unwrap();
        let input = folder.path().join("trace");
        fs::write(&input, "{\"trace_format\":5}\n").unwrap();
        let roundabout = folder.path().join(".").join("trace");
        assert!(may_write(&roundabout, TRACE, &[&input]).unwrap_err().contains("trace"));
        // Nor what is written beside it, before it is there.
        let [log, same] = ["log", "./log"].map(|name| folder.path().join(name));
        assert!(may_write(&log, TRACE, &[&same]).is_err());
        assert!(may_write(&log, TRACE, &[&input]).is_ok());
    }
}
