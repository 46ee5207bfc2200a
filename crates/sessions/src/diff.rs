//! Where two traces part, and every rank and weight that differs from there on.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::Value;

use melody_core::score::Score;
use melody_recommender::engine::Trace;

/// How two traces differ.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Difference {
    /// The first step that differs at all.
    pub step: u32,
    /// Of that step: milliseconds since the session began.
    pub at_ms: u64,
    /// How much differs, all in all.
    pub summary: Summary,
    /// What differs there, by path: at most [`PATHS`].
    pub first: Vec<Change>,
    /// Every step with other ranks or weights.
    pub steps: Vec<StepChange>,
    /// Steps of each trace.
    pub lengths: [usize; 2],
}

/// How far two traces are apart, over all steps that both have.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Summary {
    /// Steps that both have.
    pub steps: usize,
    /// Of those, with other ranks or weights.
    pub differing: usize,
    /// Of the songs in the longer queue, how many are in both: a mean over the steps that differ, in
    /// [0, 1]. Absent where none does.
    pub overlap: Option<f64>,
    /// How alike the songs in both queues are ordered, as Kendall's tau, from -1 (the reverse) to 1: a mean
    /// over the steps that differ and have two such songs. Absent where none has.
    pub rank_correlation: Option<f64>,
}

/// One value of a step that differs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Change {
    /// Where it is in the trace: `queue[2].score`, ...
    pub path: String,
    /// In the first trace; null where it has none.
    pub a: Value,
    /// In the second.
    pub b: Value,
}

/// What ranks otherwise at one step.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StepChange {
    /// Counted from 0, the session's start.
    pub step: u32,
    /// Weights and promotion that differ by more than the tolerance.
    pub weights: Vec<WeightChange>,
    /// Songs of either queue that are at another place in the other.
    pub ranks: Vec<RankChange>,
}

/// A weight, or the target or cap of promotion, that differs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct WeightChange {
    /// `alpha`, `beta`, `gamma`, `promotion target` or `promotion cap`.
    pub name: &'static str,
    /// In the first trace.
    pub a: Score,
    /// In the second.
    pub b: Score,
}

/// A song at another place; absent where it is not in the queue.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RankChange {
    /// Its identifier in the catalogue.
    pub song: String,
    /// For a person.
    pub title: String,
    /// Its place in the first trace's queue, from 1.
    pub a: Option<usize>,
    /// Its place in the second's.
    pub b: Option<usize>,
}

/// Paths listed for the first step that differs.
pub const PATHS: usize = 20;

/// Compares two traces step by step. Numbers closer than `tolerance` count as equal, and with a
/// tolerance so do the words and hashes that only follow from them. `None` where nothing differs.
pub fn diff(a: &[Trace], b: &[Trace], tolerance: f64) -> Option<Difference> {
    let json = |t: &Trace| serde_json::to_value(t).expect("a trace is plain data");
    let differing = a.iter().zip(b).find_map(|(x, y)| {
        let mut first = Vec::new();
        let updated = x.versions.model_number > 0 && y.versions.model_number > 0;
        let excused = |path: &str| tolerance > 0.0 && follows_numbers(path, updated);
        changes("", (&json(x), &json(y)), (tolerance, &excused), &mut first);
        (!first.is_empty()).then_some((x, first))
    });
    let (trace, first) = match differing {
        Some(found) => found,
        None if a.len() == b.len() => return None,
        // One goes on where the other ends.
        None => {
            let longer = if a.len() > b.len() { a } else { b };
            (&longer[a.len().min(b.len())], Vec::new())
        }
    };
    let mut steps = Vec::new();
    let (mut overlaps, mut orders) = (Vec::new(), Vec::new());
    for (x, y) in a.iter().zip(b) {
        let Some(change) = step_change(x, y, tolerance) else { continue };
        steps.push(change);
        let [x, y] = [x, y].map(queue);
        overlaps.extend(overlap(&x, &y));
        orders.extend(rank_correlation(&x, &y));
    }
    let summary = Summary {
        steps: a.len().min(b.len()),
        differing: steps.len(),
        overlap: mean(&overlaps),
        rank_correlation: mean(&orders),
    };
    Some(Difference {
        step: trace.step,
        at_ms: trace.at_ms,
        summary,
        first,
        steps,
        lengths: [a.len(), b.len()],
    })
}

