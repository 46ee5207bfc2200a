//! Whether off-policy estimates hold what their intervals promise.
//!
//! The shipped bandit serves simulated listeners, so that its decisions, propensities and rewards are
//! logged; each log holds the decisions of a number of listeners that are in no other log. From every
//! log the value of policies that did not serve is estimated, with 95 % intervals that count listeners.
//!
//! What is estimated: the mean reward per decision that the policy would have earned at the decisions of
//! the logging policy, one decision at a time. Its truth is known, because listeners are simulated: at
//! every decision of the first TRUTH listeners the session is played on once per arm, with the same
//! draws, until the next decision. Listeners do not leave here, and each session is cut after DECISIONS
//! decisions, so that every decision is paid out whatever the arm.
//!
//! ```text
//! cargo run --release --example ope_coverage -- [LOGS] [LISTENERS] [DECISIONS] [TRUTH] [SEED] [--uniform=X] [--json]
//! ```
//!
//! `--uniform` is the share of decisions that the logging policy draws uniformly, in place of the shipped
//! policy's: what is never tried in a log cannot be told from it.

mod play;
mod tally;
mod targets;

use std::error::Error;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use melody::catalogue::{DEFAULT_SEED, Size, generate, parse};
use melody::evaluation::off_policy::{Estimate, Estimator, Log, Support};
use melody::experiment::{Cohort, in_parallel};
use melody::input::TomlFile;
use melody::model::{Backend, device};
use melody::opening::{DEFAULT, Library, model_named, policy_named};
use serde::Serialize;

use play::{Played, play};
use tally::{Summary, Tally};
use targets::targets;

/// Of the generated catalogue every how-manyth song is kept: a step costs as much as there are songs.
const EVERY_SONG: usize = 8;

/// One line of the table.
#[derive(Serialize)]
struct Line {
    target: String,
    truth: f64,
    /// Effective sample size of a log as a share of its decisions: the mean over logs.
    effective: f64,
    estimator: Estimator,
    /// Whether it should cover 95 % of the truths.
    consistent: bool,
    #[serde(flatten)]
    summary: Summary,
}

fn main() -> Result<(), Box<dyn Error>> {
    let (options, numbers): (Vec<String>, Vec<String>) =
        std::env::args().skip(1).partition(|argument| argument.starts_with("--"));
    let mut numbers = numbers.into_iter();
    let mut number = |usual: u64| {
        numbers.next().map_or(Ok(usual), |text| text.parse().map_err(|e| format!("{text}: {e}")))
    };
    let (logs, listeners) = (number(250)?, number(60)?);
    let decisions = number(5)? as usize;
    let known = number(2000)?.min(logs * listeners);
    if [logs, listeners, decisions as u64, known].contains(&0) {
        return Err("LOGS, LISTENERS, DECISIONS and TRUTH must be 1 at least".into());
    }
    let cohort = Cohort { seed: number(1)?, listeners: logs * listeners, sessions: 1, songs: 0 };
    let json = options.iter().any(|option| option == "--json");

    let uniform = options.iter().find_map(|option| option.strip_prefix("--uniform="));
    let uniform: Option<f64> = uniform.map(str::parse).transpose()?;
    if uniform.is_some_and(|share| !(0.0..=1.0).contains(&share)) {
        return Err("--uniform must be 0 to 1".into());
    }
    let library = library(uniform)?;
    let done = AtomicU64::new(0);
    let progress = || {
        let done = done.fetch_add(1, Ordering::Relaxed) + 1;
        if done.is_multiple_of((cohort.listeners / 100).max(1)) {
            eprint!("\r{done} of {} listeners", cohort.listeners);
        }
    };
    let one = |index| play(&library, &cohort, index, decisions, index < known);
    let played: Vec<Played> =
        in_parallel(cohort.listeners, &one, &progress).into_iter().collect::<Result<_, _>>()?;
    eprintln!();
    let lines = judge(&played, listeners as usize, &library);
    if json {
        println!("{}", serde_json::to_string_pretty(&lines)?);
    } else {
        println!(
            "{logs} logs of {listeners} simulated listeners, {decisions} decisions each, {:.0} % of them \
             uniform; truth of {known} listeners, seed {}",
            100.0 * library.policy.bandit.uniform,
            cohort.seed
        );
        print(&lines);
    }
    Ok(())
}

