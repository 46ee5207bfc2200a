//! How varied what somebody hears is, and how it stands to what they heard before.
//!
//! - genre and artist entropy, in nats: 0 where all is of one; the number of equal parts is its exponential;
//! - different songs, as a share of plays;
//! - novelty: the share of plays of songs that the listener had not heard before;
//! - calibration to the listener's own mix (Steck, RecSys 2018): the divergence `KL(p || 0.99 q + 0.01 p)` of the
//!   genres served, q, from those completed before, p; 0 where they are the same;
//! - popularity lift: how much more popular the songs served are than those completed before, in points of 100
//!   (Abdollahpouri and others, 2019, ask it relative to the latter).
//!
//! Sessions and experiments count the same way, play by play: an engine as they end, an experiment over all sessions of a
//! listener.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::catalogue::{ArtistId, Catalogue, GenreId, SongId};

/// What of a song its variety goes by.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Which it is.
    pub song: SongId,
    /// Its lead artist.
    pub artist: ArtistId,
    /// Its genre.
    pub genre: GenreId,
    /// From 0 to 100.
    pub popularity: f64,
}

impl Entry {
    /// As the catalogue has it.
    pub fn new(catalogue: &Catalogue, song: SongId) -> Self {
        let entry = catalogue.song(song);
        Entry {
            song,
            artist: entry.lead_artist(),
            genre: entry.genre,
            popularity: entry.popularity.into(),
        }
    }
}

/// What somebody completed before: the mix that is their own.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OwnMix {
    genres: BTreeMap<GenreId, u32>,
    completed: u32,
    /// Sum over completed plays.
    popularity: f64,
}

impl OwnMix {
    /// Adds a play that was completed.
    pub fn complete(&mut self, entry: Entry) {
        *self.genres.entry(entry.genre).or_default() += 1;
        self.completed += 1;
        self.popularity += entry.popularity;
    }
}

/// What was heard since, by its variety.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Variety {
    plays: u32,
    new: u32,
    songs: BTreeSet<SongId>,
    artists: BTreeMap<ArtistId, u32>,
    genres: BTreeMap<GenreId, u32>,
    /// Sum over plays.
    popularity: f64,
}

/// Weight of the listener's own mix in what is served, so that a genre that was not served costs much and not
/// infinitely much (Steck's alpha).
pub const OWN: f64 = 0.01;

impl Variety {
    /// Adds a play; `new` where the song had never been heard.
    pub fn hear(&mut self, entry: Entry, new: bool) {
        self.plays += 1;
        self.new += u32::from(new);
        self.songs.insert(entry.song);
        *self.artists.entry(entry.artist).or_default() += 1;
        *self.genres.entry(entry.genre).or_default() += 1;
        self.popularity += entry.popularity;
    }

    /// How many there were.
    pub fn plays(&self) -> u32 {
        self.plays
    }

    /// How many.
    pub fn different_songs(&self) -> usize {
        self.songs.len()
    }

    /// How many.
    pub fn different_artists(&self) -> usize {
        self.artists.len()
    }

    /// Nats, over genres of all plays.
    pub fn genre_entropy(&self) -> f64 {
        entropy(self.genres.values(), self.plays)
    }

    /// Nats, over lead artists of all plays.
    pub fn artist_entropy(&self) -> f64 {
        entropy(self.artists.values(), self.plays)
    }

    /// Different songs as a share of plays; 0 without any.
    pub fn song_share(&self) -> f64 {
        self.songs.len() as f64 / f64::from(self.plays.max(1))
    }

    /// Plays of songs never heard before, as a share of plays; 0 without any.
    pub fn novelty(&self) -> f64 {
        f64::from(self.new) / f64::from(self.plays.max(1))
    }

    /// Divergence of what was served from the listener's own mix, in nats; `None` where there is nothing of either.
    pub fn miscalibration(&self, own: &OwnMix) -> Option<f64> {
        if own.completed == 0 || self.plays == 0 {
            return None;
        }
        let diverges = |(genre, &completed): (&GenreId, &u32)| {
            let p = f64::from(completed) / f64::from(own.completed);
            let served = self.genres.get(genre).copied().unwrap_or_default();
            let q = f64::from(served) / f64::from(self.plays);
            p * (p / ((1.0 - OWN) * q + OWN * p)).ln()
        };
        Some(own.genres.iter().map(diverges).sum())
    }

