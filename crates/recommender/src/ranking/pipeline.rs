//! The ranking pipeline: one listener at one moment in, a queue with its accounts out.

use std::collections::BTreeMap;

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
use melody_core::rng::{Purpose, lots};
use melody_core::score::Score;

/// The outcome for every song that was scored.
pub struct Ranking<'a> {
    pub(super) listening: Listening<'a>,
    /// In the order of the scored songs.
    pub(super) songs: Vec<Ranked>,
    /// The songs that no rule excludes, by their place among those scored, in order of score.
    order: Vec<usize>,
    /// The songs shown, in order.
    pub queue: Vec<Queued>,
    /// The best songs that were retrieved and allowed but found no place.
    pub runners_up: Vec<SongId>,
    /// The shadow price of the promotion ratio: interest lost with one more promoted song.
    pub price: Option<Score>,
    /// How many of the last plays were by each artist.
    pub(super) by_artist: BTreeMap<ArtistId, i64>,
}

/// Ranks what was scored and fills the queue.
///
/// Ties in the total go to the song with the higher interest, then to the earlier in the catalogue.
pub fn rank(listening: Listening<'_>) -> Ranking<'_> {
    // Drawn for each song by itself, so that whether one is a candidate moves no other's.
    let epsilon = lots(listening.seed, Purpose::Epsilon, listening.step.into());
    let scored = listening.scored.songs();
    let tie =
        |song: SongId| Score::new(epsilon.of(song.0.into()) * listening.policy.fusion.epsilon);
    let mut songs: Vec<Ranked> =
        (0..scored.len()).map(|place| score(&listening, place, tie(scored[place]))).collect();

    let mut order: Vec<usize> =
        (0..scored.len()).filter(|&place| songs[place].filtered.is_none()).collect();
    sort(&mut order, &songs);
    let by_artist = just_heard(&listening);
    spread_artists(&listening, &order, &by_artist, &mut songs);
    sort(&mut order, &songs);
    if listening.policy.diversity.method != Rerank::None {
        tell_apart(&listening, &order, &mut songs);
        sort(&mut order, &songs);
    }

    let candidates: Vec<Candidate> =
        order.iter().map(|&p| candidate(&listening, scored[p], &songs[p])).collect();
    let mixed = mix(&listening.rules, &candidates);
    let total = |song| listening.scored.place(song).map_or(Score::ZERO, |place| songs[place].total);
    let queued = |&Placed { song, promoted, displaced }: &Placed| Queued {
        song,
        promoted,
        score: total(song),
        displaced,
    };
    let queue: Vec<Queued> = mixed.queue.iter().map(queued).collect();
    let left = order.iter().map(|&place| scored[place]);
    let runners_up = left.filter(|s| !queue.iter().any(|q| q.song == *s)).take(10).collect();
    Ranking { listening, songs, order, queue, runners_up, price: mixed.price, by_artist }
}

fn sort(order: &mut [usize], songs: &[Ranked]) {
    order.sort_by(|a, b| {
        let (x, y) = (&songs[*a], &songs[*b]);
        y.total.cmp(&x.total).then(y.scores.interest.cmp(&x.scores.interest)).then(a.cmp(b))
    });
}

impl Ranking<'_> {
    /// The place of a song among those scored.
    ///
    /// Panics with a song that was not scored: whoever asks about one has it scored first, see
    /// [`Engine::look_at`](crate::engine::Engine::look_at).
    pub(crate) fn place(&self, song: SongId) -> usize {
        let place = self.listening.scored.place(song);
        place.unwrap_or_else(|| panic!("song {} was asked about and not scored", song.0))
    }

    /// The way of a scored song through the pipeline.
    pub(super) fn ranked(&self, song: SongId) -> &Ranked {
        &self.songs[self.place(song)]
    }

    /// The final score of a scored song.
    pub fn total(&self, song: SongId) -> Score {
        self.ranked(song).total
    }

    /// The three scores that were fused for a scored song.
    pub fn scores(&self, song: SongId) -> Scores {
        self.ranked(song).scores
    }

    /// What a ranker is told of a scored song, whether or not one scores here.
    pub fn features(&self, song: SongId) -> Vec<f32> {
        let ranked = self.ranked(song);
        learned::features(&self.listening, self.place(song), &ranked.fused, &ranked.deltas)
    }

    /// The place in the order of scores, from 1, that a scored song has or would have had as a candidate.
    pub fn rank(&self, song: SongId) -> usize {
        let key = |place: usize| {
            let ranked = &self.songs[place];
            let song = std::cmp::Reverse(self.listening.scored.songs()[place]);
            (ranked.total, ranked.scores.interest, song)
        };
        let own = key(self.place(song));
        1 + self.order.iter().filter(|&&other| key(other) > own).count()
    }

    /// Whether a learned ranker scores, so that a total is no weighed sum.
    pub(super) fn is_learned(&self) -> bool {
        self.listening.ranker.is_some()
    }

    /// The songs that sources brought and no rule excludes, the best score first.
    pub fn in_order(&self) -> impl Iterator<Item = SongId> {
        self.order.iter().map(|&place| self.listening.scored.songs()[place])
    }

    /// A song's total before artist spread and diversity.
    pub(super) fn before_spread(&self, song: SongId) -> Score {
        let ranked = self.ranked(song);
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
        self.in_order().filter(move |id| {
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
