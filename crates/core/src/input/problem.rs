//! What is wrong, where, and what to do.

use std::fmt;

use serde::Serialize;

use crate::shown::spelled;

/// One thing wrong with one file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// The file as the person named it.
    pub file: String,
    /// 1-based; absent where lines mean nothing (a binary file).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// The field's path, as `mixing.window` or `songs[3].title`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
}

impl Problem {
    /// A problem with a file, so far without a place in it.
    pub fn new(file: impl Into<String>, message: impl Into<String>) -> Self {
        Problem { file: file.into(), line: None, field: None, message: message.into(), help: None }
    }

    /// Says the line, from 1.
    pub fn line(mut self, line: impl Into<Option<usize>>) -> Self {
        self.line = line.into();
        self
    }

    /// A key may be the empty text, which nobody would see.
    pub fn field(mut self, field: impl Into<String>) -> Self {
        let field = field.into();
        self.field = Some(if field.is_empty() { "\"\"".into() } else { field });
        self
    }

    /// Says what to do about it.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds "did you mean ...?" when one of `valid` is close to `given`, else lists them if few.
    pub fn suggest<'a>(self, given: &str, valid: impl IntoIterator<Item = &'a str>) -> Self {
        let valid: Vec<&str> = valid.into_iter().collect();
        match nearest(given, valid.iter().copied()) {
            Some(name) => self.help(format!("did you mean `{name}`?")),
            None if !valid.is_empty() && valid.len() <= 30 => {
                self.help(format!("valid here: {}", valid.join(", ")))
            }
            None => self,
        }
    }
}

impl fmt::Display for Problem {
    /// Quotes from files are spelled, so that a terminal does not act on them.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&spelled(&self.file))?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        if let Some(field) = &self.field {
            write!(f, ": {}", spelled(field))?;
        }
        write!(f, ": {}", spelled(&self.message))?;
        if let Some(help) = &self.help {
            write!(f, "\n  help: {}", spelled(help))?;
        }
        Ok(())
    }
}

/// Everything found wrong with what was handed over. Never empty.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct InputError {
    /// At least one, in the order of the file.
    pub problems: Vec<Problem>,
}

/// More than this many problems are counted, not listed: the first few are enough to start with.
const LISTED: usize = 12;

impl fmt::Display for InputError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, problem) in self.problems.iter().take(LISTED).enumerate() {
            if i > 0 {
                f.write_str("\n")?;
            }
            problem.fmt(f)?;
        }
        match self.problems.len().saturating_sub(LISTED) {
            0 => Ok(()),
            more => write!(f, "\n... and {more} more"),
        }
    }
}

impl From<Problem> for InputError {
    fn from(problem: Problem) -> Self {
        InputError { problems: vec![problem] }
    }
}

/// The valid name most like `given`, if any is close enough to be what was meant.
pub fn nearest<'a>(given: &str, valid: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let given = given.to_lowercase();
    valid
        .into_iter()
        .map(|name| (strsim::damerau_levenshtein(&given, &name.to_lowercase()), name))
        .min_by_key(|(distance, _)| *distance)
        .filter(|(distance, name)| {
            *distance <= 1 + name.chars().count().min(given.chars().count()) / 3
        })
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearest_finds_a_slip_and_refuses_a_guess() {
        let scenes = ["commute", "explore", "focus", "workout", "relax"];
        assert_eq!(nearest("comute", scenes), Some("commute"));
        assert_eq!(nearest("Focsu", scenes), Some("focus"));
        assert_eq!(nearest("banana", scenes), None);
    }
}
