//! What holds for every algorithm of the bandit.

use melody_core::rng::{Purpose, generator};
use melody_recommender::bandit::{Decided, Memory, Observation, decide, learn};
use melody_recommender::policy;
use melody_recommender::policy::{Algorithm, Arm, Bandit, Weights};
use proptest::prelude::*;
use rand::RngExt;

/// The shipped policy's bandit with another algorithm and number of arms.
fn bandit(algorithm: Algorithm, arms: usize) -> Bandit {
    let arm = |place| Arm { name: format!("arm {place}"), ratio: 0.0, weights: Weights::default() };
    let default = policy::shipped("default").unwrap();
    Bandit { algorithm, arms: (0..arms).map(arm).collect(), ..default.settings.bandit }
}

/// What was learned from so many observations, drawn from a seed.
fn taught(policy: &Bandit, observations: usize, seed: u64) -> Memory {
    let mut memory = Memory::default();
    for step in 0..observations {
        learn(policy, &mut memory, observation(policy, seed, step as u64));
    }
    memory
}

/// Arms differ by their first feature's weight.
fn observation(policy: &Bandit, seed: u64, step: u64) -> Observation {
    let mut rng = generator(seed, Purpose::Oracle, step);
    let arm = rng.random_range(0..policy.arms.len());
    let context = context(&mut rng);
    let reward = 0.1 * arm as f64 * context[1] + 0.2 * (rng.random::<f64>() - 0.5);
    Observation { arm: policy.arms[arm].name.clone(), context, reward }
}

fn context(rng: &mut impl RngExt) -> Vec<f64> {
    [1.0].into_iter().chain((0..3).map(|_| rng.random_range(-1.0..1.0))).collect()
}

fn decided(policy: &Bandit, memory: &Memory, seed: u64, step: u64) -> Decided {
    let context = context(&mut generator(seed, Purpose::Oracle, u64::MAX));
    decide(policy, memory, &context, None, &mut generator(seed, Purpose::Bandit, step))
}

fn algorithms() -> impl Strategy<Value = Algorithm> {
    prop::sample::select(Algorithm::ALL.to_vec())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn chances_sum_to_one_and_leave_no_arm_out(
        algorithm in algorithms(),
        arms in 1usize..6,
        observations in 0usize..120,
        exploration in prop::sample::select(vec![0.0, 0.05, 0.7, 20.0]),
        uniform in 0.0f64..1.0,
        seed in 0u64..1_000,
    ) {
        let policy = Bandit { exploration, uniform, uniform_for: None, ..bandit(algorithm, arms) };
        let memory = taught(&policy, observations, seed);
        let decided = decided(&policy, &memory, seed, 0);
        let sum: f64 = decided.arms.iter().map(|arm| arm.chance).sum();
        prop_assert!((sum - 1.0).abs() < 1e-6, "{sum}");
        let least = if algorithm == Algorithm::Fixed { 0.0 } else { uniform / arms as f64 };
        for arm in &decided.arms {
            prop_assert!(arm.chance >= least - 1e-12, "{decided:?}");
            prop_assert!(arm.mean.is_finite() && arm.judged.is_finite() && arm.deviation >= 0.0);
        }
        prop_assert!(decided.arms[decided.arm].chance > 0.0);
    }

    #[test]
    fn a_pinned_arm_is_taken_for_certain(algorithm in algorithms(), pinned in 0usize..4) {
        let policy = bandit(algorithm, 4);
        let memory = taught(&policy, 30, 1);
        let mut rng = generator(1, Purpose::Bandit, 0);
        let context = [1.0, 0.2, 0.0, -0.4];
        let decided = decide(&policy, &memory, &context, Some(pinned), &mut rng);
        prop_assert_eq!(decided.arm, pinned);
        for (place, arm) in decided.arms.iter().enumerate() {
            prop_assert_eq!(arm.chance, if place == pinned { 1.0 } else { 0.0 });
        }
    }

    /// A conversion that comes late leaves what it would have left had it come in time.
    #[test]
    fn a_late_reward_is_as_good_as_one_in_time(
        algorithm in algorithms(),
        forgetting in prop::sample::select(vec![0.9, 0.995, 1.0]),
        before in 0usize..520,
        after in 0usize..9,
        late in 0.1f64..2.0,
        seed in 0u64..1_000,
    ) {
        let policy = Bandit { forgetting, ..bandit(algorithm, 3) };
        let step = before as u64;
        let mut credited = taught(&policy, before + 1, seed);
        let learned = credited.learned;
        let mut known = taught(&policy, before, seed);
        let mut right = observation(&policy, seed, step);
        right.reward += late;
        learn(&policy, &mut known, right);
        // The adaptive algorithm consolidates at every tenth observation what is known then; between
        // two such moments everything follows from the memory.
        let after = (after as u64).min(9 - credited.learned % 10);
        if credited.learned.is_multiple_of(10) {
            return Ok(());
        }
        for step in step + 1..=step + after {
            learn(&policy, &mut credited, observation(&policy, seed, step));
            learn(&policy, &mut known, observation(&policy, seed, step));
        }
        prop_assert!(credited.credit(learned, late));
        prop_assert_eq!(
            decided(&policy, &credited, seed, 0),
            decided(&policy, &known, seed, 0)
        );
        prop_assert_eq!(credited, known);
    }

    #[test]
    fn what_is_discounted_stays_bounded(forgetting in 0.5f64..0.99, observations in 0usize..700) {
        let policy = Bandit { forgetting, ..bandit(Algorithm::LinUcb, 2) };
        let memory = taught(&policy, observations, 3);
        prop_assert_eq!(memory.learned, observations as u64);
        for sums in memory.sums(&policy, 4) {
            prop_assert!(sums.n <= 1.0 / (1.0 - forgetting) + 1e-9, "{}", sums.n);
        }
    }
}

