//! What a learner knows: a function of the records in their order and of where updates were made. No file is written here, and
//! there is no clock.

use std::path::Path;
use std::sync::Arc;

use burn::tensor::Device;
use sha2::{Digest, Sha256};

use super::attempts::{Attempt, Kind};
use super::config::FEWEST_JUDGED;
use super::folder::Made;
use super::policies::Policies;
use super::update::{Ground, updated};
use super::withdrawn::Lineage;
use crate::inbox::{Inbox, Sessions};
use crate::population::Population;
use crate::versions::version_folder;
use melody_core::catalogue::Catalogue;
use melody_lab::data::Dataset;
use melody_lab::evaluation::{Judge, examples};
use melody_lab::training::loss;
use melody_model::{
    Example, Examples, Manifest, ModelFiles, Network, SongTable, load, weights_hash,
};
use melody_recommender::policy::Policy;
use melody_sessions::log::Stored;

/// Plays kept to make a version's own examples of.
const REMEMBERED: usize = 2_000;
/// Fewer examples than this are none: the model's own stay.
const FEWEST_EXAMPLES: usize = 64;

/// What a learner begins with.
#[derive(Clone)]
pub struct Start {
    /// By name and hash, and how it learns.
    pub made: Made,
    /// The model that it begins with.
    pub model: ModelFiles,
    /// What was heard.
    pub catalogue: Arc<Catalogue>,
    /// What sessions are served by, where nothing was wrong.
    pub policy: Arc<Policy>,
    /// What it computes on.
    pub device: Device,
}

/// What an update came to, before anybody was told.
pub(super) struct Tried {
    pub(super) attempt: Attempt,
    network: Network,
}

/// What a learner has taken, and what it has made of it.
pub(super) struct Mind {
    pub(super) start: Start,
    table: SongTable,
    network: Network,
    pub(super) hash: String,
    pub(super) sessions: Sessions,
    order: Sha256,
    pub(super) records: u64,
    attempts: u64,
    pub(super) version: u64,
    /// The newest plays that were learned from, and those that were kept back.
    learned: Dataset,
    judged: Dataset,
    pub(super) population: Population,
    pub(super) policies: Policies,
    /// Every version by its hash: its number, and the hash of the one that it was made of.
    pub(super) lineage: Lineage,
}

impl Mind {
    pub(super) fn new(start: Start) -> Self {
        let network = start.model.network.clone();
        Mind {
            table: SongTable::new(&start.catalogue, &start.model.config, &start.device),
            hash: start.made.model_hash.clone(),
            network,
            sessions: Sessions::new(start.catalogue.clone()),
            population: Population::new(&start.policy.settings),
            policies: Policies::of(start.policy.clone()),
            start,
            order: Sha256::new(),
            records: 0,
            attempts: 0,
            version: 0,
            learned: Dataset::default(),
            judged: Dataset::default(),
            lineage: Lineage::new(),
        }
    }

    /// A record that was taken.
    pub(super) fn add(&mut self, stored: Stored, inbox: &Inbox) -> Result<(), String> {
        self.order.update(stored.hash.as_bytes());
        self.records += 1;
        self.sessions.add(stored, inbox)?;
        let catalogue = &self.start.catalogue;
        for heard in self.sessions.heard() {
            let song = catalogue.find(&heard.song);
            let promoted = song.is_some_and(|song| catalogue.song(song).promoted());
            let policies = &self.policies;
            let levels = |policy: &str, segment: &str| policies.levels(policy, segment);
            for moved in self.population.hear(&heard, promoted, &levels) {
                self.policies.make(moved, self.records)?;
            }
        }
        Ok(())
    }

    /// Goes on from the version of this hash, whichever was made last.
    ///
    /// # Errors
    /// When there is none in the folder.
    pub(super) fn stand_on(&mut self, hash: &str, folder: &Path) -> Result<(), String> {
        if hash == self.hash {
            return Ok(());
        }
        self.network = if hash == self.start.made.model_hash {
            self.start.model.network.clone()
        } else {
            let (version, _) = self.lineage.get(hash).ok_or(format!("no version is {hash}"))?;
            let place = version_folder(folder, *version);
            let files = load(&place, &self.start.device).map_err(|e| e.to_string())?;
            if files.manifest.weights_sha256 != hash {
                return Err(format!("{}: is not the version that was made there", place.display()));
            }
            files.network
        };
        self.hash = hash.into();
        Ok(())
    }

    /// A version is there.
    fn follows(&mut self, attempt: &Attempt) {
        self.version = attempt.version;
        self.knows(attempt);
        self.population.follows(&attempt.hash, &attempt.parent);
    }

