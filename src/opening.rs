//! Opening a session: names and paths become a checked engine setup.
//!
//! This is where files are read. The engine itself never does.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::bandit::{Experience, Kept};
use crate::catalogue::{self, Catalogue};
use crate::engine::{Engine, Setup};
use crate::input::{InputError, Problem};
use crate::ltr::Ranker;
use crate::model::{self, Backend, ModelFiles, ModelVersion};
use crate::policy::{self, Policy, Scorer};
use crate::profile::{self, Profile};
use crate::ranking::ranker_of;
use crate::scene::Scene;
use crate::simulation::{World, past_plays};

/// What a session is opened with. Each of catalogue, policy, model and profile is the name of a
/// shipped one or the path of one's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opening {
    pub profile: String,
    /// The profile's own scene if absent.
    pub scene: Option<Scene>,
    pub seed: u64,
    pub policy: String,
    pub model: String,
    pub catalogue: String,
    /// The folder that listeners' memories are kept in, if this one's is started from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory: Option<String>,
    /// SHA-256 that the memory must have, in hexadecimal; any will do if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory_hash: Option<String>,
}

impl Opening {
    /// The same with paths that are good from anywhere, where they now start at `base`.
    pub fn anchored(&self, base: &Path) -> Self {
        Opening {
            profile: anchored(&self.profile, base),
            scene: self.scene,
            seed: self.seed,
            policy: anchored(&self.policy, base),
            model: anchored(&self.model, base),
            catalogue: anchored(&self.catalogue, base),
            memory: self.memory.as_ref().map(|folder| anchored(folder, base)),
            memory_hash: self.memory_hash.clone(),
        }
    }

    /// Where the memory of the listener is kept, if that is wanted.
    pub fn kept(&self, profile: &Profile, base: &Path) -> Option<Kept> {
        self.memory.as_ref().map(|folder| Kept::new(&base.join(folder), &profile.id))
    }
}

/// The name every kind's shipped default goes by.
pub const DEFAULT: &str = "default";

impl Default for Opening {
    fn default() -> Self {
        Opening {
            profile: profile::shipped_names().next().unwrap_or_default().into(),
            scene: None,
            seed: 1,
            policy: DEFAULT.into(),
            model: DEFAULT.into(),
            catalogue: DEFAULT.into(),
            memory: None,
            memory_hash: None,
        }
    }
}

/// Loads what sessions share, so that opening another one costs little.
#[derive(Clone, Debug)]
pub struct Library {
    pub catalogue: Arc<Catalogue>,
    pub policy: Arc<Policy>,
    /// The ranker that scores under the policy, if one does.
    ranker: Option<Arc<Ranker>>,
    pub model: ModelVersion,
    pub backend: Backend,
    examples: Arc<crate::feedback::Examples>,
    world: Arc<World>,
    experience: Arc<Experience>,
}

impl Library {
    /// Loads catalogue, policy and model; relative paths start at `base`.
    pub fn load(opening: &Opening, base: &Path, backend: Backend) -> Result<Self, InputError> {
        let device = model::device(backend);
        // What is quickly read comes first, and so what is quickly found wrong.
        let policy = Arc::new(policy_named(&opening.policy, base)?);
        let ranker = ranker_of(&policy)?;
        let catalogue = Arc::new(catalogue_named(&opening.catalogue, base)?);
        let files = model_named(&opening.model, base, &device)?;
        let library = Library::of(catalogue, (policy, ranker), files, &device);
        Ok(Library { backend, ..library })
    }

    /// A library of what has been loaded already, but for a ranker that the policy names.
    ///
    /// # Errors
    /// When the policy's ranker cannot be read or does not fit.
    pub fn new(
        catalogue: Arc<Catalogue>,
        policy: Arc<Policy>,
        files: ModelFiles,
        device: &burn::tensor::Device,
    ) -> Result<Self, InputError> {
        let ranker = ranker_of(&policy)?;
        Ok(Library::of(catalogue, (policy, ranker), files, device))
    }

    fn of(
        catalogue: Arc<Catalogue>,
        (policy, ranker): (Arc<Policy>, Option<Arc<Ranker>>),
        files: ModelFiles,
        device: &burn::tensor::Device,
    ) -> Self {
        Library {
            policy,
            ranker,
            backend: Backend::default(),
            model: ModelVersion::new(&files, &catalogue, device),
            examples: Arc::new(files.examples),
            world: Arc::new(World::new(&catalogue)),
            experience: Arc::new(Experience::shipped()),
            catalogue,
        }
    }

    /// The hidden truth of the catalogue, for simulated listeners.
    pub fn world(&self) -> &Arc<World> {
        &self.world
    }

