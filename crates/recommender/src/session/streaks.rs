//! Streaks: what the listener is on, and off, right now.
//!
//! Each completed song raises its genre and lead artist, more the longer the run; each skip lowers
//! them. Both fade with time constants of their own.

use std::collections::BTreeMap;

use crate::policy::SessionTuning;
use melody_core::catalogue::{ArtistId, GenreId, Song};
use melody_core::listener::Interaction;

/// How much a genre or artist is wanted, and unwanted, as of some time.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Streak {
    /// In [0, 1].
    wanted: f64,
    /// In [0, 1].
    unwanted: f64,
    as_of_ms: u64,
    /// Completions in a row, without a skip between.
    pub run: u32,
}

impl Streak {
    fn faded(&self, tuning: &SessionTuning, now_ms: u64) -> (f64, f64) {
        let seconds = now_ms.saturating_sub(self.as_of_ms) as f64 / 1000.0;
        (
            self.wanted * (-seconds / tuning.rise_fade_s).exp(),
            self.unwanted * (-seconds / tuning.fall_fade_s).exp(),
        )
    }

    /// Wanted minus unwanted at `now`, in [-1, 1].
    pub fn level(&self, tuning: &SessionTuning, now_ms: u64) -> f64 {
        let (wanted, unwanted) = self.faded(tuning, now_ms);
        wanted - unwanted
    }

    fn record(&mut self, tuning: &SessionTuning, now_ms: u64, play: &Interaction) {
        (self.wanted, self.unwanted) = self.faded(tuning, now_ms);
        self.as_of_ms = now_ms;
        if play.completed {
            self.run += 1;
            // A first completion says little; a run says much.
            let share = tuning.rise * (f64::from(self.run.min(3)) / 2.0).min(1.0);
            self.wanted += (1.0 - self.wanted) * share;
            self.unwanted *= 1.0 - share;
        } else if play.skipped {
            self.run = 0;
            self.unwanted += (1.0 - self.unwanted) * tuning.fall;
            self.wanted *= 1.0 - tuning.fall;
        }
    }

    fn like(&mut self, tuning: &SessionTuning, now_ms: u64) {
        (self.wanted, self.unwanted) = self.faded(tuning, now_ms);
        self.as_of_ms = now_ms;
        self.wanted += (1.0 - self.wanted) * tuning.rise;
    }
}

/// Streaks of the session, by genre and by artist.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Streaks {
    genres: BTreeMap<GenreId, Streak>,
    artists: BTreeMap<ArtistId, Streak>,
}

impl Streaks {
    /// Takes in a play that ended at `now_ms`, in milliseconds since the session began.
    pub fn record(&mut self, tuning: &SessionTuning, now_ms: u64, song: &Song, play: &Interaction) {
        self.genres.entry(song.genre).or_default().record(tuning, now_ms, play);
        self.artists.entry(song.lead_artist()).or_default().record(tuning, now_ms, play);
        // A run is of one style: completing another breaks every other genre's run.
        if play.completed {
            let others = self.genres.iter_mut().filter(|(genre, _)| **genre != song.genre);
            others.for_each(|(_, streak)| streak.run = 0);
        }
    }

    /// Liking or saving counts at once, before the song has ended.
    pub fn like(&mut self, tuning: &SessionTuning, now_ms: u64, song: &Song) {
        self.genres.entry(song.genre).or_default().like(tuning, now_ms);
        self.artists.entry(song.lead_artist()).or_default().like(tuning, now_ms);
    }

    /// A genre's streak; one that nothing is known of stands at zero.
    pub fn genre(&self, genre: GenreId) -> Streak {
        self.genres.get(&genre).copied().unwrap_or_default()
    }

    /// The same for a lead artist.
    pub fn artist(&self, artist: ArtistId) -> Streak {
        self.artists.get(&artist).copied().unwrap_or_default()
    }

    /// Those of genres played or liked in this session, by number.
    pub fn genres(&self) -> impl Iterator<Item = (GenreId, &Streak)> {
        self.genres.iter().map(|(id, streak)| (*id, streak))
    }

    /// The same for lead artists.
    pub fn artists(&self) -> impl Iterator<Item = (ArtistId, &Streak)> {
        self.artists.iter().map(|(id, streak)| (*id, streak))
    }
}
