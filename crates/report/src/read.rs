//! Which kind of file it is, found out by what is in it, and what was read.
//!
//! A trace is known by its first line. Everything else is one JSON document, and each kind has keys that no other has.

use std::path::{Path, PathBuf};

use melody_core::input::{InputError, Problem, first_object, read_text};
use melody_lab::experiment::{AbReport, AblationReport};
use melody_lab::global_time::Judged;
use melody_lab::reports::{Comparison, Judgement, Report};
use melody_sessions::trace_file::{TracedSession, read_all};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// What a report can be made of.
#[derive(Clone, Debug, PartialEq)]
pub enum Source {
    /// Sessions, as `melody replay --trace` writes them.
    Trace(Vec<TracedSession>),
    /// What `melody ab --json` prints.
    Ab(Box<AbReport>),
    /// What `melody ablate --json` prints.
    Ablation(Box<AblationReport>),
    /// What `melody eval --json` prints.
    Evaluation(Box<Judgement>),
    /// What `melody eval --protocol global-time --json` prints.
    GlobalTime(Box<Judged>),
    /// The `report.json` of a model's folder, which `melody train --json` prints too.
    Training(Box<Report>),
    /// The `comparison.json` of `melody train --compare`.
    Ways(Box<Comparison>),
}

/// What can be read, for a person.
const KINDS: &str = "a report is made of a trace (`melody replay SCRIPT --trace FILE`), of what `melody ab`, `ablate`, `eval` or \
                     `train` print with `--json`, of a model's report.json or its folder, or of a comparison.json";

/// The file that is meant: of a model's folder its report.
pub fn file_of(path: &Path) -> PathBuf {
    if path.is_dir() { path.join("report.json") } else { path.to_path_buf() }
}

/// Reads a file and finds out what it is.
///
/// # Errors
/// When it cannot be read, is of no kind that a report is made of, or is not whole; the problem says what can be read.
pub fn read(path: &Path) -> Result<Source, InputError> {
    let name = path.display().to_string();
    if first_object(path).is_some_and(|first| first.get("trace_format").is_some()) {
        return Ok(Source::Trace(read_all(path)?));
    }
    let text = read_text(path)?;
    let unknown = |message: &str, line: usize| -> InputError {
        Problem::new(&name, message).line(line).field("(whole file)").help(KINDS).into()
    };
    let whole: Value = serde_json::from_str(&text)
        .map_err(|error| unknown("neither a trace nor a JSON document", error.line()))?;
    let has = |keys: &[&str]| keys.iter().all(|key| whole.get(key).is_some());
    if has(&["a", "b", "metrics", "segments"]) {
        Ok(Source::Ab(parsed(&name, &text)?))
    } else if has(&["mechanisms", "corrected_for"]) {
        Ok(Source::Ablation(parsed(&name, &text)?))
    } else if has(&["weights_sha256", "resamples", "heads"]) {
        Ok(Source::Evaluation(parsed(&name, &text)?))
    } else if has(&["test_from", "rows"]) {
        Ok(Source::GlobalTime(parsed(&name, &text)?))
    } else if has(&["manifest", "config", "heads", "log"]) {
        Ok(Source::Training(parsed(&name, &text)?))
    } else if has(&["config", "seeds", "runs"]) {
        Ok(Source::Ways(parsed(&name, &text)?))
    } else {
        Err(unknown("JSON that no report is made of", 1))
    }
}

/// The document as a `T`, or where it is none.
fn parsed<T: DeserializeOwned>(name: &str, text: &str) -> Result<Box<T>, Problem> {
    let mut reader = serde_json::Deserializer::from_str(text);
    serde_path_to_error::deserialize(&mut reader).map(Box::new).map_err(|error| {
        let (field, inner) = (error.path().to_string(), error.inner());
        let message = inner.to_string();
        let message = message.split(" at line ").next().unwrap_or_default();
        let field = if field == "." { "(whole file)".into() } else { field };
        let help = "was it written by another version of Melody? Then write it anew";
        Problem::new(name, message).line(inner.line()).field(field).help(help)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> String {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("x.json");
        std::fs::write(&file, text).unwrap();
        read(&file).unwrap_err().to_string()
    }

    #[test]
    fn what_no_report_is_made_of_is_told_with_what_can_be_read() {
        for (text, says) in [
            ("format = 1\n", ":1: (whole file): neither a trace nor a JSON document"),
            ("{\n  \"a\": 1,\n  ]", ":3: (whole file): neither"),
            ("{\"a\": 1}", ": JSON that no report is made of"),
            ("[1, 2]", ": JSON that no report is made of"),
        ] {
            let told = told(text);
            assert!(told.contains(says) && told.contains("melody replay SCRIPT --trace"), "{told}");
        }
    }

    #[test]
    fn what_is_known_and_broken_is_told_with_its_place() {
        let ab = "{\"a\": {}, \"b\": {}, \"metrics\": [],\n \"segments\": {}, \"seed\": -1}";
        let told = told(ab);
        assert!(told.contains("x.json:1: a: missing field `policy`"), "{told}");
        let model = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/default");
        assert_eq!(file_of(&model), model.join("report.json"));
        assert!(matches!(read(&file_of(&model)), Ok(Source::Training(_))));
        assert!(matches!(read(&model.join("comparison.json")), Ok(Source::Ways(_))));
    }
}
