//! A job: all that its outcomes depend on, and how it is cut into shards.

use serde::{Deserialize, Serialize};

use super::hash::sha256;
use super::part::{File, Part};
use super::program::Program;
use melody_lab::experiment::Cohort;
use melody_simulation::LogConfig;

/// An experiment to be handed out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Job {
    /// The version of this form; only 1 is known.
    pub format: u32,
    /// Who asks for it, and so who may do it.
    pub program: Program,
    /// What is to be done.
    pub task: Task,
    /// What is listened to.
    pub catalogue: Part,
    /// The world that the listeners live in.
    pub world: String,
    /// That near-line updates train on.
    pub backend: String,
    /// Who listens.
    pub cohort: Cohort,
    /// Listeners of one shard; the last of an arm may have fewer.
    pub shard: u64,
}

/// What is done with the listeners.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Task {
    /// They go through each of these.
    Arms {
        /// One after the other.
        arms: Vec<Arm>,
    },
    /// They go through the arms of an ablation.
    Ablation {
        /// The policy and model that are taken apart.
        arm: Arm,
        /// The mechanisms asked for; all of them if none is named.
        only: Vec<String>,
        /// How many arms that makes.
        arms: u64,
    },
    /// Some of them go through each policy that a search tries at a time.
    Search {
        /// The policy that the search began from, and the model.
        arm: Arm,
        /// The policies, and who goes through each: too much for a job's description.
        batch: File,
        /// How many go through each.
        runs: Vec<u64>,
    },
    /// They are served by the policy that makes training logs.
    Log {
        /// Ways that each play may end, drawn.
        rollouts: u32,
    },
}

/// What an arm is made of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Arm {
    /// The policy.
    pub policy: Part,
    /// The model.
    pub model: Part,
}

/// The listeners of a shard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The arm they go through, counted from 0.
    pub arm: u64,
    /// The first listener's number; in a search the place among those who go through the arm.
    pub from: u64,
    /// The one after the last one's.
    pub to: u64,
}

impl Job {
    /// The form that is written and hashed.
    pub fn bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("a job holds texts and whole numbers")
    }

    /// What the job is called: the hash of all that it is made of.
    pub fn id(&self) -> String {
        sha256(&self.bytes())
    }

    /// Reads a job of this name.
    ///
    /// # Errors
    /// When the bytes are not those of the name, or no job that this program knows.
    pub fn read(bytes: &[u8], id: &str) -> Result<Self, String> {
        if sha256(bytes) != id {
            return Err("the job's description is not the one that its name is the hash of".into());
        }
        let job: Job = serde_json::from_slice(bytes)
            .map_err(|error| format!("the job's description cannot be read: {error}"))?;
        match job.format {
            1 if job.shard > 0 => Ok(job),
            1 => Err("the job's shards hold nobody".into()),
            other => Err(format!("the job is of format {other}, of which only 1 is known")),
        }
    }

    /// How many arms there are.
    pub fn arms(&self) -> u64 {
        match &self.task {
            Task::Arms { arms } => arms.len() as u64,
            Task::Ablation { arms, .. } => *arms,
            Task::Search { runs, .. } => runs.len() as u64,
            Task::Log { .. } => 1,
        }
    }

    /// How many listeners go through an arm.
    pub fn listeners_of(&self, arm: u64) -> u64 {
        match &self.task {
            Task::Search { runs, .. } => runs.get(arm as usize).copied().unwrap_or(0),
            _ => self.cohort.listeners,
        }
    }

    /// How many shards there are: those of the first arm, then those of the next.
    pub fn shards(&self) -> u64 {
        (0..self.arms()).map(|arm| self.listeners_of(arm).div_ceil(self.shard)).sum()
    }

    /// Who is in a shard; `None` where there is no such shard.
    pub fn span(&self, shard: u64) -> Option<Span> {
        let mut place = shard;
        for arm in 0..self.arms() {
            let listeners = self.listeners_of(arm);
            let shards = listeners.div_ceil(self.shard);
            if place < shards {
                let from = place * self.shard;
                return Some(Span { arm, from, to: listeners.min(from + self.shard) });
            }
            place -= shards;
        }
        None
    }

    /// Listeners, each counted in every arm they go through.
    pub fn listeners(&self) -> u64 {
        (0..self.arms()).map(|arm| self.listeners_of(arm)).sum()
    }

    /// What is simulated, where the task is a log.
    pub fn log(&self) -> Option<LogConfig> {
        let Cohort { seed, sessions, .. } = self.cohort;
        match self.task {
            Task::Log { rollouts } => Some(LogConfig { seed, sessions, rollouts, slates: 0.0 }),
            _ => None,
        }
    }

    /// Files that the job names and needs; a batch of a search names more.
    pub fn files(&self) -> impl Iterator<Item = &File> {
        let (arms, batch) = match &self.task {
            Task::Arms { arms } => (arms.as_slice(), None),
            Task::Ablation { arm, .. } => (std::slice::from_ref(arm), None),
            Task::Search { arm, batch, .. } => (std::slice::from_ref(arm), Some(batch)),
            Task::Log { .. } => (&[][..], None),
        };
        let parts = arms.iter().flat_map(|arm| [&arm.policy, &arm.model]);
        parts.chain([&self.catalogue]).flat_map(|part| &part.files).chain(batch)
    }
}

/// Plays that a shard holds at most where nobody says how large one is: some seconds of work, and a result of some hundred
/// thousand bytes.
const PLAYS: u64 = 1_200;
/// Listeners that it holds at most.
const MOST: u64 = 50;