/// The shipped policy and model on a small catalogue, without near-line updates: the sessions are too
/// short for one to matter. A subscription is put down to the play right before it, so that a reward is
/// known when the next decision is made, in the log as in the truth.
fn library(uniform: Option<f64>) -> Result<Library, Box<dyn Error>> {
    let files = generate(DEFAULT_SEED, Size::default(), &|_| {});
    let mut songs: Vec<&str> = files.songs.lines().collect();
    let header = songs.remove(0);
    let kept = songs.into_iter().step_by(EVERY_SONG);
    let songs: String = [header].into_iter().chain(kept).map(|line| format!("{line}\n")).collect();
    let manifest = TomlFile::embedded("catalogue.toml", &files.manifest);
    let catalogue = parse(&manifest, "songs.csv", &songs)?;
    let (here, device) = (Path::new(""), device(Backend::Flex));
    let mut policy = policy_named(DEFAULT, here)?;
    policy.settings.near_line.every = u32::MAX;
    let bandit = &mut policy.settings.bandit;
    bandit.uniform = uniform.unwrap_or(bandit.uniform);
    bandit.attribution = 1;
    let model = model_named(DEFAULT, here, &device)?;
    Ok(Library::new(Arc::new(catalogue), Arc::new(policy), model)?)
}

/// Estimates from every log, beside the truth.
fn judge(played: &[Played], listeners: usize, library: &Library) -> Vec<Line> {
    let arms: Vec<String> = library.policy.bandit.arms.iter().map(|arm| arm.name.clone()).collect();
    let logs: Vec<Log> = played
        .chunks_exact(listeners)
        .map(|log| Log::new(log.iter().map(|played| played.decisions.clone())))
        .collect();
    let mut lines = Vec::new();
    for target in targets(&arms) {
        let (mut worth, mut count) = (0.0, 0.0);
        for played in played {
            for (decided, rewards) in played.decisions.iter().zip(played.rewards.iter().flatten()) {
                let probabilities = (target.probabilities)(&decided.choice);
                worth += probabilities.iter().zip(rewards).map(|(p, r)| p * r).sum::<f64>();
                count += 1.0;
            }
        }
        let truth = worth / count;
        let mut tallies = vec![Tally::default(); Estimator::ALL.len()];
        let mut effective = 0.0;
        for log in &logs {
            let samples = log.samples(&target.probabilities);
            let support = Support::new(&samples, &[], log.usual_threshold());
            effective += support.effective / samples.len().max(1) as f64 / logs.len() as f64;
            for (estimator, tally) in Estimator::ALL.into_iter().zip(&mut tallies) {
                let threshold = log.usual_threshold();
                let estimate = Estimate::new(estimator, &samples, log.units(), threshold);
                estimate.iter().for_each(|estimate| tally.add(estimate, truth));
            }
        }
        lines.extend(Estimator::ALL.into_iter().zip(tallies).filter_map(|(estimator, tally)| {
            let (target, consistent) = (target.name.clone(), estimator.consistent());
            Some(Line {
                target,
                truth,
                effective,
                estimator,
                consistent,
                summary: tally.summary()?,
            })
        }));
    }
    lines
}

fn print(lines: &[Line]) {
    let mut target = "";
    for line in lines {
        if line.target != target {
            target = &line.target;
            let percent = 100.0 * line.effective;
            println!("\n{target}: worth {:.4}, effective {percent:.1} % of decisions", line.truth);
            println!(
                "  {:<12}{:>6}{:>17}{:>9}{:>9}{:>10}",
                "", "logs", "bias", "RMSE", "width", "covered"
            );
        }
        let Summary { logs, bias, bias_error, rmse, width, coverage, coverage_interval } =
            line.summary;
        let [low, high] = coverage_interval.map(|end| 100.0 * end);
        println!(
            "  {:<12}{logs:>6}{:>17}{rmse:>9.4}{width:>9.4}{:>8.1} %  {low:.1} to {high:.1}{}",
            line.estimator.name(),
            format!("{bias:+.4} ±{bias_error:.4}"),
            100.0 * coverage,
            if line.consistent { "" } else { "  (promises nothing)" },
        );
    }
}
