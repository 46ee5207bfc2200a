//! Plays as interactions with a catalogue's songs.

use std::collections::HashMap;

use super::matching::{How, Matcher};
use super::play::{Outcome, Play, SESSION_GAP_MS};
use super::reader::Recorded;
use crate::catalogue::{Catalogue, SongId};
use crate::listener::Interaction;
use crate::scene::Scene;

/// A play and the song of the catalogue it counts as.
#[derive(Clone, Copy, Debug)]
pub struct Matched<'p> {
    /// As it was read.
    pub play: &'p Play,
    /// The song of the catalogue it stands for.
    pub song: SongId,
    /// How that song was found.
    pub how: How,
    /// How long what was heard is, in milliseconds, where that is known.
    pub length: Option<u32>,
    /// How the play went.
    pub outcome: Outcome,
}

/// Every play with the song it counts as, in order. Where no stand-ins are wanted, plays of songs that
/// are not in the catalogue are left out.
///
/// A play's own `song` counts if it is of this catalogue, which its hash tells, or if the play has no
/// title to go by. How long a song is the catalogue knows, where it has the very recording; else the service says, of this play
/// or of another of the song; else the longest full play that was heard more than once tells; else nothing does.
pub fn placed<'p>(matcher: &Matcher, recorded: &'p Recorded) -> Vec<Matched<'p>> {
    let catalogue = matcher.catalogue();
    let ours = recorded.catalogue.as_ref() == Some(&catalogue.hash);
    let lengths = lengths(&recorded.plays);
    let find = |play: &Play| {
        let counts = ours || play.title.is_none() && !play.imputed;
        let named = play.song.as_ref().filter(|_| counts).and_then(|id| catalogue.find(id));
        match named {
            // Why it was chosen to stand in is not written down.
            Some(song) if play.imputed => (song, How::Anything),
            Some(song) => (song, How::Identifier),
            None => matcher.find(play).unwrap_or_else(|| matcher.stand_in(play)),
        }
    };
    let plays = recorded.plays.iter().filter_map(|play| {
        let (song, how) = find(play);
        if how.imputed() && !recorded.stand_ins {
            return None;
        }
        let known = Some(catalogue.song(song).duration_ms);
        let heard = lengths.get(&key(play)).copied();
        let length = match how {
            How::Identifier | How::Exact => known,
            // Another version is as long as it is.
            How::Version => play.duration_ms.or(heard).or(known),
            How::SameArtist | How::SameGenre | How::Anything => play.duration_ms.or(heard),
        };
        Some(Matched { play, song, how, length, outcome: play.outcome(length) })
    });
    plays.collect()
}

/// What tells songs apart in a listener's plays.
fn key(play: &Play) -> [Option<&str>; 3] {
    [play.song.as_deref(), play.artist.as_deref(), play.title.as_deref()]
}

/// Two full plays of a song are as long as each other within this, in milliseconds: by what services say is heard out, and where
/// they do not say it.
const SAME_LENGTH_MS: [u32; 2] = [1_000, 100];
/// What was heard as often as that is the whole song only if it is longer than a glance.
const LEAST_LENGTH_MS: u32 = 30_000;

/// How long songs are, in milliseconds, that the plays tell of: as the service says, or as long as the longest full play that was
/// heard more than once. Once, it may have been rewound.
fn lengths(plays: &[Play]) -> HashMap<[Option<&str>; 3], u32> {
    let mut by_song: HashMap<[Option<&str>; 3], Vec<&Play>> = HashMap::new();
    for play in plays {
        by_song.entry(key(play)).or_default().push(play);
    }
    by_song.into_iter().filter_map(|(song, plays)| Some((song, length(&plays)?))).collect()
}

fn length(plays: &[&Play]) -> Option<u32> {
    if let Some(said) = plays.iter().filter_map(|play| play.duration_ms).max() {
        return Some(said);
    }
    let told = plays.iter().any(|play| play.completed.is_some());
    let full = plays.iter().filter(|play| match told {
        true => play.completed == Some(true),
        false => play.skipped != Some(true),
    });
    let mut heard: Vec<u32> = full.filter_map(|play| play.ms_played).collect();
    heard.sort_unstable_by(|a, b| b.cmp(a));
    let [said, unsaid] = SAME_LENGTH_MS;
    let within = if told { said } else { unsaid };
    let again = heard.windows(2).find(|pair| pair[0] - pair[1] <= within).map(|pair| pair[0]);
    again.filter(|&ms| told || ms >= LEAST_LENGTH_MS)
}

