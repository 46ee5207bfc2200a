//! One song through fusion and the adjustments, before any song is held against another.

use super::adjust::ADJUSTMENTS;
use super::diversity::Alike;
use super::fusion::{Fused, Scores, exposure_score};
use super::learned;
use super::ledger::{Dropped, Stage};
use super::listening::Listening;
use super::mixing::Candidate;
use super::ranked::Ranked;
use crate::retrieval::SourceSet;
use melody_core::catalogue::{Song, SongId, similarity};
use melody_core::score::Score;

/// Plays a song is compared with for its diversity.
const DIVERSE_FROM: usize = 5;

/// Takes the song at `place` of those scored through fusion and the adjustments.
pub(super) fn score(l: &Listening, place: usize, epsilon: Score) -> Ranked {
    let id = l.scored.songs()[place];
    let (song, sources) = (l.catalogue.song(id), l.retrieved.sources(id));
    let outputs = l.scored.outputs(place);
    let scores = Scores {
        interest: outputs.interest(&l.policy.interest),
        subscription: l.policy.fusion.subscription(outputs.subscription),
        exposure: exposure_score(outputs, song.promoted(), || diversity(l, song), l.gamma_scores),
        epsilon,
    };
    let fused = Fused::new(&scores, l.weights);
    let deltas = std::array::from_fn(|i| Score::new(ADJUSTMENTS[i].delta(l, id)));
    let total = match l.ranker {
        Some(ranker) => {
            learned::score(ranker, &learned::features(l, place, &fused, &deltas), epsilon)
        }
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

/// What mixing needs to know of a song.
pub(super) fn candidate(l: &Listening, song: SongId, ranked: &Ranked) -> Candidate {
    Candidate {
        song,
        score: ranked.total,
        interest: ranked.scores.interest,
        campaign: l.catalogue.song(song).campaign,
    }
}
