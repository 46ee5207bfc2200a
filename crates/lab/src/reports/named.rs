//! The report of a model, by the name or path the model is opened with.
//!
//! Who shows how a model was trained asks here. Sessions are opened without it, as nothing that a session
//! does depends on how its model came to be.

use std::path::Path;

use super::report::Report;
use melody_model as model;

/// The training report of a model; a relative path starts at `base`. It is for people: nothing else
/// needs it, so one that is not there or was written by another version is none.
pub fn report_named(name: &str, base: &Path) -> Option<Report> {
    let text = match model::shipped_report(name) {
        Some(text) => text.into(),
        None => std::fs::read_to_string(base.join(name).join("report.json")).ok()?,
    };
    serde_json::from_str(&text).ok()
}
