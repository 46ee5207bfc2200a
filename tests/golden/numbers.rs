//! Numbers of golden files, and comparing with them.

use serde_json::Value;

/// A number; not-a-number and the infinities are written as texts.
pub(crate) fn number(value: &Value) -> f64 {
    match value {
        Value::String(text) if text == "NaN" => f64::NAN,
        Value::String(text) if text == "Infinity" => f64::INFINITY,
        Value::String(text) if text == "-Infinity" => f64::NEG_INFINITY,
        other => other.as_f64().unwrap_or_else(|| panic!("{other} is not a number")),
    }
}

pub(crate) fn count(value: &Value) -> usize {
    value.as_u64().unwrap_or_else(|| panic!("{value} is not a count")) as usize
}

pub(crate) fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap_or_else(|| panic!("{value} is not a list"))
}

pub(crate) fn vector(value: &Value) -> Vec<f64> {
    list(value).iter().map(number).collect()
}

/// Any nesting of lists as one run of numbers, row by row.
pub(crate) fn flat(value: &Value) -> Vec<f64> {
    match value {
        Value::Array(all) => all.iter().flat_map(flat).collect(),
        one => vec![number(one)],
    }
}

/// The lengths of nested lists, outermost first.
pub(crate) fn shape(value: &Value) -> Vec<usize> {
    match value {
        Value::Array(all) => {
            let inner = all.first().map(shape).unwrap_or_default();
            std::iter::once(all.len()).chain(inner).collect()
        }
        _ => Vec::new(),
    }
}

/// How far a value may be off.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Within {
    Absolute(f64),
    Relative(f64),
}

/// Requires two numbers to be equal within a tolerance; two that are not numbers are equal.
#[track_caller]
pub(crate) fn close(what: &str, got: f64, expected: f64, within: Within) {
    let limit = match within {
        Within::Absolute(limit) => limit,
        Within::Relative(share) => share * expected.abs(),
    };
    let same = got == expected || (got.is_nan() && expected.is_nan());
    assert!(
        same || (got - expected).abs() <= limit,
        "{what}: {got} is not {expected} within {within:?}, off by {:e}",
        (got - expected).abs()
    );
}

#[track_caller]
pub(crate) fn all_close(what: &str, got: &[f64], expected: &[f64], within: Within) {
    assert_eq!(got.len(), expected.len(), "{what}: count");
    for (i, (got, expected)) in got.iter().zip(expected).enumerate() {
        close(&format!("{what}[{i}]"), *got, *expected, within);
    }
}
