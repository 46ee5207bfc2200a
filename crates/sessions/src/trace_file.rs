//! Traces on disk: JSON Lines. The first line says what the session was opened with; every other
//! line is the trace of one step.

use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::opening::Opening;
use melody_core::input::{InputError, Problem, read_text};
use melody_core::output::{Kind, Mark};
use melody_recommender::engine::{TRACE_FORMAT, Trace};

/// The first line of a trace file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// The version of the trace's schema.
    pub trace_format: u32,
    /// The version of Melody that wrote it.
    pub melody: String,
    /// The script, or what else drove the session.
    pub name: String,
    /// What the session was opened with.
    pub opening: Opening,
}

impl Header {
    /// The header of a session that this program runs.
    pub fn new(name: &str, opening: &Opening) -> Self {
        Header {
            trace_format: TRACE_FORMAT,
            melody: env!("CARGO_PKG_VERSION").into(),
            name: name.into(),
            opening: opening.clone(),
        }
    }
}

/// A trace file's contents.
#[derive(Clone, Debug, PartialEq)]
pub struct TraceFile {
    /// The file's first line.
    pub header: Header,
    /// Of every step, the session's start first.
    pub traces: Vec<Trace>,
}

/// Writes a session's traces.
pub fn write<'a>(
    out: &mut impl Write,
    header: &Header,
    traces: impl Iterator<Item = &'a Arc<Trace>>,
) -> io::Result<()> {
    serde_json::to_writer(&mut *out, header)?;
    out.write_all(b"\n")?;
    for trace in traces {
        serde_json::to_writer(&mut *out, &**trace)?;
        out.write_all(b"\n")?;
    }
    out.flush()
}

/// What a trace file is told by before another is written over it.
pub const TRACE: Kind = Kind { name: "trace", mark: Mark::Key("trace_format") };

/// SHA-256 over the lines of a session's traces, in hexadecimal: equal where the traces are.
pub fn hash<'a>(traces: impl Iterator<Item = &'a Arc<Trace>>) -> String {
    let mut hash = Sha256::new();
    for trace in traces {
        hash.update(serde_json::to_vec(&**trace).expect("a trace is plain data"));
        hash.update(b"\n");
    }
    hash.finalize().iter().map(|b| format!("{b:02x}")).collect()
}

/// Reads the trace file of one session, checking every line.
pub fn read(path: &Path) -> Result<TraceFile, InputError> {
    let mut sessions = read_all(path)?.into_iter();
    let first = sessions.next().expect("a file that was read holds a session");
    if let Some(other) = sessions.next() {
        let name = path.display().to_string();
        let problem = Problem::new(name, "another session begins here").line(other.line);
        return Err(problem
            .field("trace_format")
            .help("one session is wanted here; `melody ope` and `melody diff` read several")
            .into());
    }
    let traces = first.traces.into_iter().map(|(_, trace)| trace).collect();
    Ok(TraceFile { header: first.header, traces })
}

/// One of a file's sessions.
#[derive(Clone, Debug, PartialEq)]
pub struct TracedSession {
    /// The line its header is on, from 1.
    pub line: usize,
    /// Its first line.
    pub header: Header,
    /// Each with its line. At least one.
    pub traces: Vec<(usize, Trace)>,
}

/// Reads every session of a trace file, checking every line: one after the other, each with a header,
/// as `melody replay` writes several scripts. At least one.
pub fn read_all(path: &Path) -> Result<Vec<TracedSession>, InputError> {
    let name = path.display().to_string();
    let text = read_text(path)?;
    let wrong = |line: usize, field: &str, message: String| {
        Problem::new(&name, message).line(line).field(field)
    };
    let empty = |line: usize| wrong(line, "step", "the session holds no step".into());
    let mut sessions: Vec<TracedSession> = Vec::new();
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    for (i, text) in lines {
        let line = i + 1;
        let begins = sessions.is_empty() || serde_json::from_str::<Header>(text).is_ok();
        if !begins && let Some(session) = sessions.last_mut() {
            session.traces.push((line, parse(&name, i, text)?));
            continue;
        }
        if let Some(before) = sessions.last().filter(|session| session.traces.is_empty()) {
            return Err(empty(before.line).into());
        }
        let header: Header = parse(&name, i, text).map_err(|problem| {
            let message = format!("not the first line of a trace file: {}", problem.message);
            Problem { message, ..problem }.help("`melody replay SCRIPT --trace FILE` writes one")
        })?;
        if header.trace_format != TRACE_FORMAT {
            let format = header.trace_format;
            let message = format!("the format is {format}, this program reads {TRACE_FORMAT}");
            return Err(wrong(line, "trace_format", message).into());
        }
        sessions.push(TracedSession { line, header, traces: Vec::new() });
    }
    match sessions.last() {
        None => Err(wrong(1, "trace_format", "the file has no line".into()).into()),
        Some(last) if last.traces.is_empty() => Err(empty(last.line).into()),
        Some(_) => Ok(sessions),
    }
}

/// Reads one line, the `i`-th from 0, as a `T`.
fn parse<T: DeserializeOwned>(name: &str, i: usize, line: &str) -> Result<T, Problem> {
    let problem = |field: String, error: &serde_json::Error| {
        // The reader counts lines within what it was given, which is one.
        let message = error.to_string();
        let message = message.split(" at line ").next().unwrap_or_default();
        let field = if field == "." { "(line)".into() } else { field };
        Problem::new(name, format!("{message}, at column {}", error.column()))
            .line(i + 1)
            .field(field)
    };
    let mut reader = serde_json::Deserializer::from_str(line);
    let value = serde_path_to_error::deserialize(&mut reader)
        .map_err(|e| problem(e.path().to_string(), e.inner()))?;
    reader.end().map_err(|e| problem(".".into(), &e))?;
    Ok(value)
}
