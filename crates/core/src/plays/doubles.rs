//! Plays that are told twice: by files that overlap, by a file that is named twice, by the two histories
//! that one service hands out.
//!
//! A play counted twice is a listener who seems to play everything again at once. One rule finds such plays,
//! whoever imports. Of one listener and one song, two plays are the same
//!
//! - where both began at the same time; or
//! - where both ended in the same minute, one of the two tells no more than that minute (Spotify's account
//!   data), and as much was heard of both, within a second. The one that tells more stays.
//!
//! A time that is missing, or told by the hour to plays of a named session, says only what came after what:
//! there the same song twice may be two plays. Such plays are the same where a run of them is one list of at
//! least two plays, told over again.

use std::collections::HashMap;

use super::play::Play;

const HOUR_MS: i64 = 3_600_000;
const MINUTE_MS: i64 = 60_000;
/// How far apart two tellings of what was heard may be, in milliseconds.
const HEARD_MS: u32 = 1_000;
/// Tellings of one play begin no further apart than this.
const APART_MS: i64 = MINUTE_MS + HEARD_MS as i64;

/// What tells songs apart in files: title and artist, or else the catalogue's identifier.
type Song<'p> = [Option<&'p str>; 2];

/// The plays of one listener, oldest first, without those that are told twice, and how many those were.
/// Each play comes with the time it is ordered by, in milliseconds since 1970, and stays in its place.
pub fn without_doubles<T>(plays: Vec<(T, Play)>) -> (Vec<(T, Play)>, usize) {
    let stays = staying(&plays);
    let all = plays.len();
    let kept: Vec<(T, Play)> =
        plays.into_iter().zip(stays).filter_map(|(play, stays)| stays.then_some(play)).collect();
    let doubles = all - kept.len();
    (kept, doubles)
}

/// Of each play whether it stays.
fn staying<T>(plays: &[(T, Play)]) -> Vec<bool> {
    let mut stays = vec![true; plays.len()];
    let mut by_song: HashMap<Song, Vec<usize>> = HashMap::new();
    for (place, (_, play)) in plays.iter().enumerate().filter(|(_, (_, play))| exact(play)) {
        let before = by_song.entry(song(play)).or_default();
        let near = before.iter().rev().take_while(|&&other| {
            apart(&plays[other].1, play).is_some_and(|apart| apart <= APART_MS)
        });
        let told = near.copied().find(|&other| stays[other] && same(&plays[other].1, play));
        match told {
            // Of an end that is told by the minute nothing more is known.
            Some(other) if by_minute(&plays[other].1) && !by_minute(play) => {
                stays[other] = false;
                before.push(place);
            }
            Some(_) => stays[place] = false,
            None => before.push(place),
        }
    }
    let coarse: Vec<usize> = (0..plays.len()).filter(|&place| !exact(&plays[place].1)).collect();
    let together = |a: &usize, b: &usize| {
        let [a, b] = [*a, *b].map(|place| &plays[place].1);
        a.time_ms == b.time_ms && a.session == b.session
    };
    for run in coarse.chunk_by(together) {
        let length = period(run, &|a, b| plays[a].1 == plays[b].1);
        run[length..].iter().for_each(|&place| stays[place] = false);
    }
    stays
}

/// Whether a play's time tells it from another of the same song.
fn exact(play: &Play) -> bool {
    play.time_ms.is_some_and(|time| play.session.is_none() || time % HOUR_MS != 0)
}

fn song(play: &Play) -> Song<'_> {
    match &play.title {
        Some(title) => [Some(title), play.artist.as_deref()],
        None => [None, play.song.as_deref()],
    }
}

fn apart(a: &Play, b: &Play) -> Option<i64> {
    Some((b.time_ms? - a.time_ms?).abs())
}

/// When a play ended, where that is known.
fn ended(play: &Play) -> Option<i64> {
    Some(play.time_ms? + i64::from(play.ms_played?))
}

/// Whether no more seems to be known of the end than its minute.
fn by_minute(play: &Play) -> bool {
    ended(play).is_some_and(|end| end % MINUTE_MS == 0)
}

