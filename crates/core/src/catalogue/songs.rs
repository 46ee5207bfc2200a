//! All songs of a catalogue, with what follows from them.
//!
//! They are read as the slice they are and cannot be changed in place: what is made of them (which song has an
//! identifier, which is the most popular) is made once, when it is first asked for, and holds for good. Copies share
//! all of it.
//!
//! Identifiers are found by halving the songs' order by identifier: four bytes a song, and no text twice.

use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use super::lists::Lists;
use super::song::{Song, SongId};

/// Songs in the catalogue's order, as a slice.
#[derive(Clone, Debug)]
pub struct Songs(Arc<All>);

#[derive(Debug)]
struct All {
    songs: Vec<Song>,
    by_id: OnceLock<Vec<SongId>>,
    lists: OnceLock<Lists>,
}

impl Songs {
    /// Songs whose order by identifier is known already.
    pub(super) fn ordered(songs: Vec<Song>, by_id: Vec<SongId>) -> Self {
        Songs(Arc::new(All { songs, by_id: by_id.into(), lists: OnceLock::new() }))
    }

    /// In the order of their identifiers; of two with the same, the first in the catalogue comes first.
    pub(super) fn by_id(&self) -> &[SongId] {
        self.0.by_id.get_or_init(|| {
            let mut ids: Vec<SongId> = (0..self.len() as u32).map(SongId).collect();
            ids.sort_by(|a, b| self[a.index()].id.cmp(&self[b.index()].id));
            ids
        })
    }

    /// The song with this identifier.
    pub(super) fn find(&self, id: &str) -> Option<SongId> {
        let by_id = self.by_id();
        let place = by_id.partition_point(|song| self[song.index()].id.as_str() < id);
        by_id.get(place).copied().filter(|song| self[song.index()].id == id)
    }

    /// Songs whose identifier an earlier one has, in no order.
    pub(super) fn twice(&self) -> impl Iterator<Item = SongId> {
        let pairs = self.by_id().windows(2);
        let same = |pair: &&[SongId]| self[pair[0].index()].id == self[pair[1].index()].id;
        pairs.filter(same).map(|pair| pair[1])
    }

    pub(super) fn lists(&self) -> &Lists {
        self.0.lists.get_or_init(|| Lists::of(self))
    }
}

impl From<Vec<Song>> for Songs {
    fn from(songs: Vec<Song>) -> Self {
        Songs(Arc::new(All { songs, by_id: OnceLock::new(), lists: OnceLock::new() }))
    }
}

impl FromIterator<Song> for Songs {
    fn from_iter<T: IntoIterator<Item = Song>>(songs: T) -> Self {
        songs.into_iter().collect::<Vec<Song>>().into()
    }
}

impl Deref for Songs {
    type Target = [Song];

    fn deref(&self) -> &[Song] {
        &self.0.songs
    }
}

impl<'a> IntoIterator for &'a Songs {
    type Item = &'a Song;
    type IntoIter = std::slice::Iter<'a, Song>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::embedded::default_catalogue;

    #[test]
    fn every_song_is_found_by_its_identifier_and_nothing_else_is() {
        let mut songs = default_catalogue().songs.to_vec();
        songs.reverse();
        let songs = Songs::from(songs);
        for (place, song) in songs.iter().enumerate() {
            assert_eq!(songs.find(&song.id), Some(SongId(place as u32)));
        }
        for id in ["", "s0000", "s1000a", "zz"] {
            assert_eq!(songs.find(id), None);
        }
    }

    #[test]
    fn a_song_takes_little_room() {
        assert!(size_of::<Song>() <= 128, "{}", size_of::<Song>());
    }
}
