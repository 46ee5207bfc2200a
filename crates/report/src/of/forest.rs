//! The forest plot: a row for each thing, a dot where it is, and a line as far as it may be.

use melody_tui::Lang;

use crate::chart::{Axis, Chart, Draw, Form, Mark, Point, Series, Shape, Tone};

/// A row of a forest plot, from the top.
pub(crate) struct Row {
    /// What it is of.
    pub name: String,
    /// Its dots; those of the same name are one thing in the legend.
    pub dots: Vec<Dot>,
}

/// A value with its interval.
pub(crate) struct Dot {
    /// As the legend says it, in English.
    pub of: String,
    /// What its colour says.
    pub tone: Tone,
    /// Where it is.
    pub value: f64,
    /// Its interval, where there is one.
    pub reach: Option<[f64; 2]>,
    /// Told where somebody points at it.
    pub said: String,
}

/// Where several dots of a row lie, apart from each other.
const APART: f64 = 0.16;

/// Rows of values along `x`, with a line at `zero` where that is wanted.
pub(crate) fn forest(
    (id, title, about): (String, String, String),
    x: Axis,
    zero: Option<f64>,
    rows: Vec<Row>,
    lang: Lang,
) -> Chart {
    let mut series: Vec<(String, Series)> = Vec::new();
    let names = rows.iter().map(|row| row.name.clone()).collect();
    for (place, row) in rows.into_iter().enumerate() {
        let middle = (row.dots.len() as f64 - 1.0) / 2.0;
        for (i, dot) in row.dots.into_iter().enumerate() {
            let y = place as f64 + (i as f64 - middle) * APART;
            let point = Point { reach: dot.reach, ..Point::new(dot.value, y, dot.said) };
            match series.iter_mut().find(|(of, _)| *of == dot.of) {
                Some((_, known)) => known.points.push(point),
                None => {
                    let name = lang.text(&dot.of).into_owned();
                    let new = Series::new(name, Draw::Intervals, dot.tone, vec![point]);
                    series.push((dot.of, new));
                }
            }
        }
    }
    Chart {
        id,
        title,
        about,
        x,
        y: Axis::rows(names),
        series: series.into_iter().map(|(_, series)| series).collect(),
        marks: zero.into_iter().map(|x| Mark { x, tone: Tone::Quiet }).collect(),
        shape: Shape::Rows,
        steps: false,
    }
}

/// A number with its interval, for a person.
pub(crate) fn with_interval(
    value: f64,
    interval: Option<[f64; 2]>,
    digits: usize,
    sign: bool,
) -> String {
    let shown = |value: f64| {
        let value = melody_core::score::no_minus_zero(value, digits);
        if sign { format!("{value:+.digits$}") } else { format!("{value:.digits$}") }
    };
    match interval {
        Some([low, high]) => format!("{} [{}, {}]", shown(value), shown(low), shown(high)),
        None => shown(value),
    }
}

/// An axis of plain numbers.
pub(crate) fn plain(title: impl Into<String>) -> Axis {
    Axis::of(title, Form::Plain)
}

/// Small letters, digits and dashes of any text, for a place in the page or a file's name.
pub(crate) fn slug(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars().map(|c| c.to_ascii_lowercase()) {
        if c.is_ascii_alphanumeric() {
            out.push(c);
        } else if !out.ends_with('-') && !out.is_empty() {
            out.push('-');
        }
    }
    out.trim_end_matches('-').into()
}
