//! What the bandit sees of the listener.

use serde::{Deserialize, Serialize};

use melody_core::listener::{ListenerView, Tier};
use melody_core::scene::Scene;

/// Names of the context's features.
pub const CONTEXT: [&str; 10] = [
    "always",
    "satisfaction",
    "promoted_skips",
    "promoted_share",
    "position",
    "subscriber",
    "conversion_signals",
    "novelty_appetite",
    "on_the_move",
    "new_listener",
];

/// No feature is larger: they are a few units each, and products of large ones would leave a matrix that cannot be factored.
const MOST: f64 = 50.0;

/// The listener's state as the bandit sees it, in the order of [`CONTEXT`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Context(pub Vec<f64>);

/// Why these are the features of no context, though they be of the right number; `None` if they may be.
pub fn flaw(features: &[f64]) -> Option<&'static str> {
    if features.first() != Some(&1.0) {
        return Some("its first feature is not 1");
    }
    let known = features.iter().all(|feature| (-MOST..=MOST).contains(feature));
    (!known).then_some("a feature is out of range")
}

impl Context {
    /// From what is known of the listener now; each feature is rounded to a millionth.
    pub fn new(view: &ListenerView) -> Self {
        let flag = |holds: bool| if holds { 1.0 } else { 0.0 };
        let session = view.session;
        let features: [f64; CONTEXT.len()] = [
            1.0,
            2.0 * (f64::from(session.satisfaction) - 0.65),
            4.0 * f64::from(session.promoted_skips()),
            2.0 * f64::from(session.promoted_share()),
            f64::from(session.plays).ln_1p() / 3.0,
            flag(view.tier == Tier::Premium),
            f64::from(view.previews.min(8)) / 4.0
                + 0.5 * f64::from(view.account.past_conversions.min(3)),
            3.0 * f64::from(view.history.novelty_appetite()),
            flag(matches!(view.scene, Scene::Commute | Scene::Workout)),
            flag(view.account.tenure_days < 30),
        ];
        // A millionth is far below what matters and makes traces readable.
        Context(features.iter().map(|f| (f * 1e6).round() / 1e6).collect())
    }
}
