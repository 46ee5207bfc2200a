//! Candidate sources: who brings a song into the running.

use rand::seq::index;

use super::listening::Listening;
use melody_core::catalogue::{SongId, similarity};
use melody_core::rng::{Purpose, generator};

/// Brings songs, at most its quota.
pub trait Source: Sync {
    /// As ledgers and traces name it.
    fn name(&self) -> &'static str;

    /// Songs of this source, the most fitting first. May bring more than the quota; the runner cuts.
    fn gather(&self, listening: &Listening) -> Vec<SongId>;

    /// Songs it may bring at most, by the policy.
    fn quota(&self, listening: &Listening) -> usize;
}

/// Every source, in the order of a [`SourceSet`]'s bits.
pub const SOURCES: &[&dyn Source] =
    &[&Similar, &Familiar, &Session, &Searched, &Popular, &New, &Exploration, &Promoted];

/// The sources that brought a song.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SourceSet(u8);

impl SourceSet {
    /// Adds a source by its place in [`SOURCES`].
    pub fn insert(&mut self, source: usize) {
        self.0 |= 1 << source;
    }

    /// Whether no source brought the song.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The sources' names, in the order of [`SOURCES`].
    pub fn names(self) -> Vec<String> {
        (0..SOURCES.len())
            .filter(|i| self.0 & (1 << i) != 0)
            .map(|i| SOURCES[i].name().to_string())
            .collect()
    }
}

/// Runs every source: for each song of the catalogue the sources that brought it, and how many
/// songs each source brought.
pub(super) fn gather(listening: &Listening) -> (Vec<SourceSet>, Vec<usize>) {
    let mut sets = vec![SourceSet::default(); listening.catalogue.songs.len()];
    let counts = SOURCES
        .iter()
        .enumerate()
        .map(|(i, source)| {
            let brought = source.gather(listening);
            let kept = brought.iter().take(source.quota(listening));
            kept.map(|song| sets[song.index()].insert(i)).count()
        })
        .collect();
    (sets, counts)
}

/// The `most` songs with the highest values, the highest first, ties in catalogue order.
fn best(mut songs: Vec<(f64, SongId)>, most: usize) -> Vec<SongId> {
    let order = |a: &(f64, SongId), b: &(f64, SongId)| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1));
    // A catalogue is many quotas long: what cannot be among the best is not sorted.
    if most < songs.len() {
        songs.select_nth_unstable_by(most, order);
        songs.truncate(most);
    }
    songs.sort_unstable_by(order);
    songs.into_iter().map(|(_, song)| song).collect()
}

/// Like the songs completed or liked last.
struct Similar;

/// Plays that speak for what the listener likes now.
const ANCHORS: usize = 5;

impl Source for Similar {
    fn name(&self) -> &'static str {
        "similar"
    }

    fn quota(&self, l: &Listening) -> usize {
        l.policy.candidates.similar
    }

    fn gather(&self, l: &Listening) -> Vec<SongId> {
        let anchors: Vec<SongId> = l
            .view
            .history
            .recent()
            .iter()
            .rev()
            .filter(|play| play.completed || play.liked || play.saved)
            .take(ANCHORS)
            .map(|play| play.song)
            .collect();
        if anchors.is_empty() {
            return Vec::new();
        }
        let nearest = |song: SongId| {
            let alike = |&anchor: &SongId| {
                similarity(l.catalogue, l.catalogue.song(anchor), l.catalogue.song(song))
            };
            anchors.iter().map(alike).fold(0.0, f64::max)
        };
        best(l.catalogue.ids().map(|song| (nearest(song), song)).collect(), self.quota(l))
    }
}

/// Completed before, the most often first.
struct Familiar;

impl Source for Familiar {
    fn name(&self) -> &'static str {
        "familiar"
    }

    fn quota(&self, l: &Listening) -> usize {
        l.policy.candidates.familiar
    }

    fn gather(&self, l: &Listening) -> Vec<SongId> {
        let heard = l.view.history.heard();
        best(
            heard.map(|song| (f64::from(l.view.history.song(song).plays), song)).collect(),
            self.quota(l),
        )
    }
}

/// Of the genres that are on a streak.
struct Session;

