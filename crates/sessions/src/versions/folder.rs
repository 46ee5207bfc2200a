//! The folder that versions are published in.
//!
//! | in it | holds |
//! |---|---|
//! | `v000001`, `v000002`, ... | a version each: a model's folder, which appears whole; the highest number is the newest |
//! | `withdrawn.json` | hashes of weights that must not be taken any more, as a JSON array; may not be there |
//!
//! What else a learner writes there is its own.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Deserialize;

use melody_core::catalogue::Catalogue;
use melody_core::input::{InputError, Problem, TomlFile, read_text};
use melody_model as model;
use melody_model::{Backend, ModelVersion};
use melody_recommender::engine::Trained;

/// The file that says which versions must not be taken any more.
pub const WITHDRAWN: &str = "withdrawn.json";
/// Digits of a version's number at least.
const DIGITS: usize = 6;

/// A folder of versions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folder {
    path: PathBuf,
}

/// The name of a version's own folder.
pub fn version_name(number: u64) -> String {
    format!("v{number:0DIGITS$}")
}

/// A version in its folder, unread.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    /// From its name: `v000012` is 12.
    pub number: u64,
    /// Its own folder.
    pub path: PathBuf,
}

/// What of `model.toml` says which weights these are.
#[derive(Deserialize)]
struct Identity {
    weights_sha256: String,
}

impl Folder {
    /// The folder at a path, which need not be there yet.
    pub fn new(path: &Path) -> Self {
        Folder { path: path.into() }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Requires it to be there: who waits for versions where none will ever come would wait for long.
    ///
    /// # Errors
    /// When it is not a folder.
    pub fn check(&self) -> Result<(), InputError> {
        match self.path.is_dir() {
            true => Ok(()),
            false => {
                let help =
                    "name the folder that versions are published in; make it if none was yet";
                Err(self.problem("no such folder").help(help).into())
            }
        }
    }

    /// The versions in it, the newest first.
    ///
    /// # Errors
    /// When it cannot be looked through.
    pub fn versions(&self) -> Result<Vec<Version>, InputError> {
        let entries = std::fs::read_dir(&self.path);
        let entries = entries.map_err(|error| self.problem(error.to_string()))?;
        let mut versions: Vec<Version> = entries
            .flatten()
            .filter_map(|entry| {
                let number = number(entry.file_name().to_str()?)?;
                entry.path().is_dir().then(|| Version { number, path: entry.path() })
            })
            .collect();
        versions.sort_by(|a, b| b.cmp(a));
        Ok(versions)
    }

    /// Hashes that must not be taken any more; none where nothing says so.
    ///
    /// # Errors
    /// When the file that says so is not an array of texts.
    pub fn withdrawn(&self) -> Result<BTreeSet<String>, InputError> {
        let path = self.path.join(WITHDRAWN);
        if !path.exists() {
            return Ok(BTreeSet::new());
        }
        let read = serde_json::from_str(&read_text(&path)?);
        read.map_err(|error| {
            let problem = Problem::new(path.display().to_string(), error.to_string());
            problem.line(error.line()).help("an array of hashes is needed, as [\"3f2a...\"]").into()
        })
    }

    fn problem(&self, message: impl Into<String>) -> Problem {
        Problem::new(self.path.display().to_string(), message)
    }
}

impl Version {
    /// The name of its folder.
    pub fn name(&self) -> String {
        self.path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned())
    }

    /// SHA-256 of its weights as `model.toml` says it, in hexadecimal; whether they are those is seen where they
    /// are loaded.
    ///
    /// # Errors
    /// When the file is not there or does not say so.
    pub fn hash(&self) -> Result<String, InputError> {
        let file = TomlFile::read(&self.path.join("model.toml"))?;
        file.parse::<Identity>().map(|identity| identity.weights_sha256)
    }

    /// Loads it, ready for the songs of a catalogue.
    ///
    /// # Errors
    /// When anything of the folder is missing, damaged, or not what `model.toml` says.
    pub fn load(
        &self,
        catalogue: &Catalogue,
        backend: Backend,
    ) -> Result<Arc<Trained>, InputError> {
        let files = model::load(&self.path, &model::device(backend))?;
        let model = ModelVersion::new(&files, catalogue);
        Ok(Arc::new(Trained { model, examples: Arc::new(files.examples) }))
    }
}

/// The number that a version's folder is named by.
fn number(name: &str) -> Option<u64> {
    let digits = name.strip_prefix('v')?;
    let all = digits.len() >= DIGITS && digits.bytes().all(|byte| byte.is_ascii_digit());
    all.then(|| digits.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_told_by_their_names_the_newest_first() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["v000002", "v000010", "v1000000", "v3", "v00000x", ".v000011", "other"] {
            std::fs::create_dir(folder.path().join(name)).unwrap();
        }
        std::fs::write(folder.path().join("v000012"), "a file").unwrap();
        let found = Folder::new(folder.path()).versions().unwrap();
        let numbers: Vec<u64> = found.iter().map(|version| version.number).collect();
        assert_eq!(numbers, [1_000_000, 10, 2]);
        assert_eq!(found[1].name(), "v000010");
    }

    #[test]
    fn what_is_withdrawn_is_an_array_of_hashes_or_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let versions = Folder::new(folder.path());
        assert_eq!(versions.withdrawn(), Ok(BTreeSet::new()));
        let path = folder.path().join("withdrawn.json");
        std::fs::write(&path, "[\"ab\", \"cd\"]\n").unwrap();
        assert_eq!(versions.withdrawn(), Ok(["ab", "cd"].map(String::from).into()));
        std::fs::write(&path, "{\"ab\": 1}").unwrap();
        let error = versions.withdrawn().unwrap_err().to_string();
        assert!(error.contains("withdrawn.json:1: ") && error.contains("array"), "{error}");
    }

    #[test]
    fn a_folder_that_is_not_there_is_told_by_name() {
        let folder = tempfile::tempdir().unwrap();
        let nowhere = Folder::new(&folder.path().join("nowhere"));
        assert!(nowhere.check().unwrap_err().to_string().contains("nowhere: no such folder"));
        assert!(nowhere.versions().is_err());
        let empty = folder.path().join("v000001");
        std::fs::create_dir(&empty).unwrap();
        let error = Version { number: 1, path: empty }.hash().unwrap_err().to_string();
        assert!(error.contains("model.toml"), "{error}");
    }
}
