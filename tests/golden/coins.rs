//! Beta Thompson sampling and UCB1, against mabwiser, obp and scipy.

use melody::bandit::{Beta, Spread, Sums, probability_best, ucb1};
use serde_json::Value;

use crate::files::golden;
use crate::numbers::{Within, all_close, count, list, number, vector};

const INTEGRATED: Within = Within::Absolute(1e-6);
const QUANTILES: Within = Within::Relative(1e-9);
const EXACT: Within = Within::Relative(1e-12);

/// What each arm paid in the first `rounds` logged rounds.
fn after(inputs: &Value, rounds: usize) -> Vec<Sums> {
    let mut arms = vec![Sums::new(1); count(&inputs["n_arms"])];
    let rewards = vector(&inputs["rewards"]);
    for (arm, reward) in list(&inputs["actions"]).iter().zip(rewards).take(rounds) {
        arms[count(arm)].add(&[1.0], reward, 1.0);
    }
    arms
}

#[test]
fn coins_are_what_the_libraries_make_of_them() {
    for file in golden("g2") {
        let alpha = number(&file.inputs["ucb1_alpha"]);
        for checkpoint in list(&file.expected["checkpoints"]) {
            let t = count(&checkpoint["t"]);
            let arms = after(&file.inputs, t);
            let coins: Vec<Beta> =
                arms.iter().map(|sums| Beta::posterior(sums, [0.0, 1.0])).collect();
            let same = |name: &str, got: Vec<f64>, within| {
                let what = format!("{}: t {t}, {name}", file.name);
                all_close(&what, &got, &vector(&checkpoint[name]), within);
            };
            let each = |of: &dyn Fn(&Beta) -> f64| coins.iter().map(of).collect::<Vec<f64>>();
            same("alpha", each(&|coin| coin.alpha), EXACT);
            same("beta", each(&|coin| coin.beta), EXACT);
            same("mean", each(&|coin| coin.mean()), EXACT);
            same("var", each(&|coin| coin.variance()), EXACT);
            same("q025", each(&|coin| coin.quantile(0.025)), QUANTILES);
            same("q975", each(&|coin| coin.quantile(0.975)), QUANTILES);
            same("p_best", probability_best(&coins), INTEGRATED);
            // An arm that was never pulled has no bound; the libraries write 0.
            let bounds = arms.iter().map(|sums| match sums.n {
                0.0 => 0.0,
                n => ucb1(sums.rewards() / n, n, t as f64, alpha),
            });
            same("ucb1_scores", bounds.collect(), EXACT);
        }
    }
}
