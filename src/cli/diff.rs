//! `melody diff`: where two traces part.

use serde::Serialize;

use super::arguments::Diff;
use super::failure::Failure;
use super::numbers::plain;
use super::say::{counted, say, say_json};
use melody_recommender::engine::Trace;
use melody_sessions::diff::{Difference, PATHS, RankChange, Summary, diff};
use melody_sessions::trace_file::{TracedSession, read_all};

/// How one session of two files went in each.
#[derive(Serialize)]
struct Pair<'a> {
    session: &'a str,
    /// The file that alone has it, if one does.
    #[serde(skip_serializing_if = "Option::is_none")]
    only_in: Option<String>,
    difference: Option<Difference>,
    #[serde(skip)]
    steps: usize,
}

impl Pair<'_> {
    fn same(&self) -> bool {
        self.only_in.is_none() && self.difference.is_none()
    }
}

pub(super) fn run(arguments: &Diff) -> Result<(), Failure> {
    let (a, b) = (read_all(&arguments.a)?, read_all(&arguments.b)?);
    let pairs = paired(arguments, &a, &b);
    let same = pairs.iter().all(Pair::same);
    // Two files of one session each are compared whatever its name.
    let alone = a.len() == 1 && b.len() == 1;
    if arguments.json {
        match &pairs[..] {
            [pair] if alone => say_json(&pair.difference)?,
            pairs => say_json(&pairs)?,
        }
    } else {
        for pair in &pairs {
            if !alone {
                say!("{} {}", if pair.same() { "ok  " } else { "DIFF" }, pair.session)?;
            }
            match (&pair.only_in, &pair.difference) {
                (Some(file), _) => say!("  only in {file}")?,
                (None, Some(difference)) => print(difference)?,
                (None, None) if alone => say!("the same: {}", counted(pair.steps, "step"))?,
                (None, None) => {}
            }
        }
    }
    if same { Ok(()) } else { Err(Failure::Check) }
}

/// The sessions of two files, in the first one's order. Those of the same name belong together, several
/// of one name in turn.
fn paired<'a>(arguments: &Diff, a: &'a [TracedSession], b: &'a [TracedSession]) -> Vec<Pair<'a>> {
    let mut left: Vec<&TracedSession> = b.iter().collect();
    let mut pairs = Vec::new();
    for session in a {
        let name = &session.header.name;
        let other = match (a, b) {
            ([_], [_]) => Some(0),
            _ => left.iter().position(|other| other.header.name == *name),
        };
        let other = other.map(|place| left.remove(place));
        let differs = |other| diff(&traces(session), &traces(other), arguments.tolerance);
        pairs.push(Pair {
            session: name,
            only_in: other.is_none().then(|| arguments.a.display().to_string()),
            difference: other.and_then(differs),
            steps: session.traces.len(),
        });
    }
    pairs.extend(left.into_iter().map(|session| Pair {
        session: &session.header.name,
        only_in: Some(arguments.b.display().to_string()),
        difference: None,
        steps: session.traces.len(),
    }));
    pairs
}

fn traces(session: &TracedSession) -> Vec<Trace> {
    session.traces.iter().map(|(_, trace)| trace.clone()).collect()
}

fn print(difference: &Difference) -> Result<(), Failure> {
    let [a, b] = difference.lengths;
    say!("first difference at step {} ({})", difference.step, clock(difference.at_ms))?;
    if a != b {
        say!("  {a} steps against {b}")?;
    }
    say!("  {}", summed_up(&difference.summary))?;
    if !difference.first.is_empty() {
        let more = if difference.first.len() < PATHS { "" } else { ", the first of them" };
        say!("values at step {}{more}", difference.step)?;
    }
    for change in &difference.first {
        say!("  {}  {} -> {}", change.path, change.a, change.b)?;
    }
    for step in &difference.steps {
        say!("step {}", step.step)?;
        for weight in &step.weights {
            say!("  {}  {:.3} -> {:.3}", weight.name, weight.a, weight.b)?;
        }
        for rank in &step.ranks {
            say!("  {}", moved(rank))?;
        }
    }
    Ok(())
}

fn summed_up(summary: &Summary) -> String {
    let Summary { steps, differing, overlap, rank_correlation } = *summary;
    if differing == 0 {
        return format!("ranks and weights are the same in all {steps} steps");
    }
    let mut text = format!("{differing} of {steps} steps have other ranks or weights");
    if let Some(overlap) = overlap {
        text += &format!("; there the queues share {:.0} % of their songs", 100.0 * overlap);
    }
    if let Some(tau) = rank_correlation {
        let tau = plain(tau, 2);
        text += &format!(", ordered alike at {tau} (Kendall's tau: 1 the same, -1 the reverse)");
    }
    text
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