/// How often each arm is chosen over many draws of one decision is what its chance says.
#[test]
fn arms_come_as_often_as_their_chances_say() {
    const DRAWS: u64 = 4_000;
    for algorithm in Algorithm::ALL {
        let policy = Bandit { uniform: 0.2, exploration: 0.3, ..bandit(algorithm, 4) };
        let memory = taught(&policy, 40, 7);
        let mut counts = [0u32; 4];
        for step in 0..DRAWS {
            counts[decided(&policy, &memory, 7, step).arm] += 1;
        }
        let chances = decided(&policy, &memory, 7, 0).arms;
        for (count, arm) in counts.into_iter().zip(chances) {
            let (p, n) = (arm.chance, DRAWS as f64);
            // Five standard deviations.
            let far = 5.0 * (n * p * (1.0 - p)).sqrt() + 1e-9;
            assert!((f64::from(count) - n * p).abs() <= far, "{algorithm:?}: {count} for {p}");
        }
    }
}

#[test]
fn the_uniform_share_falls_once_there_is_enough() {
    let policy = Bandit { uniform: 0.4, uniform_for: Some(10), ..bandit(Algorithm::LinUcb, 2) };
    let least = |observations| {
        let arms = decided(&policy, &taught(&policy, observations, 1), 1, 0).arms;
        arms.iter().map(|arm| arm.chance).fold(1.0, f64::min)
    };
    assert!((least(0) - 0.2).abs() < 1e-12);
    assert!((least(9) - 0.2).abs() < 1e-12);
    assert!((least(39) - 0.05).abs() < 1e-12);
}

/// The order of arms is not part of what is learned, and others than the policy's do no harm.
#[test]
fn arms_go_by_name() {
    let policy = bandit(Algorithm::Adaptive, 3);
    let memory = taught(&policy, 50, 5);
    let mut fewer = policy.clone();
    fewer.arms = vec![policy.arms[2].clone(), policy.arms[0].clone()];
    fewer.algorithm = Algorithm::LinUcb;
    let all = decided(&Bandit { algorithm: Algorithm::LinUcb, ..policy }, &memory, 5, 0).arms;
    let some = decided(&fewer, &memory, 5, 0).arms;
    assert_eq!(some[0].mean, all[2].mean);
    assert_eq!(some[1].mean, all[0].mean);
}
