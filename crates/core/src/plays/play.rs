//! One play, as far as anything is known of it.

use serde::{Deserialize, Serialize};

use super::clock;
use crate::listener::{COMPLETED, Tier};
use crate::scene::Scene;

/// A pause longer than this between two plays ends a session: half an hour, the usual rule for logs
/// without sessions of their own.
pub const SESSION_GAP_MS: i64 = 30 * 60_000;
/// How long a song is where nothing says, when hours of listening are added up: three and a half minutes. How a play went is
/// never told by it.
pub const TYPICAL_DURATION_MS: u32 = 210_000;
/// Of a song whose length is not known, this much is not all: hardly any is shorter.
const GLANCE_MS: u32 = 30_000;
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
    /// It goes on where the play before it was left: the same song, paused and taken up again.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub resumed: bool,
    /// What the listener paid then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tier: Option<Tier>,
    /// `song` is not what was heard but stands in for it, so its content is imputed.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub imputed: bool,
}

/// How a play went. What nothing says is assumed, and marked as not known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Outcome {
    /// In [0, 1].
    pub play_ratio: f32,
    /// Heard to the end.
    pub completed: bool,
    /// Left early by the listener's own hand.
    pub skipped: bool,
    /// Whether it is known how much of the song was heard.
    pub ratio_known: bool,
    /// Whether it is known that it was heard to the end, or not.
    pub completed_known: bool,
    /// Whether it is known that it was skipped, or not.
    pub skipped_known: bool,
}

impl Play {
    /// How the play went, of a song that is `length_ms` long where that is known.
    ///
    /// Completed is what is said to be, or else was heard to 95 %. What was said to be skipped was not completed, nor was what
    /// was heard for less than half a minute of a song of unknown length. Of what was not completed nothing says that it was
    /// not skipped: it counts as skipped, unless it is said not to be. A service that only lists what was heard (a scrobble)
    /// has it completed. A play that was not completed, of which no more is known, is taken to end at a quarter.
    pub fn outcome(&self, length_ms: Option<u32>) -> Outcome {
        let share =
            |ms: u32, length: u32| (f64::from(ms) / f64::from(length.max(1))).min(1.0) as f32;
        let of_length = self.ms_played.zip(length_ms).map(|(ms, length)| share(ms, length));
        let ratio = self.play_ratio.or(of_length);
        let glance = self.ms_played.is_some_and(|ms| ms < GLANCE_MS);
        let told = match (self.completed, ratio, self.skipped) {
            (Some(said), _, _) => Some(said),
            (None, Some(ratio), _) => Some(ratio >= COMPLETED),
            (None, None, Some(true)) => Some(false),
            (None, None, _) => glance.then_some(false),
        };
        let completed = told.unwrap_or(true);
        let play_ratio = match (completed, ratio) {
            (true, _) => 1.0,
            (false, Some(ratio)) => ratio.min(NEARLY),
            (false, None) => BROKEN_OFF,
        };
        Outcome {
            play_ratio,
            completed,
            skipped: !completed && self.skipped.unwrap_or(true),
            ratio_known: ratio.is_some()
                || self.completed == Some(true) && self.ms_played.is_some(),
            completed_known: told.is_some(),
            // What was completed was not skipped.
            skipped_known: self.skipped.is_some() || told == Some(true),
        }
    }

    /// How long was listened, in milliseconds, as well as it can be said.
    pub fn heard_ms(&self) -> u32 {
        self.ms_played.unwrap_or_else(|| {
            let duration = self.duration_ms.unwrap_or(TYPICAL_DURATION_MS);
            (self.outcome(self.duration_ms).play_ratio * duration as f32) as u32
        })
    }

    /// When the play ended, as far as it is known; of a play that only says when it was, that.
    pub fn ended_ms(&self) -> Option<i64> {
        Some(self.time_ms?.saturating_add(self.ms_played.map_or(0, i64::from)))
    }

    /// The field that makes no sense and why, if any does not.
    pub fn fault(&self) -> Option<(&'static str, String)> {
        let ratio = self.play_ratio.unwrap_or(0.0);
        if !(0.0..=1.0).contains(&ratio) {
            return Some(("play_ratio", "outside 0 to 1".into()));
        }
        if self.ms_played.is_some_and(|ms| ms > MOST_DURATION_MS) {
            return Some(("ms_played", "more than a day".into()));
        }
        if let Some(ms) = self.duration_ms.filter(|ms| !(1..=MOST_DURATION_MS).contains(ms)) {
            return Some(("duration_ms", format!("{ms} is not between a millisecond and a day")));
        }
        // No song is a second long, and none was heard out in less.
        let whole = self.ms_played.filter(|_| self.completed == Some(true));
        for (field, value) in [("duration_ms", self.duration_ms), ("ms_played", whole)] {
            if let Some(ms) = value.filter(|ms| (1..1_000).contains(ms)) {
                return Some((field, format!("{ms} must be seconds; milliseconds are wanted")));
            }
        }
        if self.song.is_none() && (self.title.is_none() || self.artist.is_none()) {
            let why = "neither title and artist nor a song's identifier";
            return Some(("title", why.into()));
        }
        None
    }

