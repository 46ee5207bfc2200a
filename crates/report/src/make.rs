//! From what was read to what is shown.

use melody_tui::Lang;

use crate::document::{Document, facts};
use crate::of::{ab, ablation, evaluation, global_time, session, training, ways};
use crate::page::words;
use crate::read::Source;

/// What is shown of a file: `name` is what it is called, `changed` when it was last written, for a person; empty if unknown.
pub fn document(source: &Source, (name, changed): (&str, &str), lang: Lang) -> Document {
    let mut document = match source {
        Source::Trace(sessions) => session::document(sessions, lang),
        Source::Ab(report) => ab::document(report, lang),
        Source::Ablation(report) => ablation::document(report, lang),
        Source::Evaluation(judged) => evaluation::document(judged, lang),
        Source::GlobalTime(judged) => global_time::document(judged, lang),
        Source::Training(report) => training::document(report, lang),
        Source::Ways(compared) => ways::document(compared, lang),
    };
    let told = [("File", name.to_string()), ("Last changed", changed.to_string())];
    document.facts.extend(facts(lang, &told));
    document.words = words(lang);
    document
}
