//! The ranking pipeline: one listener at one moment in, a queue with its accounts out.

use std::collections::BTreeMap;

use super::adjust::ADJUSTMENTS;
use super::candidates::{SOURCES, SourceSet, gather};
use super::diversity::{Alike, diversify};
use super::fusion::{Fused, Scores, exposure_score};
use super::learned;
use super::ledger::{Dropped, Ledger, Node, Stage};
use super::mixing::{Candidate, Displaced, Placed, Rules, mix, refusal};
use super::weights::FusionWeights;
use crate::catalogue::{ArtistId, Catalogue, Song, SongId};
use crate::content::similarity;
use crate::listener::ListenerView;
use crate::model::HeadOutputs;
use crate::policy::{GammaScores, Policy, Rerank};
use crate::rng::{Purpose, generator};
use crate::score::Score;
use crate::session::{Searches, Streaks};
use rand::RngExt;

/// Everything ranking looks at.
#[derive(Clone, Copy)]
pub struct Listening<'a> {
    pub catalogue: &'a Catalogue,
    pub policy: &'a Policy,
    pub view: ListenerView<'a>,
    pub streaks: &'a Streaks,
    pub searches: &'a Searches,
    /// Head outputs of every song, in catalogue order.
    pub outputs: &'a [HeadOutputs],
    pub weights: &'a FusionWeights,
    pub gamma_scores: GammaScores,
    /// How much new songs are favoured, by scene and appetite.
    pub novelty: f64,
    /// Whether the segment is sold no subscription.
    pub unsold: bool,
    /// Factor on what streaks and searches add; 1 unless set by hand.
    pub boost: Score,
    pub rules: Rules<'a>,
    /// The song playing now, which is not queued again.
    pub playing: Option<SongId>,
    /// Streaks and searches have faded until then.
    pub now_ms: u64,
    pub seed: u64,
    /// The step that draws are keyed by.
    pub step: u32,
}

/// One song's way through the pipeline.
#[derive(Clone, Debug, PartialEq)]
struct Ranked {
    sources: SourceSet,
    scores: Scores,
    fused: Fused,
    deltas: [Score; ADJUSTMENTS.len()],
    spread: Score,
    alike: Alike,
    total: Score,
    filtered: Option<Dropped>,
}

/// A place of the queue.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Queued {
    pub song: SongId,
    pub promoted: bool,
    pub score: Score,
    pub displaced: Option<Displaced>,
}

/// The outcome for every song of the catalogue.
pub struct Ranking<'a> {
    listening: Listening<'a>,
    songs: Vec<Ranked>,
    /// The songs that no rule excludes, in order of score.
    order: Vec<SongId>,
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
    by_artist: BTreeMap<ArtistId, i64>,
}

/// Songs by the same artist, better-ranked or just heard, that still count for the spread.
const SPREAD_AT_MOST: i64 = 5;

/// Plays a song is compared with for its diversity.
const DIVERSE_FROM: usize = 5;

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

/// What mixing needs to know of a song.
fn candidate(l: &Listening, song: SongId, ranked: &Ranked) -> Candidate {
    Candidate {
        song,
        score: ranked.total,
        interest: ranked.scores.interest,
        campaign: l.catalogue.song(song).campaign,
    }
}

/// Scores one song through fusion and the adjustments.
fn score(l: &Listening, id: SongId, epsilon: Score, sources: SourceSet) -> Ranked {
    let song = l.catalogue.song(id);
    let outputs = &l.outputs[id.index()];
    let scores = Scores {
        interest: outputs.interest(&l.policy.interest),
        subscription: outputs.subscription,
        exposure: exposure_score(outputs, song.promoted(), || diversity(l, song), l.gamma_scores),
        epsilon,
    };
    let fused = Fused::new(&scores, l.weights);
    let deltas = std::array::from_fn(|i| Score::new(ADJUSTMENTS[i].delta(l, id)));
    let total = match l.policy.learned() {
        Some(ranker) => learned::score(ranker, &learned::features(l, id, &fused, &deltas), epsilon),
        None => fused.total() + deltas.iter().copied().sum::<Score>(),
    };
    let filtered = filter(l, id, sources, &scores);
    let (spread, alike) = (Score::ZERO, Alike::default());
    Ranked { sources, scores, fused, deltas, spread, alike, total, filtered }
}

