//! `melody diff`: where two traces part.

use super::arguments::Diff;
use super::failure::Failure;
use crate::diff::{Difference, RankChange, diff};
use crate::tracefile::read;

pub fn run(arguments: &Diff) -> Result<(), Failure> {
    let a = read(&arguments.a)?;
    let b = read(&arguments.b)?;
    let found = diff(&a.traces, &b.traces, arguments.tolerance);
    if arguments.json {
        println!("{}", serde_json::to_string_pretty(&found).map_err(|e| e.to_string())?);
    }
    let Some(difference) = found else {
        if !arguments.json {
            println!("the same: {} steps", a.traces.len());
        }
        return Ok(());
    };
    if !arguments.json {
        print(&difference);
    }
    Err(Failure::Check)
}

fn print(difference: &Difference) {
    let [a, b] = difference.lengths;
    println!("first difference at step {} ({})", difference.step, clock(difference.at_ms));
    if a != b {
        println!("  {a} steps against {b}");
    }
    for change in &difference.first {
        println!("  {}  {} -> {}", change.path, change.a, change.b);
    }
    for step in &difference.steps {
        println!("step {}", step.step);
        for weight in &step.weights {
            println!("  {}  {:.3} -> {:.3}", weight.name, weight.a, weight.b);
        }
        for rank in &step.ranks {
            println!("  {}", moved(rank));
        }
    }
}

fn moved(rank: &RankChange) -> String {
    match (rank.a, rank.b) {
        (Some(a), Some(b)) => format!("rank {a:>2} -> {b:>2}  {}", rank.title),
        (Some(a), None) => format!("rank {a:>2} -> out {}", rank.title),
        (None, Some(b)) => format!("rank  - -> {b:>2}  {}", rank.title),
        (None, None) => rank.title.clone(),
    }
}

/// Milliseconds as minutes and seconds.
pub(super) fn clock(ms: u64) -> String {
    format!("{}:{:02}", ms / 60_000, ms / 1000 % 60)
}
