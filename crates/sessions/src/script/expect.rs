//! Expectations: what a trace must say at a point of a script.
//!
//! An expectation names a value by its path in the trace's JSON (`promotion.target`,
//! `queue[0].song.genre`, `notes[*].kind`) and bounds it. So everything a trace records can be
//! expected, and nothing else can.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use melody_core::input::{Checker, nearest};

/// A bound on one value of the current trace.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Expectation {
    /// The value's path. `[*]` stands for every element of a list.
    pub what: String,
    /// This very value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub equals: Option<Value>,
    /// Not below this number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_least: Option<f64>,
    /// Not above this number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_most: Option<f64>,
    /// Greater than this number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub above: Option<f64>,
    /// Less than this number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub below: Option<f64>,
    /// With `within`: how far off it may be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub near: Option<f64>,
    /// How far from `equals` a number may be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub within: Option<f64>,
    /// For a list: an element that must be in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contains: Option<Value>,
    /// For a list: an element that must not be in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lacks: Option<Value>,
    /// Bound the change since this mark, not the value itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
    /// The number to take where the trace has no such value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub absent: Option<f64>,
}

/// An expectation that did not hold.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Failed {
    /// Of the script, from 1.
    pub line: usize,
    /// The trace's step.
    pub step: u32,
    /// Path of the value in the trace.
    pub what: String,
    /// What was expected, in words.
    pub wanted: String,
    /// What was found.
    pub got: String,
}

/// Two numbers closer than this are equal: a trace's numbers are whole millionths.
const EQUAL: f64 = 5e-7;

impl Expectation {
    pub(super) fn check(&self, check: &mut Checker, field: &str, marks: &BTreeSet<String>) {
        check.require(!self.what.trim().is_empty(), field, "needs `what`: the path of a value");
        check.require(
            self.numeric().next().is_some()
                || self.equals.is_some()
                || self.contains.is_some()
                || self.lacks.is_some(),
            field,
            "expects nothing: give it equals, at_least, at_most, above, below, near, contains or lacks",
        );
        check.require(
            self.near.is_some() == self.within.is_some(),
            field,
            "`near` and `within` go together",
        );
        if let Some(mark) = &self.since {
            check.known(&format!("{field}.since"), "mark", mark, marks.iter().map(String::as_str));
        }
    }

    /// The bounds on a number: in words, and whether `value` keeps them.
    fn numeric(&self) -> impl Iterator<Item = (String, Box<dyn Fn(f64) -> bool>)> {
        let bound = |name: &str, limit: Option<f64>, holds: fn(f64, f64) -> bool| {
            let name = name.to_string();
            limit.map(|limit| {
                let keeps: Box<dyn Fn(f64) -> bool> = Box::new(move |v| holds(v, limit));
                (format!("{name} {limit}"), keeps)
            })
        };
        let near = self.near.zip(self.within).map(|(near, within)| {
            let keeps: Box<dyn Fn(f64) -> bool> =
                Box::new(move |v: f64| (v - near).abs() <= within + EQUAL);
            (format!("within {within} of {near}"), keeps)
        });
        [
            bound("at least", self.at_least, |v, limit| v >= limit - EQUAL),
            bound("at most", self.at_most, |v, limit| v <= limit + EQUAL),
            bound("above", self.above, |v, limit| v > limit + EQUAL),
            bound("below", self.below, |v, limit| v < limit - EQUAL),
            near,
        ]
        .into_iter()
        .flatten()
    }

    /// What does not hold of a trace: what was wanted and what is there.
    pub(super) fn failures(
        &self,
        trace: &Value,
        marks: &BTreeMap<String, Value>,
    ) -> Vec<(String, String)> {
        let found = look_up(trace, &self.what);
        let mut failures = Vec::new();
        if let Some(wanted) = &self.equals {
            let got = found.as_ref().map_or(&Value::Null, |v| v);
            if !same(got, wanted) {
                failures.push((show(wanted), self.got(&found)));
            }
        }
        for (element, must) in [(&self.contains, true), (&self.lacks, false)] {
            let Some(element) = element else { continue };
            let list = found.as_ref().ok().and_then(Value::as_array);
            let there = list.is_some_and(|all| all.iter().any(|v| same(v, element)));
            if list.is_none() || there != must {
                let wanted = if must { "to contain" } else { "to lack" };
                failures.push((format!("{wanted} {}", show(element)), self.got(&found)));
            }
        }
        if self.numeric().next().is_some() {
            let number = |value: &Result<Value, String>| match value {
                Ok(value) => value.as_f64(),
                Err(_) => self.absent,
            };
            let then = self.since.as_ref().and_then(|mark| marks.get(mark));
            let then = then.map(|marked| look_up(marked, &self.what));
            let value = match &then {
                Some(then) => number(&found).zip(number(then)).map(|(now, then)| now - then),
                None => number(&found),
            };
            let since = self.since.as_ref().map_or(String::new(), |m| format!(" since `{m}`"));
            for (wanted, keeps) in self.numeric() {
                match value {
                    Some(value) if keeps(value) => {}
                    Some(value) => {
                        let digits = format!("{value:.6}");
                        let digits = digits.trim_end_matches('0').trim_end_matches('.');
                        failures.push((format!("{wanted}{since}"), digits.to_string()));
                    }
                    None => failures.push((format!("{wanted}{since}"), self.got(&found))),
                }
            }
        }
        failures
    }