    /// The weights of this attempt are in the folder, under its number.
    pub(super) fn knows(&mut self, attempt: &Attempt) {
        let Attempt { version, hash, parent, .. } = attempt;
        self.lineage.insert(hash.clone(), (*version, parent.clone()));
    }

    /// Makes an update of all that waits. Where that cannot be learned from, it changes nothing and is refused.
    pub(super) fn try_update(&mut self) -> Tried {
        let learning = self.start.made.learning.clone();
        let out = self.sessions.hand_out();
        keep(&mut self.judged, out.judge, learning.judged);
        let number = self.attempts + 1;
        let whole = learning.network_every > 0 && number.is_multiple_of(learning.network_every);
        let kind = if whole { Kind::Network } else { Kind::Head };
        let objective = self.start.model.manifest.objective.clone();
        let ground = Ground {
            catalogue: &self.start.catalogue,
            shape: &self.start.model.config,
            table: &self.table,
            objective: &objective,
            device: &self.start.device,
        };
        let after = updated(&self.network, ground, &out.learn, (kind, number), &learning);
        let both = |data: &Dataset| match data.plays() {
            0 => [0.0; 2],
            _ => {
                [&self.network, &after].map(|network| loss(ground.judge(network), data, &objective))
            }
        };
        let (plays, judged) = (out.learn.plays(), self.judged.plays());
        let (learned_loss, judged_loss) = (both(&out.learn), both(&self.judged));
        let worse = judged_loss[1] - judged_loss[0];
        let finite = [learned_loss, judged_loss].iter().flatten().all(|loss| loss.is_finite());
        let no_worse = judged < FEWEST_JUDGED || worse <= learning.tolerance;
        let accepted = plays > 0 && finite && no_worse;
        let attempt = Attempt {
            attempt: number,
            kind,
            parent: self.hash.clone(),
            records: self.records,
            order: hex(&self.order.clone().finalize()),
            plays,
            judged,
            learned_loss: learned_loss.map(written),
            judged_loss: judged_loss.map(written),
            accepted,
            version: self.version + u64::from(accepted),
            hash: weights_hash(&after),
        };
        keep(&mut self.learned, out.learn, REMEMBERED);
        Tried { attempt, network: after }
    }

    /// Goes on from an attempt, which becomes the newest version if it was taken.
    pub(super) fn go_on(&mut self, tried: Tried) {
        self.attempts = tried.attempt.attempt;
        if tried.attempt.accepted {
            self.follows(&tried.attempt);
            self.hash = tried.attempt.hash;
            self.network = tried.network;
        }
    }

    /// Goes on from an attempt that was made before, with the weights of its version, and without making it again.
    pub(super) fn pass(&mut self, attempt: &Attempt) {
        let out = self.sessions.hand_out();
        keep(&mut self.judged, out.judge, self.start.made.learning.judged);
        keep(&mut self.learned, out.learn, REMEMBERED);
        self.attempts = attempt.attempt;
        if attempt.accepted {
            self.follows(attempt);
        }
    }

    /// A version's folder: the weights, and examples as this network sees them.
    pub(super) fn files(&self, tried: &Tried) -> ModelFiles {
        let Start { model, catalogue, device, .. } = &self.start;
        let judge = Judge { network: &tried.network, shape: &model.config, catalogue, device };
        let seen = |data: &Dataset, own: &Vec<Example>| {
            let seen = examples(judge, data, own.len());
            if seen.len() < FEWEST_EXAMPLES { own.clone() } else { seen }
        };
        let (name, version) = (&model.manifest.name, tried.attempt.version);
        ModelFiles {
            manifest: Manifest {
                name: format!("{name}-v{version}"),
                weights_sha256: tried.attempt.hash.clone(),
                ..model.manifest.clone()
            },
            config: model.config.clone(),
            network: tried.network.clone(),
            towers: model.towers.clone(),
            examples: Examples {
                replay: seen(&self.learned, &model.examples.replay),
                held_back: seen(&self.judged, &model.examples.held_back),
            },
        }
    }
}

/// A loss as a line of JSON can hold it: one that is no number counts as the largest there is.
fn written(loss: f64) -> f64 {
    if loss.is_finite() { loss } else { f64::MAX }
}

/// Adds to what is remembered, and forgets the oldest listeners as long as `most` fresh plays are left without them.
fn keep(all: &mut Dataset, new: Dataset, most: usize) {
    all.listeners.extend(new.listeners);
    let mut plays = all.plays();
    let mut old = 0;
    for listener in &all.listeners {
        let rest = plays - listener.fresh().len();
        if rest < most {
            break;
        }
        (plays, old) = (rest, old + 1);
    }
    all.listeners.drain(..old);
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