    /// Makes every text fit to be shown; what is left of a text may be nothing.
    pub fn clean(&mut self) {
        for text in [
            &mut self.listener,
            &mut self.title,
            &mut self.artist,
            &mut self.genre,
            &mut self.song,
            &mut self.session,
        ] {
            // As nearly all are.
            if text.as_deref().is_some_and(|text| !is_clean(text)) {
                *text = text.take().and_then(clean);
            }
        }
    }
}

/// Whether a text is clean as it is: signs of ASCII, and not blanks at its ends.
fn is_clean(text: &str) -> bool {
    let signs = |byte: &u8| (b' '..=b'~').contains(byte);
    let ends = [text.as_bytes().first(), text.as_bytes().last()];
    let short = (1..=LONGEST_TEXT).contains(&text.len());
    short && text.as_bytes().iter().all(signs) && !ends.contains(&Some(&b' '))
}

/// A text without control characters, which could rewrite a terminal, and not too long to be one.
fn clean(text: String) -> Option<String> {
    let plain = |c: char| if c.is_control() { ' ' } else { c };
    let clean: String = text.chars().take(LONGEST_TEXT).map(plain).collect();
    let clean = clean.trim();
    (!clean.is_empty()).then(|| clean.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(play: &Play, length: Option<u32>) -> ([bool; 2], f32, [bool; 3]) {
        let o = play.outcome(length);
        let known = [o.ratio_known, o.completed_known, o.skipped_known];
        ([o.completed, o.skipped], o.play_ratio, known)
    }

    #[test]
    fn how_a_play_went_follows_from_what_is_said_of_it() {
        let play = Play::default;
        let (done, left, skip) = ([true, false], [false, false], [false, true]);
        let heard = |ms| Play { ms_played: Some(ms), ..play() };
        let of = |play: Play| outcome(&play, Some(100_000));
        assert_eq!(of(play()), (done, 1.0, [false, false, false]));
        assert_eq!(of(Play { skipped: Some(true), ..play() }), (skip, 0.25, [false, true, true]));
        assert_eq!(
            of(Play { completed: Some(false), ..play() }),
            (skip, 0.25, [false, true, false])
        );
        assert_eq!(of(heard(95_000)), (done, 1.0, [true, true, true]));
        assert_eq!(of(heard(50_000)), (skip, 0.5, [true, true, false]));
        // Left at half, without going on.
        let stopped = Play { play_ratio: Some(0.5), skipped: Some(false), ..play() };
        assert_eq!(of(stopped), (left, 0.5, [true, true, true]));
        // What is said counts before what is measured.
        let said = Play { completed: Some(false), play_ratio: Some(1.0), ..play() };
        assert_eq!(of(said), (skip, 0.94, [true, true, false]));
    }

    #[test]
    fn of_a_song_of_unknown_length_only_what_is_said_is_known() {
        let heard = |ms| Play { ms_played: Some(ms), ..Play::default() };
        assert_eq!(outcome(&heard(150_000), None), ([true, false], 1.0, [false; 3]));
        assert_eq!(outcome(&heard(9_000), None), ([false, true], 0.25, [false, true, false]));
        let done = Play { completed: Some(true), ..heard(150_000) };
        assert_eq!(outcome(&done, None), ([true, false], 1.0, [true; 3]));
        let skipped = Play { skipped: Some(true), ..heard(150_000) };
        assert_eq!(outcome(&skipped, None), ([false, true], 0.25, [false, true, true]));
    }

    #[test]
    fn seconds_are_no_milliseconds() {
        let song = Play { song: Some("s".into()), ..Play::default() };
        let fault = |play: Play| play.fault().map(|(field, why)| format!("{field}: {why}"));
        let whole = Play { completed: Some(true), ms_played: Some(236), ..song.clone() };
        let length = Play { duration_ms: Some(236), ..song.clone() };
        let seconds = |field| format!("{field}: 236 must be seconds; milliseconds are wanted");
        assert_eq!(fault(whole), Some(seconds("ms_played")));
        assert_eq!(fault(length), Some(seconds("duration_ms")));
        assert_eq!(fault(Play { ms_played: Some(236), ..song }), None, "a glance");
        let line = |time: &str| serde_json::from_str::<Play>(&format!("{{\"time\": {time}}}"));
        let refused = line("1709402400").unwrap_err().to_string();
        assert!(refused.contains("1709402400 is a time in seconds"), "{refused}");
        assert_eq!(line("1709402400000").unwrap().time_ms, Some(1_709_402_400_000));
    }

    #[test]
    fn texts_cannot_rewrite_a_terminal() {
        let mut play = Play {
            title: Some(" a\u{1b}[31m\n ".into()),
            artist: Some("\u{7}".into()),
            ..Play::default()
        };
        play.clean();
        assert_eq!(play.title.as_deref(), Some("a [31m"));
        assert_eq!(play.artist, None);
        for text in [" a", "a ", "a\u{7f}", "é\u{85}", "", " ", "\u{a0}a"] {
            let plain = |c: char| if c.is_control() { ' ' } else { c };
            let spoken: String = text.chars().map(plain).collect();
            let expected = Some(spoken.trim().to_string()).filter(|text| !text.is_empty());
            assert_eq!(clean(text.to_string()), expected, "{text:?}");
        }
        assert!(is_clean("a b~") && !is_clean(" a") && !is_clean(""));
        assert_eq!(clean("a b~".into()).as_deref(), Some("a b~"));
        assert_eq!(clean("x".repeat(501)).map(|text| text.len()), Some(500));
    }
}
