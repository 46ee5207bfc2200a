//! The ranking pipeline: one listener at one moment in, a queue with its accounts out.

use std::collections::BTreeMap;

use super::fusion::Scores;
use super::learned;
use super::listening::Listening;
use super::mixing::{Candidate, Displaced, Due, Heard, Placed, Rules, Standing, ahead, due, mix};
use super::ranked::{Queued, Ranked};
use super::score::{candidate, score};
use super::spread::{just_heard, spread, spread_artists, tell_apart};
use super::weights::FusionWeights;
use crate::policy::{Mixing, Rerank};
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
    /// The songs shown, in order: those that are committed, then what ranks best.
    pub queue: Vec<Queued>,
    /// How many songs at the front of the queue are committed.
    pub committed: usize,
    /// The songs that would be shown if none were committed.
    pub anew: Vec<SongId>,
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

    let all: Vec<Candidate> =
        order.iter().map(|&p| candidate(&listening, scored[p], &songs[p])).collect();
    let of = |song| listening.scored.place(song).map(|p| candidate(&listening, song, &songs[p]));
    let (fixed, heard) = ahead_of(&listening);
    let fixed: Vec<Candidate> = fixed.into_iter().filter_map(of).collect();
    let is_fixed = |song: SongId| fixed.iter().any(|other| other.song == song);
    let left: Vec<Candidate> = all.iter().copied().filter(|c| !is_fixed(c.song)).collect();
    let mixing = shortened(listening.rules.mixing, fixed.len());
    let mixed = mix(&Rules { heard: &heard, mixing: &mixing, ..listening.rules }, &left);
    let total = |song| of(song).map_or(Score::ZERO, |candidate| candidate.score);
    let queued = |placed: Placed| Queued {
        song: placed.song,
        promoted: placed.promoted,
        score: total(placed.song),
        displaced: placed.displaced,
    };
    let queue: Vec<Queued> =
        placed(&fixed, &left).chain(mixed.queue.iter().copied()).map(queued).collect();
    let anew = match fixed.is_empty() {
        true => queue.iter().map(|queued| queued.song).collect(),
        false => mix(&listening.rules, &all).queue.iter().map(|placed| placed.song).collect(),
    };
    let others = order.iter().map(|&place| scored[place]);
    let runners_up = others.filter(|s| !queue.iter().any(|q| q.song == *s)).take(10).collect();
    let (committed, price) = (fixed.len(), mixed.price);
    Ranking { listening, songs, order, queue, committed, anew, runners_up, price, by_artist }
}

/// The songs that are committed and may still play, and what will have been heard after them.
fn ahead_of(listening: &Listening) -> (Vec<SongId>, Heard) {
    let campaign = |song: &SongId| (*song, listening.catalogue.song(*song).campaign);
    ahead(&listening.rules, listening.committed.iter().map(campaign))
}

/// The rules for what follows so many songs of the queue.
fn shortened(mixing: &Mixing, songs: usize) -> Mixing {
    Mixing { queue: mixing.queue.saturating_sub(songs), ..*mixing }
}

/// Committed songs at their places. In the place of a promoted one the best natural song that is not
/// committed would stand now.
fn placed(fixed: &[Candidate], left: &[Candidate]) -> impl Iterator<Item = Placed> {
    let natural = left.iter().find(|candidate| candidate.campaign.is_none());
    fixed.iter().map(move |song| {
        let promoted = song.campaign.is_some();
        let displaced = natural.filter(|_| promoted).map(|natural| Displaced {
            song: natural.song,
            interest: natural.interest - song.interest,
        });
        Placed { song: song.song, promoted, displaced }
    })
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

    /// The place a song would have if none were committed, from 1, and the songs that would then have come
    /// before it and stand behind it now. `None` where it would not be shown.
    pub fn anew(&self, song: SongId) -> Option<(usize, Vec<SongId>)> {
        let place = self.anew.iter().position(|other| *other == song)?;
        let now = self.queue.iter().position(|queued| queued.song == song)?;
        let stands = |other: &&SongId| self.queue[..now].iter().any(|q| q.song == **other);
        let before = self.anew[..place].iter().filter(|other| !stands(other)).copied();
        Some((place + 1, before.collect()))
    }

    /// Looks at the rules that hold for what follows the committed songs.
    pub(super) fn with_rules<T>(&self, look: impl FnOnce(&Rules) -> T) -> T {
        let (fixed, heard) = ahead_of(&self.listening);
        let mixing = shortened(self.listening.rules.mixing, fixed.len());
        look(&Rules { heard: &heard, mixing: &mixing, ..self.listening.rules })
    }

    /// What may be placed behind the committed songs, the best score first.
    pub(super) fn open(&self) -> Vec<Candidate> {
        let fixed = &self.queue[..self.committed];
        let open = self.in_order().filter(|song| fixed.iter().all(|queued| queued.song != *song));
        open.map(|song| candidate(&self.listening, song, self.ranked(song))).collect()
    }

    /// When a promoted song's place is due. `None` for a natural one, one that is committed, and one that a rule
    /// excludes.
    pub fn due(&self, song: SongId) -> Option<Due> {
        let (fixed, left) = self.queue.split_at(self.committed);
        let is_fixed = |song: SongId| fixed.iter().any(|queued| queued.song == song);
        if is_fixed(song) || !self.listening.catalogue.song(song).promoted() {
            return None;
        }
        let songs: Vec<(SongId, bool)> = left.iter().map(|q| (q.song, q.promoted)).collect();
        let candidates = self.open();
        let standing = Standing {
            behind: self.committed,
            committed: fixed.iter().filter(|queued| queued.promoted).count(),
            credit: self.listening.rules.heard.credit,
            songs: &songs,
        };
        self.with_rules(|rules| due(rules, &candidates, song, &standing))
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