    /// An engine for a listener of this library.
    pub fn engine(&self, profile: &Profile, scene: Option<Scene>, seed: u64) -> Engine {
        Engine::new(Setup {
            scene: scene.unwrap_or(profile.scene),
            past: Arc::new(past_plays(&self.catalogue, &self.world, profile)),
            catalogue: self.catalogue.clone(),
            policy: self.policy.clone(),
            ranker: self.ranker.clone(),
            listener: profile.id.clone(),
            account: Arc::new(profile.account.clone()),
            model: self.model.clone(),
            examples: self.examples.clone(),
            seed,
            warm_start: None,
            experience: self.experience.clone(),
        })
    }

    /// The same for an opening: from the listener's memory, if it names one that holds something.
    ///
    /// # Errors
    /// When the memory cannot be read, or is not the one that the opening must have.
    pub fn engine_of(
        &self,
        opening: &Opening,
        profile: &Profile,
        base: &Path,
    ) -> Result<Engine, InputError> {
        let kept = opening.kept(profile, base);
        let mut engine = self.engine(profile, opening.scene, opening.seed);
        let Some(kept) = kept else { return Ok(engine) };
        engine.setup.warm_start = kept.load()?;
        let hash = engine.setup.warm_start.as_ref().map(|start| start.hash.as_str());
        match &opening.memory_hash {
            Some(wanted) if hash != Some(wanted) => {
                let found = hash.map_or("nothing is kept".into(), |hash| format!("it is {hash}"));
                let message = format!("the memory was {wanted}, and now {found}");
                let help = "a session is the same only from the same memory; put the old file back, \
                            or take `memory_hash` away to start from the present one";
                Err(Problem::new(kept.path().display().to_string(), message).help(help).into())
            }
            _ => Ok(engine),
        }
    }

    /// The same library under the policy of another.
    pub fn with_policy_of(&self, other: &Library) -> Self {
        let (policy, ranker) = (other.policy.clone(), other.ranker.clone());
        Library { policy, ranker, ..self.clone() }
    }

    /// The same library under another policy.
    ///
    /// # Errors
    /// When the policy's ranker cannot be read or does not fit.
    pub fn with_policy(&self, policy: Policy) -> Result<Self, InputError> {
        let ranker = ranker_of(&policy)?;
        Ok(Library { policy: Arc::new(policy), ranker, ..self.clone() })
    }

    /// The same library under its policy with other values. A ranker that still scores is the same
    /// one, and is not read again.
    pub fn with_values(&self, policy: Policy) -> Self {
        let ranker = self.ranker.clone().filter(|_| policy.ranking.scorer == Scorer::Ltr);
        Library { policy: Arc::new(policy), ranker, ..self.clone() }
    }
}

/// A shipped catalogue or the one in a folder.
pub fn catalogue_named(name: &str, base: &Path) -> Result<Catalogue, InputError> {
    if name == DEFAULT {
        return Ok(catalogue::default_catalogue());
    }
    catalogue::load(&path("catalogue", name, base, [DEFAULT])?)
}

pub fn policy_named(name: &str, base: &Path) -> Result<Policy, InputError> {
    match policy::shipped(name) {
        Some(policy) => Ok(policy),
        None => policy::load(&path("policy", name, base, policy::shipped_names())?),
    }
}

pub fn profile_named(name: &str, base: &Path) -> Result<Profile, InputError> {
    match profile::shipped(name) {
        Some(profile) => Ok(profile),
        None => profile::load(&path("profile", name, base, profile::shipped_names())?),
    }
}

pub fn model_named(
    name: &str,
    base: &Path,
    device: &burn::tensor::Device,
) -> Result<ModelFiles, InputError> {
    match model::load_shipped(name, device) {
        Some(files) => files,
        None => model::load(&path("model", name, base, model::shipped_names())?, device),
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

/// What an opening names that is neither shipped nor there: which name, and the problem with it.
pub fn missing(opening: &Opening, base: &Path) -> Vec<(&'static str, Problem)> {
    let missing = |what, name: &str, shipped: Vec<&str>| {
        if shipped.contains(&name) {
            return None;
        }
        path(what, name, base, shipped).err().map(|problem| (what, problem))
    };
    [
        missing("profile", &opening.profile, profile::shipped_names().collect()),
        missing("policy", &opening.policy, policy::shipped_names().collect()),
        missing("model", &opening.model, model::shipped_names().collect()),
        missing("catalogue", &opening.catalogue, vec![DEFAULT]),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The path a name that is not shipped stands for.
fn path<'a>(
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
    Err(Problem::new(name, message).line(1).field(what).suggest(name, shipped))
}
