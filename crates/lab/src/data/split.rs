//! Which plays are learned from and which are kept to judge by.

use serde::{Deserialize, Serialize};

use melody_core::plays::LoggedListener;
use melody_core::rng::hash64;

/// A part of the data. No listener is in two of the first three; the last holds the later sessions
/// of listeners whose earlier ones are in `Train`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Split {
    /// Learned from.
    Train,
    /// For near-line examples, for stopping early and for calibrating.
    Validation,
    /// Listeners never learned from.
    Test,
    /// What listeners of `Train` did after everything that was learned from.
    Later,
}

impl Split {
    /// In the order that files and reports give them.
    pub const ALL: [Split; 4] = [Split::Train, Split::Validation, Split::Test, Split::Later];

    /// As files and the command line write it.
    pub fn name(self) -> &'static str {
        match self {
            Split::Train => "train",
            Split::Validation => "validation",
            Split::Test => "test",
            Split::Later => "later",
        }
    }
}

/// Largest share of the plays that can be kept as the later ones: some are to be learned from.
const MOST_LATER: f64 = 0.95;

/// How a training log is split: listeners by a hash of their name, and the training listeners'
/// sessions by time.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Splits {
    /// Another seed puts other listeners into the parts.
    pub seed: u64,
    /// Share of the listeners, in [0, 1].
    pub validation: f64,
    /// Share of the listeners, in [0, 1].
    pub test: f64,
    /// Share of the training listeners' plays, the newest, that is kept to judge by, in [0, 1).
    pub later: f64,
    /// Sessions that reach this time, in milliseconds of the log's clock, are the later ones.
    /// Absent if there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cut_ms: Option<i64>,
}

impl Default for Splits {
    fn default() -> Self {
        Splits { seed: 1, validation: 0.05, test: 0.10, later: 0.10, cut_ms: None }
    }
}

impl Splits {
    /// What makes no sense: the field, and why.
    pub fn problems(&self) -> Vec<(&'static str, String)> {
        let shares = [
            ("validation", self.validation, 1.0),
            ("test", self.test, 1.0),
            ("later", self.later, MOST_LATER),
        ];
        let mut problems = Vec::new();
        for (name, share, most) in shares {
            if !(0.0..=most).contains(&share) {
                problems.push((name, format!("{share} is outside 0 to {most}")));
            }
        }
        if problems.is_empty() && self.validation + self.test > 1.0 {
            let both = self.validation + self.test;
            problems.push(("test", format!("validation and test are {both} of all listeners")));
        }
        problems
    }

    /// `Train`, `Validation` or `Test`, by the first 64 bits of SHA-256 of seed and name. Sessions of one listener that were
    /// logged [apart](session_of) are in one part.
    pub fn listener(&self, name: &str) -> Split {
        let place = hash64(&format!("{}:{}", self.seed, whose(name))) as f64 / 2f64.powi(64);
        if place < self.test {
            Split::Test
        } else if place < self.test + self.validation {
            Split::Validation
        } else {
            Split::Train
        }
    }

    /// Sessions of a listener that are wholly before the cut. A session is one whole: whether a
    /// listener subscribes in it is known only at its end.
    pub fn earlier(&self, listener: &LoggedListener) -> usize {
        let Some(cut) = self.cut_ms else { return listener.sessions.len() };
        let before = |end: &melody_core::plays::LoggedPlay| end.play.began_ms < cut;
        listener.sessions.partition_point(|s| s.plays.last().is_none_or(before))
    }

    /// What of a listener is in `split`: the number of sessions, and of those the ones that are
    /// known but are another split's. `None` if nothing is.
    pub fn sessions(&self, listener: &LoggedListener, split: Split) -> Option<Sessions> {
        let all = listener.sessions.len();
        let own = self.listener(&listener.name);
        let (known, until) = match split {
            Split::Later => (self.earlier(listener), all),
            Split::Train => (0, self.earlier(listener)),
            Split::Validation | Split::Test => (0, all),
        };
        let wanted = if split == Split::Later { Split::Train } else { split };
        (own == wanted && known < until).then_some(Sessions { known, until })
    }
}

/// What stands between a listener's name and a session's.
const AT: &str = " @ ";
/// Digits of a session's hash that are in a name.
const DIGITS: usize = 12;