/// The rules that exclude a song whatever its score. The margin of a song that was not retrieved is
/// filled in when its ledger is asked for, as it depends on the queue.
fn filter(l: &Listening, id: SongId, sources: SourceSet, scores: &Scores) -> Option<Dropped> {
    let dropped = |stage, why: String, margin| Some(Dropped { stage, why, margin });
    if sources.is_empty() {
        return dropped(Stage::Retrieval, "no source brought it".into(), Score::ZERO);
    }
    if l.playing == Some(id) {
        return dropped(Stage::Filter, "it is playing now".into(), Score::ZERO);
    }
    let least = Score::new(l.rules.mixing.least_interest);
    if l.catalogue.song(id).promoted() && scores.interest < least {
        let why = format!("promoted songs need an interest of {least:.3}");
        return dropped(Stage::Filter, why, least - scores.interest);
    }
    None
}

/// How unlike the last plays a song is, in [0, 1].
fn diversity(l: &Listening, song: &Song) -> Score {
    let recent = l.view.history.recent();
    let alike = recent
        .iter()
        .rev()
        .take(DIVERSE_FROM)
        .map(|play| similarity(l.catalogue, l.catalogue.song(play.song), song))
        .fold(0.0, f64::max);
    Score::new(1.0 - alike)
}

fn sort(order: &mut [SongId], songs: &[Ranked]) {
    order.sort_by(|a, b| {
        let (x, y) = (&songs[a.index()], &songs[b.index()]);
        y.total.cmp(&x.total).then(y.scores.interest.cmp(&x.scores.interest)).then(a.cmp(b))
    });
}

/// How many of the last plays were by each artist, the song playing now among them.
fn just_heard(l: &Listening) -> BTreeMap<ArtistId, i64> {
    let mut plays: BTreeMap<ArtistId, i64> = BTreeMap::new();
    let recent = l.view.history.recent().iter().rev().map(|play| play.song);
    for song in l.playing.into_iter().chain(recent).take(l.policy.adjustments.artist_memory) {
        *plays.entry(l.catalogue.song(song).lead_artist()).or_default() += 1;
    }
    plays
}

/// Lowers each song by how many better-ranked ones its lead artist has, and how many just heard. Promoted
/// songs count for promoted ones only: mixing may not place them, and then a natural song would give way
/// to nothing.
fn spread_artists(
    l: &Listening,
    order: &[SongId],
    just_heard: &BTreeMap<ArtistId, i64>,
    songs: &mut [Ranked],
) {
    let mut natural = just_heard.clone();
    let mut promoted: BTreeMap<ArtistId, i64> = BTreeMap::new();
    for id in order {
        let song = l.catalogue.song(*id);
        let natural = natural.entry(song.lead_artist()).or_default();
        let ranked = &mut songs[id.index()];
        ranked.spread = if song.promoted() {
            let promoted = promoted.entry(song.lead_artist()).or_default();
            *promoted += 1;
            spread(l.policy, *natural + *promoted - 1)
        } else {
            *natural += 1;
            spread(l.policy, *natural - 1)
        };
        ranked.total += ranked.spread;
    }
}

/// Lowers natural songs by what they share with those above them.
fn tell_apart(l: &Listening, order: &[SongId], songs: &mut [Ranked]) {
    let natural = order.iter().filter(|id| !l.catalogue.song(**id).promoted());
    let scored: Vec<_> = natural.map(|id| (*id, songs[id.index()].total)).collect();
    let (policy, count) = (&l.policy.diversity, l.rules.mixing.queue);
    for (id, alike) in diversify(policy, l.catalogue, count, &scored) {
        let ranked = &mut songs[id.index()];
        ranked.total += alike.delta;
        ranked.alike = alike;
    }
}

