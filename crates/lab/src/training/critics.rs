//! RMTL's critics (Zhao et al., WWW 2023): what the rest of a session will cost each task.
//!
//! A session is a Markov decision process: the state is what the network makes of a play, the action
//! what a task predicts for it, the reward minus that prediction's cross-entropy. A task's critic
//! learns the discounted sum of rewards to come; the worse it expects them to be from a play on, the more
//! that play weighs in the task's loss, 1 - lambda Q (`play_weights.rs`).

use std::path::Path;

use burn::module::{Module, Param};
use burn::nn::Linear;
use burn::optim::{AdamConfig, GradientsParams, ModuleOptimizer};
use burn::tensor::{Bytes, Device, Int, Tensor};

use melody_model::objective::Rmtl;
use melody_model::{Initialiser, Output, TASKS, Tower};

/// The label that stands for each task in its reward.
pub const REWARDED: [Output; TASKS.len()] =
    [Output::Completion, Output::Subscription, Output::Exposure];

/// What critics learn from: the plays of one batch as transitions.
#[derive(Clone, Debug)]
pub struct Transitions {
    /// What the network made of each play, `[rows, d_state]`, cut off from its graph.
    pub states: Tensor<2>,
    /// Each task's prediction, `[rows, tasks]`.
    pub actions: Tensor<2>,
    /// `[rows, tasks]`, zero where the label does not exist.
    pub rewards: Tensor<2>,
    /// The row of the next play of the session, `[rows]`.
    pub next: Tensor<1, Int>,
    /// 1 where the session goes on, `[rows, 1]`.
    pub continues: Tensor<2>,
    /// 1 where all this is known, `[rows, 1]`.
    pub known: Tensor<2>,
}

/// Rewards `[rows, tasks]`: r = y ln a + (1 - y) ln(1 - a), zero where `mask` has no label.
pub fn rewards(actions: Tensor<2>, labels: Tensor<2>, mask: Tensor<2>) -> Tensor<2> {
    let a = actions.clamp(1e-6, 1.0 - 1e-6);
    let y = labels;
    let log = y.clone() * a.clone().log() + (y.neg() + 1.0) * (a.neg() + 1.0).log();
    log * mask
}

/// One critic per task.
#[derive(Module, Debug)]
struct Networks {
    critics: Vec<Tower>,
}

impl Networks {
    /// Q of every row and task, `[rows, tasks]`.
    fn values(&self, states: &Tensor<2>, actions: &Tensor<2>) -> Tensor<2> {
        let of = |(task, critic): (usize, &Tower)| {
            let action = actions.clone().narrow(1, task, 1);
            critic.forward(Tensor::cat(vec![states.clone(), action], 1))
        };
        Tensor::cat(self.critics.iter().enumerate().map(of).collect(), 1)
    }

    /// Moves by the share `tau` towards `other`.
    fn follow(self, other: &Networks, tau: f64) -> Self {
        let mix = |own: Linear, other: &Linear| Linear {
            weight: blend(own.weight, &other.weight, tau),
            bias: own.bias.zip(other.bias.as_ref()).map(|(own, other)| blend(own, other, tau)),
        };
        let critics = self.critics.into_iter().zip(&other.critics);
        Networks {
            critics: critics
                .map(|(own, other)| Tower {
                    hidden: mix(own.hidden, &other.hidden),
                    output: mix(own.output, &other.output),
                })
                .collect(),
        }
    }
}

fn blend<const D: usize>(
    own: Param<Tensor<D>>,
    other: &Param<Tensor<D>>,
    tau: f64,
) -> Param<Tensor<D>> {
    let other = other.val();
    own.map(|own| own * (1.0 - tau) + other * tau)
}

/// The critics, their targets, and how they learn.
pub struct Critics {
    networks: Networks,
    targets: Networks,
    optimizer: ModuleOptimizer,
    settings: Rmtl,
}

const FILES: [&str; 3] = ["critics.bpk", "critic_targets.bpk", "critic_optimizer.bpk"];

impl Critics {
    /// Critics that know nothing yet, of states `[rows, d_state]`, and targets equal to them.
    pub fn new(settings: Rmtl, d_state: usize, seed: u64, device: &Device) -> Self {
        // Not the network's own numbers again.
        let init = &mut Initialiser::new(seed ^ 0xC0FF_EE11, device);
        let tower = |_| Tower::new(init, d_state + 1, settings.hidden, 1);
        let networks = Networks { critics: TASKS.map(tower).into() };
        Critics {
            targets: networks.clone(),
            networks: networks.train(),
            optimizer: AdamConfig::new().init(),
            settings,
        }
    }

    /// What is expected of the rest of the session, `[rows, tasks]`, cut off from any graph. Rewards are
    /// never positive, so neither is what comes of them, whatever a critic has yet to learn.
    pub fn values(&self, states: &Tensor<2>, actions: &Tensor<2>) -> Tensor<2> {
        self.networks.valid().values(states, actions).clamp_max(0.0)
    }