/// The name of a listener in one of several sessions that were logged apart, each with the past it began with: in a training log
/// these are listeners of their own. `hash` is the session's, in hexadecimal.
pub fn session_of(listener: &str, hash: &str) -> String {
    let digits: String = hash.chars().take(DIGITS).collect();
    format!("{listener}{AT}{digits}")
}

/// The listener's own name. What they heard before is in each of their sessions: were these in two parts, what is judged by would
/// have been learned.
fn whose(name: &str) -> &str {
    let digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    let hash = |hash: &str| hash.len() == DIGITS && hash.bytes().all(digit);
    name.rsplit_once(AT).filter(|(_, end)| hash(end)).map_or(name, |(listener, _)| listener)
}

/// Sessions of one listener in one split.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sessions {
    /// The sessions before this one are the listener's past and no more.
    pub known: usize,
    /// The sessions from this one on have not happened yet.
    pub until: usize,
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::data::made_up::listener;

    #[test]
    fn each_part_gets_about_its_share_of_the_listeners() {
        let splits = Splits { validation: 0.2, test: 0.3, ..Splits::default() };
        let parts: Vec<Split> = (0..10_000).map(|i| splits.listener(&format!("l{i}"))).collect();
        for (split, share) in [(Split::Test, 0.3), (Split::Validation, 0.2), (Split::Train, 0.5)] {
            let found = parts.iter().filter(|part| **part == split).count() as f64 / 10_000.0;
            // Four standard deviations.
            assert!((found - share).abs() < 0.02, "{} {found}", split.name());
        }
        let other = Splits { seed: 2, ..splits };
        assert!((0..100).any(|i| other.listener(&format!("l{i}")) != parts[i]));
        for (i, part) in parts.iter().enumerate().take(200) {
            let session = session_of(&format!("l{i}"), "0123456789abcdef");
            assert_eq!(session, format!("l{i} @ 0123456789ab"));
            assert_eq!(splits.listener(&session), *part, "a listener's sessions are in one part");
        }
        let mail = |i: usize| splits.listener(&format!("l{i} @ 0123456789aB"));
        assert!((0..200).any(|i| mail(i) != parts[i]), "another name is another listener");
    }

    #[test]
    fn a_larger_test_part_keeps_those_who_were_in_it() {
        let small = Splits { test: 0.1, ..Splits::default() };
        let large = Splits { test: 0.4, ..Splits::default() };
        let names: Vec<String> = (0..500).map(|i| format!("l{i}")).collect();
        let tested = |splits: &Splits, name: &&String| splits.listener(name) == Split::Test;
        assert!(names.iter().filter(|n| tested(&small, n)).all(|n| tested(&large, &n)));
    }

    #[test]
    fn a_session_that_reaches_the_cut_is_later_as_a_whole() {
        let splits = Splits { validation: 0.0, test: 0.0, cut_ms: Some(100), ..Splits::default() };
        let one = listener("one", &[&[10, 20], &[90, 100], &[120]]);
        assert_eq!(splits.earlier(&one), 1);
        let part = |split| splits.sessions(&one, split);
        assert_eq!(part(Split::Train), Some(Sessions { known: 0, until: 1 }));
        assert_eq!(part(Split::Later), Some(Sessions { known: 1, until: 3 }));
        assert_eq!(part(Split::Test), None);
        let uncut = Splits { cut_ms: None, ..splits };
        assert_eq!(uncut.sessions(&one, Split::Train), Some(Sessions { known: 0, until: 3 }));
        assert_eq!(uncut.sessions(&one, Split::Later), None);
        let late = listener("late", &[&[200]]);
        assert_eq!(splits.sessions(&late, Split::Train), None);
    }

    #[test]
    fn shares_that_make_no_sense_are_told_by_name() {
        let named = |splits: Splits| -> Vec<&str> {
            splits.problems().into_iter().map(|(name, _)| name).collect()
        };
        let fine = Splits::default();
        assert!(named(fine).is_empty());
        assert_eq!(named(Splits { validation: -0.1, test: 1.5, ..fine }), ["validation", "test"]);
        assert_eq!(named(Splits { validation: 0.6, test: 0.6, ..fine }), ["test"]);
        assert_eq!(named(Splits { later: 0.96, ..fine }), ["later"]);
        assert_eq!(named(Splits { later: f64::NAN, ..fine }), ["later"]);
    }
}
