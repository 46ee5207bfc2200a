//! Following a learner: which version a session should go by now.
//!
//! The newest that is neither damaged nor withdrawn, or of canaries the one before it; the model that the session
//! opened with where there is none. Whoever looks may look as often as they like: what has been read of a version is
//! kept, as its folder appears whole and does not change.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use super::canary::Canary;
use super::folder::{Folder, Version};
use crate::library::Library;
use melody_core::catalogue::Catalogue;
use melody_core::event::Action;
use melody_core::input::InputError;
use melody_model::Backend;
use melody_recommender::engine::{Timeline, Trained};

/// What a session should go by.
#[derive(Clone, Debug)]
pub struct Due {
    /// SHA-256 of the weights, in hexadecimal.
    pub hash: String,
    /// The number it was published under; `None` for the model that the session opened with.
    pub number: Option<u64>,
    /// The version; `None` as before.
    trained: Option<Arc<Trained>>,
}

impl Due {
    /// What lets it take over in a session, which is given it; `None` where it goes on already.
    pub fn take_over(&self, timeline: &mut Timeline) -> Option<Action> {
        if timeline.engine().trained(timeline.state()).hash == self.hash {
            return None;
        }
        timeline.offer(self.trained.clone());
        Some(Action::Version { hash: self.hash.clone() })
    }
}

/// What a look has found.
#[derive(Clone, Debug)]
pub struct Looked {
    /// What the session should go by.
    pub due: Due,
    /// What is wrong with the folder or a version, each told once.
    pub problems: Vec<InputError>,
}

/// Follows the versions in a folder for one session.
#[derive(Clone, Debug)]
pub struct Follower {
    folder: Folder,
    canary: Option<Canary>,
    catalogue: Arc<Catalogue>,
    backend: Backend,
    /// The model that the session opened with.
    first: Due,
    /// What was due at the last look.
    due: Due,
    /// Versions that the last look had to load: the one due, and the newest where that is for canaries alone.
    loaded: Vec<Due>,
    hashes: BTreeMap<PathBuf, String>,
    damaged: BTreeSet<PathBuf>,
    withdrawn: BTreeSet<String>,
    /// What is wrong with the folder as a whole, as it was told.
    told: Option<String>,
}

impl Follower {
    /// A follower for a session of this library. Without `canary` the newest version is for everybody.
    pub fn new(folder: Folder, canary: Option<Canary>, library: &Library) -> Self {
        let first = Due { hash: library.model.hash.clone(), number: None, trained: None };
        Follower {
            folder,
            canary,
            catalogue: library.catalogue.clone(),
            backend: library.backend,
            due: first.clone(),
            first,
            loaded: Vec::new(),
            hashes: BTreeMap::new(),
            damaged: BTreeSet::new(),
            withdrawn: BTreeSet::new(),
            told: None,
        }
    }

    /// The same for another session of the same library, with what is known of the folder.
    pub fn for_session(&self, canary: Option<Canary>) -> Self {
        Follower { canary, ..self.clone() }
    }

    /// The share of sessions that the newest version is for, where it is not for all.
    pub fn share(&self) -> Option<f64> {
        self.canary.as_ref().map(Canary::share)
    }

    /// Looks whether another version is due, and loads it. Takes as long as that does.
    pub fn look(&mut self) -> Looked {
        let mut problems = Vec::new();
        let withdrawn = self.folder.withdrawn();
        match withdrawn.and_then(|withdrawn| Ok((withdrawn, self.folder.versions()?))) {
            Ok((withdrawn, versions)) => {
                self.told = None;
                self.withdrawn = withdrawn;
                self.due = self.choose(&versions, &mut problems);
            }
            // What went on goes on until the folder can be read again.
            Err(error) => {
                let told = error.to_string();
                if self.told.as_ref() != Some(&told) {
                    problems.push(error);
                    self.told = Some(told);
                }
            }
        }
        Looked { due: self.due.clone(), problems }
    }

    /// The version to go by, of all that there are, the newest first.
    fn choose(&mut self, versions: &[Version], problems: &mut Vec<InputError>) -> Due {
        let mut loaded = Vec::new();
        let mut due = None;
        for version in versions {
            let Some(hash) = self.hash(version, problems) else { continue };
            if self.withdrawn.contains(&hash) {
                continue;
            }
            let newest = loaded.is_empty();
            let waits = newest && self.canary.as_ref().is_some_and(|canary| !canary.tries(&hash));
            // A newest version that is damaged has no canaries, so it is loaded before anybody waits.
            let Some(sound) = self.load(version, hash, problems) else { continue };
            loaded.push(sound.clone());
            if !waits {
                due = Some(sound);
                break;
            }
        }
        self.loaded = loaded;
        due.unwrap_or_else(|| self.first.clone())
    }

    fn hash(&mut self, version: &Version, problems: &mut Vec<InputError>) -> Option<String> {
        if self.damaged.contains(&version.path) {
            return None;
        }
        if let Some(hash) = self.hashes.get(&version.path) {
            return Some(hash.clone());
        }
        match version.hash() {
            Ok(hash) => {
                self.hashes.insert(version.path.clone(), hash.clone());
                Some(hash)
            }
            Err(error) => {
                self.pass_over(version, error, problems);
                None
            }
        }
    }

    fn load(
        &mut self,
        version: &Version,
        hash: String,
        problems: &mut Vec<InputError>,
    ) -> Option<Due> {
        if hash == self.first.hash {
            return Some(Due { number: Some(version.number), ..self.first.clone() });
        }
        if let Some(loaded) = self.loaded.iter().find(|loaded| loaded.hash == hash) {
            return Some(Due { number: Some(version.number), ..loaded.clone() });
        }
        match version.load(&self.catalogue, self.backend) {
            Ok(trained) => Some(Due { hash, number: Some(version.number), trained: Some(trained) }),
            Err(error) => {
                self.pass_over(version, error, problems);
                None
            }
        }
    }

    fn pass_over(&mut self, version: &Version, error: InputError, problems: &mut Vec<InputError>) {
        self.damaged.insert(version.path.clone());
        problems.push(error);
    }
}
