//! A report before anything shows it: facts, plots, tables and ledgers, in the reader's language.
//!
//! This is what stands in the page as JSON, and all that the page shows is made of it there. So whoever reads the page with a
//! program reads the very values that a person sees, before they were rounded to be shown.

use melody_core::score::Score;
use melody_recommender::ranking::Node;
use melody_tui::Lang;
use serde::Serialize;

use crate::chart::Chart;

/// A whole report.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Document {
    /// The language's tag, as pages name it.
    pub lang: &'static str,
    /// What kind of file it is of.
    pub kind: String,
    /// What it is about.
    pub title: String,
    /// What matters most, in a few sentences.
    pub summary: Vec<String>,
    /// What, when, which policies and models.
    pub facts: Vec<Fact>,
    /// One, or one for each session.
    pub parts: Vec<Part>,
    /// What the page's own controls say: English text and the reader's.
    pub words: Vec<[String; 2]>,
}

impl Document {
    /// Every plot, in order.
    pub fn charts(&self) -> impl Iterator<Item = &Chart> {
        self.parts.iter().flat_map(|part| &part.sections).flat_map(|section| &section.charts)
    }
}

/// Something that is so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fact {
    /// What is told.
    pub name: String,
    /// What it is.
    pub value: String,
}

/// Facts in the order that they are told; what is empty is left out.
pub(crate) fn facts(lang: Lang, told: &[(&str, String)]) -> Vec<Fact> {
    let there = told.iter().filter(|(_, value)| !value.is_empty());
    there.map(|(name, value)| Fact { name: lang.text(name).into(), value: value.clone() }).collect()
}

/// A session, or all that was found.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Part {
    /// Empty where there is one part alone.
    pub title: String,
    /// Of this part alone.
    pub facts: Vec<Fact>,
    /// In order.
    pub sections: Vec<Section>,
}

/// What belongs under one heading.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Section {
    /// Its place in the page; small letters, digits and dashes.
    pub id: String,
    /// The heading.
    pub title: String,
    /// A sentence or two below it.
    pub about: String,
    /// All at once, or one by one where there is a choice.
    pub charts: Vec<Chart>,
    /// What is chosen, where one plot is shown at a time.
    pub choice: String,
    /// Below the plots.
    pub tables: Vec<Table>,
    /// Steps whose ledgers can be looked at.
    pub ledgers: Vec<Step>,
}

/// Values in rows.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Table {
    /// What it lists.
    pub title: String,
    /// From left to right. The first says what a row is of.
    pub columns: Vec<Column>,
    /// One cell for each column.
    pub rows: Vec<Vec<Cell>>,
    /// Shown only where somebody asks for it.
    pub folded: bool,
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Column {
    /// Its heading.
    pub title: String,
    /// Decimals of its numbers; absent where it holds words.
    pub digits: Option<usize>,
}

impl Column {
    /// Of words.
    pub(crate) fn words(title: impl Into<String>) -> Self {
        Column { title: title.into(), digits: None }
    }

    /// Of numbers with so many decimals.
    pub(crate) fn numbers(title: impl Into<String>, digits: usize) -> Self {
        Column { title: title.into(), digits: Some(digits) }
    }
}

/// A cell of a table.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Cell {
    /// There is no value.
    Nothing,
    /// As it was found; shown rounded.
    Number(f64),
    /// Bounds of an interval.
    Interval([f64; 2]),
    /// As it is.
    Words(String),
}

impl From<f64> for Cell {
    fn from(value: f64) -> Self {
        Cell::Number(value)
    }
}

impl From<usize> for Cell {
    fn from(value: usize) -> Self {
        Cell::Number(value as f64)
    }
}

impl From<Score> for Cell {
    fn from(value: Score) -> Self {
        Cell::Number(value.value())
    }
}

impl From<String> for Cell {
    fn from(words: String) -> Self {
        Cell::Words(words)
    }
}

impl From<[f64; 2]> for Cell {
    fn from(bounds: [f64; 2]) -> Self {
        Cell::Interval(bounds)
    }
}

impl<T: Into<Cell>> From<Option<T>> for Cell {
    fn from(value: Option<T>) -> Self {
        value.map_or(Cell::Nothing, Into::into)
    }
}

/// A step of a session, with the ledger of every song that waits.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Step {
    /// Its number.
    pub step: u32,
    /// Minutes and seconds since the session began.
    pub at: String,
    /// What happened, and what that changed.
    pub said: String,
    /// The next first.
    pub queue: Vec<Place>,
}

/// A place of the queue.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Place {
    /// From 1.
    pub position: usize,
    /// Position at the step before, if it had one.
    pub was: Option<usize>,
    /// The song's title.
    pub title: String,
    /// Its artists.
    pub artist: String,
    /// Whether a campaign promotes it.
    pub promoted: bool,
    /// Where every point of its score came from; the root is the score.
    pub ledger: Node,
}
