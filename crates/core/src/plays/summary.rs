//! What was read of files of plays, and what was left out, counted by reason.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use serde::Serialize;

use super::format::Format;
use super::marks::Marks;
use super::play::Play;
use super::record::Refused;
use crate::input::Problem;

/// Reasons that are told apart; what comes after is counted together.
const REASONS: usize = 24;
/// Other listeners that are named.
pub(super) const NAMED: usize = 4;
/// Files that are named; what comes after is counted.
const LISTED: usize = 40;

/// Records that are no plays, for one reason.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Dropped {
    /// Records dropped for this reason.
    pub count: u64,
    /// The first one: file, line and what exactly was wrong.
    pub first: String,
}

/// What was read and what of it was dropped.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ReadSummary {
    /// Each file with the format it is in.
    pub files: Vec<(String, Option<Format>)>,
    /// Records read, good and bad.
    pub records: u64,
    /// By reason.
    pub dropped: BTreeMap<String, Dropped>,
    /// Plays of others than the listener asked for, or else of others than the first one.
    pub other_listeners: u64,
    /// Some of the others.
    pub others: BTreeSet<String>,
    /// The one whose plays these are, if the file names any.
    pub listener: Option<String>,
    /// Plays taken that name no listener.
    #[serde(skip)]
    pub(super) nameless: u64,
    /// Plays whose artist no file names.
    #[serde(skip_serializing_if = "none")]
    pub artist_unknown: u64,
    /// Whether listeners were told apart by Spotify's `username`, of which there are several.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub by_username: bool,
    /// Files that carry no plays, each with what is known of it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub without_plays: Vec<(String, String)>,
    /// Files with plays, or without, beyond those that are named.
    #[serde(skip_serializing_if = "none")]
    pub more_files: u64,
    /// Likes and saves that files tell of apart from the plays: see [`Marks::put`].
    #[serde(skip)]
    pub marks: Marks,
}

fn none(count: &u64) -> bool {
    *count == 0
}

impl ReadSummary {
    pub(super) fn file(&mut self, name: &str, format: Format) {
        match self.files.len() < LISTED {
            true => self.files.push((name.into(), Some(format))),
            false => self.more_files += 1,
        }
    }

    pub(super) fn no_plays(&mut self, name: &str, why: &str) {
        match self.without_plays.len() < LISTED {
            true => self.without_plays.push((name.into(), why.into())),
            false => self.more_files += 1,
        }
    }

    /// Counts a record that is no play. `place` is where it stands.
    pub(super) fn drop(&mut self, refused: Refused, place: &dyn Fn() -> String) {
        let known = self.dropped.contains_key(&refused.reason);
        let reason = match known || self.dropped.len() < REASONS {
            true => refused.reason,
            false => "other reasons".into(),
        };
        let dropped = self.dropped.entry(reason).or_default();
        dropped.count += 1;
        if dropped.first.is_empty() {
            dropped.first = match refused.detail.is_empty() {
                true => place(),
                false => format!("{}: {}", place(), refused.detail),
            };
        }
    }

    /// Why records are no plays, each reason with how many and the first; empty where all are.
    pub fn reasons(&self) -> String {
        let reasons = self.dropped.iter().map(|(reason, dropped)| {
            format!("{} dropped: {reason} (first {})", dropped.count, dropped.first)
        });
        reasons.collect::<Vec<_>>().join("; ")
    }

    /// The problem with files of which no play is left.
    pub fn nothing_kept(&self) -> Problem {
        let name = self.files.first().map_or(String::new(), |(name, _)| name.clone());
        let problem = Problem::new(name, "no play could be read").line(1).field("(whole file)");
        let others: Vec<&str> = self.others.iter().map(String::as_str).collect();
        let reasons = self.reasons();
        problem.help(match (others.is_empty(), reasons.is_empty()) {
            (false, _) => format!("listeners here: {}", others.join(", ")),
            (true, false) => reasons,
            (true, true) => "it has no record".into(),
        })
    }

    /// The problem with plays taken that name nobody, where several listeners are named: they could be anyone's. Only when all is
    /// read is it known how many there are, and by then the plays are among the first one's. Spotify's `username`s are known
    /// beforehand, so that there nobody is a listener, too.
    pub fn whose(&self) -> Option<Problem> {
        let named: Vec<&str> = self
            .listener
            .iter()
            .chain(&self.others)
            .map(String::as_str)
            .filter(|name| !name.is_empty())
            .collect();
        if self.by_username || self.nameless == 0 || named.len() < 2 {
            return None;
        }
        let (name, named) = (self.files.first().map_or("", |(name, _)| name), named.join(", "));
        let message = match self.nameless {
            1 => format!("1 play names no listener, and there are several: {named}"),
            plays => format!("{plays} plays name no listener, and there are several: {named}"),
        };
        let help =
            "`--listener NAME` takes the plays of one, `--listener \"\"` those that name nobody";
        Some(Problem::new(name, message).field("listener").help(help))
    }

    /// Whether a play is of the listener asked for, or else of the first that is named; counts it if not. Plays of nobody by
    /// name are that listener's, too: services that know one listener do not name them.
    pub(super) fn is_of(&mut self, play: &Play, asked: Option<&str>) -> bool {
        let listener = play.listener.as_deref().unwrap_or_default();
        let of = match (asked, self.listener.as_deref()) {
            (Some(asked), _) => asked == listener,
            (None, Some(first)) if self.by_username => first == listener,
            (None, Some(first)) => first == listener || first.is_empty() || listener.is_empty(),
            (None, None) => true,
        };
        if of {
            self.nameless += u64::from(listener.is_empty());
            let first = self.listener.get_or_insert_with(|| listener.into());
            if first.is_empty() {
                *first = listener.into();
            }
        } else {
            self.pass_over(1, [listener]);
        }
        of
    }

    /// Counts plays of others, whose names these are in the order in which they came.
    pub(super) fn pass_over(
        &mut self,
        plays: u64,
        names: impl IntoIterator<Item = impl Into<String>>,
    ) {
        self.other_listeners += plays;
        for name in names {
            if self.others.len() >= NAMED {
                return;
            }
            self.others.insert(name.into());
        }
    }

    /// Whose plays are taken from here on, whatever comes, but for those that name nobody.
    pub(super) fn settled<'a>(&'a self, asked: Option<&'a str>) -> Option<&'a str> {
        asked.or(self.listener.as_deref().filter(|first| !first.is_empty()))
    }
}

pub(super) fn not_written(error: &io::Error) -> Problem {
    Problem::new("(output)", format!("cannot be written: {error}"))
}
