//! Songs, artists, genres and campaigns.

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use super::audio::{Audio, AudioFeature};
use super::credits::{ArtistId, Credits};

/// A song's position in its catalogue. The stable name across catalogues is [`Song::id`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SongId(pub u32);

impl SongId {
    /// Its place in [`Catalogue::songs`](super::Catalogue::songs).
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// A place in the catalogue's genres.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct GenreId(pub u16);

/// A place in the catalogue's campaigns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CampaignId(pub u16);

/// One song, with all that is known of it before anybody has heard it.
#[derive(Clone, Debug, PartialEq)]
pub struct Song {
    /// Unique in the catalogue and stable over its versions.
    pub id: CompactString,
    /// As shown.
    pub title: CompactString,
    /// The first is the lead artist. Never empty.
    pub artists: Credits,
    /// Its one genre; the family follows from it.
    pub genre: GenreId,
    /// Of release, where that is known.
    pub year: Option<u16>,
    /// Milliseconds, above 0.
    pub duration_ms: u32,
    /// 0 to 100, as public charts report it.
    pub popularity: f32,
    /// Whether its words are marked as explicit.
    pub explicit: bool,
    /// In full for subscribers; listeners without a subscription hear it as a preview offer.
    pub premium: bool,
    /// The campaign that promotes this song. A song without one is natural.
    pub campaign: Option<CampaignId>,
    /// What it sounds like, as far as that is known.
    pub audio: Audio,
}

impl Song {
    /// Whether a campaign pays for it.
    pub fn promoted(&self) -> bool {
        self.campaign.is_some()
    }

    /// The first artist: the one that spreading and searching go by.
    pub fn lead_artist(&self) -> ArtistId {
        self.artists[0]
    }

    /// The feature in standard units; zero (the mean) where missing.
    pub fn audio(&self, feature: AudioFeature) -> f32 {
        self.audio.get(feature).map_or(0.0, |v| feature.standardise(v))
    }

    /// Its year, and what is popular a little later than what is not, by half a year at most. Songs of unknown year have
    /// none.
    pub fn newness(&self) -> Option<f64> {
        Some(f64::from(self.year?) + f64::from(self.popularity) / 200.0)
    }

    /// Popularity on about [-2, 2]: zero at 40 of 100.
    pub fn popularity_z(&self) -> f32 {
        (self.popularity - 40.0) / 20.0
    }
}

/// Who made a song.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Artist {
    /// As shown, and the only thing known.
    pub name: CompactString,
}

/// A genre of the catalogue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Genre {
    /// As `songs.csv` writes it.
    pub id: String,
    /// In English.
    pub name: String,
    /// In Chinese.
    pub name_zh: String,
    /// Index into the taxonomy's families.
    pub family: usize,
    /// The taxonomy's genre the model hears it as, if any.
    pub base: Option<usize>,
}

/// A campaign promotes songs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Campaign {
    /// As `songs.csv` writes it.
    pub id: String,
    /// As shown.
    pub name: String,
    /// Who pays.
    pub sponsor: String,
}
