//! Off-policy estimators, against Open Bandit Pipeline and vw-estimators.

use melody::bandit::argmax;
use melody::evaluation::off_policy::*;
use serde_json::Value;

use crate::files::golden;
use crate::numbers::{Within, close, count, list, number, vector};

const POINT: Within = Within::Relative(1e-10);
const ANALYTIC: Within = Within::Relative(1e-8);
const CRESSIE_READ: Within = Within::Relative(1e-6);
/// More than the libraries' own 2000, so that most of what may differ is theirs.
const RESAMPLES: u64 = 10_000;

/// A log and a target policy, with all that is expected of them.
struct Case<'a> {
    name: String,
    samples: Vec<Sample>,
    threshold: f64,
    expected: &'a Value,
}

/// Logged arms, their propensities and rewards.
struct Logged {
    arms: Vec<usize>,
    propensities: Vec<f64>,
    rewards: Vec<f64>,
}

impl Logged {
    fn new(inputs: &Value) -> Self {
        let arms: Vec<usize> = list(&inputs["action"]).iter().map(count).collect();
        let propensities = match list(&inputs["pscore"]) {
            [Value::String(word), same] if word == "constant" => vec![number(same); arms.len()],
            all => all.iter().map(number).collect(),
        };
        Logged { arms, propensities, rewards: vector(&inputs["reward"]) }
    }

    /// As a target sees them; `of` gives each round's probabilities and expected rewards of the arms.
    fn samples(&self, of: impl Fn(usize) -> (Vec<f64>, Vec<f64>)) -> Vec<Sample> {
        let one = |round: usize| {
            let (target, model) = of(round);
            let (arm, p) = (self.arms[round], self.propensities[round]);
            Sample::new(arm, p, self.rewards[round], &target, &model)
        };
        (0..self.arms.len()).map(one).collect()
    }
}

/// Real rounds, where the target and the model depend on the position alone: `g3a`.
fn by_position<'a>(name: &str, inputs: &Value, expected: &'a Value) -> Case<'a> {
    let positions: Vec<usize> = list(&inputs["position"]).iter().map(count).collect();
    let table = |name: &str| -> Vec<Vec<f64>> { list(&inputs[name]).iter().map(vector).collect() };
    let (target, model) = (table("pi_e_action_by_position"), table("q_action_by_position"));
    let at = |table: &[Vec<f64>], round: usize| -> Vec<f64> {
        table.iter().map(|arm| arm[positions[round]]).collect()
    };
    let samples = Logged::new(inputs).samples(|round| (at(&target, round), at(&model, round)));
    Case { name: name.into(), samples, threshold: number(&inputs["lambda_"]), expected }
}

/// Rounds made up so that the truth is known, with three targets: `g3b`.
fn synthetic<'a>(name: &str, inputs: &Value, expected: &'a Value) -> Vec<Case<'a>> {
    let rows = |name: &str| -> Vec<Vec<f64>> { list(&inputs[name]).iter().map(vector).collect() };
    let (contextual, logging, model) = (rows("pi_e"), rows("pi_b"), rows("q_hat"));
    let sure = |probabilities: &Vec<f64>| -> Vec<f64> {
        let best = argmax(probabilities.iter().copied());
        (0..probabilities.len()).map(|arm| if arm == best { 1.0 } else { 0.0 }).collect()
    };
    let degenerate = &expected["degenerate"];
    let logged = Logged::new(inputs);
    [
        ("contextual target", contextual.clone(), &expected["contextual_target"]),
        ("the logging policy", logging, &degenerate["target_equals_logging"]),
        (
            "without chance",
            contextual.iter().map(sure).collect(),
            &degenerate["deterministic_argmax_pi_e"],
        ),
    ]
    .into_iter()
    .map(|(target, probabilities, expected)| Case {
        name: format!("{name}: {target}"),
        samples: logged.samples(|round| (probabilities[round].clone(), model[round].clone())),
        threshold: number(&inputs["lambda_"]),
        expected,
    })
    .collect()
}

/// Every case of every file.
fn cases(check: impl Fn(&Case)) {
    for file in golden("g3a") {
        for (name, inputs) in file.inputs.as_object().unwrap() {
            let name = format!("{}: {name}", file.name);
            let (_, log) = name.rsplit_once(": ").unwrap();
            check(&by_position(&name, inputs, &file.expected[log]));
        }
    }
    for file in golden("g3b") {
        synthetic(&file.name, &file.inputs, &file.expected).iter().for_each(&check);
    }
}

fn estimator(name: &str) -> Estimator {
    match name {
        "ipw" => Estimator::Ips,
        "ipw_clip" => Estimator::ClippedIps,
        "snipw" => Estimator::Snips,
        "dm" => Estimator::Direct,
        "dr" => Estimator::Dr,
        "dr_clip" => Estimator::ClippedDr,
        "sndr" => Estimator::Sndr,
        "switch_dr" => Estimator::SwitchDr,
        "dr_os" => Estimator::ShrunkDr,
        other => panic!("unknown estimator {other}"),
    }
}

