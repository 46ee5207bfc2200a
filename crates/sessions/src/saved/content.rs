//! A session that was written down: in which form, and what it holds.

use std::path::{Path, PathBuf};

use crate::library::missing;
use crate::log::Contents;
use crate::opening::Opening;
use crate::script::Script;
use crate::versions::Named;
use crate::{log, script, trace_file as tracefile};
use melody_core::input::{InputError, Problem, TomlFile, first_object};
use melody_recommender::engine::Trace;

/// How a session was written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// What is done, in TOML.
    Script,
    /// What came of it, in JSON Lines.
    Trace,
    /// Both, as they happened, each record chained to the one before.
    Log,
}

impl Kind {
    /// As people are told.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Script => "script",
            Kind::Trace => "trace",
            Kind::Log => "log",
        }
    }
}

/// A session that was written down, read and checked, not yet played again.
pub struct Saved {
    /// The file, as it was named.
    pub path: PathBuf,
    /// What it opens with; every path is good from anywhere.
    pub opening: Opening,
    pub(super) content: Content,
}

pub(super) enum Content {
    Script(Box<Script>),
    Trace(Vec<Trace>),
    Log(Box<Contents>),
}

impl Saved {
    /// Reads a session in whichever form it was written down.
    ///
    /// # Errors
    /// When the file is none of them, or anything in it is wrong or missing.
    pub fn read(path: &Path) -> Result<Self, InputError> {
        let base = path.parent().unwrap_or(Path::new(""));
        let (opening, content) = match first_object(path) {
            Some(first) if first.get("record").is_some() => {
                let contents = log::read(path)?;
                (contents.header.opening.clone(), Content::Log(Box::new(contents)))
            }
            Some(_) => {
                let file = tracefile::read(path)?;
                (file.header.opening, Content::Trace(file.traces))
            }
            None => {
                let script = script::parse(TomlFile::read(path)?)?;
                script.check_names(&script.opening, base)?;
                (script.opening.clone(), Content::Script(Box::new(script)))
            }
        };
        let problems: Vec<Problem> =
            missing(&opening, base).into_iter().map(|(_, problem)| problem).collect();
        if !problems.is_empty() {
            return Err(InputError { problems });
        }
        Ok(Saved { path: path.into(), opening: opening.anchored(base), content })
    }

    /// How it was written down.
    pub fn kind(&self) -> Kind {
        match self.content {
            Content::Script(_) => Kind::Script,
            Content::Trace(_) => Kind::Trace,
            Content::Log(_) => Kind::Log,
        }
    }

    /// The versions that its events go on with.
    pub fn versions(&self) -> Vec<Named> {
        let file = self.path.display().to_string();
        match &self.content {
            Content::Script(script) => script.versions(),
            Content::Trace(traces) => {
                let events: Vec<_> =
                    traces.iter().filter_map(|trace| trace.event.clone()).collect();
                Named::in_events(&file, &events)
            }
            Content::Log(contents) => Named::in_events(&file, &contents.events()),
        }
    }

    /// Events that will be played, where that is known before.
    pub fn events(&self) -> Option<usize> {
        match &self.content {
            Content::Script(_) => None,
            Content::Trace(traces) => Some(traces.len().saturating_sub(1)),
            Content::Log(contents) => Some(contents.events().len()),
        }
    }
}

/// What a file seems to be and who listens in it, from a glance; `None` if it is no session.
pub fn glance(path: &Path) -> Option<(Kind, Opening)> {
    if let Some(first) = first_object(path) {
        let record = first.get("record");
        let kind = if record.is_some() { Kind::Log } else { Kind::Trace };
        let opening = record.unwrap_or(&first).get("opening")?;
        return Some((kind, serde_json::from_value(opening.clone()).ok()?));
    }
    let script = script::load(path).ok()?;
    Some((Kind::Script, script.opening))
}
