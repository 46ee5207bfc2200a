//! A listener's plays as they were, however they are told: each once, and whole.
//!
//! A play counted twice is a listener who seems to play everything again at once; a play in two pieces is one who leaves and
//! comes back to the beginning. One rule finds both, whoever imports.
//!
//! **Told twice.** Of one listener and one song, two plays are the same
//!
//! - where both began at the same time, or within two seconds and as much was heard of both, within a second: nobody hears a
//!   song twice at once;
//! - where both ended in the same minute, one of the two tells no more than that minute (Spotify's account data), and as much
//!   was heard of both, within a second;
//! - where one of the two only says that the song was heard (a scrobble), and both began within half a minute, or in the same
//!   minute, by which one of the two is told.
//!
//! The one that tells more stays. A song is the same however its title is written. A time that is missing, or told by the hour to
//! plays of a named session, says only what came after what: there the same song twice may be two plays. Such plays are the same
//! where a run of them is one list of at least two plays, told over again.
//!
//! **In pieces.** A play that goes on with the one before it ([`Play::resumed`]) is one with it, where it is of the same song, within a
//! day, that one was neither heard out nor skipped, and both together are no longer than the song, as far as its length is known.

use std::iter::successors;

use super::play::Play;
use super::songs::Songs;

const HOUR_MS: i64 = 3_600_000;
const MINUTE_MS: i64 = 60_000;
/// How far apart two tellings of what was heard may be, in milliseconds.
const HEARD_MS: u32 = 1_000;
/// How far apart two tellings of when a play began may be.
const BEGAN_MS: i64 = 2_000;
/// The same for one who tells nothing but that.
const SCROBBLED_MS: i64 = 30_000;
/// Tellings of one play end no further apart than this: one without a length ends when it began.
const APART_MS: i64 = 20 * MINUTE_MS;
/// A play that is taken up again later is another one.
const LATER_MS: i64 = 24 * HOUR_MS;
/// How much longer than the song its pieces may be together.
const LONGER: f64 = 1.05;

/// What is left of a listener's plays.
pub struct Settled<T> {
    /// In the order they came in, each in the place of its first piece.
    pub plays: Vec<(T, Play)>,
    /// Plays that were told twice.
    pub doubles: usize,
    /// Pieces that were put to the play before them.
    pub pieces: usize,
}

/// When a play is among others, in milliseconds since 1970: by its end, because that is what services write down, and because
/// of several within the minute that is told the order of the file then stays.
pub fn place_ms(play: &Play) -> Option<i64> {
    play.ended_ms()
}

/// The plays of one listener, in the order of [`place_ms`], each once and whole. Each play comes with what it is ordered by.
pub fn settled<T>(plays: Vec<(T, Play)>) -> Settled<T> {
    settled_of(plays, &mut Songs::default())
}

/// The same, where songs may have been numbered before.
pub(super) fn settled_of<T>(plays: Vec<(T, Play)>, songs: &mut Songs) -> Settled<T> {
    let songs = songs.numbers(plays.iter().map(|(_, play)| play));
    let stays = staying(&plays, &songs);
    let (all, once) = (plays.len(), stays.iter().filter(|stays| **stays).count());
    let plays = joined(plays, &songs, &stays);
    Settled { doubles: all - once, pieces: once - plays.len(), plays }
}

