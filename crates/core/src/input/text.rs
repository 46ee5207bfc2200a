//! Files as bytes and text, with every way that can fail as a problem a person can act on.

use super::problem::{InputError, Problem};
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use serde_json::Value;

/// Reads a text file, turning every way that can fail into a problem a person can act on.
pub fn read_text(path: &Path) -> Result<String, InputError> {
    text_of(&path.display().to_string(), read_bytes(path)?)
}

/// The text that these bytes are.
pub(super) fn text_of(name: &str, bytes: Vec<u8>) -> Result<String, InputError> {
    if bytes.is_empty() {
        return Err(empty(name));
    }
    String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let line = error.as_bytes()[..valid].iter().filter(|&&b| b == b'\n').count() + 1;
        Problem::new(name, "not a text file: the bytes are not UTF-8")
            .line(line)
            .field("(whole file)")
            .help("save the file as UTF-8 text; a binary file cannot be read here")
            .into()
    })
}

/// Longest first line that is looked at, in bytes.
const FIRST_LINE: u64 = 1 << 22;

/// The JSON object on a file's first line, if there is one.
pub fn first_object(path: &Path) -> Option<Value> {
    let mut line = String::new();
    let file = File::open(path).ok()?;
    BufReader::new(file.take(FIRST_LINE)).read_line(&mut line).ok()?;
    serde_json::from_str(&line).ok().filter(Value::is_object)
}

/// Reads a file's bytes; an empty file is an error, because no format here allows one.
pub fn read_bytes(path: &Path) -> Result<Vec<u8>, InputError> {
    let mut bytes = Vec::new();
    open(path)?.read_to_end(&mut bytes).map_err(|error| unreadable(path, &error))?;
    if bytes.is_empty() { Err(empty(&path.display().to_string())) } else { Ok(bytes) }
}

/// Opens a file that is read piece by piece.
pub fn open(path: &Path) -> Result<File, InputError> {
    if path.is_dir() {
        return Err(no_file(path, "is a folder, not a file".into(), "name the file inside it"));
    }
    File::open(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => missing(path),
        _ => unreadable(path, &error),
    })
}

/// What is said of a file that is not there.
pub(super) fn missing(path: &Path) -> InputError {
    no_file(
        path,
        "no such file".into(),
        "check the path; paths are relative to the folder you are in",
    )
}

fn unreadable(path: &Path, error: &io::Error) -> InputError {
    no_file(path, format!("cannot be read: {error}"), "check the file's permissions")
}

pub(super) fn empty(name: &str) -> InputError {
    Problem::new(name, "the file is empty")
        .line(1)
        .field("(whole file)")
        .help("was it saved, or cut short on the way?")
        .into()
}

/// A problem with what is no file to be read; so it has no line either.
fn no_file(path: &Path, message: String, help: &str) -> InputError {
    Problem::new(path.display().to_string(), message).help(help).into()
}
