//! Writing a session down: as a script, and as a trace.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::Path;

use melody_recommender::engine::Timeline;
use melody_sessions::opening::Opening;
use melody_sessions::trace_file::Header;
use melody_sessions::{script, trace_file as tracefile};

/// Files of a kind a folder may hold before writing another is given up.
const MOST: u32 = 9_999;

/// Writes the session as the next free `melody-session-N.toml` and returns its name.
pub(crate) fn script(
    folder: &Path,
    opening: &Opening,
    timeline: &Timeline,
) -> Result<String, String> {
    next_free(folder, "melody-session", "toml", |number| {
        script::render(&format!("session {number}"), opening, timeline)
    })
}

/// Writes a text as the next free `STEM-N.EXTENSION` and returns its name. No file is ever overwritten.
pub(crate) fn next_free(
    folder: &Path,
    stem: &str,
    extension: &str,
    text: impl FnOnce(u32) -> String,
) -> Result<String, String> {
    for number in 1..=MOST {
        let name = format!("{stem}-{number}.{extension}");
        let path = folder.join(&name);
        match OpenOptions::new().write(true).create_new(true).open(&path) {
            Ok(mut file) => {
                return match file.write_all(text(number).as_bytes()) {
                    Ok(()) => Ok(name),
                    Err(error) => Err(format!("{}: {error}", path.display())),
                };
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(format!("{}: {error}", path.display())),
        }
    }
    Err(format!("{} holds {MOST} of them already", folder.display()))
}

/// A file for the session's trace, made before the session begins so that it cannot fail after it.
pub fn create_trace(path: &Path) -> Result<File, String> {
    tracefile::may_write(path)?;
    File::create(path).map_err(|e| format!("{}: {e}", path.display()))
}

/// Writes every step of a session to a file of [`create_trace`].
pub fn trace(file: &File, opening: &Opening, timeline: &Timeline) -> io::Result<()> {
    let mut out = BufWriter::new(file);
    tracefile::write(&mut out, &Header::new("simulator", opening), timeline.traces())
}
