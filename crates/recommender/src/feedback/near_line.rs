//! Near-line updates: the head learns from the newest plays during the session.
//!
//! An update is a pure function of what it was started with. It may run in the background; the
//! engine takes its result at a fixed event, waiting if it must, so a replay gives the same bits.
//!
//! What is learned is judged before it is believed: a trial is trained on the listener's plays but for the
//! newest, and has to foretell these better than the version before; others' plays, which a change of what all
//! share may spoil, must not be foretold worse. Only then is a version trained on all of them.

use std::sync::{Arc, OnceLock};

use burn::module::{Module, ParamGroup, ParamId};
use burn::optim::{GradientsParams, SgdConfig};
use burn::tensor::{Device, Tensor, TensorData};
use rand::seq::index;
use serde::{Deserialize, Serialize};

use crate::policy;
use melody_core::rng::{Purpose, generator};
use melody_core::score::Score;
use melody_model::objective::{Objective, masked_losses, shares};
use melody_model::{Example, Examples, Head, LABELS, ModelVersion};

/// Everything an update works on, and its result once it has run.
#[derive(Debug)]
pub struct Update {
    base: ModelVersion,
    /// The newest plays, this listener's, and replayed ones, others'.
    newest: Vec<Arc<Example>>,
    replayed: Vec<Example>,
    own: Arc<Examples>,
    policy: policy::NearLine,
    /// The step it was started at.
    pub started: u32,
    /// The step at which its result takes over.
    pub due: u32,
    result: OnceLock<Learned>,
}

/// What an update came to.
#[derive(Clone, Debug)]
struct Learned {
    /// The next version, unless it was refused.
    version: Option<ModelVersion>,
    report: UpdateReport,
}

/// An update, for the trace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UpdateReport {
    /// Whether the new version took over; if not, the one before went on.
    pub accepted: bool,
    /// The version's number and hash, if accepted.
    pub number: u32,
    /// SHA-256, in hexadecimal.
    pub hash: String,
    /// Plays in the batch: the newest and the replayed ones.
    pub examples: usize,
    /// Loss on the batch before and after: of the new version, or of a trial that was refused.
    pub batch_loss: [Score; 2],
    /// The listener's newest plays, which a trial was judged by without having learned from them.
    pub judged: usize,
    /// The trial's loss on these, before and after.
    pub own_loss: [Score; 2],
    /// The trial's loss on the held-back examples of others, before and after.
    pub held_back_loss: [Score; 2],
}

impl Update {
    /// Prepares an update from the newest plays and a draw of replayed ones.
    pub fn new(
        base: ModelVersion,
        newest: &[Arc<Example>],
        own: Arc<Examples>,
        policy: policy::NearLine,
        (seed, step): (u64, u32),
    ) -> Self {
        let mut rng = generator(seed, Purpose::NearLine, step.into());
        let replayed =
            index::sample(&mut rng, own.replay.len(), policy.replayed.min(own.replay.len()));
        let from = newest.len().saturating_sub(policy.newest);
        let newest = newest[from..].to_vec();
        let replayed = replayed.into_iter().map(|i| own.replay[i].clone()).collect();
        Update {
            base,
            newest,
            replayed,
            own,
            policy,
            started: step,
            due: step + policy.lag,
            result: OnceLock::new(),
        }
    }

    /// Trains, once; later calls return at once. May be called from any thread ahead of time.
    pub fn run(&self) {
        self.learned();
    }

    /// Whether it has run.
    pub fn done(&self) -> bool {
        self.result.get().is_some()
    }

    /// The version from here on, and what happened. Waits for the training if it must.
    pub fn outcome(&self) -> (ModelVersion, UpdateReport) {
        let learned = self.learned();
        (learned.version.clone().unwrap_or_else(|| self.base.clone()), learned.report.clone())
    }

    fn learned(&self) -> &Learned {
        self.result.get_or_init(|| self.learn())
    }

    fn learn(&self) -> Learned {
        let device = self.base.device();
        let objective = &self.base.objective;
        let before = &self.base.network.head;
        let losses =
            |rows: &Rows, after: &Head| [before, after].map(|head| rows.loss(head, objective));
        // At most half of what there is: a trial that has learned from little says little.
        let judged = (self.policy.every as usize).min(self.newest.len() / 2);
        let (learned_from, newest) = self.newest.split_at(self.newest.len() - judged);
        let trial = self.train(before, learned_from, &device);
        let own_loss = match newest {
            [] => [0.0; 2],
            newest => losses(&Rows::new(before, newest, &[], &device), &trial),
        };
        let others = &Rows::new(before, &[], &self.own.held_back, &device);
        let held_back_loss = losses(others, &trial);
        let worse = held_back_loss[1] - held_back_loss[0];
        let better = own_loss[0] - own_loss[1] > self.policy.gain;
        let accepted = better && worse.is_finite() && worse <= self.policy.tolerance;

        let batch = Rows::new(before, &self.newest, &self.replayed, &device);
        let (version, batch_loss) = if accepted {
            let trained = self.train(before, &self.newest, &device);
            let batch_loss = losses(&batch, &trained);
            let mut network = (*self.base.network).clone();
            network.head = trained;
            (Some(self.base.updated(network)), batch_loss)
        } else {
            (None, losses(&batch, &trial))
        };
        let report = UpdateReport {
            accepted,
            number: version.as_ref().map_or(self.base.number, |v| v.number),
            hash: version.as_ref().map_or_else(|| self.base.hash.clone(), |v| v.hash.clone()),
            examples: self.newest.len() + self.replayed.len(),
            batch_loss: batch_loss.map(Score::new),
            judged,
            own_loss: own_loss.map(Score::new),
            held_back_loss: held_back_loss.map(Score::new),
        };
        Learned { version, report }
    }

