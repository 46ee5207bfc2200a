//! A policy as a whole: every section of its file, and where the file came from.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::adjustments::{Adjustments, Diversity, SessionTuning};
use super::bandit::Bandit;
use super::candidates::Quotas;
use super::feedback::{Guardrail, NearLine};
use super::fusion::{Fusion, GammaScores, Weights};
use super::groups::{Appetite, SceneEffect, Segment};
use super::mixing::Mixing;
use super::orders::Order;
use super::previews::Previews;
use super::requests::Requests;
use super::scoring::Scoring;
use melody_core::scene::Scene;
use melody_model::InterestBlend;

/// A policy that has been checked, with the hash of its text.
#[derive(Clone, Debug, PartialEq)]
pub struct Policy {
    /// SHA-256 of the file, in hexadecimal.
    pub hash: String,
    /// The path of its file; a ranker of its own lies beside it.
    pub file: Arc<str>,
    /// What the file says, as it was written.
    pub text: Arc<str>,
    /// What the file sets; a policy derefs to it.
    pub settings: Settings,
}

impl std::ops::Deref for Policy {
    type Target = Settings;
    fn deref(&self) -> &Settings {
        &self.settings
    }
}

/// The contents of a policy file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The version of the file; only 1 is known.
    pub format: u32,
    /// What traces and reports call the policy.
    pub name: String,
    /// How the interest head's outputs make one score in [0, 1].
    pub interest: InterestBlend,
    /// The tie-breaker, and the weights that segments add to.
    pub fusion: Fusion,
    /// What scores a song in the end: fusion unless the file says otherwise.
    #[serde(default)]
    pub ranking: Scoring,
    /// The first whose conditions all hold is the listener's own, which the bandit's experience is pooled by; the
    /// others that hold have a say in weights and rules, too, where fusion has weights for everybody.
    pub segments: Vec<Segment>,
    /// What a search for better weights keeps between segments.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub orders: Vec<Order>,
    /// By how open a listener is to new songs; chosen as segments are.
    pub appetites: Vec<Appetite>,
    /// What each scene adds to the segment's settings; no scene may be missing.
    pub scenes: BTreeMap<Scene, SceneEffect>,
    /// Most songs of each source.
    pub candidates: Quotas,
    /// What is added after fusion, in points of score.
    pub adjustments: Adjustments,
    /// Whether and how natural songs are re-ranked to be unlike each other.
    pub diversity: Diversity,
    /// How streaks and searches rise and fade.
    pub session: SessionTuning,
    /// How much of a ranking is fixed before the next.
    #[serde(default)]
    pub requests: Requests,
    /// The rules that promoted songs are placed under, before any are tightened.
    pub mixing: Mixing,
    /// What picks the promotion ratio, with a change of weights.
    pub bandit: Bandit,
    /// When falling completion takes promotion back, and how far.
    pub guardrail: Guardrail,
    /// When and how the model learns during a session.
    pub near_line: NearLine,
    /// What is heard of premium songs without a subscription.
    #[serde(default)]
    pub previews: Previews,
}

impl Settings {
    /// Fusion weights of who is in one segment alone, before scene, arm and guardrail.
    pub fn weights_of(&self, segment: &Segment) -> Weights {
        self.fusion.weights.unwrap_or_default() + segment.weights
    }

    /// What a segment has to add, or to say, so that these are the weights of who is in it alone.
    pub fn added_for(&self, weights: Weights) -> Weights {
        weights - self.fusion.weights.unwrap_or_default()
    }

    /// The first of the segments under an order whose share is the larger; `None` where the order holds.
    pub fn broken<'a>(&self, order: &'a Order) -> Option<&'a str> {
        let named = |name: &str| self.segments.iter().find(|segment| segment.name == name);
        order.broken(|name| named(name).map(|segment| self.weights_of(segment)))
    }

    /// Whether anything is sold to who is in a segment, in whatever others they are besides: nothing is where it takes away all of
    /// everybody's beta or, without weights for everybody, has none.
    pub fn sells(&self, segment: &Segment) -> bool {
        let none_to_take = self.fusion.weights.is_some_and(|weights| weights.beta == 0.0);
        none_to_take || self.weights_of(segment).beta > 0.0
    }

    /// What gamma multiplies for who is in these segments, by name: diversity where one of them says so.
    pub fn gamma_scores<'a>(&self, names: impl IntoIterator<Item = &'a str>) -> GammaScores {
        let mut named =
            names.into_iter().filter_map(|name| self.segments.iter().find(|s| s.name == name));
        match named.any(|segment| segment.gamma_scores == GammaScores::Diversity) {
            true => GammaScores::Diversity,
            false => GammaScores::Promotion,
        }
    }
}
