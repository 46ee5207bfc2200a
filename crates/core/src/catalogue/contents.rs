//! What a catalogue holds, and how songs are found in it.

use super::credits::ArtistId;
use super::lists::Lists;
use super::song::{Artist, Campaign, CampaignId, Genre, Song, SongId};
use super::songs::Songs;

/// Songs, and what they are of: artists, genres, campaigns. Identifiers are places in these lists.
#[derive(Clone, Debug)]
pub struct Catalogue {
    /// What traces and files call it.
    pub name: String,
    /// SHA-256 over both files' bytes, in hexadecimal.
    pub hash: String,
    /// By [`SongId`].
    pub songs: Songs,
    /// By [`ArtistId`].
    pub artists: Vec<Artist>,
    /// By [`GenreId`](super::GenreId).
    pub genres: Vec<Genre>,
    /// By [`CampaignId`].
    pub campaigns: Vec<Campaign>,
}

impl Catalogue {
    /// A song of this catalogue; panics with an identifier of another.
    #[inline]
    pub fn song(&self, id: SongId) -> &Song {
        &self.songs[id.index()]
    }

    /// The song with this identifier, as `songs.csv` writes it.
    pub fn find(&self, id: &str) -> Option<SongId> {
        self.songs.find(id)
    }

    /// Its songs in order, and by genre and artist: put in order when first asked for, then kept, for copies too.
    pub fn lists(&self) -> &Lists {
        self.songs.lists()
    }

    /// The first song that has this artist as its lead: what a search for the artist goes by.
    pub fn first_by(&self, artist: &str) -> Option<SongId> {
        let named = self.artists.iter().zip(0..).filter(|(known, _)| known.name == artist);
        named.flat_map(|(_, id)| self.lists().led_by(ArtistId(id))).min().copied()
    }

    /// Every song, in the catalogue's order.
    pub fn ids(&self) -> impl Iterator<Item = SongId> {
        (0..self.songs.len() as u32).map(SongId)
    }

    /// The genre a song is of.
    #[inline]
    pub fn genre(&self, song: &Song) -> &Genre {
        &self.genres[song.genre.0 as usize]
    }

    /// The taxonomy's family of a song.
    #[inline]
    pub fn family(&self, song: &Song) -> usize {
        self.genre(song).family
    }

    /// One of the artists.
    pub fn artist(&self, id: ArtistId) -> &Artist {
        &self.artists[id.0 as usize]
    }

    /// One of the campaigns.
    pub fn campaign(&self, id: CampaignId) -> &Campaign {
        &self.campaigns[id.0 as usize]
    }

    /// All artists of a song, as one line.
    pub fn artist_names(&self, song: &Song) -> String {
        let names: Vec<&str> = song.artists.iter().map(|&a| self.artist(a).name.as_str()).collect();
        names.join(", ")
    }
}
