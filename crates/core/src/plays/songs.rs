//! Numbers of songs: the same for the same song, however it is written.
//!
//! Who goes over a long history piece by piece meets the same songs in each. What a song means (its normal form) takes longer to find
//! than all else that is done with a play, so it is found once, and from then on the number of a song is that of how it is written.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use super::normal::{artist_name, normal};
use super::play::Play;

/// Ways of writing that are remembered from one piece to the next, at most.
const MOST: usize = 50_000;

/// Songs that were numbered.
#[derive(Default)]
pub(super) struct Songs {
    /// By [`Songs::key`].
    written: HashMap<Vec<u8>, usize, RandomState>,
    /// By normal form: title and artist, or nothing and an identifier.
    meant: HashMap<[Option<String>; 2], usize, RandomState>,
    /// How the song is written that is asked for.
    key: Vec<u8>,
}

impl Songs {
    /// The numbers of the songs of plays, in their order, from 0.
    pub(super) fn numbers<'p>(&mut self, plays: impl Iterator<Item = &'p Play>) -> Vec<usize> {
        plays.map(|play| self.number(play)).collect()
    }

    fn number(&mut self, play: &Play) -> usize {
        let (title, other) = match &play.title {
            Some(title) => (Some(title.as_str()), play.artist.as_deref()),
            None => (None, play.song.as_deref()),
        };
        let Songs { written, meant, key } = self;
        // Where the title ends stands in front of it: no two songs are written the same.
        key.clear();
        key.extend_from_slice(&title.map_or(0, |title| title.len() + 1).to_le_bytes());
        key.extend_from_slice(title.unwrap_or_default().as_bytes());
        key.push(u8::from(other.is_some()));
        key.extend_from_slice(other.unwrap_or_default().as_bytes());
        if let Some(&number) = written.get(&key[..]) {
            return number;
        }
        let normal_form = match title {
            Some(title) => [Some(normal(title)), other.map(artist_name)],
            None => [None, other.map(str::to_string)],
        };
        let next = meant.len();
        let number = *meant.entry(normal_form).or_insert(next);
        written.insert(key.clone(), number);
        number
    }

    /// Forgets all, if that is much: numbers begin anew.
    pub(super) fn forget(&mut self) {
        if self.written.len() > MOST {
            self.written.clear();
            self.meant.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn play(title: Option<&str>, artist: Option<&str>, song: Option<&str>) -> Play {
        let [title, artist, song] = [title, artist, song].map(|text| text.map(str::to_string));
        Play { title, artist, song, ..Play::default() }
    }

    #[test]
    fn a_number_is_of_what_is_meant_and_stays() {
        let plays = [
            play(Some("A Song"), Some("The B"), None),
            play(Some("a song!"), Some("B"), Some("x")),
            play(Some("a song"), None, None),
            play(Some("a songb"), Some(""), None),
            play(Some("a son"), Some("gb"), None),
            play(None, None, Some("a song")),
            play(None, Some("B"), Some("A Song")),
            play(None, None, None),
        ];
        let mut songs = Songs::default();
        let numbers = songs.numbers(plays.iter());
        assert_eq!(numbers, [0, 0, 1, 2, 3, 4, 5, 6]);
        let turned: Vec<usize> = numbers.iter().rev().copied().collect();
        assert_eq!(songs.numbers(plays.iter().rev()), turned);
    }

    #[test]
    fn what_is_remembered_has_an_end() {
        let mut songs = Songs::default();
        for song in 0..=MOST {
            songs.forget();
            songs.numbers([play(None, None, Some(&song.to_string()))].iter());
        }
        assert_eq!(songs.written.len(), MOST + 1);
        songs.forget();
        assert_eq!((songs.written.len(), songs.meant.len()), (0, 0));
    }
}
