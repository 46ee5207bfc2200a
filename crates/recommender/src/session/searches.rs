//! Searches raise what is related, at once and for a while.

use crate::policy::SessionTuning;
use melody_core::catalogue::{Catalogue, SongId, similarity};
use melody_core::event::Target;

/// A search the listener made.
#[derive(Clone, Debug, PartialEq)]
pub struct Search {
    /// As it was typed.
    pub query: String,
    /// What was picked among the results.
    pub target: Target,
    /// Milliseconds since the session began.
    pub at_ms: u64,
}

/// How related a song of the target's family is, beside the target itself, and how much more one that is quite like it: who
/// searches for a song wants that song, and of its kind a little more than of others.
const KIN: f64 = 0.10;
const ALIKE: f64 = 0.15;

impl Search {
    /// The song the target goes by.
    pub fn song(&self) -> SongId {
        match self.target {
            Target::Song(song) | Target::ArtistOf(song) => song,
        }
    }

    /// How much of the search is left at `now`, in (0, 1].
    pub fn freshness(&self, tuning: &SessionTuning, now_ms: u64) -> f64 {
        let seconds = now_ms.saturating_sub(self.at_ms) as f64 / 1000.0;
        (-seconds / tuning.search_fade_s).exp()
    }

    /// How related a song is to the target, in [0, 1]: 1 for the song or artist searched for.
    pub fn relatedness(&self, catalogue: &Catalogue, song: SongId) -> f64 {
        let target = self.song();
        let same = match self.target {
            Target::Song(target) => target == song,
            Target::ArtistOf(target) => {
                let artist = catalogue.song(target).lead_artist();
                catalogue.song(song).artists.contains(&artist)
            }
        };
        if same {
            return 1.0;
        }
        let (target, song) = (catalogue.song(target), catalogue.song(song));
        let kin = if catalogue.family(target) == catalogue.family(song) { KIN } else { 0.0 };
        // Only what is much alike counts: half alike is what any two songs of a family are.
        let alike = similarity(catalogue, target, song);
        kin + ALIKE * ((alike - 0.5) / 0.5).max(0.0)
    }
}

/// Searches remembered for one session, the newest last.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Searches(Vec<Search>);

/// Older searches have faded anyway.
const REMEMBERED: usize = 5;

impl Searches {
    /// Adds a search; only the newest few are kept.
    pub fn record(&mut self, search: Search) {
        self.0.push(search);
        if self.0.len() > REMEMBERED {
            self.0.remove(0);
        }
    }

    /// Oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Search> {
        self.0.iter()
    }

    /// The strongest claim any search has on a song, in [0, 1].
    pub fn claim(
        &self,
        catalogue: &Catalogue,
        tuning: &SessionTuning,
        now_ms: u64,
        song: SongId,
    ) -> f64 {
        self.iter()
            .map(|s| s.freshness(tuning, now_ms) * s.relatedness(catalogue, song))
            .fold(0.0, f64::max)
    }

    /// Whether the listener searched for this song or its artist.
    pub fn names(&self, catalogue: &Catalogue, song: SongId) -> bool {
        self.iter().any(|s| s.relatedness(catalogue, song) >= 1.0)
    }
}