/// Whether two plays of one song, both with a time, are one.
fn same(a: &Play, b: &Play) -> bool {
    if a.time_ms == b.time_ms {
        return true;
    }
    let heard = a.ms_played.zip(b.ms_played).is_some_and(|(a, b)| a.abs_diff(b) <= HEARD_MS);
    let minute = |play: &Play| ended(play).map(|end| end / MINUTE_MS);
    heard && minute(a) == minute(b) && (by_minute(a) || by_minute(b))
}

/// The length of the list that a run is made of, told again and again; that of the run where it is not.
fn period(run: &[usize], same: &dyn Fn(usize, usize) -> bool) -> usize {
    let whole = run.len();
    let repeats = |length: &usize| {
        whole.is_multiple_of(*length)
            && run[*length..].iter().zip(run).all(|(&later, &before)| same(later, before))
    };
    (2..=whole / 2).find(repeats).unwrap_or(whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn play(title: &str, time_ms: Option<i64>) -> Play {
        Play { title: Some(title.into()), artist: Some("A".into()), time_ms, ..Play::default() }
    }

    /// As Spotify tells of it: by its end.
    fn stream(title: &str, end: i64, ms_played: u32) -> Play {
        Play { ms_played: Some(ms_played), ..play(title, Some(end - i64::from(ms_played))) }
    }

    fn left(mut plays: Vec<Play>) -> (Vec<Play>, usize) {
        plays.sort_by_key(|play| play.time_ms);
        let (left, doubles) = without_doubles(plays.into_iter().map(|p| ((), p)).collect());
        (left.into_iter().map(|(_, play)| play).collect(), doubles)
    }

    #[test]
    fn the_same_song_at_the_same_time_is_one_play_in_a_session_or_not() {
        let sitting = |play: Play| Play { session: Some("1".into()), ..play };
        let plays = [play("a", Some(1_000)), play("b", Some(1_000)), play("a", Some(2_000))];
        let twice = || [plays.clone(), plays.clone()].concat();
        assert_eq!(left(twice()), (plays.to_vec(), 3));
        let (left, doubles) = left(twice().into_iter().map(sitting).collect());
        assert_eq!((left.len(), doubles), (3, 3));
    }

    #[test]
    fn an_end_told_by_the_minute_is_the_end_within_that_minute() {
        let (told, minute) = (stream("a", 656_250, 236_000), stream("a", 600_000, 236_000));
        assert_eq!(left(vec![minute.clone(), told.clone()]), (vec![told.clone()], 1));
        assert_eq!(left(vec![told.clone(), minute.clone()]), (vec![told.clone()], 1));
        // Another minute, another length, another song, or two ends told to the second: two plays.
        for other in [
            stream("a", 660_000, 236_000),
            stream("a", 600_000, 234_000),
            stream("b", 600_000, 236_000),
            stream("a", 601_000, 236_000),
        ] {
            assert_eq!(left(vec![told.clone(), other.clone()]).1, 0, "{other:?}");
        }
        // Within one minute a song may be begun more than once.
        let short = || vec![stream("a", 600_000, 9_000), stream("a", 600_000, 20_000)];
        assert_eq!(left(short()).1, 0);
        let long = || vec![stream("a", 612_000, 9_000), stream("a", 634_000, 20_000)];
        assert_eq!(left([short(), long()].concat()), (long(), 2));
    }

    #[test]
    fn where_times_do_not_tell_plays_apart_whole_lists_are_compared() {
        let by_hour =
            |title: &str| Play { session: Some("1".into()), ..play(title, Some(HOUR_MS)) };
        let list = || ["a", "b", "b", "c"].map(by_hour).to_vec();
        assert_eq!(left(list()), (list(), 0), "a song heard again is no double");
        assert_eq!(left([list(), list(), list()].concat()), (list(), 8));
        let timeless = || ["a", "b"].map(|title| play(title, None)).to_vec();
        assert_eq!(left([timeless(), timeless()].concat()), (timeless(), 2));
        assert_eq!(left(vec![by_hour("a"), by_hour("a")]).1, 0, "once and again");
    }
}