/// A sensible size of a shard: the same wherever it is asked for, since it is part of what a job is.
pub fn usual_shard(sessions: u32, songs: u32) -> u64 {
    let plays = u64::from(sessions) * u64::from(songs);
    (PLAYS / plays.max(1)).clamp(1, MOST)
}

/// Shards of a search for each of another experiment: every batch waits for its last one, and results are small.
const SMALLER: u64 = 4;

/// The same of a search.
pub fn usual_shard_of_search(sessions: u32, songs: u32) -> u64 {
    (usual_shard(sessions, songs) / SMALLER).max(1)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(crate) fn job() -> Job {
        let part = |name: &str| Part::shipped(name, &sha256(name.as_bytes()));
        let arm = |policy: &str| Arm { policy: part(policy), model: part("default") };
        Job {
            format: 1,
            program: Program { version: "0.1.0".into(), sha256: sha256(b"this program") },
            task: Task::Arms { arms: vec![arm("default"), arm("untuned")] },
            catalogue: part("default"),
            world: "fitted".into(),
            backend: "flex".into(),
            cohort: Cohort { seed: 2, listeners: 10, sessions: 1, songs: 5 },
            shard: 4,
        }
    }

    #[test]
    fn a_job_is_called_by_all_that_it_is_made_of() {
        let same = job();
        let id = same.id();
        assert_eq!(id, job().id());
        let mut others = Vec::new();
        let mut other = |change: fn(&mut Job)| {
            let mut job = job();
            change(&mut job);
            others.push(job.id());
        };
        other(|job| job.cohort.seed = 3);
        other(|job| job.cohort.listeners = 11);
        other(|job| job.cohort.sessions = 2);
        other(|job| job.cohort.songs = 6);
        other(|job| job.shard = 5);
        other(|job| job.world = "restless".into());
        other(|job| job.backend = "ndarray".into());
        other(|job| job.program.sha256 = sha256(b"another build of the same version"));
        other(|job| job.catalogue.hash = sha256(b"other songs"));
        other(|job| job.task = Task::Log { rollouts: 0 });
        other(|job| {
            let Task::Arms { arms } = &mut job.task else { unreachable!("it has arms") };
            arms[1].policy.hash = sha256(b"another policy of the same name");
        });
        other(|job| {
            let Task::Arms { arms } = &mut job.task else { unreachable!("it has arms") };
            arms[0].model.files.push(File::of("weights.safetensors", b"others"));
        });
        other(|job| {
            let Task::Arms { arms } = &mut job.task else { unreachable!("it has arms") };
            arms.swap(0, 1);
        });
        others.push(id);
        let count = others.len();
        others.sort();
        others.dedup();
        assert_eq!(others.len(), count);
    }

    #[test]
    fn a_job_is_read_under_its_own_name_alone() {
        let (job, id) = (job(), job().id());
        assert_eq!(Job::read(&job.bytes(), &id), Ok(job.clone()));
        let other = Job { shard: 5, ..job.clone() };
        assert!(Job::read(&other.bytes(), &id).is_err_and(|told| told.contains("is the hash of")));
        let later = Job { format: 2, ..job.clone() };
        assert!(
            Job::read(&later.bytes(), &later.id()).is_err_and(|told| told.contains("format 2"))
        );
        let empty = Job { shard: 0, ..job };
        assert!(Job::read(&empty.bytes(), &empty.id()).is_err_and(|told| told.contains("nobody")));
    }

    #[test]
    fn every_listener_of_every_arm_is_in_one_shard() {
        let job = job();
        assert_eq!((job.arms(), job.shards(), job.listeners()), (2, 6, 20));
        let spans: Vec<Span> = (0..job.shards()).filter_map(|shard| job.span(shard)).collect();
        let all: Vec<(u64, u64)> =
            spans.iter().flat_map(|span| (span.from..span.to).map(|one| (span.arm, one))).collect();
        let each: Vec<(u64, u64)> =
            (0..2).flat_map(|arm| (0..10).map(move |one| (arm, one))).collect();
        assert_eq!(all, each);
        assert_eq!(job.span(6), None);
    }

    #[test]
    fn every_run_of_a_search_has_shards_of_its_own_listeners() {
        let arm = Arm {
            policy: Part::shipped("default", &sha256(b"policy")),
            model: Part::shipped("default", &sha256(b"model")),
        };
        let batch = File::of("batch.json", b"policies and listeners");
        let job = Job { task: Task::Search { arm, batch, runs: vec![5, 0, 4, 1] }, ..job() };
        assert_eq!((job.arms(), job.shards(), job.listeners()), (4, 4, 10));
        let spans: Vec<(u64, u64, u64)> =
            (0..5).filter_map(|s| job.span(s)).map(|s| (s.arm, s.from, s.to)).collect();
        assert_eq!(spans, [(0, 0, 4), (0, 4, 5), (2, 0, 4), (3, 0, 1)]);
        assert_eq!(job.files().map(|file| file.name.as_str()).collect::<Vec<_>>(), ["batch.json"]);
    }

    #[test]
    fn a_usual_shard_holds_somebody_and_not_too_many() {
        assert_eq!(
            (usual_shard(1, 5), usual_shard(1, 60), usual_shard(1_000, 10_000)),
            (50, 20, 1)
        );
        assert_eq!(
            [(1, 5), (1, 60), (3, 60), (1, 10_000)].map(|(a, b)| usual_shard_of_search(a, b)),
            [12, 5, 1, 1]
        );
    }
}
