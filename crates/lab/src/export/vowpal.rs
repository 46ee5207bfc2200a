//! The bandit's decisions as Vowpal Wabbit learns from them: `dsjson`, a JSON object a line, and the text of `--cb_adf`.
//!
//! Vowpal Wabbit wants costs, and some of its explorers want them between 0 and 1: `--regcb` never leaves uniform draws, without a word,
//! where they are below. So a cost here is how far the reward falls short of the log's best, over the log's range: 0 for the best
//! decision of the log, 1 for the worst. [`Costs`] says how to come back to rewards, and a `dsjson` line has the reward itself, too
//! (IPS of a cost is no IPS of the reward: a constant that is added does not stay one under weights that do not average 1).

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;

use serde_json::{Map, Value, json};

use crate::off_policy::{Decided, Log};
use melody_core::output::{Draft, Kind, Mark, may_write};
use melody_recommender::bandit::CONTEXT;

/// How costs are made of rewards: `cost = (best - reward) / range`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Costs {
    /// The largest reward of the log.
    pub best: f64,
    /// Between the largest reward and the smallest; 1 where all are the same.
    pub range: f64,
}

impl Costs {
    fn of(decisions: &[Decided]) -> Self {
        let rewards = || decisions.iter().map(|decided| decided.reward.value());
        let (best, worst) =
            (rewards().fold(f64::MIN, f64::max), rewards().fold(f64::MAX, f64::min));
        let range = best - worst;
        Costs { best, range: if range > 0.0 { range } else { 1.0 } }
    }

    fn cost(&self, reward: f64) -> f64 {
        ((self.best - reward) / self.range).clamp(0.0, 1.0)
    }
}

/// A log is written for one learner, whose file it is.
const DATA: Kind = Kind { name: "data", mark: Mark::Never };

/// Writes every decision as a line of `dsjson` (`vw --dsjson --cb_explore_adf`). The action taken comes first in `a` and `p`, as the
/// format has it; `session` and `step` name the decision, and `reward` is what it earned.
///
/// # Errors
/// When there is a file already or the disk refuses.
pub fn dsjson(path: &Path, log: &Log, sessions: &[usize]) -> Result<Costs, String> {
    let costs = Costs::of(log.decisions());
    write(path, log, |decided, group| {
        let (choice, session) = (&decided.choice, sessions[group]);
        let others = (0..choice.arms.len()).filter(|&arm| arm != choice.arm);
        let order: Vec<usize> = [choice.arm].into_iter().chain(others).collect();
        let p: Vec<f64> = order.iter().map(|&arm| choice.arms[arm].propensity.value()).collect();
        let actions: Vec<usize> = order.iter().map(|arm| arm + 1).collect();
        let named = |(place, value): (usize, &f64)| (feature(place), json!(value));
        let context: Map<String, Value> = choice.context.0.iter().enumerate().map(named).collect();
        let arms = choice.arms.iter().map(|arm| json!({ "arm": { clean(&arm.name): 1 } }));
        let line = json!({
            "_label_cost": costs.cost(decided.reward.value()),
            "_label_probability": p[0],
            "_label_Action": choice.arm + 1,
            "_labelIndex": choice.arm,
            "Version": "1",
            "EventId": format!("{session}-{}", choice.step),
            "a": actions,
            "c": { "listener": context, "_multi": arms.collect::<Vec<Value>>() },
            "p": p,
            "reward": decided.reward.value(),
            "session": session,
            "step": choice.step,
        });
        format!("{line}\n")
    })?;
    Ok(costs)
}

/// Writes every decision in the text format of `vw --cb_explore_adf` and `--cb_adf`: a shared line, a line for each arm, and an empty one.
///
/// # Errors
/// When there is a file already or the disk refuses.
pub fn cb_adf(path: &Path, log: &Log) -> Result<Costs, String> {
    let costs = Costs::of(log.decisions());
    write(path, log, |decided, _| {
        let choice = &decided.choice;
        let mut text = "shared |listener".to_string();
        for (place, value) in choice.context.0.iter().enumerate() {
            let _ = write!(text, " {}:{value}", feature(place));
        }
        text.push('\n');
        for (place, arm) in choice.arms.iter().enumerate() {
            if place == choice.arm {
                let cost = costs.cost(decided.reward.value());
                let _ = write!(text, "0:{cost}:{} ", arm.propensity.value());
            }
            let _ = writeln!(text, "|arm {}", clean(&arm.name));
        }
        text + "\n"
    })?;
    Ok(costs)
}

fn write(path: &Path, log: &Log, text: impl Fn(&Decided, usize) -> String) -> Result<(), String> {
    may_write(path, DATA, &[])?;
    let mut draft = Draft::begin(path)?;
    for (decided, &group) in log.decisions().iter().zip(log.groups()) {
        let text = text(decided, group);
        draft.write_all(text.as_bytes()).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    draft.commit()
}

/// The name of a feature of the context.
fn feature(place: usize) -> String {
    CONTEXT.get(place).map_or_else(|| format!("feature_{place}"), |name| clean(name))
}

/// A name without what parts features from each other in the text format, which has no way to quote.
fn clean(name: &str) -> String {
    let parts = |c: char| c.is_whitespace() || c.is_control() || matches!(c, ':' | '|');
    name.chars().map(|c| if parts(c) { '_' } else { c }).collect()
}