    /// Mean popularity of what was served above that of the listener's own mix, in points of 100; `None` where there is
    /// nothing of either.
    pub fn popularity_lift(&self, own: &OwnMix) -> Option<f64> {
        let mean = |sum: f64, count: u32| (count > 0).then(|| sum / f64::from(count));
        Some(mean(self.popularity, self.plays)? - mean(own.popularity, own.completed)?)
    }
}

fn entropy<'a>(counts: impl Iterator<Item = &'a u32>, all: u32) -> f64 {
    let part = |count: &u32| f64::from(*count) / f64::from(all);
    // No negative zero.
    counts.map(part).map(|p| -p * p.ln()).sum::<f64>() + 0.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(song: u32, genre: u16) -> Entry {
        Entry {
            song: SongId(song),
            artist: ArtistId(song / 2),
            genre: GenreId(genre),
            popularity: f64::from(song),
        }
    }

    fn heard(plays: &[Entry]) -> Variety {
        let mut variety = Variety::default();
        plays.iter().for_each(|&play| variety.hear(play, play.song.0 > 1));
        variety
    }

    fn own(plays: &[Entry]) -> OwnMix {
        let mut own = OwnMix::default();
        plays.iter().for_each(|&play| own.complete(play));
        own
    }

    #[test]
    fn entropy_counts_equal_parts_and_is_nothing_of_one() {
        let even = heard(&[entry(0, 0), entry(1, 1), entry(2, 2), entry(3, 3)]);
        assert!((even.genre_entropy() - 4f64.ln()).abs() < 1e-12);
        assert!((even.artist_entropy() - 2f64.ln()).abs() < 1e-12);
        let one = heard(&[entry(0, 5), entry(1, 5)]);
        assert!(one.genre_entropy() == 0.0 && one.genre_entropy().is_sign_positive());
        assert_eq!(heard(&[]).genre_entropy(), 0.0);
    }

    #[test]
    fn twice_is_not_different() {
        let some = heard(&[entry(1, 0), entry(2, 0), entry(2, 0), entry(3, 0)]);
        assert_eq!((some.song_share(), some.novelty()), (0.75, 0.75));
        assert_eq!((some.different_songs(), some.different_artists(), some.plays()), (3, 2, 4));
        assert_eq!((heard(&[]).song_share(), heard(&[]).novelty()), (0.0, 0.0));
    }

    /// Steck's example: seven of ten romance and three action, served as such, is calibrated; all romance is not.
    #[test]
    fn the_own_mix_served_is_calibrated_and_the_favourite_alone_is_not() {
        let mix: Vec<Entry> = (0..10).map(|song| entry(song, u16::from(song >= 7))).collect();
        let all: Vec<Entry> = (0..10).map(|song| entry(song, 0)).collect();
        assert!(heard(&mix).miscalibration(&own(&mix)).unwrap().abs() < 1e-12);
        let off = heard(&all).miscalibration(&own(&mix)).unwrap();
        let told = 0.7 * (0.7f64 / (0.99 + 0.007)).ln() + 0.3 * 100f64.ln();
        assert!((off - told).abs() < 1e-12, "{off} {told}");
        assert_eq!(heard(&all).miscalibration(&own(&[])), None);
        assert_eq!(heard(&[]).miscalibration(&own(&mix)), None);
    }

    #[test]
    fn the_lift_is_of_what_is_served_over_what_was_completed() {
        let lift = |served: &[Entry], before: &[Entry]| heard(served).popularity_lift(&own(before));
        assert_eq!(lift(&[entry(40, 0), entry(20, 0)], &[entry(10, 0)]), Some(20.0));
        assert_eq!(lift(&[entry(40, 0)], &[]), None);
        assert_eq!(lift(&[], &[entry(40, 0)]), None);
    }
}
