//! One play, as far as anything is known of it.

use serde::{Deserialize, Serialize};

use super::clock;
use crate::listener::{COMPLETED, Tier};
use crate::scene::Scene;

/// A pause longer than this between two plays ends a session: half an hour, the usual rule for logs
/// without sessions of their own.
pub const SESSION_GAP_MS: i64 = 30 * 60_000;
/// How long a song is taken to be where nothing says: three and a half minutes.
pub const TYPICAL_DURATION_MS: u32 = 210_000;
/// No song and no play is longer: a day.
pub const MOST_DURATION_MS: u32 = 86_400_000;
/// Share of a song heard where it is only known that it was broken off. The simulated listener's mean
/// depth of such plays lies between 0.12 and 0.42.
const BROKEN_OFF: f32 = 0.25;
/// The most of a song that counts as broken off.
const NEARLY: f32 = 0.94;
/// Characters of a text that are kept.
const LONGEST_TEXT: usize = 500;

/// One play. What is absent is unknown, not zero and not false. This is also one line of Melody's own
/// JSON Lines: the fields' names are the keys, and no other key is allowed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Play {
    /// Whose play it is, where a file has several listeners.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub listener: Option<String>,
    /// When the play began, in milliseconds since 1970; in a file RFC 3339 (or milliseconds), as `time`.
    #[serde(rename = "time", with = "clock", skip_serializing_if = "Option::is_none")]
    pub time_ms: Option<i64>,
    /// Of the song; needed with the artist where `song` is absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// One artist, or several as one text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub artist: Option<String>,
    /// A genre of the taxonomy, or a name that it hears as one of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub genre: Option<String>,
    /// The identifier of the catalogue's song, where the play names one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub song: Option<String>,
    /// Milliseconds heard.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ms_played: Option<u32>,
    /// In [0, 1].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub play_ratio: Option<f32>,
    /// Heard to the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub completed: Option<bool>,
    /// The song's length, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration_ms: Option<u32>,
    /// The listener went on before the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub skipped: Option<bool>,
    /// A like while it played.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub liked: Option<bool>,
    /// Saved while it played.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub saved: Option<bool>,
    /// The listener chose the song; it did not just come up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opened: Option<bool>,
    /// The situation, where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scene: Option<Scene>,
    /// Plays of one sitting have the same; without it, pauses tell.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session: Option<String>,
    /// What the listener paid then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tier: Option<Tier>,
    /// `song` is not what was heard but stands in for it, so its content is imputed.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub imputed: bool,
}

/// How a play went.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Outcome {
    /// In [0, 1].
    pub play_ratio: f32,
    /// Heard to the end.
    pub completed: bool,
    /// Left early by the listener's own hand.
    pub skipped: bool,
    /// Whether the play says anything of it. What it does not say is assumed.
    pub known: bool,
}

impl Play {
    /// How the play went, of a song that is `duration_ms` long unless the play says otherwise.
    ///
    /// Completed is what is said to be, or else was heard to 95 %. What was not completed counts as
    /// skipped unless it is said not to be. A service that only lists what was heard (a scrobble) has
    /// it completed. A play that was only said to be skipped, or not completed, is taken to end at a
    /// quarter.
    pub fn outcome(&self, duration_ms: Option<u32>) -> Outcome {
        let duration = self.duration_ms.or(duration_ms).unwrap_or(TYPICAL_DURATION_MS);
        let heard = |ms: u32| (f64::from(ms) / f64::from(duration.max(1))).min(1.0) as f32;
        let ratio = self.play_ratio.or(self.ms_played.map(heard));
        let known = ratio.is_some() || self.completed.is_some() || self.skipped.is_some();
        let completed = match (self.completed, ratio) {
            (Some(said), _) => said,
            (None, Some(ratio)) => ratio >= COMPLETED,
            (None, None) => self.skipped != Some(true),
        };
        let play_ratio = match (completed, ratio) {
            (true, _) => 1.0,
            (false, Some(ratio)) => ratio.min(NEARLY),
            (false, None) => BROKEN_OFF,
        };
        let skipped = !completed && self.skipped.unwrap_or(true);
        Outcome { play_ratio, completed, skipped, known }
    }

