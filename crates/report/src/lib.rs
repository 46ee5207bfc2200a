//! Reports: what a trace or an experiment found, as one page that needs no network, and its plots as files for slides.
//!
//! A file is read and known by its content (`read.rs`); each kind becomes a [`Document`] of facts, plots, tables and ledgers in
//! the reader's language (`of/`); the page shows the document (`page.rs`), and kuva draws the same plots as SVG (`svg.rs`) and PNG (`png.rs`).
//! Nothing is worked out here that a file does not say, but for the scale that a plot of different units needs.
//!
//! The page's plots are drawn by Plotly's JavaScript, which lies in `assets/report` as it was published and goes into every page
//! with its licence. It is kept there and not taken from a crate of bindings because the page draws from its JSON itself, for two
//! themes and any width; bindings would write every value a second time.

mod chart;
mod document;
mod make;
mod of;
mod page;
mod png;
mod read;
mod svg;

pub use chart::{Axis, Chart, Draw, Form, Mark, Point, Series, Shape, Tone};
pub use document::{Cell, Column, Document, Fact, Part, Place, Section, Step, Table};
pub use make::document;
pub use page::{PAGE, page};
pub use png::{LANG as PNG_LANG, PNG, png, unwritten};
pub use read::{Source, file_of, read};
pub use svg::{SVG, svg};
