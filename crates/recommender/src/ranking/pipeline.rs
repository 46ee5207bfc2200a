//! The ranking pipeline: one listener at one moment in, a queue with its accounts out.

use std::collections::BTreeMap;

use rand::RngExt;

use super::candidates::{SOURCES, gather};
use super::fusion::Scores;
use super::learned;
use super::listening::Listening;
use super::mixing::{Candidate, Placed, mix};
use super::ranked::{Queued, Ranked};
use super::score::{candidate, score};
use super::spread::{just_heard, spread, spread_artists, tell_apart};
use super::weights::FusionWeights;
use crate::policy::Rerank;
use melody_core::catalogue::{ArtistId, SongId};
use melody_core::rng::{Purpose, generator};
use melody_core::score::Score;

/// The outcome for every song of the catalogue.
pub struct Ranking<'a> {
    pub(super) listening: Listening<'a>,
    pub(super) songs: Vec<Ranked>,
    /// The songs that no rule excludes, in order of score.
    order: Vec<SongId>,
    /// The songs shown, in order.
    pub queue: Vec<Queued>,
    /// How many songs each source brought, by name.
    pub sources: BTreeMap<&'static str, usize>,
    /// Songs any source brought.
    pub retrieved: usize,
    /// The best songs that were retrieved and allowed but found no place.
    pub runners_up: Vec<SongId>,
    /// The shadow price of the promotion ratio: interest lost with one more promoted song.
    pub price: Option<Score>,
    /// How many of the last plays were by each artist.
    pub(super) by_artist: BTreeMap<ArtistId, i64>,
}

/// Ranks the catalogue and fills the queue.
///
/// Ties in the total go to the song with the higher interest, then to the earlier in the catalogue.
pub fn rank(listening: Listening<'_>) -> Ranking<'_> {
    let (sets, counts) = gather(&listening);
    let mut epsilon = generator(listening.seed, Purpose::Epsilon, listening.step.into());
    let mut songs: Vec<Ranked> = listening
        .catalogue
        .ids()
        .map(|id| {
            // Drawn for every song, so that whether one is a candidate moves no other's.
            let tie = Score::new(epsilon.random::<f64>() * listening.policy.fusion.epsilon);
            score(&listening, id, tie, sets[id.index()])
        })
        .collect();

    let mut order: Vec<SongId> =
        listening.catalogue.ids().filter(|id| songs[id.index()].filtered.is_none()).collect();
    sort(&mut order, &songs);
    let by_artist = just_heard(&listening);
    spread_artists(&listening, &order, &by_artist, &mut songs);
    sort(&mut order, &songs);
    if listening.policy.diversity.method != Rerank::None {
        tell_apart(&listening, &order, &mut songs);
        sort(&mut order, &songs);
    }

    let candidates: Vec<Candidate> =
        order.iter().map(|id| candidate(&listening, *id, &songs[id.index()])).collect();
    let mixed = mix(&listening.rules, &candidates);
    let queue: Vec<Queued> = mixed
        .queue
        .iter()
        .map(|&Placed { song, promoted, displaced }| Queued {
            song,
            promoted,
            score: songs[song.index()].total,
            displaced,
        })
        .collect();
    let runners_up =
        order.iter().copied().filter(|s| !queue.iter().any(|q| q.song == *s)).take(10).collect();
    Ranking {
        sources: SOURCES.iter().map(|s| s.name()).zip(counts).collect(),
        retrieved: songs.iter().filter(|s| !s.sources.is_empty()).count(),
        listening,
        songs,
        order,
        queue,
        runners_up,
        price: mixed.price,
        by_artist,
    }
}

fn sort(order: &mut [SongId], songs: &[Ranked]) {
    order.sort_by(|a, b| {
        let (x, y) = (&songs[a.index()], &songs[b.index()]);
        y.total.cmp(&x.total).then(y.scores.interest.cmp(&x.scores.interest)).then(a.cmp(b))
    });
}

impl Ranking<'_> {
    /// The final score of any song.
    pub fn total(&self, song: SongId) -> Score {
        self.songs[song.index()].total
    }

    /// The three scores that were fused for any song.
    pub fn scores(&self, song: SongId) -> Scores {
        self.songs[song.index()].scores
    }

    /// What a ranker is told of any song, whether or not one scores here.
    pub fn features(&self, song: SongId) -> Vec<f32> {
        let ranked = &self.songs[song.index()];
        learned::features(&self.listening, song, &ranked.fused, &ranked.deltas)
    }

    /// Whether a learned ranker scores, so that a total is no weighed sum.
    pub(super) fn is_learned(&self) -> bool {
        self.listening.ranker.is_some()
    }

    /// The songs that sources brought and no rule excludes, the best score first.
    pub fn in_order(&self) -> impl Iterator<Item = SongId> {
        self.order.iter().copied()
    }

    /// A song's total before artist spread and diversity.
    pub(super) fn before_spread(&self, song: SongId) -> Score {
        let ranked = &self.songs[song.index()];
        ranked.total - ranked.spread - ranked.alike.delta
    }

    /// Whether totals depend on which songs stand above, by more than the artist spread.
    pub(super) fn diversified(&self) -> bool {
        self.listening.policy.diversity.method != Rerank::None
    }

    /// The other songs of the same lead artist that lower it where they rank better.
    pub(super) fn rivals(&self, song: SongId) -> impl Iterator<Item = SongId> {
        let catalogue = self.listening.catalogue;
        let (artist, promoted) =
            (catalogue.song(song).lead_artist(), catalogue.song(song).promoted());
        let ranked = |id: &SongId| self.songs[id.index()].filtered.is_none();
        catalogue.ids().filter(ranked).filter(move |id| {
            let other = catalogue.song(*id);
            *id != song && other.lead_artist() == artist && (promoted || !other.promoted())
        })
    }

    /// What a song loses to this many better-ranked ones by the same artist.
    pub(super) fn spread(&self, song: SongId, better: usize) -> Score {
        let artist = self.listening.catalogue.song(song).lead_artist();
        let just_heard = self.by_artist.get(&artist).copied().unwrap_or(0);
        spread(self.listening.policy, better as i64 + just_heard)
    }

    /// The weights it was ranked under.
    pub fn weights(&self) -> &FusionWeights {
        self.listening.weights
    }

    /// Whether the listener's segment is sold no subscription, whatever the terms add.
    pub(super) fn unsold(&self) -> bool {
        self.listening.unsold
    }
}
