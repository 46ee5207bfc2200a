//! What a catalogue holds, and how songs are found in it.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use super::lists::Lists;
use super::song::{Artist, ArtistId, Campaign, CampaignId, Genre, Song, SongId};

/// Songs, and what they are of: artists, genres, campaigns. Identifiers are places in these lists.
#[derive(Clone, Debug)]
pub struct Catalogue {
    /// What traces and files call it.
    pub name: String,
    /// SHA-256 over both files' bytes, in hexadecimal.
    pub hash: String,
    /// By [`SongId`].
    pub songs: Vec<Song>,
    /// By [`ArtistId`].
    pub artists: Vec<Artist>,
    /// By [`GenreId`].
    pub genres: Vec<Genre>,
    /// By [`CampaignId`].
    pub campaigns: Vec<Campaign>,
    pub(super) by_id: HashMap<String, SongId>,
    /// Made when they are first asked for.
    pub(super) lists: OnceLock<Arc<Lists>>,
}

impl Catalogue {
    /// A song of this catalogue; panics with an identifier of another.
    #[inline]
    pub fn song(&self, id: SongId) -> &Song {
        &self.songs[id.index()]
    }

    /// The song with this identifier, as `songs.csv` writes it.
    pub fn find(&self, id: &str) -> Option<SongId> {
        self.by_id.get(id).copied()
    }

    /// Its songs in order, and by genre and artist: put in order when first asked for, then kept, also by copies made
    /// from then on.
    pub fn lists(&self) -> &Lists {
        self.lists
            .get_or_init(|| Arc::new(Lists::of(&self.songs, self.genres.len(), self.artists.len())))
    }

    /// The first song that has this artist as its lead: what a search for the artist goes by.
    pub fn first_by(&self, artist: &str) -> Option<SongId> {
        self.ids().find(|&id| self.artist(self.song(id).lead_artist()).name == artist)
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
