//! A catalogue's songs in the orders that are asked for again and again.
//!
//! Who recommends wants the most popular songs, the latest, those of a genre or an artist, at every event. To walk a
//! catalogue of a million for them each time is what makes an event slow; so they are put in order once, when the
//! first list is asked for, and every later question is a look at the beginning of one. All lists together are five
//! whole numbers a song.

use super::credits::ArtistId;
use super::song::{GenreId, Song, SongId};

/// Orders and groups of one catalogue's songs.
#[derive(Debug)]
pub struct Lists {
    popular: Vec<SongId>,
    new: Vec<SongId>,
    promoted: Vec<SongId>,
    genres: Groups,
    artists: Groups,
}

impl Lists {
    /// Of songs as they stand in their catalogue.
    pub(super) fn of(songs: &[Song]) -> Self {
        let all = || (0..songs.len() as u32).map(SongId);
        let song = |id: SongId| &songs[id.index()];
        let popular = highest_first(all().map(|id| (song(id).popularity.into(), id)));
        Lists {
            new: highest_first(all().filter_map(|id| Some((song(id).newness()?, id)))),
            promoted: popular.iter().copied().filter(|&id| song(id).promoted()).collect(),
            genres: Groups::of(&popular, |id| song(id).genre.0.into()),
            artists: Groups::of(&popular, |id| song(id).lead_artist().0 as usize),
            popular,
        }
    }

    /// Every song, the most popular first, ties in catalogue order.
    pub fn popular(&self) -> &[SongId] {
        &self.popular
    }

    /// Every song whose year is known, by [`Song::newness`], the latest first, ties in catalogue order.
    pub fn latest(&self) -> &[SongId] {
        &self.new
    }

    /// Every song that a campaign pays for, the most popular first.
    pub fn promoted(&self) -> &[SongId] {
        &self.promoted
    }

    /// The songs of a genre, the most popular first. None of a genre of another catalogue.
    pub fn of_genre(&self, genre: GenreId) -> &[SongId] {
        self.genres.group(genre.0.into())
    }

    /// The songs that an artist leads, the most popular first. None of an artist of another catalogue.
    pub fn led_by(&self, artist: ArtistId) -> &[SongId] {
        self.artists.group(artist.0 as usize)
    }
}

/// Songs with the highest values first, ties in catalogue order.
fn highest_first(songs: impl Iterator<Item = (f64, SongId)>) -> Vec<SongId> {
    let mut songs: Vec<(f64, SongId)> = songs.collect();
    songs.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    songs.into_iter().map(|(_, song)| song).collect()
}

/// Songs group by group, in one piece.
#[derive(Debug)]
struct Groups {
    songs: Vec<SongId>,
    /// Where each group begins, and after the last where it ends.
    starts: Vec<u32>,
}

impl Groups {
    /// Within one, songs stay in the order they come in.
    fn of(songs: &[SongId], group: impl Fn(SongId) -> usize) -> Self {
        let groups = songs.iter().map(|&song| group(song) + 1).max().unwrap_or(0);
        let mut starts = vec![0; groups + 1];
        for &song in songs {
            starts[group(song) + 1] += 1;
        }
        for i in 0..groups {
            starts[i + 1] += starts[i];
        }
        let (mut next, mut sorted) = (starts.clone(), vec![SongId(0); songs.len()]);
        for &song in songs {
            let place = &mut next[group(song)];
            sorted[*place as usize] = song;
            *place += 1;
        }
        Groups { songs: sorted, starts }
    }

    fn group(&self, group: usize) -> &[SongId] {
        match self.starts.get(group..).and_then(|starts| starts.get(..2)) {
            Some(&[start, end]) => &self.songs[start as usize..end as usize],
            _ => &[],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::contents::Catalogue;
    use crate::catalogue::embedded::default_catalogue;

    /// What a walk through the whole catalogue finds, sorted.
    fn walked(
        c: &Catalogue,
        fits: impl Fn(&Song) -> bool,
        value: impl Fn(&Song) -> f64,
    ) -> Vec<SongId> {
        let mut songs: Vec<SongId> = c.ids().filter(|&id| fits(c.song(id))).collect();
        let value = |id: &SongId| value(c.song(*id));
        songs.sort_by(|a, b| value(b).total_cmp(&value(a)).then(a.cmp(b)));
        songs
    }

    #[test]
    fn a_list_is_what_a_walk_through_the_catalogue_finds() {
        let c = default_catalogue();
        let popularity = |song: &Song| f64::from(song.popularity);
        assert_eq!(c.lists().popular(), walked(&c, |_| true, popularity));
        assert_eq!(c.lists().promoted(), walked(&c, Song::promoted, popularity));
        let newness =
            |song: &Song| f64::from(song.year.unwrap()) + f64::from(song.popularity) / 200.0;
        assert_eq!(c.lists().latest(), walked(&c, |song| song.year.is_some(), newness));
        for genre in (0..c.genres.len() as u16).map(GenreId) {
            assert_eq!(c.lists().of_genre(genre), walked(&c, |s| s.genre == genre, popularity));
        }
        for artist in (0..c.artists.len() as u32).map(ArtistId) {
            let led = walked(&c, |s| s.lead_artist() == artist, popularity);
            assert_eq!(c.lists().led_by(artist), led);
        }
    }

    #[test]
    fn what_is_not_of_the_catalogue_has_no_songs() {
        let c = default_catalogue();
        assert!(c.lists().of_genre(GenreId(u16::MAX)).is_empty());
        assert!(c.lists().led_by(ArtistId(u32::MAX)).is_empty());
    }

    #[test]
    fn copies_share_their_lists() {
        let c = default_catalogue();
        let lists: *const Lists = c.lists();
        assert!(std::ptr::eq(lists, c.clone().lists()));
    }
}