    /// How long was listened, in milliseconds, as well as it can be said.
    pub fn heard_ms(&self) -> u32 {
        self.ms_played.unwrap_or_else(|| {
            let duration = self.duration_ms.unwrap_or(TYPICAL_DURATION_MS);
            (self.outcome(None).play_ratio * duration as f32) as u32
        })
    }

    /// The field that makes no sense and why, if any does not.
    pub fn fault(&self) -> Option<(&'static str, &'static str)> {
        let ratio = self.play_ratio.unwrap_or(0.0);
        if !(0.0..=1.0).contains(&ratio) {
            return Some(("play_ratio", "outside 0 to 1"));
        }
        if self.ms_played.is_some_and(|ms| ms > MOST_DURATION_MS) {
            return Some(("ms_played", "more than a day"));
        }
        if self.duration_ms.is_some_and(|ms| !(1..=MOST_DURATION_MS).contains(&ms)) {
            return Some(("duration_ms", "not between a millisecond and a day"));
        }
        if self.song.is_none() && (self.title.is_none() || self.artist.is_none()) {
            return Some(("title", "neither title and artist nor a song's identifier"));
        }
        None
    }

    /// The same with every text fit to be shown; what is left of a text may be nothing.
    pub fn cleaned(mut self) -> Self {
        for text in [
            &mut self.listener,
            &mut self.title,
            &mut self.artist,
            &mut self.genre,
            &mut self.song,
            &mut self.session,
        ] {
            *text = text.take().and_then(|text| clean(&text));
        }
        self
    }
}

/// A text without control characters, which could rewrite a terminal, and not too long to be one.
fn clean(text: &str) -> Option<String> {
    let plain = |c: char| if c.is_control() { ' ' } else { c };
    let clean: String = text.chars().take(LONGEST_TEXT).map(plain).collect();
    let clean = clean.trim();
    (!clean.is_empty()).then(|| clean.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(play: Play) -> (f32, bool, bool, bool) {
        let o = play.outcome(Some(100_000));
        (o.play_ratio, o.completed, o.skipped, o.known)
    }

    #[test]
    fn how_a_play_went_follows_from_what_is_said_of_it() {
        let play = Play::default;
        assert_eq!(outcome(play()), (1.0, true, false, false));
        assert_eq!(outcome(Play { skipped: Some(true), ..play() }), (0.25, false, true, true));
        assert_eq!(outcome(Play { completed: Some(false), ..play() }), (0.25, false, true, true));
        assert_eq!(outcome(Play { ms_played: Some(95_000), ..play() }), (1.0, true, false, true));
        assert_eq!(outcome(Play { ms_played: Some(50_000), ..play() }), (0.5, false, true, true));
        // Left at half, without going on.
        let left = Play { play_ratio: Some(0.5), skipped: Some(false), ..play() };
        assert_eq!(outcome(left), (0.5, false, false, true));
        // Its own duration counts before the song's.
        let long = Play { ms_played: Some(95_000), duration_ms: Some(950_000), ..play() };
        assert_eq!(outcome(long), (0.1, false, true, true));
        // What is said counts before what is measured.
        let said = Play { completed: Some(false), play_ratio: Some(1.0), ..play() };
        assert_eq!(outcome(said), (0.94, false, true, true));
    }

    #[test]
    fn texts_cannot_rewrite_a_terminal() {
        let play = Play {
            title: Some(" a\u{1b}[31m\n ".into()),
            artist: Some("\u{7}".into()),
            ..Play::default()
        };
        let play = play.cleaned();
        assert_eq!(play.title.as_deref(), Some("a [31m"));
        assert_eq!(play.artist, None);
    }
}
