//! Listening as a log keeps it: plays with what was seen of each, and with what was truly likely where that is known.

use crate::catalogue::SongId;
use crate::listener::{Account, Interaction, Tier};

/// What was truly likely when a play began.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Truth {
    /// Probability of being heard to the end.
    pub completion: f64,
    /// Expected share of the song heard, 0 to 1.
    pub play_ratio: f64,
    /// Probability of a like or a save.
    pub explicit: f64,
    /// Probability of a save.
    pub save: f64,
    /// Probability of a skip.
    pub skip: f64,
    /// Being played again at once.
    pub replay: f64,
    /// Probability of opening, completing or liking it as a promoted song.
    pub engaged: f64,
    /// Subscribing right after the play: the mean over drawn ways in which it may end.
    pub subscription: Option<f64>,
}

impl Truth {
    /// Names of what is true, in the order of [`Truth::values`].
    pub const NAMES: [&str; 8] = [
        "completion",
        "play_ratio",
        "explicit",
        "save",
        "skip",
        "replay",
        "engaged",
        "subscription",
    ];

    /// In the order of [`Truth::NAMES`].
    pub fn values(&self) -> [Option<f64>; Self::NAMES.len()] {
        [
            Some(self.completion),
            Some(self.play_ratio),
            Some(self.explicit),
            Some(self.save),
            Some(self.skip),
            Some(self.replay),
            Some(self.engaged),
            self.subscription,
        ]
    }

    /// `None` where any but the last value is missing.
    pub fn from_values(values: [Option<f64>; Self::NAMES.len()]) -> Option<Self> {
        let [completion, play_ratio, explicit, save, skip, replay, engaged, subscription] = values;
        Some(Truth {
            completion: completion?,
            play_ratio: play_ratio?,
            explicit: explicit?,
            save: save?,
            skip: skip?,
            replay: replay?,
            engaged: engaged?,
            subscription,
        })
    }
}

/// Which of a play's outcomes were seen. A service does not see them all: what it did not is no
/// label, and stands in the play as false.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known {
    /// Whether it was heard to the end.
    pub completed: bool,
    /// How much of it was heard.
    pub play_ratio: bool,
    /// Whether it was skipped.
    pub skipped: bool,
    /// Whether it was liked.
    pub liked: bool,
    /// Whether it was saved.
    pub saved: bool,
}

impl Known {
    /// What a simulated listener's log knows: everything.
    pub const ALL: Known =
        Known { completed: true, play_ratio: true, skipped: true, liked: true, saved: true };
}

/// One play with its labels.
#[derive(Clone, Debug, PartialEq)]
pub struct LoggedPlay {
    /// What was heard, and how it went.
    pub play: Interaction,
    /// What the listener paid when the play began.
    pub tier: Tier,
    /// Premium songs played so far without a subscription.
    pub previews: u32,
    /// Whether the listener subscribed in this session, at this play or later: the last that says so is the one it came
    /// right after. Absent if they could not: a label that does not exist is masked in training, not zero.
    pub subscribes: Option<bool>,
    /// Whether a promoted song was opened, completed or liked. Absent for natural songs.
    pub engaged: Option<bool>,
    /// Which of its outcomes are labels.
    pub known: Known,
    /// Absent where nobody can know it: for people.
    pub truth: Option<Truth>,
    /// Songs that could have played instead, drawn at random, each with the probability that the
    /// listener would have completed it. Empty where no slate was drawn.
    pub slate: Vec<(SongId, f64)>,
}

/// One sitting of a listener.
#[derive(Clone, Debug, PartialEq)]
pub struct LoggedSession {
    /// Oldest first; at least one.
    pub plays: Vec<LoggedPlay>,
}

/// Everything a training log knows of a listener.
#[derive(Clone, Debug, PartialEq)]
pub struct LoggedListener {
    /// Unique in the log.
    pub name: String,
    /// As it was before the first play.
    pub account: Account,
    /// Oldest first; none is empty.
    pub sessions: Vec<LoggedSession>,
}

impl LoggedListener {
    /// Of all sessions.
    pub fn plays(&self) -> usize {
        self.sessions.iter().map(|s| s.plays.len()).sum()
    }
}
