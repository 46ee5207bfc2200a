//! A search for better weights, the listener first.
//!
//! Policies are drawn at random around nothing but the bounds below, the given one among them, and
//! all meet the same listeners. What is sought is the most commercial value per session; what is
//! required is that completion stays within a margin of what it is without any promotion. The best
//! is judged again on listeners the search has not seen, as the best of many is partly the luckiest.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use serde::Serialize;

use super::cohort::Cohort;
use super::metric::Metric;
use super::outcome::ListenerOutcome;
use crate::engine::Refusal;
use crate::evaluation::{Paired, paired};
use crate::input::{InputError, TomlFile};
use crate::opening::Library;
use crate::policy::{self, Algorithm, Arm, Policy, Settings, Weights};
use crate::rng::{Purpose, generator};

/// How a search goes about it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Search {
    pub trials: u32,
    /// Completion may be this much below that without promotion.
    pub margin: f64,
}

/// One policy tried on one cohort.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Trial {
    /// 0 is the policy the search began from.
    pub number: u32,
    /// Engagements with promoted songs and subscriptions, one of which is worth five, per session.
    pub value: f64,
    /// Completion against that of the natural-only policy.
    pub completion: Option<Paired>,
    /// Whether completion is within the margin.
    pub allowed: bool,
    #[serde(skip)]
    pub settings: Settings,
}

/// What a search found.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Found {
    pub trials: Vec<Trial>,
    /// The best that is allowed, on the search's own listeners.
    pub best: Trial,
    /// The same policy on listeners it has not seen.
    pub fresh: Trial,
    /// The policy the search began from, on those listeners.
    pub fresh_base: Trial,
    /// Value per session of the best against the base, on those listeners.
    pub gain: Option<Paired>,
}

/// Why there is nothing to write.
#[derive(Debug, thiserror::Error)]
pub enum Nothing {
    #[error(transparent)]
    Input(#[from] InputError),
    #[error(transparent)]
    Refusal(#[from] Refusal),
    #[error(
        "no policy keeps completion within {margin} of the natural-only one: raise --margin or --trials"
    )]
    NoneAllowed { margin: f64 },
}

/// What one subscription is worth, in engagements: as in the bandit's reward.
const CONVERSION_VALUE: f64 = 5.0;

/// Bounds of what is drawn.
const ALPHA: std::ops::Range<f64> = 0.50..1.0;
const BETA: std::ops::Range<f64> = 0.0..0.35;
const GAMMA: std::ops::Range<f64> = 0.0..0.25;
const AT_MOST: std::ops::RangeInclusive<usize> = 1..=3;
const RATIO_SCALE: std::ops::Range<f64> = 0.5..1.6;

/// Runs a search from the library's policy. `done` is called for each listener of each policy;
/// there are [`runs`] cohorts.
pub fn tune(
    library: &Library,
    cohort: &Cohort,
    search: Search,
    done: &(dyn Fn() + Sync),
) -> Result<Found, Nothing> {
    let base = &library.policy.settings;
    let run = |cohort: &Cohort, settings: &Settings| -> Result<Vec<ListenerOutcome>, Nothing> {
        Ok(cohort.run(&library.with_policy(checked(settings)?), done)?)
    };
    let natural = run(cohort, &natural_only(base))?;
    let mut trials = Vec::new();
    for number in 0..search.trials {
        let mut rng = generator(cohort.seed, Purpose::Tuning, number.into());
        let settings = if number == 0 { base.clone() } else { draw(base, &mut rng) };
        let outcomes = run(cohort, &settings)?;
        trials.push(judge(number, settings, &outcomes, &natural, search.margin));
    }
    let allowed = trials.iter().filter(|trial| trial.allowed);
    let best = allowed.max_by(|a, b| a.value.total_cmp(&b.value)).cloned();
    let best = best.ok_or(Nothing::NoneAllowed { margin: search.margin })?;

    let fresh = Cohort { seed: cohort.seed.wrapping_add(1), ..*cohort };
    let natural = run(&fresh, &natural_only(base))?;
    let of_base = run(&fresh, base)?;
    let of_best = run(&fresh, &best.settings)?;
    let values =
        |outcomes: &[ListenerOutcome]| -> Vec<f64> { outcomes.iter().map(value).collect() };
    Ok(Found {
        fresh: judge(best.number, best.settings.clone(), &of_best, &natural, search.margin),
        fresh_base: judge(0, base.clone(), &of_base, &natural, search.margin),
        gain: paired(&values(&of_base), &values(&of_best)),
        trials,
        best,
    })
}

/// Cohorts a search runs.
pub fn runs(search: Search) -> u64 {
    u64::from(search.trials) + 4
}

fn value(listener: &ListenerOutcome) -> f64 {
    Metric::PromotedEngagements.of(listener) + CONVERSION_VALUE * Metric::Conversions.of(listener)
}

fn judge(
    number: u32,
    settings: Settings,
    outcomes: &[ListenerOutcome],
    natural: &[ListenerOutcome],
    margin: f64,
) -> Trial {
    let completion = |all: &[ListenerOutcome]| -> Vec<f64> {
        all.iter().map(|listener| Metric::Completion.of(listener)).collect()
    };
    let completion = paired(&completion(natural), &completion(outcomes));
    Trial {
        number,
        value: outcomes.iter().map(value).sum::<f64>() / outcomes.len().max(1) as f64,
        allowed: completion.is_some_and(|c| c.difference >= -margin),
        completion,
        settings,
    }
}

/// A policy that promotes nothing.
fn natural_only(base: &Settings) -> Settings {
    let mut settings = base.clone();
    settings.bandit.algorithm = Algorithm::Fixed;
    settings.bandit.arms =
        vec![Arm { name: "none".into(), ratio: 0.0, weights: Weights::default() }];
    settings
}

fn draw(base: &Settings, rng: &mut ChaCha8Rng) -> Settings {
    let mut settings = base.clone();
    for segment in &mut settings.segments {
        let sells = segment.weights.beta > 0.0;
        let mut drawn = Weights {
            alpha: rng.random_range(ALPHA),
            beta: rng.random_range(BETA),
            gamma: rng.random_range(GAMMA),
        };
        // A segment with nothing left to sell stays so.
        if !sells {
            drawn.beta = 0.0;
        }
        // The user first: the commercial weights shrink until they are less than alpha, with room
        // for rounding.
        let (commercial, most) = (drawn.beta + drawn.gamma, 0.98 * drawn.alpha);
        if commercial > most {
            drawn.beta *= most / commercial;
            drawn.gamma *= most / commercial;
        }
        segment.weights = Weights {
            alpha: thousandth(drawn.alpha),
            beta: thousandth(drawn.beta),
            gamma: thousandth(drawn.gamma),
        };
    }
    settings.mixing.at_most = rng.random_range(AT_MOST).min(settings.mixing.window);
    let cap = settings.mixing.at_most as f64 / settings.mixing.window as f64;
    let scale = rng.random_range(RATIO_SCALE);
    for arm in &mut settings.bandit.arms {
        arm.ratio = thousandth((arm.ratio * scale).min(cap));
    }
    settings
}

/// More digits would promise a precision no search has.
fn thousandth(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}

/// The text of a policy file, without its header.
pub fn render(settings: &Settings) -> String {
    toml::to_string(settings).expect("a policy's settings are plain data")
}

fn checked(settings: &Settings) -> Result<Policy, InputError> {
    policy::parse(&TomlFile::embedded("(drawn policy)", &render(settings)))
}
