//! Turns a trace into the durable log that the simulator would have kept of the same session.
//!
//!     melody replay tests/sessions/streak.toml --trace streak.jsonl
//!     cargo run --release --example feedback_log -- streak.jsonl streak.log.jsonl
//!     melody log show streak.log.jsonl

use std::error::Error;
use std::path::PathBuf;

use melody::feedback::log::{FeedbackLog, Header};
use melody::tracefile;

fn main() -> Result<(), Box<dyn Error>> {
    let mut paths = std::env::args_os().skip(1).map(PathBuf::from);
    let (Some(trace), Some(log)) = (paths.next(), paths.next()) else {
        return Err("a trace to read and a log to write are needed".into());
    };
    let session = tracefile::read(&trace)?;
    let first = session.traces.first().ok_or("the trace has no step")?;
    let mut log = FeedbackLog::create(&log, &Header::new(&session.header.opening, first))?;
    for trace in &session.traces {
        log.append(trace)?;
    }
    println!("{} steps", session.traces.len());
    Ok(())
}
