//! The sliders of the What-if view: what each sets, in which range, and how it moves.

use melody_core::overrides::{LONGEST_WINDOW, MOST_BOOST, MOST_WEIGHT, Overrides};
use melody_core::score::Score;
use melody_recommender::engine::{PromotionReport, Trace};
use melody_recommender::ranking::FusionWeights;

/// What a slider sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slider {
    /// The weight of interest in the fused score.
    Alpha,
    /// The weight of subscription in the fused score.
    Beta,
    /// The weight of exposure in the fused score.
    Gamma,
    /// M: promoted songs in a window at most.
    AtMost,
    /// N: songs in a window.
    Window,
    /// The bandit's arm; 0 leaves it to the bandit.
    Arm,
    /// The factor on what streaks and searches add.
    Boost,
}

/// What one step of a slider adds.
const WEIGHT_STEP: Score = Score::from_millionths(10_000);
const BOOST_STEP: Score = Score::from_millionths(250_000);

impl Slider {
    /// In the order shown, from top to bottom.
    pub const ALL: [Slider; 7] = [
        Slider::Alpha,
        Slider::Beta,
        Slider::Gamma,
        Slider::AtMost,
        Slider::Window,
        Slider::Arm,
        Slider::Boost,
    ];

    /// Its place and range: the value as a number, and the largest. An arm is counted from 1; 0 leaves
    /// the choice to the bandit.
    pub fn value(self, set: &Overrides, trace: &Trace) -> (f64, f64) {
        let weights = &trace.weights;
        let weight =
            |set: Option<Score>, now: Score| (set.unwrap_or(now).value(), MOST_WEIGHT.value());
        match self {
            Slider::Alpha => weight(set.alpha, weights.alpha.value),
            Slider::Beta => weight(set.beta, weights.beta.value),
            Slider::Gamma => weight(set.gamma, weights.gamma.value),
            Slider::AtMost => {
                let most = set.window.unwrap_or(trace.promotion.window);
                (set.at_most.unwrap_or(trace.promotion.at_most) as f64, most as f64)
            }
            Slider::Window => (set.window.unwrap_or(trace.promotion.window) as f64, 30.0),
            Slider::Arm => {
                let arms = &trace.bandit.arms;
                let place = set.arm.as_ref().and_then(|n| arms.iter().position(|a| a.name == *n));
                (place.map_or(0.0, |place| place as f64 + 1.0), arms.len() as f64)
            }
            Slider::Boost => (set.boost.unwrap_or(Score::ONE).value(), MOST_BOOST.value()),
        }
    }

    /// What of it is in force once clamps and the guardrail have had their word: a weight, M or N. An
    /// arm and the factor on boosts are in force as they are set.
    pub fn in_force(self, weights: &FusionWeights, promotion: &PromotionReport) -> Option<f64> {
        match self {
            Slider::Alpha => Some(weights.alpha.value.value()),
            Slider::Beta => Some(weights.beta.value.value()),
            Slider::Gamma => Some(weights.gamma.value.value()),
            Slider::AtMost => Some(promotion.at_most as f64),
            Slider::Window => Some(promotion.window as f64),
            Slider::Arm | Slider::Boost => None,
        }
    }

    /// Moves it by so many steps.
    pub(super) fn step(self, set: &mut Overrides, trace: &Trace, by: i64) {
        let (value, _) = self.value(set, trace);
        let step = match self {
            Slider::Alpha | Slider::Beta | Slider::Gamma => WEIGHT_STEP.value(),
            Slider::Boost => BOOST_STEP.value(),
            Slider::AtMost | Slider::Window | Slider::Arm => 1.0,
        };
        self.set(set, trace, value + by as f64 * step);
    }

    /// Whether it sets a weight, so that any value of its range can be set.
    pub fn weighs(self) -> bool {
        matches!(self, Slider::Alpha | Slider::Beta | Slider::Gamma)
    }

    /// Whether any value of its range can be set, so that what changes on the way has to be looked for between its
    /// steps.
    pub(super) fn continuous(self) -> bool {
        self.weighs() || self == Slider::Boost
    }

    /// Sets it to a number, held to what may be set.
    pub(super) fn set(self, set: &mut Overrides, trace: &Trace, value: f64) {
        let weight = |value: f64| Some(Score::new(value.clamp(0.0, MOST_WEIGHT.value())));
        let count = |value: f64, least: usize, most: usize| {
            Some((value.round().max(0.0) as usize).clamp(least, most))
        };
        match self {
            Slider::Alpha => set.alpha = weight(value),
            Slider::Beta => set.beta = weight(value),
            Slider::Gamma => set.gamma = weight(value),
            Slider::AtMost => {
                set.at_most = count(value, 0, set.window.unwrap_or(trace.promotion.window));
            }
            Slider::Window => {
                let window = count(value, 1, LONGEST_WINDOW);
                set.window = window;
                set.at_most = set.at_most.map(|at_most| at_most.min(window.unwrap_or(at_most)));
            }
            Slider::Arm => {
                let place = value.round().max(0.0) as usize;
                let arms = &trace.bandit.arms;
                let arm = place.checked_sub(1).map(|place| place.min(arms.len().saturating_sub(1)));
                set.arm = arm.and_then(|place| arms.get(place)).map(|arm| arm.name.clone());
            }
            Slider::Boost => {
                set.boost = Some(Score::new(value.clamp(0.0, MOST_BOOST.value())));
            }
        }
    }

    /// Takes its value from others.
    pub(super) fn copy(self, set: &mut Overrides, from: &Overrides) {
        match self {
            Slider::Alpha => set.alpha = from.alpha,
            Slider::Beta => set.beta = from.beta,
            Slider::Gamma => set.gamma = from.gamma,
            Slider::AtMost => set.at_most = from.at_most,
            Slider::Window => set.window = from.window,
            Slider::Arm => set.arm.clone_from(&from.arm),
            Slider::Boost => set.boost = from.boost,
        }
    }

    /// Whether these set it by hand.
    pub fn by_hand(self, set: &Overrides) -> bool {
        let mut without = set.clone();
        self.copy(&mut without, &Overrides::default());
        without != *set
    }
}
