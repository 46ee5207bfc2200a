//! The library: what sessions share, loaded once, and the engines made of it.

use std::path::Path;
use std::sync::Arc;

use crate::names::{DEFAULT, catalogue_telling, model_named, path_of, policy_named};
use crate::opening::Opening;
use melody_core::catalogue::Catalogue;
use melody_core::input::{InputError, Problem, Progress};
use melody_core::scene::Scene;
use melody_model as model;
use melody_model::{Backend, ModelFiles, ModelVersion};
use melody_recommender::bandit::Experience;
use melody_recommender::engine::{Engine, Setup};
use melody_recommender::ltr::Ranker;
use melody_recommender::policy;
use melody_recommender::policy::{Policy, Scorer};
use melody_recommender::ranking::ranker_of;
use melody_simulation::profile::Profile;
use melody_simulation::{Nature, World, past_plays, profile};

/// Loads what sessions share, so that opening another one costs little.
#[derive(Clone, Debug)]
pub struct Library {
    /// Every song.
    pub catalogue: Arc<Catalogue>,
    /// Every tunable.
    pub policy: Arc<Policy>,
    /// The ranker that scores under the policy, if one does.
    ranker: Option<Arc<Ranker>>,
    /// As it is before anything is learned near-line.
    pub model: ModelVersion,
    /// That near-line updates train on.
    pub backend: Backend,
    examples: Arc<melody_model::Examples>,
    world: Arc<World>,
    experience: Arc<Experience>,
}

impl Library {
    /// Loads catalogue, policy and model; relative paths start at `base`.
    pub fn load(opening: &Opening, base: &Path, backend: Backend) -> Result<Self, InputError> {
        Self::load_telling(opening, base, backend, &|_| {})
    }

    /// The same, telling of bytes of the catalogue as they are gone through.
    pub fn load_telling(
        opening: &Opening,
        base: &Path,
        backend: Backend,
        progress: Progress,
    ) -> Result<Self, InputError> {
        let device = model::device(backend);
        // What is quickly read comes first, and so what is quickly found wrong.
        let policy = Arc::new(policy_named(&opening.policy, base)?);
        let ranker = ranker_of(&policy)?;
        let catalogue = Arc::new(catalogue_telling(&opening.catalogue, base, progress)?);
        let files = model_named(&opening.model, base, &device)?;
        let library = Library::of(catalogue, (policy, ranker), files);
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
    ) -> Result<Self, InputError> {
        let ranker = ranker_of(&policy)?;
        Ok(Library::of(catalogue, (policy, ranker), files))
    }

    fn of(
        catalogue: Arc<Catalogue>,
        (policy, ranker): (Arc<Policy>, Option<Arc<Ranker>>),
        files: ModelFiles,
    ) -> Self {
        Library {
            policy,
            ranker,
            backend: Backend::default(),
            model: ModelVersion::new(&files, &catalogue),
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
            learned: None,
            versions: Arc::default(),
            experience: self.experience.clone(),
            unseen: false,
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

    /// The same library with another version of its model.
    pub fn with_model(&self, model: ModelVersion) -> Self {
        Library { model, ..self.clone() }
    }

    /// The same library in another world: the same songs, and listeners who are made otherwise.
    pub fn in_world(&self, nature: Nature) -> Self {
        Library { world: Arc::new(World::of(&self.catalogue, nature)), ..self.clone() }
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

/// What an opening names that is neither shipped nor there: which name, and the problem with it.
pub fn missing(opening: &Opening, base: &Path) -> Vec<(&'static str, Problem)> {
    let missing = |what, name: &str, shipped: Vec<&str>| {
        if shipped.contains(&name) {
            return None;
        }
        path_of(what, name, base, shipped).err().map(|problem| (what, problem))
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
