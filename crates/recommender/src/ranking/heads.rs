//! Which heads make up the interest score, by which weights: said once, so that no account of the score leaves one
//! out.

use melody_core::score::Score;
use melody_model::{HeadOutputs, InterestBlend};

/// A head as it enters the interest score.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct WeighedHead {
    /// For a person: `completion`, `play ratio`, `like or save`, `no skip`, `save` or `replay`.
    pub name: &'static str,
    /// Of the policy.
    pub weight: f64,
    /// What the weight multiplies, in [0, 1].
    pub value: Score,
}

/// Every head that enters the interest score, in the order of the policy.
pub(crate) fn weighed_heads(blend: &InterestBlend, heads: &HeadOutputs) -> [WeighedHead; 6] {
    let of = |name, weight, value| WeighedHead { name, weight, value };
    [
        of("completion", blend.completion, heads.completion),
        of("play ratio", blend.play_ratio, heads.play_ratio),
        of("like or save", blend.like, heads.like),
        of("no skip", blend.no_skip, Score::ONE - heads.skip),
        of("save", blend.save, heads.save),
        of("replay", blend.replay, heads.replays.min(Score::ONE)),
    ]
}
