//! Disjoint LinUCB and linear Thompson sampling, against mabwiser.

use melody::bandit::{LinearArm, Normal, Sums, argmax, probability_best};
use serde_json::Value;

use crate::files::{Golden, golden};
use crate::numbers::{Within, all_close, close, count, flat, list, number, vector};

const EXACT: Within = Within::Absolute(1e-9);
const INTEGRATED: Within = Within::Absolute(1e-6);

/// The rounds that were logged.
struct Rounds {
    contexts: Vec<Vec<f64>>,
    rewards: Vec<Vec<f64>>,
    actions: Vec<usize>,
    ridge: f64,
}

impl Rounds {
    fn new(inputs: &Value) -> Self {
        let rows = |name: &str| list(&inputs[name]).iter().map(vector).collect();
        Rounds {
            contexts: rows("contexts"),
            rewards: rows("rewards"),
            actions: list(&inputs["logged_actions"]).iter().map(count).collect(),
            ridge: number(&inputs["l2_lambda"]),
        }
    }

    fn fresh(&self) -> Vec<Sums> {
        vec![Sums::new(self.contexts[0].len()); self.rewards[0].len()]
    }

    fn learn(&self, arms: &mut [Sums], round: usize, arm: usize) {
        arms[arm].add(&self.contexts[round], self.rewards[round][arm], 1.0);
    }

    /// The arms after the first `rounds` logged rounds.
    fn after(&self, rounds: usize) -> Vec<LinearArm> {
        let mut arms = self.fresh();
        (0..rounds).for_each(|round| self.learn(&mut arms, round, self.actions[round]));
        arms.iter().map(|sums| LinearArm::new(sums, self.ridge)).collect()
    }
}

fn probes(file: &Golden) -> Vec<Vec<f64>> {
    list(&file.inputs["probes"]).iter().map(vector).collect()
}

/// LinUCB's bound of every arm for every probe.
fn bounds(arms: &[LinearArm], probes: &[Vec<f64>], exploration: f64) -> Vec<f64> {
    probes
        .iter()
        .flat_map(|probe| arms.iter().map(|arm| arm.belief(probe).upper_bound(exploration)))
        .collect()
}

#[test]
fn linucb_learns_and_scores_as_the_library_does() {
    for file in golden("g1") {
        let rounds = Rounds::new(&file.inputs);
        let probes = probes(&file);
        for (alpha, checkpoints) in file.expected["linucb"].as_object().unwrap() {
            for checkpoint in list(checkpoints) {
                let t = count(&checkpoint["t"]);
                let arms = rounds.after(t);
                let same = |name: &str, got: Vec<f64>| {
                    // Not every checkpoint has everything.
                    let Some(expected) = checkpoint.get(name) else { return };
                    let what = format!("{}: alpha {alpha}, t {t}, {name}", file.name);
                    all_close(&what, &got, &flat(expected), EXACT);
                };
                let by_row = |m: &nalgebra::DMatrix<f64>| m.transpose().as_slice().to_vec();
                same("A", arms.iter().flat_map(|arm| by_row(&arm.a)).collect());
                same("b", arms.iter().flat_map(|arm| arm.b.as_slice().to_vec()).collect());
                same("A_inv", arms.iter().flat_map(|arm| by_row(&arm.inverse())).collect());
                same(
                    "theta",
                    arms.iter().flat_map(|arm| arm.theta().as_slice().to_vec()).collect(),
                );
                same("scores", bounds(&arms, &probes, alpha.parse().unwrap()));
            }
        }
        // Scores for another exploration are under a key that holds its value: `.._alpha_0_5`.
        for (key, checkpoints) in file.expected.as_object().unwrap() {
            let Some(alpha) = key.strip_prefix("linucb_scores_alpha_") else { continue };
            let alpha: f64 = alpha.replace('_', ".").parse().unwrap();
            for checkpoint in list(checkpoints) {
                let t = count(&checkpoint["t"]);
                let what = format!("{}: alpha {alpha}, t {t}", file.name);
                let got = bounds(&rounds.after(t), &probes, alpha);
                all_close(&what, &got, &flat(&checkpoint["scores"]), EXACT);
            }
        }
    }
}

#[test]
fn linear_thompson_has_the_librarys_posterior_and_arm_probabilities() {
    for file in golden("g1") {
        let rounds = Rounds::new(&file.inputs);
        let exploration = number(&file.inputs["alpha_ts"]);
        let arms = rounds.after(rounds.actions.len());
        let expected = &file.expected["lints"];
        let theta: Vec<f64> = arms.iter().flat_map(|a| a.theta().as_slice().to_vec()).collect();
        all_close(&format!("{}: theta", file.name), &theta, &flat(&expected["theta"]), EXACT);
        // Symmetric, so the order of rows and columns does not matter.
        let scaled = |arm: &LinearArm| arm.inverse() * exploration.powi(2);
        let cov: Vec<f64> = arms.iter().flat_map(|a| scaled(a).as_slice().to_vec()).collect();
        all_close(&format!("{}: cov", file.name), &cov, &flat(&expected["cov"]), EXACT);
        for (i, probe) in probes(&file).iter().enumerate() {
            let posteriors: Vec<(f64, f64)> =
                arms.iter().map(|arm| arm.belief(probe).posterior(exploration)).collect();
            let (means, deviations): (Vec<f64>, Vec<f64>) = posteriors.iter().copied().unzip();
            let same = |name: &str, got: &[f64], within| {
                let what = format!("{}: probe {i}, {name}", file.name);
                all_close(&what, got, &vector(&expected[name][i]), within);
            };
            same("score_mean", &means, EXACT);
            same("score_sd", &deviations, EXACT);
            let normal = |&(mean, deviation)| Normal { mean, deviation };
            let posteriors: Vec<Normal> = posteriors.iter().map(normal).collect();
            same("p_arm", &probability_best(&posteriors), INTEGRATED);
        }
    }
}

#[test]
fn linucb_in_a_closed_loop_picks_what_the_library_picks() {
    for file in golden("g1") {
        let rounds = Rounds::new(&file.inputs);
        for (alpha, expected) in file.expected["closed_loop"].as_object().unwrap() {
            let exploration: f64 = alpha.parse().unwrap();
            let picks: Vec<usize> = list(&expected["picks"]).iter().map(count).collect();
            let gaps = vector(&expected["gaps"]);
            let ties: Vec<usize> = list(&expected["ties"]).iter().map(count).collect();
            let mut arms = rounds.fresh();
            let mut reward = 0.0;
            for (t, &pick) in picks.iter().enumerate() {
                let bound = |sums: &Sums| {
                    let arm = LinearArm::new(sums, rounds.ridge);
                    arm.belief(&rounds.contexts[t]).upper_bound(exploration)
                };
                let best = argmax(arms.iter().map(bound));
                // Where two arms are as good as equal, rounding decides which is the larger.
                if gaps[t] > 1e-9 || ties.contains(&t) {
                    assert_eq!(best, pick, "{}: alpha {alpha}, round {t}", file.name);
                }
                rounds.learn(&mut arms, t, pick);
                reward += rounds.rewards[t][pick];
            }
            let what = format!("{}: alpha {alpha}, reward", file.name);
            close(&what, reward, number(&expected["cumulative_reward"]), EXACT);
        }
    }
}
