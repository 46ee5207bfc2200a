//! Where the command line speaks: every command prints through here, and nothing else does (a lint holds that).
//!
//! A reader that has gone away or a disk that is full is no reason to panic, and none to go on as if all had been said: what
//! cannot be printed ends the command ([`Failure::Output`]).
//!
//! What is printed may quote files that others wrote. It is cleaned always, not only for a terminal: output that goes through
//! a pager or into a log reaches a terminal later, and the same command prints the same bytes wherever they go. Texts are
//! spelled ([`spelled`]); JSON is escaped, which takes nothing from who parses it ([`in_json`]).

use std::fmt::Display;
use std::io::{Write, stdout};

use serde::Serialize;

use super::failure::Failure;
use melody_core::shown::{in_json, spelled};

/// Prints a line, written as for `format!`. The outcome must be looked at.
macro_rules! say {
    () => { $crate::cli::say::say_text("\n") };
    ($($words:tt)*) => { $crate::cli::say::say_text(&(format!($($words)*) + "\n")) };
}
pub(crate) use say;

/// Prints a text as it is, without a line's end of its own.
pub(crate) fn say_text(text: &str) -> Result<(), Failure> {
    print(spelled(text).as_bytes())
}

/// Prints a value as a document of JSON.
pub(crate) fn say_json(value: &impl Serialize) -> Result<(), Failure> {
    let document = serde_json::to_string_pretty(value).map_err(|e| e.to_string())? + "\n";
    print(in_json(&document).as_bytes())
}

/// Prints what a library has rendered of this program's own words, which quote nobody.
pub(crate) fn say_own(rendered: &[u8]) -> Result<(), Failure> {
    print(rendered)
}

/// Sees to it that all that was said has been taken.
pub(crate) fn all_said() -> Result<(), Failure> {
    stdout().flush().map_err(Failure::Output)
}

/// Something counted: one play, two plays.
pub(crate) fn counted(count: impl Display, what: &str) -> String {
    match count.to_string() {
        one if one == "1" => format!("1 {what}"),
        many => format!("{many} {what}s"),
    }
}

/// As much of a hash as tells it from others.
pub(crate) fn short(hash: &str) -> &str {
    hash.get(..12).unwrap_or(hash)
}

fn print(bytes: &[u8]) -> Result<(), Failure> {
    stdout().write_all(bytes).map_err(Failure::Output)
}