impl Case<'_> {
    fn estimate(&self, name: &str) -> Estimate {
        let units = Units::Decisions;
        Estimate::new(estimator(name), &self.samples, units, self.threshold).unwrap()
    }

    fn all(&self, part: &str) -> impl Iterator<Item = (&String, &Value)> {
        self.expected[part].as_object().unwrap().iter()
    }
}

#[test]
fn estimates_are_the_librarys() {
    cases(|case| {
        for (name, expected) in case.all("point") {
            let what = format!("{}, {name}", case.name);
            close(&what, case.estimate(name).value, number(expected), POINT);
        }
        let others = &case.expected["vw_point"];
        close(&case.name, case.estimate("ipw").value, number(&others["ips"]), POINT);
        close(&case.name, case.estimate("snipw").value, number(&others["snips"]), POINT);
        let empirical = cressie_read(&case.samples, [0.0, 1.0]).unwrap();
        close(&case.name, empirical.value, number(&others["cressieread"]), POINT);
    });
}

#[test]
fn analytic_intervals_are_the_librarys() {
    let same = |what: &str, got: [f64; 2], expected: &Value, within| {
        let expected = vector(expected);
        close(&format!("{what}, lower"), got[0], expected[0], within);
        close(&format!("{what}, upper"), got[1], expected[1], within);
    };
    cases(|case| {
        for (name, expected) in case.all("analytic_95") {
            let got = case.estimate(name).interval.unwrap();
            same(&format!("{}, {name}", case.name), got, expected, ANALYTIC);
        }
        let others = &case.expected["vw_interval_95"];
        let gaussian = case.estimate("ipw").interval.unwrap();
        same(&case.name, gaussian, &others["gaussian_ips"], ANALYTIC);
        let empirical = cressie_read(&case.samples, [0.0, 1.0]).unwrap();
        same(&case.name, empirical.interval, &others["cressieread"], CRESSIE_READ);
    });
}

/// The library holds the normaliser of SNIPS and SNDR fixed while it resamples, which its own file
/// calls wrong; so do the terms here, and the ratio bootstrap is compared apart.
#[test]
fn bootstrap_intervals_are_the_librarys() {
    cases(|case| {
        let expected: Vec<(&String, &Value)> = case.all("obp_bootstrap_percentile_95").collect();
        let n = case.samples.len() as f64;
        let mean_weight = case.samples.iter().map(|s| s.weight).sum::<f64>() / n;
        let mut terms: Vec<Terms> = expected
            .iter()
            .map(|(name, _)| match name.as_str() {
                "snipw" => Terms::mean(&case.samples, |s| s.weight * s.reward / mean_weight),
                "sndr" => {
                    Terms::mean(&case.samples, |s| s.direct + s.weight * s.surprise() / mean_weight)
                }
                other => estimator(other).terms(&case.samples, case.threshold),
            })
            .map(Option::unwrap)
            .collect();
        terms.push(Estimator::Snips.terms(&case.samples, case.threshold).unwrap());
        let mut got = bootstrap(&terms, Units::Decisions, RESAMPLES, 1);
        let ratio = got.pop().flatten().unwrap();
        for ((name, expected), got) in expected.iter().zip(got) {
            for (end, got) in ["lower", "upper"].into_iter().zip(got.unwrap()) {
                let of = |part: &str| number(&expected[format!("{end}_{part}")]);
                let within = Within::Absolute(5.0 * of("sd"));
                close(&format!("{}, {name}, {end}", case.name), got, of("mean"), within);
            }
        }
        let expected = &case.expected["snips_ratio_bootstrap_95"];
        let (lower, upper) = (number(&expected["lower"]), number(&expected["upper"]));
        let within = Within::Absolute(0.02 * (upper - lower));
        close(&format!("{}, ratio bootstrap, lower", case.name), ratio[0], lower, within);
        close(&format!("{}, ratio bootstrap, upper", case.name), ratio[1], upper, within);
    });
}

#[test]
fn weights_are_the_librarys() {
    cases(|case| {
        let unsupported = vec![0.0; case.samples.len()];
        let support = Support::new(&case.samples, &unsupported, case.threshold);
        for (name, expected) in case.all("weights") {
            let got = match name.as_str() {
                "mean" => support.mean_weight,
                "max" => support.largest_weight,
                "ess" => support.effective,
                "frac_over_lambda" => support.above_threshold,
                other => panic!("unknown figure {other}"),
            };
            close(&format!("{}, {name}", case.name), got, number(expected), POINT);
        }
    });
}
