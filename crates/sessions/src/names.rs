//! Names: what ships with Melody goes by one, everything else by its path.

use std::path::{Path, PathBuf};

use melody_core::catalogue;
use melody_core::catalogue::Catalogue;
use melody_core::input::{InputError, Problem, Progress};
use melody_model as model;
use melody_model::ModelFiles;
use melody_recommender::policy;
use melody_recommender::policy::Policy;
use melody_simulation::profile;
use melody_simulation::profile::Profile;

/// The name every kind's shipped default goes by.
pub const DEFAULT: &str = "default";

/// A shipped catalogue or the one in a folder.
pub fn catalogue_named(name: &str, base: &Path) -> Result<Catalogue, InputError> {
    catalogue_telling(name, base, &|_| {})
}

/// The same, telling of bytes as they are gone through: a large catalogue may take seconds.
pub fn catalogue_telling(
    name: &str,
    base: &Path,
    progress: Progress,
) -> Result<Catalogue, InputError> {
    if name == DEFAULT {
        return Ok(catalogue::default_catalogue());
    }
    catalogue::load(&path_of("catalogue", name, base, [DEFAULT])?, progress)
}

/// A shipped policy or the one in a file.
pub fn policy_named(name: &str, base: &Path) -> Result<Policy, InputError> {
    match policy::shipped(name) {
        Some(policy) => Ok(policy),
        None => policy::load(&path_of("policy", name, base, policy::shipped_names())?),
    }
}

/// A shipped profile or the one in a file.
pub fn profile_named(name: &str, base: &Path) -> Result<Profile, InputError> {
    match profile::shipped(name) {
        Some(profile) => Ok(profile),
        None => profile::load(&path_of("profile", name, base, profile::shipped_names())?),
    }
}

/// A shipped model or the one in a folder.
pub fn model_named(
    name: &str,
    base: &Path,
    device: &burn::tensor::Device,
) -> Result<ModelFiles, InputError> {
    match model::load_shipped(name, device) {
        Some(files) => files,
        None => model::load(&path_of("model", name, base, model::shipped_names())?, device),
    }
}

/// Files of a folder, and of its `policies`, that look like policies, by path.
pub fn policies_in(folder: &Path) -> Vec<String> {
    let looks = |path: &Path| {
        let text = std::fs::read_to_string(path).unwrap_or_default();
        let table = text.parse::<toml::Table>().unwrap_or_default();
        ["mixing", "bandit", "segments"].iter().all(|key| table.contains_key(*key))
    };
    let in_either = [folder.to_path_buf(), folder.join("policies")];
    let found = in_either.iter().flat_map(|folder| listed(folder));
    let tables = found.filter(|path| path.extension().is_some_and(|ending| ending == "toml"));
    tables.filter(|path| looks(path)).map(|path| path.display().to_string()).collect()
}

/// Folders of a folder's `models` that look like models, by path.
pub fn models_in(folder: &Path) -> Vec<String> {
    let found = listed(&folder.join("models")).into_iter();
    let models = found.filter(|path| path.join("weights.safetensors").is_file());
    models.map(|path| path.display().to_string()).collect()
}

/// What is in a folder, in order, as far as a person would look through it; nothing if it cannot be
/// read.
fn listed(folder: &Path) -> Vec<PathBuf> {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).take(MOST_LISTED).collect();
    paths.sort();
    paths
}

/// Files looked through for something to choose.
const MOST_LISTED: usize = 200;

/// A name that stays good wherever it is read from: a path from `base` that is there becomes absolute,
/// anything else (a shipped name, a slip) is left as it is.
pub fn anchored(name: &str, base: &Path) -> String {
    let shipped = policy::shipped_names().chain(profile::shipped_names()).any(|s| s == name);
    let path = base.join(name);
    match std::path::absolute(&path) {
        Ok(absolute) if !shipped && path.exists() => absolute.display().to_string(),
        _ => name.into(),
    }
}

/// The path a name that is not shipped stands for.
pub(crate) fn path_of<'a>(
    what: &str,
    name: &str,
    base: &Path,
    shipped: impl IntoIterator<Item = &'a str>,
) -> Result<PathBuf, Problem> {
    let path = base.join(name);
    if path.exists() {
        return Ok(path);
    }
    let message = format!("no shipped {what} is called `{name}` and no file is there");
    Err(Problem::new(name, message).field(what).suggest(name, shipped))
}
