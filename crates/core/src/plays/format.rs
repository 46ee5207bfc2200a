//! What a format is: how it is told, what is read of it, what it says of a play and what it does not.

use std::fmt;

use serde::{Serialize, Serializer};

use super::head::Head;
use super::record::Reading;
use crate::input::Layout;

/// What a play may tell of how it went, in words of people; which of these a format does not give is told with it.
pub const OUTCOMES: [&str; 7] =
    ["time", "length", "heard", "completed", "skipped", "liked", "saved"];

/// What a file of a format is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// It has plays.
    Plays,
    /// It has plays where no file of this other format is there; else it tells who the artists of those are.
    Artists(&'static str),
    /// It tells of songs what plays do not: likes, saves, whose they are.
    Marks,
    /// It counts plays and tells of none: nothing can be read of it.
    Counts,
}

/// One format: all that is known of it.
pub struct About {
    /// As `--format` names it.
    pub name: &'static str,
    /// Whose export it is.
    pub what: &'static str,
    /// What its files are called.
    pub files: &'static str,
    /// By what it is told from others.
    pub told_by: &'static str,
    /// What is read of it: keys or columns.
    pub reads: &'static str,
    /// Which of [`OUTCOMES`] its plays have, where the service knows them.
    pub gives: &'static [&'static str],
    /// Where the layout is from.
    pub source: &'static str,
    pub(super) role: Role,
    pub(super) tells: fn(&Head) -> Option<Layout>,
    /// Begins to read a file; plays of somebody who did not want them seen are wanted or not.
    pub(super) begins: fn(&Head, bool) -> Reading,
}

/// What a file is written in: one of the table of formats.
#[derive(Clone, Copy)]
pub struct Format(pub(super) &'static About);

impl Format {
    /// What there is to say of it.
    pub fn about(self) -> &'static About {
        self.0
    }

    /// As `--format` names it.
    pub fn name(self) -> &'static str {
        self.0.name
    }

    /// What of [`OUTCOMES`] its plays do not have.
    pub fn lacks(self) -> impl Iterator<Item = &'static str> {
        OUTCOMES.into_iter().filter(move |outcome| !self.0.gives.contains(outcome))
    }
}

impl PartialEq for Format {
    fn eq(&self, other: &Self) -> bool {
        self.0.name == other.0.name
    }
}

impl Eq for Format {}

impl fmt::Debug for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.name)
    }
}

impl Serialize for Format {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.0.name)
    }
}