    fn got(&self, found: &Result<Value, String>) -> String {
        match found {
            Ok(value) => show(value),
            Err(why) => why.clone(),
        }
    }
}

fn same(a: &Value, b: &Value) -> bool {
    match (a.as_f64(), b.as_f64()) {
        (Some(x), Some(y)) => (x - y).abs() <= EQUAL,
        _ => a == b,
    }
}

fn show(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(120) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text,
    }
}

/// The value at a path of a trace's JSON.
///
/// # Errors
/// Says which part of the path is not there, and what is.
pub(super) fn look_up(trace: &Value, path: &str) -> Result<Value, String> {
    let mut values = vec![trace];
    let mut many = false;
    for part in path.split(['.', '[']).map(|p| p.trim_end_matches(']')).filter(|p| !p.is_empty()) {
        let mut next = Vec::new();
        for value in values {
            match (value, part) {
                (Value::Array(list), "*") => {
                    many = true;
                    next.extend(list);
                }
                (Value::Array(list), index) => match index.parse::<usize>() {
                    Ok(i) if i < list.len() => next.push(&list[i]),
                    Ok(_) => return Err(format!("absent: the list has {} elements", list.len())),
                    Err(_) => return Err(format!("absent: `{index}` is not a place in a list")),
                },
                (Value::Object(map), key) => match map.get(key) {
                    Some(value) => next.push(value),
                    None if many => {}
                    None => return Err(absent(map, key)),
                },
                (other, key) => return Err(format!("absent: {} has no `{key}`", show(other))),
            }
        }
        values = next;
    }
    match values.as_slice() {
        [one] if !many => Ok((*one).clone()),
        all => Ok(Value::Array(all.iter().map(|v| (*v).clone()).collect())),
    }
}

fn absent(map: &serde_json::Map<String, Value>, key: &str) -> String {
    let keys = || map.keys().map(String::as_str);
    match nearest(key, keys()) {
        Some(close) => format!("absent: no `{key}` here; is `{close}` meant?"),
        None => {
            let some: Vec<&str> = keys().take(12).collect();
            format!("absent: no `{key}` here, only {}", some.join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn failures(expectation: Expectation) -> Vec<(String, String)> {
        let trace = json!({
            "promotion": { "target": 0.1, "cap": 0.2 },
            "queue": [{ "genre": "house" }, { "genre": "soul" }],
            "shares": { "house": 0.5 },
        });
        let before = json!({ "promotion": { "target": 0.15 }, "shares": {} });
        expectation.failures(&trace, &BTreeMap::from([("start".to_string(), before)]))
    }

    fn of(what: &str) -> Expectation {
        Expectation { what: what.into(), ..Expectation::default() }
    }

    #[test]
    fn bounds_hold_or_say_what_is_there() {
        let holds = |e| assert_eq!(failures(e), []);
        holds(Expectation { at_most: Some(0.1), ..of("promotion.target") });
        holds(Expectation { equals: Some(json!(0.1)), ..of("promotion.target") });
        holds(Expectation { near: Some(0.12), within: Some(0.03), ..of("promotion.target") });
        holds(Expectation { contains: Some(json!("soul")), ..of("queue[*].genre") });
        holds(Expectation { equals: Some(json!("house")), ..of("queue[0].genre") });
        let fails = |e, got: &str| assert_eq!(failures(e)[0].1, got);
        fails(Expectation { above: Some(0.1), ..of("promotion.target") }, "0.1");
        fails(
            Expectation { above: Some(0.1), ..of("promotion.tarqet") },
            "absent: no `tarqet` here; is `target` meant?",
        );
        fails(
            Expectation { lacks: Some(json!("house")), ..of("queue[*].genre") },
            "[\"house\",\"soul\"]",
        );
    }

    #[test]
    fn changes_are_measured_from_a_mark() {
        let since = Some("start".to_string());
        let falls =
            Expectation { below: Some(0.0), since: since.clone(), ..of("promotion.target") };
        assert_eq!(failures(falls), []);
        let rises =
            Expectation { above: Some(0.4), since, absent: Some(0.0), ..of("shares.house") };
        assert_eq!(failures(rises), []);
    }
}
