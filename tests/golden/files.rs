//! Finding and reading golden files.

use std::path::{Path, PathBuf};

use serde_json::Value;

/// A golden file's inputs and the values expected of them.
pub(crate) struct Golden {
    /// For messages.
    pub name: String,
    pub inputs: Value,
    pub expected: Value,
}

/// Every golden file of one kind, by the first part of its name (`g6`). The files that come with the
/// source must be there; another folder may hold some kinds only.
pub(crate) fn golden(kind: &str) -> Vec<Golden> {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let given = std::env::var_os("MELODY_GOLDEN_DIR").map(PathBuf::from);
    let folder = given.as_ref().unwrap_or(&own);
    let entries = std::fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with(&format!("{kind}_")) && name.ends_with(".json")
    });
    paths.sort();
    if paths.is_empty() {
        assert!(given.is_some(), "{} has no {kind} file", folder.display());
        eprintln!("{} has no {kind} file: nothing compared", folder.display());
    }
    paths.iter().map(|path| read(path)).collect()
}

fn read(path: &Path) -> Golden {
    let name = path.display().to_string();
    let text = std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{name}: {e}"));
    let mut file: Value = serde_json::from_str(&text).unwrap_or_else(|e| panic!("{name}: {e}"));
    Golden { inputs: file["inputs"].take(), expected: file["expected"].take(), name }
}
