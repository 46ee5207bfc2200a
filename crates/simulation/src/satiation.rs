//! Tiring of what was heard, and wanting it again after a while.
//!
//! A rebounding bandit (Leqi, Kilinc-Karzan, Lipton and Montgomery, NeurIPS 2021): each hearing adds to a
//! level of satiation, which fades with the time since, and what a song is worth falls by a part of its
//! level. Here levels fade by the clock and not by the play, so that a night's sleep mends what an evening
//! wore out, and there is one for the song, one for its lead artist and one for its genre:
//!
//! ```text
//! S(t) = S(t') exp(-(t - t') / tau) + play ratio      at a hearing at t, the one before at t'
//! worn = (1 + by_novelty novelty) sum over song, artist, genre of  weight ln(1 + S(t))
//! ```
//!
//! The logarithm keeps a tenth hearing from costing ten times the first. That boredom sets in and passes,
//! at a pace of days for a song: Kapoor, Subbian, Srivastava and Schrater (WSDM 2015).

use std::collections::BTreeMap;

use crate::nature::Tiring;
use melody_core::catalogue::{ArtistId, Catalogue, GenreId, SongId};

const HOUR_MS: f64 = 3_600_000.0;

/// How worn each thing that was heard is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Satiation {
    songs: BTreeMap<SongId, Level>,
    artists: BTreeMap<ArtistId, Level>,
    genres: BTreeMap<GenreId, Level>,
}

/// Hearings, as of when the last one was.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Level {
    hearings: f64,
    at_ms: i64,
}

impl Level {
    /// What is left of it.
    fn at(self, now_ms: i64, hours: f64) -> f64 {
        // A clock that ran back, as two imported plays of one moment may have it, mends nothing.
        let passed = (now_ms - self.at_ms).max(0) as f64;
        self.hearings * (-passed / (hours * HOUR_MS)).exp()
    }

    fn hear(&mut self, ratio: f64, now_ms: i64, hours: f64) {
        *self = Level { hearings: self.at(now_ms, hours) + ratio, at_ms: now_ms };
    }
}

impl Satiation {
    /// So much of a song, in [0, 1], was heard by `now_ms`.
    pub fn hear(
        &mut self,
        tiring: &Tiring,
        catalogue: &Catalogue,
        song: SongId,
        ratio: f64,
        now_ms: i64,
    ) {
        let entry = catalogue.song(song);
        self.songs.entry(song).or_default().hear(ratio, now_ms, tiring.song_hours);
        let artist = self.artists.entry(entry.lead_artist()).or_default();
        artist.hear(ratio, now_ms, tiring.artist_hours);
        self.genres.entry(entry.genre).or_default().hear(ratio, now_ms, tiring.genre_hours);
    }

    /// What tiring costs a song at `now_ms`, in logits of completing it, with somebody who neither seeks
    /// nor shuns what is new. Never negative.
    pub fn worn(&self, tiring: &Tiring, catalogue: &Catalogue, song: SongId, now_ms: i64) -> f64 {
        let entry = catalogue.song(song);
        let felt = |level: Option<&Level>, weight: f64, hours: f64| {
            level.map_or(0.0, |level| weight * level.at(now_ms, hours).ln_1p())
        };
        felt(self.songs.get(&song), tiring.song, tiring.song_hours)
            + felt(self.artists.get(&entry.lead_artist()), tiring.artist, tiring.artist_hours)
            + felt(self.genres.get(&entry.genre), tiring.genre, tiring.genre_hours)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nature::Nature;
    use melody_core::catalogue::default_catalogue;
    use melody_core::rng::{Purpose, generator};
    use rand::RngExt;

    fn hours(hours: f64) -> i64 {
        (hours * HOUR_MS) as i64
    }

    #[test]
    fn satiation_builds_with_each_hearing_and_recovers_with_time() {
        let (catalogue, tiring) = (default_catalogue(), Nature::fitted().satiation);
        let song = SongId(0);
        let mut satiation = Satiation::default();
        assert_eq!(satiation.worn(&tiring, &catalogue, song, 0), 0.0);
        let mut worn = Vec::new();
        for hearing in 0..4 {
            satiation.hear(&tiring, &catalogue, song, 1.0, hours(0.1 * f64::from(hearing)));
            worn.push(satiation.worn(&tiring, &catalogue, song, hours(0.1 * f64::from(hearing))));
        }
        assert!(worn.windows(2).all(|pair| pair[0] < pair[1]), "{worn:?}");
        assert!(worn[3] - worn[2] < worn[1] - worn[0], "each costs less than the one before");
        let after = |h: f64| satiation.worn(&tiring, &catalogue, song, hours(0.3 + h));
        assert!(after(0.0) > after(1.0) && after(1.0) > after(24.0) && after(24.0) > after(96.0));
        assert!(after(40.0 * 24.0) < 0.01, "after forty days it is as new: {}", after(960.0));
    }

    /// A song wears its artist and its genre, less than itself, and no others.
    #[test]
    fn what_is_alike_is_worn_less_and_what_is_not_is_not() {
        let (catalogue, tiring) = (default_catalogue(), Nature::fitted().satiation);
        let heard = SongId(0);
        let entry = catalogue.song(heard);
        let mut satiation = Satiation::default();
        satiation.hear(&tiring, &catalogue, heard, 1.0, 0);
        let worn = |song| satiation.worn(&tiring, &catalogue, song, 0);
        let find = |alike: &dyn Fn(SongId) -> bool| {
            catalogue.ids().find(|&song| song != heard && alike(song))
        };
        let artist = |song| catalogue.song(song).lead_artist() == entry.lead_artist();
        let genre = |song| catalogue.song(song).genre == entry.genre;
        let by_genre = find(&|song| genre(song) && !artist(song)).unwrap();
        let other = find(&|song| !genre(song) && !artist(song)).unwrap();
        assert!(worn(heard) > worn(by_genre) && worn(by_genre) > 0.0);
        assert_eq!(worn(other), 0.0);
        if let Some(by_artist) = find(&|song| artist(song) && genre(song)) {
            assert!(worn(heard) > worn(by_artist) && worn(by_artist) > worn(by_genre));
        }
    }

    /// Whatever is heard whenever, weariness is finite, not negative, and never rises by waiting.
    #[test]
    fn weariness_is_in_range_for_any_past() {
        let (catalogue, tiring) = (default_catalogue(), Nature::fitted().satiation);
        let mut rng = generator(1, Purpose::Mood, 0);
        let mut satiation = Satiation::default();
        let mut now = hours(-1_000.0);
        for _ in 0..2_000 {
            now += rng.random_range(0..hours(3.0));
            let song = SongId(rng.random_range(0..20));
            satiation.hear(&tiring, &catalogue, song, rng.random(), now);
            let other = SongId(rng.random_range(0..40));
            let worn = |ms| satiation.worn(&tiring, &catalogue, other, ms);
            let (here, later) = (worn(now), worn(now + rng.random_range(0..hours(50.0))));
            assert!(here.is_finite() && 0.0 <= later && later <= here, "{here} {later}");
            assert!(worn(now - 5) >= here, "a clock that runs back mends nothing");
        }
    }
}
