//! What could not be taken, and why.

use std::path::Path;

use serde::Serialize;

use melody_core::input::InputError;

/// A file or a session that was passed over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LeftOut {
    /// The log, as it was named.
    pub file: String,
    /// In words, with the line and field where there are such.
    pub why: String,
}

impl LeftOut {
    /// A log that cannot be read, and the first thing that is wrong with it.
    pub(super) fn unread(path: &Path, error: &InputError) -> Self {
        let why = error.problems.first().map_or(String::new(), |problem| {
            let line = problem.line.map_or(String::new(), |line| format!("line {line}: "));
            let field = problem.field.as_ref().map_or(String::new(), |field| format!("{field}: "));
            format!("{line}{field}{}", problem.message)
        });
        LeftOut { file: path.display().to_string(), why }
    }
}

impl std::fmt::Display for LeftOut {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.file, self.why)
    }
}