    /// One step of temporal-difference learning: Q moves towards r + gamma Q'(s', a') of the targets,
    /// and these then a little towards Q. Gives the mean squared error of before.
    pub fn learn(&mut self, batch: &Transitions) -> f32 {
        let next = self.targets.values(&batch.states, &batch.actions).clamp_max(0.0);
        let next = next.select(0, batch.next.clone());
        let wanted = batch.rewards.clone() + next * batch.continues.clone() * self.settings.gamma;
        let networks = self.networks.clone();
        let values = networks.values(&batch.states, &batch.actions);
        let count = batch.known.clone().sum().into_scalar::<f32>().max(1.0);
        let error = ((values - wanted).square() * batch.known.clone()).sum() / count;
        let loss = error.clone().into_scalar::<f32>();
        let gradients = GradientsParams::from_grads(error.backward(), &networks);
        self.networks = self.optimizer.step(self.settings.learning_rate, networks, gradients);
        let targets = self.targets.clone();
        self.targets = targets.follow(&self.networks.valid(), self.settings.tau);
        loss
    }

    /// What a checkpoint keeps of them, by the names of its files.
    ///
    /// # Errors
    /// When the tensors cannot be had.
    pub fn files(&self) -> Result<[(&'static str, Bytes); 3], String> {
        let [networks, targets, optimizer] = FILES;
        let network = self.networks.valid().into_record().into_bytes();
        let target = self.targets.clone().into_record().into_bytes();
        Ok([
            (networks, network.map_err(|e| e.to_string())?),
            (targets, target.map_err(|e| e.to_string())?),
            (optimizer, self.optimizer.into_bytes().map_err(|e| e.to_string())?),
        ])
    }

    /// Takes up what [`Critics::files`] gave, from a checkpoint's folder.
    pub fn load(self, folder: &Path) -> Result<Self, String> {
        let [networks, targets, optimizer] = FILES.map(|name| folder.join(name));
        let fail = |path: &Path, error: String| format!("{}: {error}", path.display());
        Ok(Critics {
            networks: self
                .networks
                .valid()
                .try_load_file(&networks)
                .map_err(|e| fail(&networks, e.to_string()))?
                .train(),
            targets: self
                .targets
                .try_load_file(&targets)
                .map_err(|e| fail(&targets, e.to_string()))?,
            optimizer: self
                .optimizer
                .load(&optimizer)
                .map_err(|e| fail(&optimizer, e.to_string()))?,
            settings: self.settings,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::TensorData;
    use melody_model::{Backend, device};

    /// A session of three plays, seen again and again: the critics learn the discounted sum of the
    /// rewards from each play on.
    #[test]
    fn critics_learn_the_discounted_rewards_of_the_rest_of_a_session() {
        let device = device(Backend::Flex);
        let table = |values: &[f32], shape: [usize; 2]| {
            Tensor::<2>::from_data(TensorData::new(values.to_vec(), shape), &device)
        };
        let settings =
            Rmtl { gamma: 0.5, tau: 0.2, learning_rate: 1e-2, hidden: 16, ..Rmtl::default() };
        let mut critics = Critics::new(settings, 3, 4, &device);
        let each = [-1.0f32, -2.0, -4.0];
        let batch = Transitions {
            states: table(&[1., 0., 0., 0., 1., 0., 0., 0., 1.], [3, 3]),
            actions: table(&[0.5; 9], [3, 3]),
            // The second task's rewards are nothing, the third's twice the first's.
            rewards: table(&each.map(|r| [r, 0.0, 2.0 * r]).concat(), [3, 3]),
            next: Tensor::from_data([1, 2, 2].as_slice(), &device),
            continues: table(&[1., 1., 0.], [3, 1]),
            known: table(&[1., 1., 1.], [3, 1]),
        };
        let first = critics.learn(&batch);
        let last = (0..2_000).map(|_| critics.learn(&batch)).last().unwrap();
        assert!(last < first / 100.0, "{first} to {last}");
        let values = critics.values(&batch.states, &batch.actions).into_data();
        let values = values.try_to_vec::<f32>().unwrap();
        // -1 - 0.5 (2 + 0.5 * 4), -2 - 0.5 * 4, -4
        let wanted = [[-3.0, 0.0, -6.0], [-4.0, 0.0, -8.0], [-4.0, 0.0, -8.0]].concat();
        for (value, wanted) in values.iter().zip(wanted) {
            assert!((value - wanted).abs() < 0.1, "{values:?}");
        }
    }

    #[test]
    fn rewards_are_the_log_likelihood_and_nothing_without_a_label() {
        let device = device(Backend::Flex);
        let row = |values: [f32; 3]| Tensor::<2>::from_data([values], &device);
        let given = rewards(row([0.8, 0.8, 0.8]), row([1.0, 0.0, 1.0]), row([1.0, 1.0, 0.0]));
        let given = given.into_data().try_to_vec::<f32>().unwrap();
        assert!((given[0] - 0.8f32.ln()).abs() < 1e-6);
        assert!((given[1] - 0.2f32.ln()).abs() < 1e-6);
        assert_eq!(given[2], 0.0);
    }
}
