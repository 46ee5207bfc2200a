//! Reading what a user hands over.
//!
//! Every file is checked whole before anything starts. A reader either returns a value that needs
//! no further checks, or every problem it found, each with file, line, field and what to do.

mod problem;
mod table;
mod toml_file;

pub use problem::{InputError, Problem, nearest};
pub use table::{Row, Table};
pub use toml_file::{Checker, TomlFile};

use std::path::Path;

/// Reads a text file, turning every way that can fail into a problem a person can act on.
pub fn read_text(path: &Path) -> Result<String, InputError> {
    let name = path.display().to_string();
    let bytes = read_bytes(path)?;
    String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let line = error.as_bytes()[..valid].iter().filter(|&&b| b == b'\n').count() + 1;
        Problem::new(&name, "not a text file: the bytes are not UTF-8")
            .line(line)
            .field("(whole file)")
            .help("save the file as UTF-8 text; a binary file cannot be read here")
            .into()
    })
}

/// Reads a file's bytes; an empty file is an error, because no format here allows one.
pub fn read_bytes(path: &Path) -> Result<Vec<u8>, InputError> {
    let name = path.display().to_string();
    let fail = |message: String, help: &str| -> InputError {
        Problem::new(&name, message).line(1).field("(whole file)").help(help).into()
    };
    if path.is_dir() {
        return Err(fail("is a folder, not a file".into(), "name the file inside it"));
    }
    match std::fs::read(path) {
        Ok(bytes) if bytes.is_empty() => {
            Err(fail("the file is empty".into(), "was it saved, or cut short on the way?"))
        }
        Ok(bytes) => Ok(bytes),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err(fail(
            "no such file".into(),
            "check the path; paths are relative to the folder you are in",
        )),
        Err(error) => Err(fail(format!("cannot be read: {error}"), "check the file's permissions")),
    }
}
