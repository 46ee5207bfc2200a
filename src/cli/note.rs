//! What is told beside what is printed: errors and notes, on standard error.

use std::fmt::Display;
use std::io::{Write, stderr};

use melody_core::shown::spelled;

/// Tells a line, cleaned as what is printed is. If it cannot be told, there is nobody left to tell that to.
pub(crate) fn note(words: impl Display) {
    let _ = writeln!(stderr(), "{}", spelled(&words.to_string()));
}