/// A genre below this level is not on a streak.
const ON_A_STREAK: f64 = 0.2;

impl Source for Session {
    fn name(&self) -> &'static str {
        "session"
    }

    fn quota(&self, l: &Listening) -> usize {
        l.policy.candidates.session
    }

    fn gather(&self, l: &Listening) -> Vec<SongId> {
        let level = |song| l.streaks.genre(song).level(&l.policy.session, l.now_ms);
        let songs = l.catalogue.ids().filter_map(|id| {
            let song = l.catalogue.song(id);
            let level = level(song.genre);
            (level > ON_A_STREAK).then(|| (level + f64::from(song.popularity) / 200.0, id))
        });
        best(songs.collect(), self.quota(l))
    }
}

/// Related to what the listener searched for.
struct Searched;

impl Source for Searched {
    fn name(&self) -> &'static str {
        "search"
    }

    fn quota(&self, l: &Listening) -> usize {
        l.policy.candidates.search
    }

    fn gather(&self, l: &Listening) -> Vec<SongId> {
        if l.searches.iter().next().is_none() {
            return Vec::new();
        }
        let claim = |song| l.searches.claim(l.catalogue, &l.policy.session, l.now_ms, song);
        best(
            l.catalogue.ids().map(|s| (claim(s), s)).filter(|(claim, _)| *claim > 0.0).collect(),
            self.quota(l),
        )
    }
}

/// The most popular.
struct Popular;

impl Source for Popular {
    fn name(&self) -> &'static str {
        "popular"
    }

    fn quota(&self, l: &Listening) -> usize {
        l.policy.candidates.popular
    }

    fn gather(&self, l: &Listening) -> Vec<SongId> {
        best(
            l.catalogue.ids().map(|s| (l.catalogue.song(s).popularity.into(), s)).collect(),
            self.quota(l),
        )
    }
}

/// The latest releases. A catalogue without years has none.
struct New;

impl Source for New {
    fn name(&self) -> &'static str {
        "new"
    }

    fn quota(&self, l: &Listening) -> usize {
        l.policy.candidates.new
    }

    fn gather(&self, l: &Listening) -> Vec<SongId> {
        let dated = l.catalogue.ids().filter_map(|id| {
            let song = l.catalogue.song(id);
            Some((f64::from(song.year?) + f64::from(song.popularity) / 200.0, id))
        });
        best(dated.collect(), self.quota(l))
    }
}

/// Drawn at random, so that every song has a chance to be heard and learned about.
struct Exploration;

impl Source for Exploration {
    fn name(&self) -> &'static str {
        "exploration"
    }

    fn quota(&self, l: &Listening) -> usize {
        l.policy.candidates.exploration
    }

    fn gather(&self, l: &Listening) -> Vec<SongId> {
        let mut rng = generator(l.seed, Purpose::Exploration, l.step.into());
        let songs = l.catalogue.songs.len();
        let drawn = index::sample(&mut rng, songs, self.quota(l).min(songs));
        drawn.into_iter().map(|i| SongId(i as u32)).collect()
    }
}

/// Of campaigns, the ones the interest head likes best.
struct Promoted;

impl Source for Promoted {
    fn name(&self) -> &'static str {
        "promoted"
    }

    fn quota(&self, l: &Listening) -> usize {
        l.policy.candidates.promoted
    }

    fn gather(&self, l: &Listening) -> Vec<SongId> {
        let promoted = l.catalogue.ids().filter(|&s| l.catalogue.song(s).promoted());
        let fit = |s: SongId| l.outputs[s.index()].interest(&l.policy.interest).value();
        best(promoted.map(|s| (fit(s), s)).collect(), self.quota(l))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_best_are_those_a_full_sort_puts_first(
            // Few values, so that there are ties.
            values in prop::collection::vec(0u8..6, 0..60),
            most in 0usize..70,
        ) {
            let songs = values.iter().enumerate().map(|(i, v)| (f64::from(*v), SongId(i as u32)));
            let mut sorted: Vec<(f64, SongId)> = songs.clone().collect();
            sorted.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
            let first: Vec<SongId> = sorted.into_iter().take(most).map(|(_, song)| song).collect();
            prop_assert_eq!(best(songs.collect(), most), first);
        }
    }
}
