//! Writing a session down: as a script, and as a trace.

use std::fs::{File, remove_file};
use std::io;
use std::path::Path;

use melody_core::output::{Draft, may_write, write_whole};
use melody_recommender::engine::Timeline;
use melody_sessions::opening::Opening;
use melody_sessions::trace_file::{Header, TRACE};
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
        match File::create_new(&path) {
            // The name is taken, by an empty file; now nobody else can have it.
            Ok(_) => {
                return write_whole(&path, text(number).as_bytes()).map(|()| name).inspect_err(
                    |_| {
                        // A file that was never written is in nobody's way but the next name's.
                        let _ = remove_file(&path);
                    },
                );
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(format!("{}: {error}", path.display())),
        }
    }
    Err(format!("{} holds {MOST} of them already", folder.display()))
}

/// A file for the session's trace, begun before the session so that what is wrong with it is told then. An older trace stays until
/// this one is whole. `others` are files that the session reads or writes.
///
/// # Errors
/// Where it may not or cannot be written, or another program is writing it.
pub fn create_trace(path: &Path, others: &[&Path]) -> Result<Draft, String> {
    may_write(path, TRACE, others).and_then(|()| Draft::begin(path))
}

/// Writes every step of a session to a file of [`create_trace`], which takes its place.
///
/// # Errors
/// When the disk refuses.
pub fn trace(mut file: Draft, opening: &Opening, timeline: &Timeline) -> Result<(), String> {
    tracefile::write(&mut file, &Header::new("simulator", opening), timeline.traces())
        .map_err(|error| error.to_string())?;
    file.commit()
}