    /// A few steps on the listener embedding, which is this listener's alone and may move far, and
    /// on towers and gates, which are everybody's and may not. The experts stay as they are.
    fn train(&self, head: &Head, mine: &[Arc<Example>], device: &Device) -> Head {
        let rows = &Rows::new(head, mine, &self.replayed, device);
        let listener = [head.listener.id];
        let shared = shared_parameters(head);
        let moved = ParamGroup::from_ids([&listener[..], &shared[..]].concat());
        let still = ParamGroup::all().exclude(moved);
        let mut head = head.clone().train().set_require_grad_group(still, false);
        // A listener is taken to be like others until plays say otherwise: a normal prior, which counts as so
        // many plays, in the mean over the rows.
        let prior = self.policy.prior / (2.0 * (mine.len() + self.replayed.len()).max(1) as f64);
        // Plain gradient steps: Adam's first steps have one size for every parameter, and so move
        // thousands that the few newest plays say nothing about.
        let mut optimizer = SgdConfig::new().init();
        let objective = &self.base.objective;
        let weights = objective.weights;
        for _ in 0..self.policy.steps {
            let logits = rows.logits(&head);
            let losses = masked_losses(
                logits,
                rows.labels.clone(),
                rows.shares.clone(),
                &objective.interest,
            );
            let unlike = head.listener.val().powi_scalar(2).sum() * prior;
            let mut gradients = (losses.total(weights) + unlike).backward();
            for (ids, rate) in [
                (&listener[..], self.policy.listener_rate),
                (&shared[..], self.policy.learning_rate),
            ] {
                let gradients = GradientsParams::from_params(&mut gradients, &head, ids);
                head = optimizer.step(rate, head, gradients);
            }
        }
        head.valid().set_require_grad(true)
    }
}

/// Towers and gates.
fn shared_parameters(head: &Head) -> Vec<ParamId> {
    let mut ids = Vec::new();
    let towers = [&head.interest, &head.subscription, &head.exposure];
    let layers = towers.iter().flat_map(|t| [&t.hidden, &t.output]).chain(head.mixture.gates());
    for layer in layers {
        ids.push(layer.weight.id);
        ids.extend(layer.bias.as_ref().map(|bias| bias.id));
    }
    ids
}

/// Examples as tensors.
struct Rows {
    own: Tensor<2>,
    shared: Tensor<2>,
    labels: Tensor<2>,
    /// Each row's share in the mean of each label.
    shares: Tensor<2>,
    /// The first so many are this listener's, whose embedding counts for them.
    mine: usize,
    /// What the experts say of the others' rows. Experts stay as they are, so it is worked out once.
    experts: Option<Tensor<3>>,
}

impl Rows {
    /// Of plays by this listener and by others; `head` has the experts.
    fn new(head: &Head, mine: &[Arc<Example>], others: &[Example], device: &Device) -> Self {
        let mine_first = mine.iter().map(AsRef::as_ref).chain(others);
        let examples: Vec<&Example> = mine_first.collect();
        let table = |values: &dyn Fn(&Example) -> &[f32]| {
            let width = examples.first().map_or(0, |e| values(e).len());
            let all: Vec<f32> = examples.iter().flat_map(|e| values(e)).copied().collect();
            Tensor::<2>::from_data(TensorData::new(all, [examples.len(), width]), device)
        };
        let (own, shared) = (table(&|e| &e.own), table(&|e| &e.shared));
        let of_others = |all: &Tensor<2>| all.clone().narrow(0, mine.len(), others.len());
        let experts = match others {
            [] => None,
            _ => head.mixture.experts(of_others(&own), of_others(&shared)),
        };
        Rows {
            mine: mine.len(),
            experts,
            own,
            shared,
            labels: table(&|e| &e.labels),
            shares: shares(table(&|e| &e.mask)),
        }
    }

    fn logits(&self, head: &Head) -> Tensor<2> {
        let (own, shared) = (self.own.clone(), self.shared.clone());
        head.forward_among(own, shared, self.mine, self.experts.clone()).logits
    }

    fn loss(&self, head: &Head, objective: &Objective) -> f64 {
        let logits = self.logits(head);
        debug_assert_eq!(logits.dims()[1], LABELS);
        masked_losses(logits, self.labels.clone(), self.shares.clone(), &objective.interest)
            .total(objective.weights)
            .into_scalar::<f32>()
            .into()
    }
}