/// The plays as a listener's past that ended `since_ms` before the session, oldest first. A play whose
/// scene is unknown has `scene`.
pub fn interactions(
    catalogue: &Catalogue,
    recorded: &Recorded,
    scene: Scene,
    since_ms: i64,
) -> Vec<Interaction> {
    let matcher = Matcher::new(catalogue);
    let (mut past, ended) = timed(catalogue, &placed(&matcher, recorded), scene);
    past.iter_mut().for_each(|play| play.began_ms -= ended + since_ms);
    past
}

/// The plays as interactions at their times, oldest first, and when the last one ended, in milliseconds
/// since 1970. A play whose scene is unknown has `scene`.
pub fn timed(catalogue: &Catalogue, heard: &[Matched], scene: Scene) -> (Vec<Interaction>, i64) {
    let mut past: Vec<Interaction> = Vec::new();
    // Of the play before: when it ended, its session and what it was of.
    let mut before: Option<(i64, &Play)> = None;
    for &Matched { play, song, length, outcome, .. } in heard {
        // A time that is missing, or the same as before because times are rounded to hours, says no
        // more than that this play followed.
        let began = match (play.time_ms, before) {
            (Some(time), None) => time,
            (Some(time), Some((_, last))) if last.time_ms.is_none_or(|at| at < time) => time,
            (_, before) => before.map_or(0, |(ended, _)| ended),
        };
        // Never before the play before it.
        let began = past.last().map_or(began, |last| began.max(last.began_ms));
        let first = before.is_none_or(|(ended, last)| match (&play.session, &last.session) {
            (Some(session), Some(last)) => session != last,
            _ => began - ended > SESSION_GAP_MS,
        });
        let duration = length.unwrap_or(catalogue.song(song).duration_ms);
        let heard = (f64::from(outcome.play_ratio) * f64::from(duration)) as i64;
        past.push(Interaction {
            song,
            began_ms: began,
            play_ratio: outcome.play_ratio,
            completed: outcome.completed,
            skipped: outcome.skipped,
            liked: play.liked == Some(true),
            saved: play.saved == Some(true),
            replayed: !first && before.is_some_and(|(_, last)| key(last) == key(play)),
            searched: false,
            opened: play.opened == Some(true),
            first,
            scene: play.scene.unwrap_or(scene),
        });
        let ended = began + play.ms_played.map_or(heard, i64::from);
        before = Some((ended, play));
    }
    (past, before.map_or(0, |(ended, _)| ended))
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::catalogue::default_catalogue;

    fn play(title: &str, ms: u32, completed: Option<bool>) -> Play {
        let (title, artist) = (Some(title.into()), Some("Velvet Sinners".into()));
        Play { title, artist, ms_played: Some(ms), completed, ..Play::default() }
    }

    /// Of each play the length and the share that was heard, where they are known.
    fn heard(plays: Vec<Play>) -> Vec<(Option<u32>, Option<f32>)> {
        let catalogue = default_catalogue();
        let recorded = Recorded { plays, catalogue: None, stand_ins: true };
        let placed = placed(&Matcher::new(&catalogue), &recorded);
        let ratio = |outcome: Outcome| outcome.ratio_known.then_some(outcome.play_ratio);
        placed.iter().map(|heard| (heard.length, ratio(heard.outcome))).collect()
    }

    #[test]
    fn the_catalogue_knows_how_long_its_songs_are_whatever_was_rewound() {
        let left = play("No More Dreamers", 118_000, None);
        let rewound = play("No More Dreamers", 500_000, Some(true));
        let length = Some(236_000);
        assert_eq!(heard(vec![left, rewound]), [(length, Some(0.5)), (length, Some(1.0))]);
    }

    #[test]
    fn what_was_heard_out_more_than_once_tells_how_long_a_song_is() {
        let done = |ms| play("Nobody's Song", ms, Some(true));
        let left = || play("Nobody's Song", 50_000, None);
        let all = heard(vec![left(), done(200_000), done(400_000), done(199_500)]);
        assert_eq!(all[0], (Some(200_000), Some(0.25)));
        // Once may have been rewound.
        assert_eq!(heard(vec![left(), done(200_000)])[0], (None, None));
        // Where nobody says what was heard out, the very same length does, but for a glance.
        let same = |ms| play("Nobody's Song", ms, None);
        assert_eq!(heard(vec![same(150_000), same(150_000)])[0], (Some(150_000), Some(1.0)));
        assert_eq!(heard(vec![same(150_000), same(150_900)])[0], (None, None));
        assert_eq!(heard(vec![same(9_000), same(9_000)])[0], (None, None));
        // The service says it.
        let said = Play { duration_ms: Some(100_000), ..left() };
        assert_eq!(heard(vec![said, done(400_000)])[0], (Some(100_000), Some(0.5)));
    }
}
