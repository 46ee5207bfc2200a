//! What is changed of a library so that a mechanism is there, or is not, and nothing else is other than before.

use melody_core::overrides::MOST_WEIGHT;
use melody_recommender::policy::{
    Algorithm, GammaScores, Policy, Rerank, Retrieval, Scorer, Settings, Tighter, Weights,
};
use melody_sessions::library::Library;

/// One change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Edit {
    /// Nothing is changed.
    #[default]
    AsItIs,
    /// The model's short-time module sees no session.
    NoShortTime,
    /// Neither score nor source goes by a streak.
    NoStreaks,
    /// What was heard much of lately loses nothing by it.
    NoWeariness,
    /// Neither score nor source goes by a search.
    NoSearch,
    /// A song that is cut off loses nothing by it.
    NoPreviews,
    /// The model learns nothing in a session.
    NoNearLine,
    /// The bandit draws its arm, each as likely.
    Uniform,
    /// One arm, whatever happens.
    Always(String),
    /// Its level never rises.
    NoGuardrail,
    /// Selling is never helped.
    NoSelling,
    /// However many songs were skipped in a row, promotion goes on.
    NoWaiting,
    /// Nobody is sold a subscription by what is served.
    NoSubscription,
    /// Everybody gets the weights and rules of the segment that has no conditions.
    OneSize,
    /// A scene changes nothing.
    NoScenes,
    /// Natural songs are re-ranked in this way, at the policy's strength.
    Rerank(Rerank),
    /// Gamma does nothing where it multiplies a song's diversity.
    NoDiverseGamma,
    /// Every song is scored.
    Everything,
    /// The fused score ranks.
    Fusion,
    /// By mistake what is wanted least comes first, from all songs there are; and this is changed, too.
    TurnedRound(Box<Edit>),
}

/// More skips in a row than anybody makes.
const NEVER: u32 = 1_000;

impl Edit {
    /// The library with the change.
    pub(super) fn of(&self, library: &Library) -> Library {
        let changed = |change: &dyn Fn(&mut Settings)| {
            let mut settings = library.policy.settings.clone();
            change(&mut settings);
            library.with_values(Policy { settings, ..(*library.policy).clone() })
        };
        match self {
            Edit::AsItIs => library.clone(),
            Edit::NoShortTime => library.with_model(library.model.without_session()),
            Edit::NoStreaks => changed(&|s| {
                s.adjustments.genre_streak = 0.0;
                s.candidates.session = 0;
            }),
            Edit::NoWeariness => changed(&|s| s.adjustments.weariness = 0.0),
            Edit::NoPreviews => changed(&|s| s.adjustments.preview = 0.0),
            Edit::NoSearch => changed(&|s| {
                s.adjustments.search = 0.0;
                s.candidates.search = 0;
            }),
            Edit::NoNearLine => changed(&|s| s.near_line.steps = 0),
            Edit::Uniform => changed(&|s| {
                s.bandit.uniform = 1.0;
                s.bandit.uniform_for = None;
            }),
            Edit::Always(name) => changed(&|s| {
                s.bandit.algorithm = Algorithm::Fixed;
                s.bandit.uniform = 0.0;
                s.bandit.arms.retain(|arm| arm.name == *name);
            }),
            Edit::NoGuardrail => changed(&|s| s.guardrail.levels = 0),
            Edit::NoSelling => changed(&|s| s.guardrail.selling.levels = 0),
            Edit::NoWaiting => changed(&|s| s.guardrail.skips = NEVER),
            Edit::NoSubscription => changed(&unsold),
            Edit::OneSize => changed(&one_size),
            Edit::NoScenes => changed(&|s| {
                for scene in s.scenes.values_mut() {
                    scene.weights = NOTHING;
                    scene.novelty = 0.0;
                    scene.mixing = Tighter::default();
                }
            }),
            Edit::Rerank(method) => changed(&|s| s.diversity.method = *method),
            Edit::NoDiverseGamma => changed(&|s| {
                // Less than nothing of whatever other segments add; a weight is never below zero.
                let none = -MOST_WEIGHT.value();
                let diverse = |scores| scores == GammaScores::Diversity;
                for segment in s.segments.iter_mut().filter(|s| diverse(s.gamma_scores)) {
                    segment.gamma_scores = GammaScores::Promotion;
                    segment.weights.gamma = none;
                }
            }),
            Edit::Everything => changed(&|s| s.candidates.retrieval = Retrieval::Everything),
            Edit::Fusion => changed(&|s| s.ranking.scorer = Scorer::Fusion),
            Edit::TurnedRound(edit) => {
                let mistaken = changed(&turned_round);
                edit.of(&mistaken)
            }
        }
    }
}

const NOTHING: Weights = Weights { alpha: 0.0, beta: 0.0, gamma: 0.0 };

/// The last segment's for all; but who is sold no subscription is sold none still.
fn one_size(settings: &mut Settings) {
    let Some(last) = settings.segments.last().cloned() else { return };
    let weights = settings.weights_of(&last);
    let [all, unsold] = [weights, Weights { beta: 0.0, ..weights }].map(|w| settings.added_for(w));
    let sells: Vec<bool> = settings.segments.iter().map(|s| settings.sells(s)).collect();
    for (segment, sells) in settings.segments.iter_mut().zip(sells) {
        segment.weights = if sells { all } else { unsold };
        segment.gamma_scores = last.gamma_scores;
        segment.mixing = last.mixing;
    }
}

/// Beta nothing, wherever it comes from.
fn unsold(settings: &mut Settings) {
    let arms = settings.bandit.arms.iter_mut().map(|arm| &mut arm.weights);
    let scenes = settings.scenes.values_mut().map(|scene| &mut scene.weights);
    let segments = settings.segments.iter_mut().map(|segment| &mut segment.weights);
    let all = settings.fusion.weights.iter_mut();
    all.chain(segments).chain(scenes).chain(arms).for_each(|weights| weights.beta = 0.0);
    // What helps selling has nothing to raise.
    settings.guardrail.selling.levels = 0;
}

/// The interest score with its sign turned round.
fn turned_round(settings: &mut Settings) {
    settings.interest = -settings.interest;
    settings.candidates.retrieval = Retrieval::Everything;
}

/// Whether two libraries, changed from the same one, would play the same.
pub(super) fn same(a: &Library, b: &Library) -> bool {
    a.policy.settings == b.policy.settings && a.model.sees_session() == b.model.sees_session()
}

#[cfg(test)]
mod tests {
    use super::*;

    use melody_recommender::policy;

    #[test]
    fn nobody_is_sold_anything_where_beta_is_taken_away() {
        let mut settings = policy::shipped("default").unwrap().settings;
        let beta = |settings: &Settings| {
            let segments =
                settings.segments.iter().map(|segment| settings.weights_of(segment).beta);
            let scenes = settings.scenes.values().map(|scene| scene.weights.beta);
            let arms = settings.bandit.arms.iter().map(|arm| arm.weights.beta);
            segments.chain(scenes).chain(arms).map(f64::abs).sum::<f64>()
        };
        assert!(beta(&settings) > 0.1);
        unsold(&mut settings);
        assert_eq!((beta(&settings), settings.guardrail.selling.levels), (0.0, 0));
    }
}
