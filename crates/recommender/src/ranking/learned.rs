//! The learned scorer: a ranker's score in place of fusion and adjustments, with the same ledger.
//!
//! The ranker sees what fusion and the adjustments make of a song, the heads they are made of, and
//! the moment. A forest's score is the sum of what each feature adds, so a ledger has one leaf per
//! feature. Each is rounded to a millionth by itself; what that leaves is a leaf of its own.

use super::adjust::ADJUSTMENTS;
use super::fusion::Fused;
use super::ledger::Node;
use super::listening::Listening;
use crate::ltr::Ranker;
use melody_core::scene::Scene;
use melody_core::score::Score;
use melody_model::{
    CROSS_FEATURES, HeadOutputs, MOMENT_FEATURES, Output, cross_features, moment_features,
};

/// The parts of the fused score; its tie-breaker tells nothing.
const FUSED_FEATURES: [&str; 3] = ["fused interest", "fused subscription", "fused exposure"];

/// What is known of the song itself.
const SONG_FEATURES: [&str; 3] = ["promoted", "premium song", "popularity"];

/// The moment's fusion weights, which segment, scene, arm and guardrail make, and its scene.
const WEIGHT_FEATURES: [&str; 3] = ["alpha", "beta", "gamma"];
const SCENE_FEATURES: [&str; Scene::COUNT] =
    ["scene commute", "scene explore", "scene focus", "scene workout", "scene relax"];

/// The groups a ledger gathers features in, in their order: name, what they are, how many.
const GROUPS: [(&str, &str, usize); 5] = [
    ("heads", "what the model says of the song", HeadOutputs::WIDTH),
    ("fused parts", "what fusion makes of it", FUSED_FEATURES.len()),
    ("stages", "what the adjustments make of it", ADJUSTMENTS.len()),
    ("song", "the song, and what of it was heard", SONG_FEATURES.len() + CROSS_FEATURES.len()),
    (
        "moment",
        "listener, weights and scene",
        MOMENT_FEATURES.len() + WEIGHT_FEATURES.len() + SCENE_FEATURES.len(),
    ),
];

/// The names of a ranker's features, in order.
pub fn feature_names() -> Vec<&'static str> {
    let mut names: Vec<&str> = Output::ALL.map(Output::name).to_vec();
    names.extend(FUSED_FEATURES);
    names.extend(ADJUSTMENTS.iter().map(|stage| stage.name()));
    names.extend(SONG_FEATURES);
    names.extend(CROSS_FEATURES);
    names.extend(MOMENT_FEATURES);
    names.extend(WEIGHT_FEATURES);
    names.extend(SCENE_FEATURES);
    names
}

/// What a ranker is told of the song at `place` of those scored, in the order of [`feature_names`].
pub(super) fn features(l: &Listening, place: usize, fused: &Fused, deltas: &[Score]) -> Vec<f32> {
    let id = l.scored.songs()[place];
    let song = l.catalogue.song(id);
    let flag = |holds: bool| if holds { 1.0 } else { 0.0 };
    let plain = |score: Score| score.value() as f32;
    let w = l.weights;
    let mut features: Vec<f32> = l.scored.outputs(place).in_order().map(plain).to_vec();
    features.extend([fused.interest, fused.subscription, fused.exposure].map(plain));
    features.extend(deltas.iter().copied().map(plain));
    features.extend([flag(song.promoted()), flag(song.premium), song.popularity_z()]);
    features.extend(cross_features(l.catalogue, &l.view, id));
    features.extend(moment_features(&l.view));
    features.extend([&w.alpha, &w.beta, &w.gamma].map(|weight| plain(weight.value)));
    features.extend(Scene::ALL.map(|scene| flag(l.view.scene == scene)));
    features
}

/// The ranker's score, tie-breaker included.
pub(super) fn score(ranker: &Ranker, row: &[f32], epsilon: Score) -> Score {
    Score::new(ranker.score(row)) + epsilon
}

/// The account of [`score`].
pub(super) fn account(ranker: &Ranker, row: &[f32], epsilon: Score) -> Node {
    let parts = ranker.explain(row);
    let names = feature_names();
    let mut children =
        vec![Node::leaf("base", Score::new(parts.base), "what every song begins with")];
    let mut at = 0;
    for (group, how, count) in GROUPS {
        let leaves: Vec<Node> = (at..at + count)
            .map(|i| {
                Node::leaf(
                    &names[i].replace("_", " "),
                    Score::new(parts.features[i]),
                    format!("value {:.3}", row[i]),
                )
            })
            .filter(|leaf| leaf.value != Score::ZERO)
            .collect();
        if !leaves.is_empty() {
            children.push(Node::sum(group, how, leaves));
        }
        at += count;
    }
    children.push(Node::leaf("epsilon", epsilon, "seeded tie-breaker"));
    let rest = score(ranker, row, epsilon) - children.iter().map(|c| c.value).sum();
    if rest != Score::ZERO {
        children.push(Node::leaf("rounding", rest, "parts are rounded to a millionth each"));
    }
    Node::sum(
        "learned",
        format!("ranker {}: the sum of what each feature adds", ranker.name),
        children,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_feature_has_a_name_of_its_own_and_a_group() {
        let names = feature_names();
        let mut sorted = names.clone();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(sorted.len(), names.len(), "{names:?}");
        assert_eq!(GROUPS.iter().map(|group| group.2).sum::<usize>(), names.len());
        for (name, scene) in SCENE_FEATURES.iter().zip(Scene::ALL) {
            assert_eq!(*name, format!("scene {}", scene.name()));
        }
    }
}
