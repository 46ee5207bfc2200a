//! The forms that something on screen can be written in.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::csv::csv;
use super::json::json;
use super::picture;
use crate::draw::draw;
use crate::view::View;

/// A form that something on screen can be written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// What the view is about.
    Json,
    /// The queue.
    Csv,
    /// The screen itself.
    Svg,
}

impl Form {
    /// In the order they are offered.
    pub const ALL: [Form; 3] = [Form::Json, Form::Csv, Form::Svg];

    /// As in the list to choose from, in every language.
    pub fn name(self) -> &'static str {
        match self {
            Form::Json => "JSON",
            Form::Csv => "CSV",
            Form::Svg => "SVG",
        }
    }

    /// What would be written, in English.
    pub fn about(self) -> &'static str {
        match self {
            Form::Json => "what this view is about",
            Form::Csv => "the queue: songs, scores and their parts",
            Form::Svg => "a picture of the screen",
        }
    }

    /// The end of its files' names.
    pub fn extension(self) -> &'static str {
        match self {
            Form::Json => "json",
            Form::Csv => "csv",
            Form::Svg => "svg",
        }
    }

    /// The text of a view in this form. `area`: the size of the screen.
    pub fn text(self, view: &View, area: Rect) -> String {
        match self {
            Form::Json => format!("{:#}\n", json(view)),
            Form::Csv => csv(view.now()),
            Form::Svg => svg(view, area),
        }
    }
}

/// The screen without what lies over the view.
fn svg(view: &View, area: Rect) -> String {
    let view = View { popup: None, message: None, ..view.clone() };
    let mut buffer = Buffer::empty(area);
    draw(&view, area, &mut buffer);
    picture::svg(&buffer)
}
