//! What a session is made of, and does not change.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use crate::bandit::{Experience, WarmStart};
use crate::feedback::Learned;
use crate::ltr::Ranker;
use crate::policy::{DEFAULT, Policy, shipped};
use melody_core::catalogue::Catalogue;
use melody_core::listener::{Account, Interaction};
use melody_core::scene::Scene;
use melody_model::{Examples, ModelVersion};

/// A trained model, with the examples that its near-line updates need.
#[derive(Clone, Debug)]
pub struct Trained {
    /// As trained.
    pub model: ModelVersion,
    /// The model's own.
    pub examples: Arc<Examples>,
}

/// The fixed inputs of a session.
#[derive(Clone, Debug)]
pub struct Setup {
    /// The songs there are.
    pub catalogue: Arc<Catalogue>,
    /// How they are ranked, and promotion decided.
    pub policy: Arc<Policy>,
    /// The ranker that scores under the policy; `None` where fused scores do.
    pub ranker: Option<Arc<Ranker>>,
    /// Who listens, by the name that traces give.
    pub listener: String,
    /// What the service knows of the listener as the session opens.
    pub account: Arc<Account>,
    /// The model the session starts with.
    pub model: ModelVersion,
    /// The model's own examples, for near-line updates.
    pub examples: Arc<Examples>,
    /// Models that may take over in the middle of the session, by the hash of their weights. The one it starts
    /// with always may.
    pub versions: Arc<BTreeMap<String, Arc<Trained>>>,
    /// The situation the session begins in.
    pub scene: Scene,
    /// What every draw of the session is keyed by.
    pub seed: u64,
    /// Plays before the session, oldest first.
    pub past: Arc<Vec<Interaction>>,
    /// What this listener's earlier sessions have taught the bandit, if there were any.
    pub warm_start: Option<WarmStart>,
    /// What near-line updates have learned of this listener in earlier sessions, if there were any.
    pub learned: Option<Arc<Learned>>,
    /// What listeners of each segment have taught; where the bandit starts if the policy wants it.
    pub experience: Arc<Experience>,
    /// Nobody looks at the steps, as in an experiment: what stands behind the committed songs is ranked only
    /// where somebody asks for it ([`Engine::queue`]), and traces tell what happened and nothing of what may
    /// come. What is heard is the same, to the bit.
    pub unseen: bool,
}

/// Steps sessions of one setup.
#[derive(Clone, Debug)]
pub struct Engine {
    /// The fixed inputs; a state means nothing under others.
    pub setup: Setup,
    /// What songs are scored by at the guardrail's highest level; made when first asked for.
    plain: OnceLock<Box<Policy>>,
}

impl Setup {
    /// The same with other models that may take over, beside those it has. What has happened stays what it was: an
    /// event that named one of them would have been refused.
    pub fn offering(self, versions: impl IntoIterator<Item = Arc<Trained>>) -> Self {
        let mut all = (*self.versions).clone();
        all.extend(versions.into_iter().map(|trained| (trained.model.hash.clone(), trained)));
        Setup { versions: Arc::new(all), ..self }
    }
}

impl Engine {
    /// An engine that has taken no step yet.
    pub fn new(setup: Setup) -> Self {
        Engine { setup, plain: OnceLock::new() }
    }

    /// The policy as far as songs are scored as the built-in one scores them: whatever it has made of interest,
    /// adjustments or the scorer may be what is wrong.
    pub(super) fn plain(&self) -> &Policy {
        self.plain.get_or_init(|| {
            let mut plain = (*self.setup.policy).clone();
            if let Some(shipped) = shipped(DEFAULT) {
                plain.settings.interest = shipped.settings.interest;
                plain.settings.adjustments = shipped.settings.adjustments;
                plain.settings.ranking = shipped.settings.ranking;
                plain.settings.diversity = shipped.settings.diversity;
            }
            Box::new(plain)
        })
    }
}
