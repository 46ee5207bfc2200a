//! What is on screen, for other programs: JSON, CSV, a picture.

use std::fmt::Display;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use serde_json::{Map, Value, json};

use super::draw::{Parts, draw};
use super::picture;
use super::tab::Tab;
use super::view::View;
use crate::engine::Trace;

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
    pub const ALL: [Form; 3] = [Form::Json, Form::Csv, Form::Svg];

    pub fn name(self) -> &'static str {
        match self {
            Form::Json => "JSON",
            Form::Csv => "CSV",
            Form::Svg => "SVG",
        }
    }

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

/// What a view is about: of the stage the whole trace, of the others their part of it, with what
/// produced it.
pub fn json(view: &View) -> Value {
    let now = view.now();
    let about = match view.tab {
        Tab::Stage => return json!(now),
        Tab::Explain => match &view.explained {
            Some(said) => json!({ "explanation": said.explanation, "why_not": said.why_not }),
            None => json!({ "song": view.selected_entry() }),
        },
        Tab::WhatIf => json!({
            "set": view.what_if.set,
            "preview": view.what_if.preview,
            "weights": now.weights,
            "promotion": now.promotion,
            "queue": now.queue,
        }),
        Tab::Bandit => json!({
            "bandit": now.bandit,
            "promotion": now.promotion,
            "regrets": view.regrets,
            "other_policies": view.others,
        }),
        Tab::Session => json!({ "session": now.session, "listener": now.listener }),
        Tab::Model => json!({ "near_line": now.near_line }),
        Tab::Metrics => json!({ "metrics": now.metrics, "guardrail": now.guardrail }),
        Tab::Compare => {
            let other = view.compared.as_ref();
            json!({
                "against": other.map(|other| &other.label),
                "from": other.map(|other| other.from),
                "there": other.and_then(|other| other.traces.last()),
                "here": now,
            })
        }
        Tab::Timeline => {
            let step = |trace: &Trace| {
                json!({
                    "step": trace.step,
                    "at_ms": trace.at_ms,
                    "event": trace.event,
                    "notes": trace.notes,
                })
            };
            json!({ "steps": view.traces.iter().map(|trace| step(trace)).collect::<Vec<_>>() })
        }
    };
    let mut whole = Map::new();
    whole.insert("view".into(), json!(stem(view.tab)));
    whole.insert("step".into(), json!(now.step));
    whole.insert("at_ms".into(), json!(now.at_ms));
    whole.insert("versions".into(), json!(now.versions));
    if let Value::Object(about) = about {
        whole.extend(about);
    }
    whole.into()
}

/// A view's name in the names of files.
pub fn stem(tab: Tab) -> String {
    tab.name().to_lowercase()
}

const COLUMNS: [&str; 12] = [
    "position",
    "id",
    "title",
    "artist",
    "promoted",
    "score",
    "interest",
    "subscription",
    "exposure",
    "added",
    "taken",
    "was",
];

/// The queue, a song a line. The five parts after the score add up to it.
fn csv(trace: &Trace) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    // Writing to memory does not fail.
    let mut row = |cells: [&dyn Display; COLUMNS.len()]| {
        writer.write_record(cells.map(ToString::to_string)).expect("memory takes it")
    };
    row(COLUMNS.each_ref().map(|name| name as &dyn Display));
    for entry in &trace.queue {
        let parts = Parts::new(&entry.ledger);
        row([
            &entry.position,
            &entry.song.id,
            &entry.song.title,
            &entry.song.artist,
            &entry.promoted,
            &entry.score,
            &parts.interest,
            &parts.subscription,
            &parts.exposure,
            &parts.boost,
            &-parts.loss,
            &entry.was.map_or(String::new(), |was| was.to_string()),
        ]);
    }
    let bytes = writer.into_inner().expect("memory takes it");
    String::from_utf8(bytes).expect("texts are UTF-8")
}

/// The screen without what lies over the view.
fn svg(view: &View, area: Rect) -> String {
    let view = View { popup: None, message: None, ..view.clone() };
    let mut buffer = Buffer::empty(area);
    draw(&view, area, &mut buffer);
    picture::svg(&buffer)
}