/// Of each play whether it stays.
fn staying<T>(plays: &[(T, Play)], songs: &[usize]) -> Vec<bool> {
    let mut stays = vec![true; plays.len()];
    // The newest play of each song, and of each play the one of the same song before it, of those that are held against others.
    let mut newest: Vec<Option<usize>> = vec![None; songs.iter().max().map_or(0, |most| most + 1)];
    let mut before: Vec<Option<usize>> = vec![None; plays.len()];
    for (place, (_, play)) in plays.iter().enumerate().filter(|(_, (_, play))| exact(play)) {
        let mut near =
            successors(newest[songs[place]], |&other| before[other]).take_while(|&other| {
                let apart = place_ms(play).zip(place_ms(&plays[other].1));
                apart.is_some_and(|(later, earlier)| later - earlier <= APART_MS)
            });
        let told = near.find(|&other| stays[other] && same(&plays[other].1, play));
        match told {
            Some(other) if tells(play) > tells(&plays[other].1) => stays[other] = false,
            Some(_) => {
                stays[place] = false;
                continue;
            }
            None => {}
        }
        before[place] = newest[songs[place]].replace(place);
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

/// How much a play tells: above all when it was, then how it went.
fn tells(play: &Play) -> usize {
    let known = [
        play.ms_played.is_some(),
        play.play_ratio.is_some(),
        play.completed.is_some(),
        play.skipped.is_some(),
        play.liked.is_some(),
        play.saved.is_some(),
        play.duration_ms.is_some(),
        play.opened.is_some(),
    ];
    let told = known.into_iter().filter(|known| *known).count();
    2 * usize::from(!only_heard(play)) * known.len()
        + told
        + usize::from(!by_minute(play)) * known.len()
}

/// Whether no more seems to be known of the end than its minute.
fn by_minute(play: &Play) -> bool {
    play.ms_played.is_some() && play.ended_ms().is_some_and(|end| end % MINUTE_MS == 0)
}

/// Whether a play says no more than that the song was heard.
fn only_heard(play: &Play) -> bool {
    let went = [play.completed, play.skipped];
    play.ms_played.is_none() && play.play_ratio.is_none() && went.iter().all(Option::is_none)
}

/// Whether two plays of one song, both with a time, are one.
fn same(a: &Play, b: &Play) -> bool {
    let (Some(began), Some(other)) = (a.time_ms, b.time_ms) else { return false };
    let apart = (began - other).abs();
    if apart == 0 {
        return true;
    }
    if let Some((one, two)) = a.ms_played.zip(b.ms_played) {
        let minute = |play: &Play| play.ended_ms().map(|end| end / MINUTE_MS);
        let at_once = apart <= BEGAN_MS.min(i64::from(one.min(two)) / 2);
        let by_end = minute(a) == minute(b) && (by_minute(a) || by_minute(b));
        return one.abs_diff(two) <= HEARD_MS && (at_once || by_end);
    }
    let whole = [began, other].iter().any(|time| time % MINUTE_MS == 0);
    let by_beginning = whole && began / MINUTE_MS == other / MINUTE_MS;
    (only_heard(a) || only_heard(b)) && (apart <= SCROBBLED_MS || by_beginning)
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

/// Of each song the longest that is known, in milliseconds, by the plays that stay.
fn longest<T>(plays: &[(T, Play)], songs: &[usize], stays: &[bool]) -> Vec<Option<u32>> {
    let mut longest = vec![None; songs.iter().max().map_or(0, |most| most + 1)];
    let of = plays.iter().zip(songs).zip(stays);
    for ((_, play), &song) in of.filter_map(|(of, stays)| stays.then_some(of)) {
        let heard_out = play.ms_played.filter(|_| play.completed == Some(true) && !play.resumed);
        longest[song] = longest[song].max(play.duration_ms).max(heard_out);
    }
    longest
}

/// The plays that stay, with the pieces of one put together. They are moved to the front, and what is behind them is let go.
fn joined<T>(mut plays: Vec<(T, Play)>, songs: &[usize], stays: &[bool]) -> Vec<(T, Play)> {
    let longest = longest(&plays, songs, stays);
    let (mut whole, mut last) = (0, None);
    for (at, &song) in songs.iter().enumerate().filter(|(at, _)| stays[*at]) {
        let (front, rest) = plays.split_at_mut(at);
        let play = &rest[0].1;
        let before = front[..whole].last_mut().filter(|_| last == Some(song)).map(|(_, play)| play);
        match before.filter(|before| goes_on(before, play, longest[song])) {
            Some(before) => {
                before.ms_played =
                    before.ms_played.zip(play.ms_played).map(|(a, b)| a.saturating_add(b));
                before.completed = play.completed;
                before.skipped = play.skipped;
                before.liked = play.liked.or(before.liked);
                before.saved = play.saved.or(before.saved);
            }
            None => {
                plays.swap(whole, at);
                whole += 1;
                last = Some(song);
            }
        }
    }
    plays.truncate(whole);
    plays
}

/// Whether a play of the same song goes on with the one before it; the song is no longer than `most`, if that is known.
fn goes_on(before: &Play, play: &Play, most: Option<u32>) -> bool {
    let left = before.completed != Some(true) && before.skipped != Some(true);
    let apart = play.time_ms.zip(before.ended_ms()).map(|(began, ended)| began - ended);
    let Some((first, second)) = before.ms_played.zip(play.ms_played) else { return false };
    let together = f64::from(first) + f64::from(second);
    play.resumed
        && left
        && apart.is_some_and(|apart| apart <= LATER_MS)
        && most.is_none_or(|most| together <= f64::from(most) * LONGER)
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
        plays.sort_by_key(place_ms);
        let settled = settled(plays.into_iter().map(|p| ((), p)).collect());
        (settled.plays.into_iter().map(|(_, play)| play).collect(), settled.doubles)
    }

    #[test]
    fn the_same_song_at_the_same_time_is_one_play_in_a_session_or_not() {
        let sitting = |play: Play| Play { session: Some("1".into()), ..play };
        let plays = [play("a", Some(1_000)), play("b", Some(1_000)), play("a", Some(61_500))];
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
    fn whoever_tells_of_a_play_it_is_one() {
        // Spotify's export, Last.fm's by the second, another by the minute, a title written otherwise.
        let told = stream("A Song", 656_250, 236_000);
        for scrobble in [
            play("a song!", Some(420_250)),
            play("A Song", Some(431_000)),
            play("A Song", Some(420_000)),
        ] {
            for order in [[told.clone(), scrobble.clone()], [scrobble.clone(), told.clone()]] {
                assert_eq!(left(order.to_vec()), (vec![told.clone()], 1), "{scrobble:?}");
            }
        }
        assert_eq!(left(vec![told.clone(), play("A Song", Some(656_250))]).1, 0, "played again");
        // The same stream a second later, and two short ones in a row.
        assert_eq!(left(vec![told.clone(), stream("A Song", 657_250, 236_000)]).1, 1);
        assert_eq!(left(vec![stream("a", 10_500, 1_000), stream("a", 11_600, 1_000)]).1, 0);
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

    #[test]
    fn a_play_that_was_paused_is_one_play() {
        let paused = || Play { skipped: Some(false), ..stream("a", 100_000, 80_000) };
        let rest = |ms, resumed| Play {
            completed: Some(true),
            skipped: Some(false),
            resumed,
            ..stream("a", 900_000, ms)
        };
        let whole = Play { ms_played: Some(236_000), completed: Some(true), ..paused() };
        assert_eq!(left(vec![paused(), rest(156_000, true)]).0, [whole]);
        let two =
            |plays: Vec<Play>| assert_eq!(left(plays.clone()).0.len(), plays.len(), "{plays:?}");
        two(vec![paused(), rest(156_000, false)]);
        two(vec![Play { skipped: Some(true), ..paused() }, rest(156_000, true)]);
        two(vec![paused(), stream("b", 500_000, 90_000), rest(156_000, true)]);
        // Taken up from the beginning: longer than the song, whose length another play tells.
        two(vec![paused(), rest(236_000, true), Play { resumed: false, ..rest(236_000, true) }]
            .into_iter()
            .zip([0, 0, 9_000_000])
            .map(|(play, later)| Play { time_ms: play.time_ms.map(|t| t + later), ..play })
            .collect());
    }
}
