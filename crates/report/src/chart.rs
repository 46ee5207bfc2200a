//! A plot before anything draws it: what lies along its axes, and which points are where.
//!
//! There are two who draw: the page (Plotly, in a browser) and the files for slides (kuva, in SVG). Both get this and
//! nothing else, so a plot shows the same wherever it is looked at, and the values in the page's JSON are the plot's.

use serde::Serialize;

/// One plot.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Chart {
    /// Names the plot in links and files: small letters, digits and dashes.
    pub id: String,
    /// What it shows.
    pub title: String,
    /// How it is read, in a sentence or two; also what is told to who does not see it.
    pub about: String,
    /// Where values lie from left to right.
    pub x: Axis,
    /// Where values lie from bottom to top.
    pub y: Axis,
    /// What is drawn, the last above the others.
    pub series: Vec<Series>,
    /// Lines from top to bottom.
    pub marks: Vec<Mark>,
    /// How much room it takes.
    pub shape: Shape,
    /// Whether it runs over a session's steps: such plots are zoomed together.
    pub steps: bool,
}

/// How much room a plot takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Shape {
    /// The whole width, as high as a third of it.
    Wide,
    /// The whole width, and higher.
    Tall,
    /// A square, several in a row.
    Square,
    /// The whole width, as high as its rows need.
    Rows,
}

/// One of the two axes.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Axis {
    /// What is measured, with its unit.
    pub title: String,
    /// How numbers are written.
    pub form: Form,
    /// From where to where; as far as the points go if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub range: Option<[f64; 2]>,
    /// Names in place of numbers: the first at 0, the next at 1, and so on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<String>,
    /// The least value is at the top.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub reversed: bool,
}

impl Axis {
    /// Of numbers.
    pub(crate) fn of(title: impl Into<String>, form: Form) -> Self {
        Axis { title: title.into(), form, ..Axis::default() }
    }

    /// Rows with these names, the first at the top.
    pub(crate) fn rows(names: Vec<String>) -> Self {
        let range = Some([-0.6, names.len() as f64 - 0.4]);
        Axis { form: Form::Whole, range, names, reversed: true, ..Axis::default() }
    }

    /// The same within this range.
    pub(crate) fn within(self, range: [f64; 2]) -> Self {
        Axis { range: Some(range), ..self }
    }
}

/// How numbers are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Form {
    /// As decimals.
    #[default]
    Plain,
    /// A share, as so many of a hundred.
    Percent,
    /// Counts, which have nothing between them.
    Whole,
}

/// Points that belong together.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Series {
    /// What they are, as the legend says it; several series may be one thing there.
    pub name: String,
    /// How they are drawn.
    pub draw: Draw,
    /// What their colour says.
    pub tone: Tone,
    /// From left to right, where they are joined.
    pub points: Vec<Point>,
    /// Whether the legend has them.
    pub listed: bool,
    /// Written beside the last point.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub label: String,
}

impl Series {
    /// Of these points, in the legend.
    pub(crate) fn new(name: impl Into<String>, draw: Draw, tone: Tone, points: Vec<Point>) -> Self {
        Series { name: name.into(), draw, tone, points, listed: true, label: String::new() }
    }
}

/// How points are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Draw {
    /// Joined; a point without a value is a gap.
    Line,
    /// Joined and dashed: what something else is held against.
    Dashes,
    /// A value that holds until the next.
    Steps,
    /// The same, dashed.
    Limits,
    /// A disc each.
    Dots,
    /// A diamond each.
    Diamonds,
    /// A cross each.
    Crosses,
    /// A triangle each.
    Triangles,
    /// A disc each, with its reach along x.
    Intervals,
    /// From zero up.
    Bars,
    /// The room between the ends of each point's reach, which is along y here.
    Band,
}

/// One value.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Point {
    /// Along x.
    pub x: f64,
    /// Along y; nothing is drawn where there is none.
    pub y: Option<f64>,
    /// From where to where it may be, along x; along y in a band.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reach: Option<[f64; 2]>,
    /// Told where somebody points at it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub said: String,
}

impl Point {
    /// A place, and what is told of it.
    pub(crate) fn new(x: f64, y: f64, said: impl Into<String>) -> Self {
        Point { x, y: Some(y), reach: None, said: said.into() }
    }
}

/// A line from top to bottom.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Mark {
    /// Where it is.
    pub x: f64,
    /// What its colour says.
    pub tone: Tone,
}

/// What a colour says. Each has one for paper and one for the dark, both readable there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Tone {
    /// The first of several; what is natural.
    First,
    /// The second; what is promoted.
    Second,
    /// The third.
    Third,
    /// The fourth.
    Fourth,
    /// What is there to compare with, and what says little.
    Quiet,
    /// For the better.
    Good,
    /// For the worse.
    Bad,
}

impl Tone {
    /// All of them.
    pub(crate) const ALL: [Tone; 7] =
        [Tone::First, Tone::Second, Tone::Third, Tone::Fourth, Tone::Quiet, Tone::Good, Tone::Bad];

    /// Its name in the page's style.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Tone::First => "first",
            Tone::Second => "second",
            Tone::Third => "third",
            Tone::Fourth => "fourth",
            Tone::Quiet => "quiet",
            Tone::Good => "good",
            Tone::Bad => "bad",
        }
    }

    /// Red, green and blue on a light ground, and on a dark one.
    pub(crate) fn colours(self) -> [u32; 2] {
        match self {
            Tone::First => [0x0b62a8, 0x6cb6ff],
            Tone::Second => [0xa14a00, 0xffab5e],
            Tone::Third => [0x0f766e, 0x5eead4],
            Tone::Fourth => [0x7c3aed, 0xc4a7ff],
            Tone::Quiet => [0x6b7280, 0x9aa4b2],
            Tone::Good => [0x15803d, 0x56d364],
            Tone::Bad => [0xb42318, 0xff8a80],
        }
    }
}