/// What a song loses to `better` ones by the same artist, better-ranked or just heard.
fn spread(policy: &Policy, better: i64) -> Score {
    let step = Score::new(policy.adjustments.artist_spread);
    Score::from_millionths(-step.millionths() * better.min(SPREAD_AT_MOST))
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
        self.listening.policy.learned().is_some()
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

    /// The account of any song, shown or not.
    pub fn ledger(&self, song: SongId) -> Ledger {
        let ranked = &self.songs[song.index()];
        let l = &self.listening;
        let (how, after, scored, mut adjustments) = match l.policy.learned() {
            Some(ranker) => {
                let row = self.features(song);
                let learned = learned::account(ranker, &row, ranked.fused.epsilon);
                ("learned + adjustments", "stages after the ranker", learned, Vec::new())
            }
            None => {
                let (fusion, adjustments) = (self.fusion(song), self.adjustments(song));
                ("fusion + adjustments", "stages after fusion", fusion, adjustments)
            }
        };
        if ranked.spread != Score::ZERO {
            let counted = ranked.spread.millionths()
                / -Score::new(l.policy.adjustments.artist_spread).millionths().max(1);
            let artist = l.catalogue.song(song).lead_artist();
            let just_heard = self.by_artist.get(&artist).copied().unwrap_or(0).min(counted);
            let how = format!(
                "by the same artist: {} better-ranked, {just_heard} just heard",
                counted - just_heard
            );
            adjustments.push(Node::leaf("artist spread", ranked.spread, how));
        }
        adjustments.extend(ranked.alike.node(&l.policy.diversity, l.catalogue));
        let children = if adjustments.is_empty() {
            vec![scored]
        } else {
            vec![scored, Node::sum("adjustments", after, adjustments)]
        };
        Ledger {
            score: Node::sum("score", how, children),
            sources: ranked.sources.names(),
            dropped: self.dropped(song),
        }
    }

    /// The account of what adjustments add, song by song.
    fn adjustments(&self, song: SongId) -> Vec<Node> {
        ADJUSTMENTS
            .iter()
            .zip(&self.songs[song.index()].deltas)
            .filter(|(_, delta)| **delta != Score::ZERO)
            .map(|(stage, delta)| {
                Node::leaf(stage.name(), *delta, stage.how(&self.listening, song))
            })
            .collect()
    }

    /// The account of the fused score.
    fn fusion(&self, song: SongId) -> Node {
        let ranked = &self.songs[song.index()];
        let l = &self.listening;
        let outputs = &l.outputs[song.index()];
        let weighed = |name, part: Score, weight: Score, score: Score, how: String| {
            Node::leaf(name, part, format!("{weight:.3} x {score:.3}: {how}"))
        };
        let w = l.weights;
        let interest = format!(
            "completion {:.3}, play ratio {:.3}, like {:.3}, skip {:.3}",
            outputs.completion, outputs.play_ratio, outputs.like, outputs.skip
        );
        let exposure = match l.gamma_scores {
            GammaScores::Diversity => "unlike the last plays",
            GammaScores::Promotion if l.catalogue.song(song).promoted() => {
                "engagement with a promoted song"
            }
            GammaScores::Promotion => "not promoted",
        };
        Node::sum(
            "fusion",
            "alpha interest + beta subscription + gamma exposure + epsilon",
            vec![
                weighed(
                    "interest",
                    ranked.fused.interest,
                    w.alpha.value,
                    ranked.scores.interest,
                    interest,
                ),
                weighed(
                    "subscription",
                    ranked.fused.subscription,
                    w.beta.value,
                    ranked.scores.subscription,
                    "subscribing in this session".into(),
                ),
                weighed(
                    "exposure",
                    ranked.fused.exposure,
                    w.gamma.value,
                    ranked.scores.exposure,
                    exposure.into(),
                ),
                Node::leaf("epsilon", ranked.fused.epsilon, "seeded tie-breaker"),
            ],
        )
    }

    /// Why a song is not in the queue; `None` if it is.
    pub fn dropped(&self, song: SongId) -> Option<Dropped> {
        if self.queue.iter().any(|q| q.song == song) {
            return None;
        }
        let ranked = &self.songs[song.index()];
        let promoted = self.listening.catalogue.song(song).promoted();
        let lowest = |promoted: bool| {
            self.queue.iter().filter(|q| q.promoted == promoted).map(|q| q.score).min()
        };
        if let Some(mut dropped) = ranked.filtered.clone() {
            if dropped.stage == Stage::Retrieval {
                dropped.margin = lowest(promoted).map_or(Score::ZERO, |s| s - ranked.total);
            }
            return Some(dropped);
        }
        let rules = &self.listening.rules;
        if let Some(why) =
            promoted.then(|| refusal(rules, &candidate(&self.listening, song, ranked))).flatten()
        {
            return Some(Dropped { stage: Stage::Mixing, why, margin: Score::ZERO });
        }
        let why = match (promoted, lowest(promoted)) {
            (false, Some(lowest)) => format!("the last natural song in the queue has {lowest:.3}"),
            (true, Some(lowest)) => format!("the last promoted song in the queue has {lowest:.3}"),
            (true, None) => format!(
                "no place for a promoted song in this queue: target {:.3}, cap {} in {}",
                rules.target, rules.at_most, rules.mixing.window
            ),
            (false, None) => "the queue holds no natural song".into(),
        };
        let margin = lowest(promoted).map_or(Score::ZERO, |s| s - ranked.total);
        Some(Dropped { stage: Stage::Mixing, why, margin })
    }
}
