//! The fixed environments are the very same that other libraries were measured on.

use std::path::Path;

use melody_lab::experiment::testbed::{ARMS, Environment, Kind, ROUNDS};
use melody_recommender::policy;
use melody_recommender::policy::{Algorithm, Arm, Bandit, Weights};
use serde_json::Value;
use sha2::{Digest, Sha256};

/// The shipped policy's bandit with another algorithm and number of arms.
fn bandit(algorithm: Algorithm, arms: usize) -> Bandit {
    let arm = |place| Arm { name: format!("arm {place}"), ratio: 0.0, weights: Weights::default() };
    let default = policy::shipped("default").unwrap();
    Bandit { algorithm, arms: (0..arms).map(arm).collect(), ..default.settings.bandit }
}

fn expected() -> Value {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden/bandit_environments.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

#[test]
fn contexts_chances_and_rewards_are_the_same_bits() {
    let expected = expected();
    for kind in Kind::ALL {
        for (seed, hash) in expected["sha256"][kind.name()].as_array().unwrap().iter().enumerate() {
            let rounds = Environment::new(kind, seed as u64).rounds;
            let mut sha = Sha256::new();
            for round in &rounds {
                round.drawn.iter().for_each(|drawn| sha.update(drawn.to_le_bytes()));
            }
            for round in &rounds {
                round.chances.iter().for_each(|chance| sha.update(chance.to_le_bytes()));
            }
            for round in &rounds {
                round.rewards.iter().for_each(|reward| sha.update([u8::from(*reward)]));
            }
            let got: String = sha.finalize().iter().map(|b| format!("{b:02x}")).collect();
            assert_eq!(got, hash.as_str().unwrap(), "{kind:?}, seed {seed}");
        }
    }
}

/// FNV-1a of the arms chosen, a byte each.
fn fnv1a(chosen: &[usize]) -> String {
    let mix = |hash: u64, arm: &usize| (hash ^ *arm as u64).wrapping_mul(0x0100_0000_01b3);
    format!("{:016x}", chosen.iter().fold(0xcbf2_9ce4_8422_2325, mix))
}

#[test]
fn linucb_chooses_what_the_library_chooses_in_every_round() {
    let expected = expected();
    for (alpha, by_kind) in expected["linucb"].as_object().unwrap() {
        let policy = Bandit {
            exploration: alpha.parse().unwrap(),
            uniform: 0.0,
            ridge: 1.0,
            forgetting: 1.0,
            ..bandit(Algorithm::LinUcb, ARMS)
        };
        for kind in Kind::ALL {
            // A seed of each is enough here; the example `bandit_regret` plays all.
            let hash = by_kind[kind.name()][3].as_str().unwrap();
            let chosen = Environment::new(kind, 3).play(&policy, 3);
            assert_eq!(fnv1a(&chosen), hash, "alpha {alpha}, {kind:?}");
        }
    }
}

/// On a seed that no figure is reported of.
#[test]
fn the_adaptive_one_learns_soon_and_starts_anew_after_a_change() {
    let policy = bandit(Algorithm::Adaptive, ARMS);
    let mut environment = Environment::new(Kind::Drift, 101);
    // The last rounds before the change and some after it.
    environment.rounds.drain(..ROUNDS / 2 - 600);
    environment.rounds.truncate(1_400);
    let chosen = environment.play(&policy, 1);
    let regret = |from: usize, to: usize| {
        let rounds = environment.rounds[from..to].to_vec();
        Environment { rounds }.regret(&chosen[from..to]) / (to - from) as f64
    };
    let (learned, changed, again) = (regret(400, 600), regret(600, 700), regret(1_200, 1_400));
    assert!(learned < 0.5 * changed, "{learned} before the change, {changed} right after it");
    assert!(again < 0.75 * changed, "{changed} right after the change, {again} later");
}