fn changes(
    path: &str,
    (a, b): (&Value, &Value),
    (tolerance, excused): (f64, &dyn Fn(&str) -> bool),
    out: &mut Vec<Change>,
) {
    if out.len() >= PATHS {
        return;
    }
    let below = |key: &str| match path {
        "" => key.to_string(),
        _ => format!("{path}.{key}"),
    };
    match (a, b) {
        (Value::Object(x), Value::Object(y)) => {
            let keys: BTreeSet<&String> = x.keys().chain(y.keys()).collect();
            for key in keys {
                let of = |map: &serde_json::Map<String, Value>| {
                    map.get(key).cloned().unwrap_or(Value::Null)
                };
                changes(&below(key), (&of(x), &of(y)), (tolerance, excused), out);
            }
        }
        (Value::Array(x), Value::Array(y)) if x.len() == y.len() => {
            for (i, (left, right)) in x.iter().zip(y).enumerate() {
                changes(&format!("{path}[{i}]"), (left, right), (tolerance, excused), out);
            }
        }
        (Value::Number(x), Value::Number(y)) => {
            let apart = x.as_f64().zip(y.as_f64()).is_none_or(|(x, y)| (x - y).abs() > tolerance);
            if x != y && apart {
                out.push(Change { path: path.into(), a: a.clone(), b: b.clone() });
            }
        }
        _ if a == b => {}
        _ if excused(path) => {}
        _ => out.push(Change { path: path.into(), a: a.clone(), b: b.clone() }),
    }
}

/// Whether a text is made of numbers that are compared themselves, or is a hash of unrounded weights:
/// near-line updates' weights differ in their last bits between machines.
fn follows_numbers(path: &str, updated: bool) -> bool {
    const PROSE: [&str; 4] = ["how", "cause", "why", "because"];
    let last = path.rsplit('.').next().unwrap_or(path);
    let hash = path == "near_line.update.hash" || (updated && path == "versions.model_hash");
    hash || PROSE.contains(&last)
}

/// The songs of a queue, in its order.
fn queue(trace: &Trace) -> Vec<&str> {
    trace.queue.iter().map(|entry| entry.song.id.as_str()).collect()
}

fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

/// Share of the longer queue's songs that are in both; `None` of two that are empty.
fn overlap(a: &[&str], b: &[&str]) -> Option<f64> {
    let longer = a.len().max(b.len());
    let both = a.iter().filter(|song| b.contains(song)).count();
    (longer > 0).then(|| both as f64 / longer as f64)
}

/// Kendall's tau of the songs in both queues: of their pairs, the share in the same order less that in the
/// other. `None` of fewer than two.
fn rank_correlation(a: &[&str], b: &[&str]) -> Option<f64> {
    let places: Vec<usize> =
        a.iter().filter_map(|song| b.iter().position(|other| other == song)).collect();
    let pairs = places.len() * places.len().saturating_sub(1) / 2;
    let after = |(i, first): (usize, &usize)| -> usize {
        places[i + 1..].iter().filter(|place| *place > first).count()
    };
    let alike: usize = places.iter().enumerate().map(after).sum();
    (pairs > 0).then(|| (2.0 * alike as f64 - pairs as f64) / pairs as f64)
}

fn step_change(a: &Trace, b: &Trace, tolerance: f64) -> Option<StepChange> {
    let pairs = [
        ("alpha", a.weights.alpha.value, b.weights.alpha.value),
        ("beta", a.weights.beta.value, b.weights.beta.value),
        ("gamma", a.weights.gamma.value, b.weights.gamma.value),
        ("promotion target", a.promotion.target, b.promotion.target),
        ("promotion cap", a.promotion.cap, b.promotion.cap),
    ];
    let weights: Vec<WeightChange> = pairs
        .into_iter()
        .filter(|(_, a, b)| (*a - *b).abs().value() > tolerance)
        .map(|(name, a, b)| WeightChange { name, a, b })
        .collect();
    let place = |trace: &Trace, id: &str| {
        trace.queue.iter().find(|entry| entry.song.id == id).map(|entry| entry.position)
    };
    let mut seen = BTreeSet::new();
    let ranks: Vec<RankChange> = a
        .queue
        .iter()
        .chain(&b.queue)
        .filter(|entry| seen.insert(&entry.song.id))
        .map(|entry| RankChange {
            song: entry.song.id.clone(),
            title: entry.song.title.clone(),
            a: place(a, &entry.song.id),
            b: place(b, &entry.song.id),
        })
        .filter(|change| change.a != change.b)
        .collect();
    let changed = !weights.is_empty() || !ranks.is_empty();
    changed.then_some(StepChange { step: a.step, weights, ranks })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queues_are_as_far_apart_as_their_songs_and_orders() {
        let [a, b] = [["a", "b", "c", "d"], ["d", "c", "b", "a"]];
        assert_eq!((overlap(&a, &a), rank_correlation(&a, &a)), (Some(1.0), Some(1.0)));
        assert_eq!((overlap(&a, &b), rank_correlation(&a, &b)), (Some(1.0), Some(-1.0)));
        // One pair of three the other way round; a song of four is not in both.
        let near = ["b", "a", "c", "x"];
        assert_eq!(overlap(&a, &near), Some(0.75));
        assert!((rank_correlation(&a, &near).unwrap() - 1.0 / 3.0).abs() < 1e-12);
        assert_eq!((overlap(&a, &["x"]), rank_correlation(&a, &["x"])), (Some(0.0), None));
        assert_eq!((overlap(&[], &[]), rank_correlation(&a, &["a"])), (None, None));
    }
}
