//! A job opened by a worker, and its shards done.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Serialize;

use super::job::{Arm, Job, Span, Task};
use super::part::{File, Part};
use super::search;
use crate::nats::Unreachable;
use melody_core::catalogue::Catalogue;
use melody_core::input::TomlFile;
use melody_core::output::write_whole;
use melody_lab::data::log::{carry_listeners, draw_some};
use melody_lab::experiment::{Ablation, carried, worths};
use melody_model::Backend;
use melody_recommender::engine::Refusal;
use melody_recommender::policy;
use melody_sessions::library::Library;
use melody_sessions::names::{catalogue_named, policy_named};
use melody_sessions::opening::Opening;
use melody_simulation::{LogConfig, Variant, World};

/// A job with all that its shards are done with.
pub(super) struct Opened {
    job: Job,
    what: What,
}

/// What listeners go through.
enum What {
    /// An arm each.
    Arms(Vec<Library>),
    /// Policies that a search tries, each with its listeners.
    Search { base: Box<Library>, runs: Vec<(Library, Vec<u64>)> },
    /// The policy that makes training logs.
    Log { catalogue: Arc<Catalogue>, world: Arc<World>, config: LogConfig },
}

/// Why a job cannot be opened here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Closed {
    /// The server is away; later it may do.
    Away(Unreachable),
    /// Something of it is missing, damaged, or not what the job says.
    Here(String),
}

impl From<String> for Closed {
    fn from(why: String) -> Self {
        Closed::Here(why)
    }
}

/// What came of a shard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Came {
    /// The listeners' outcomes, as bytes.
    Outcomes(Vec<u8>),
    /// The engine refused what a listener did, as it would anywhere.
    Refusal(String),
}

/// Where the files of a job come from.
pub(super) type Files<'a> = &'a dyn Fn(&File) -> Result<Vec<u8>, Closed>;

impl Opened {
    /// Opens a job. What of it is somebody's own is laid into `folder`; what it shares with jobs that are open is not read
    /// again.
    pub(super) fn open(
        job: Job,
        files: Files,
        folder: &Path,
        others: &[&Opened],
    ) -> Result<Self, Closed> {
        let place = Place { files, folder, others };
        let what = match &job.task {
            Task::Arms { arms } => What::Arms(place.libraries(&job, arms)?),
            Task::Ablation { arm, only, arms } => {
                let library = place.library(&job, arm)?;
                let ablation = Ablation::new(&library, only).map_err(|e| e.to_string())?;
                let all: Vec<Library> =
                    (0..ablation.arms()).filter_map(|place| ablation.arm(place)).cloned().collect();
                if all.len() as u64 != *arms {
                    let found = all.len();
                    return Err(
                        format!("the ablation has {found} arms here, and the job {arms}").into()
                    );
                }
                What::Arms(all)
            }
            Task::Search { arm, batch, runs } => {
                let base = Box::new(place.library(&job, arm)?);
                let runs = place.runs(&base, (batch, runs))?;
                What::Search { base, runs }
            }
            Task::Log { .. } => place.log(&job)?,
        };
        Ok(Opened { job, what })
    }

    /// A library of this job with the songs, the listeners and the model that an arm of another job needs, if there is one.
    fn with_model(&self, job: &Job, arm: &Arm) -> Option<&Library> {
        let of = |job: &Job| (job.catalogue.clone(), job.world.clone(), job.backend.clone());
        if of(&self.job) != of(job) {
            return None;
        }
        match (&self.what, &self.job.task) {
            (What::Arms(all), Task::Arms { arms }) => {
                let same = arms.iter().position(|other| other.model == arm.model)?;
                all.get(same)
            }
            (What::Search { base, .. }, Task::Search { arm: other, .. }) => {
                (other.model == arm.model).then_some(base.as_ref())
            }
            _ => None,
        }
    }

    /// Who is in a shard.
    pub(super) fn span(&self, shard: u64) -> Option<Span> {
        self.job.span(shard)
    }

    /// Does the listeners of a shard, on as many threads as rayon has.
    pub(super) fn play(&self, Span { arm, from, to }: Span) -> Result<Came, String> {
        let cohort = &self.job.cohort;
        match &self.what {
            What::Arms(arms) => {
                let library = arms.get(arm as usize).ok_or("there is no such arm")?;
                let numbers: Vec<u64> = (from..to).collect();
                Ok(came(cohort.run_some(library, &numbers, &|| ())))
            }
            What::Search { base, runs } => {
                let (library, listeners) = runs.get(arm as usize).ok_or("there is no such arm")?;
                let some = listeners.get(from as usize..to as usize);
                let run = (library, some.ok_or("there are no such listeners")?);
                let found = worths(&base.policy.bandit, cohort, &[run], &|| ());
                Ok(came(found.map(|found| found.concat())))
            }
            What::Log { catalogue, world, config } => {
                let listeners = draw_some((catalogue, world), *config, from..to, &|| ());
                carry_listeners(catalogue, &listeners).map(Came::Outcomes)
            }
        }
    }
}

/// What came of each listener.
fn came<T: Serialize>(outcomes: Result<Vec<T>, Refusal>) -> Came {
    match outcomes {
        Ok(outcomes) => Came::Outcomes(carried(&outcomes)),
        Err(refusal) => Came::Refusal(refusal.to_string()),
    }
}

/// Where what travels is laid, and what is open.
struct Place<'a> {
    files: Files<'a>,
    folder: &'a Path,
    others: &'a [&'a Opened],
}

impl Place<'_> {
    /// Every arm; a model that several have is read once.
    fn libraries(&self, job: &Job, arms: &[Arm]) -> Result<Vec<Library>, Closed> {
        let mut all: Vec<Library> = Vec::new();
        for (i, arm) in arms.iter().enumerate() {
            let same = arms[..i].iter().position(|other| other.model == arm.model);
            let library = match same {
                Some(place) => self.under(&arm.policy, &all[place])?,
                None => self.library(job, arm)?,
            };
            all.push(library);
        }
        Ok(all)
    }

    /// The same library under this policy.
    fn under(&self, part: &Part, library: &Library) -> Result<Library, Closed> {
        let policy = policy_named(&self.policy(part)?, Path::new(""));
        let library = policy.and_then(|policy| library.with_policy(policy));
        let library = library.map_err(|error| error.to_string())?;
        is("policy", part, &library.policy.hash)?;
        Ok(library)
    }

    /// What a search tries: policies that are the base's with other values, each with its listeners.
    fn runs(
        &self,
        base: &Library,
        (batch, counts): (&File, &[u64]),
    ) -> Result<Vec<(Library, Vec<u64>)>, Closed> {
        let run = |listed: search::Listed| {
            let text = String::from_utf8((self.files)(&listed.policy)?)
                .map_err(|_| "a policy that is tried is no text".to_string())?;
            let file = TomlFile::new("(drawn policy)".into(), text);
            let drawn = policy::changed(&base.policy, &file).map_err(|error| error.to_string())?;
            Ok((base.with_values(drawn), listed.listeners))
        };
        search::read(&(self.files)(batch)?, counts)?.into_iter().map(run).collect()
    }

    fn library(&self, job: &Job, arm: &Arm) -> Result<Library, Closed> {
        if let Some(other) = self.others.iter().find_map(|other| other.with_model(job, arm)) {
            return self.under(&arm.policy, other);
        }
        let opening = Opening {
            policy: self.policy(&arm.policy)?,
            model: self.laid(&arm.model)?,
            catalogue: self.laid(&job.catalogue)?,
            ..Opening::default()
        };
        let library = Library::load(&opening, Path::new(""), backend(job)?);
        let library = library.map_err(|error| error.to_string())?;
        is("policy", &arm.policy, &library.policy.hash)?;
        is("model", &arm.model, &library.model.hash)?;
        is("catalogue", &job.catalogue, &library.catalogue.hash)?;
        Ok(library.in_world(world(job)?.nature()))
    }

    fn log(&self, job: &Job) -> Result<What, Closed> {
        let catalogue = catalogue_named(&self.laid(&job.catalogue)?, Path::new(""));
        let catalogue = catalogue.map_err(|error| error.to_string())?;
        is("catalogue", &job.catalogue, &catalogue.hash)?;
        let config = job.log().ok_or_else(|| "the job is no log".to_string())?;
        let world = World::of(&catalogue, world(job)?.nature());
        Ok(What::Log { catalogue: Arc::new(catalogue), world: Arc::new(world), config })
    }

    /// The name that a policy is opened by: the first of its files, where it has some.
    fn policy(&self, part: &Part) -> Result<String, Closed> {
        let laid = self.laid(part)?;
        Ok(match part.files.first() {
            Some(file) => Path::new(&laid).join(&file.name).display().to_string(),
            None => laid,
        })
    }

    /// The name that a part is opened by: of what ships its own, else the folder that its files are laid into.
    fn laid(&self, part: &Part) -> Result<String, Closed> {
        if part.files.is_empty() {
            return Ok(part.name.clone());
        }
        let folder = self.folder.join(part.folder());
        for file in &part.files {
            if !file.stays() {
                return Err(format!("the file `{}` would not stay in its folder", file.name).into());
            }
            let path: PathBuf = folder.join(&file.name);
            if path.exists() {
                continue;
            }
            let bytes = (self.files)(file)?;
            let above = path.parent().unwrap_or(&folder);
            std::fs::create_dir_all(above).map_err(|e| format!("{}: {e}", above.display()))?;
            write_whole(&path, &bytes)?;
        }
        Ok(folder.display().to_string())
    }
}

/// Requires what was opened to be what the job says.
fn is(what: &str, part: &Part, found: &str) -> Result<(), Closed> {
    if part.hash == found {
        return Ok(());
    }
    let (name, wanted) = (&part.name, &part.hash);
    Err(format!("the {what} `{name}` has the hash {found} here, and {wanted} in the job").into())
}

fn backend(job: &Job) -> Result<Backend, Closed> {
    let found = Backend::ALL.iter().find(|backend| backend.name() == job.backend);
    found.copied().ok_or_else(|| format!("there is no backend `{}` here", job.backend).into())
}

fn world(job: &Job) -> Result<Variant, Closed> {
    Variant::named(&job.world)
        .ok_or_else(|| format!("there is no world `{}` here", job.world).into())
}

#[cfg(test)]
mod tests {
    use super::super::job::tests::job;
    use super::super::parcel::Parcel;
    use super::*;
    use melody_lab::data::log::bring_listeners;
    use melody_lab::experiment::{
        Batch, Bench, InProcess, ListenerOutcome, Run, Stage, Worth, brought,
    };

    fn nothing(file: &File) -> Result<Vec<u8>, Closed> {
        Err(format!("there is no {}", file.name).into())
    }

    /// A small job of what ships, with the hashes that it has.
    fn small(library: &Library) -> Job {
        let mut parcel = Parcel::default();
        let mut arm = |name: &str| Arm {
            policy: parcel.policy(name, &policy::shipped(name).unwrap()).unwrap(),
            model: parcel.model("default", &library.model).unwrap(),
        };
        let arms = vec![arm("default"), arm("untuned")];
        let catalogue = parcel.catalogue("default", &library.catalogue).unwrap();
        let mut small = job();
        small.task = Task::Arms { arms };
        small.catalogue = catalogue;
        small.cohort.listeners = 3;
        small.cohort.songs = 2;
        small.shard = 2;
        small
    }

    fn library() -> Library {
        Library::load(&Opening::default(), Path::new(""), Backend::Flex).unwrap()
    }

    #[test]
    fn shards_hold_what_one_process_plays() {
        let (library, folder) = (library(), tempfile::tempdir().unwrap());
        let job = small(&library);
        let opened = Opened::open(job.clone(), &nothing, folder.path(), &[]).unwrap();
        let untuned = library.with_policy(policy::shipped("untuned").unwrap()).unwrap();
        for (arm, library) in [&library, &untuned].into_iter().enumerate() {
            let mut parts = Vec::new();
            for shard in (0..job.shards()).filter(|s| job.span(*s).unwrap().arm == arm as u64) {
                let Came::Outcomes(bytes) = opened.play(job.span(shard).unwrap()).unwrap() else {
                    panic!("nothing is refused")
                };
                parts.extend(brought::<ListenerOutcome>(&bytes).unwrap());
            }
            assert_eq!(parts, job.cohort.run(library, &|| ()).unwrap());
        }
        assert_eq!(opened.span(job.shards()), None);
    }

    /// Two policies that are the library's with another weight, and who goes through each.
    fn batch(library: &Library) -> Batch {
        let run = |alpha: &str, listeners: &[u64]| {
            let text = library.policy.text.replacen("alpha = 1.185", alpha, 1);
            let file = TomlFile::embedded("(drawn policy)", &text);
            let policy = policy::changed(&library.policy, &file).unwrap();
            Run { policy, listeners: listeners.to_vec() }
        };
        let runs = vec![run("alpha = 1.2", &[7, 0, 2]), run("alpha = 1.4", &[5])];
        Batch { stage: Stage::Fresh, cohort: small(library).cohort, runs }
    }

    #[test]
    fn a_search_s_shards_hold_what_policies_are_worth_in_one_process() {
        let (library, folder) = (library(), tempfile::tempdir().unwrap());
        let (batch, mut parcel, mut job) = (batch(&library), Parcel::default(), small(&library));
        assert_ne!(batch.runs[0].policy.hash, batch.runs[1].policy.hash, "they are two policies");
        let Task::Arms { arms } = &job.task else { unreachable!("it has arms") };
        job.task = search::search(arms[0].clone(), &batch, &mut parcel);
        let sent = |file: &File| Ok(parcel.get(file).unwrap().to_vec());
        let opened = Opened::open(job.clone(), &sent, folder.path(), &[]).unwrap();
        let played = |opened: &Opened| {
            let mut parts = vec![Vec::<Worth>::new(); 2];
            for span in (0..job.shards()).filter_map(|shard| job.span(shard)) {
                let Came::Outcomes(bytes) = opened.play(span).unwrap() else {
                    panic!("nothing is refused")
                };
                parts[span.arm as usize].extend(brought::<Worth>(&bytes).unwrap());
            }
            parts
        };
        let here = InProcess::new(&library, &|| ()).play(&batch).unwrap();
        assert_eq!(here.iter().map(Vec::len).collect::<Vec<_>>(), [3, 1]);
        assert_eq!(played(&opened), here);
        // The next batch has the songs and the model of this one.
        let again = Opened::open(job.clone(), &sent, folder.path(), &[&opened]).unwrap();
        assert_eq!(played(&again), here);
        let nobody = Span { arm: 1, from: 0, to: 2 };
        assert_eq!(opened.play(nobody), Err("there are no such listeners".into()));
    }

    #[test]
    fn what_jobs_share_is_read_once() {
        let (library, folder) = (library(), tempfile::tempdir().unwrap());
        let job = small(&library);
        let Task::Arms { arms } = &job.task else { unreachable!("it has arms") };
        let opened = Opened::open(job.clone(), &nothing, folder.path(), &[]).unwrap();
        assert!(opened.with_model(&job, &arms[1]).is_some());
        let mut other = arms[1].clone();
        other.model.hash = "0".repeat(64);
        assert!(opened.with_model(&job, &other).is_none());
        for change in [
            |job: &mut Job| job.world = "restless".into(),
            |job: &mut Job| job.backend = "ndarray".into(),
            |job: &mut Job| job.catalogue.hash = "0".repeat(64),
        ] {
            let mut other = job.clone();
            change(&mut other);
            assert!(opened.with_model(&other, &arms[1]).is_none());
        }
        // The policy is each job's own.
        let mut turned = job.clone();
        turned.task = Task::Arms { arms: vec![arms[1].clone()] };
        let turned = Opened::open(turned, &nothing, folder.path(), &[&opened]).unwrap();
        let What::Arms(libraries) = &turned.what else { panic!("it has arms") };
        assert_eq!(libraries[0].policy.hash, arms[1].policy.hash);
    }

    #[test]
    fn a_log_s_shards_hold_its_listeners() {
        let (library, folder) = (library(), tempfile::tempdir().unwrap());
        let job = Job { task: Task::Log { rollouts: 1 }, ..small(&library) };
        let opened = Opened::open(job.clone(), &nothing, folder.path(), &[]).unwrap();
        let Came::Outcomes(bytes) = opened.play(job.span(1).unwrap()).unwrap() else {
            panic!("nothing is refused")
        };
        let catalogue = &library.catalogue;
        let world = World::new(catalogue);
        let drawn = draw_some((catalogue, &world), job.log().unwrap(), 2..3, &|| ());
        assert_eq!(bring_listeners("a shard", catalogue, &bytes).unwrap(), drawn);
    }

    #[test]
    fn what_is_not_what_the_job_says_is_not_opened() {
        let (library, folder) = (library(), tempfile::tempdir().unwrap());
        let told = |job: Job| match Opened::open(job, &nothing, folder.path(), &[]) {
            Err(Closed::Here(why)) => why,
            Err(other) => panic!("{other:?}"),
            Ok(_) => panic!("it was opened"),
        };
        let mut other = small(&library);
        other.catalogue.hash = "0".repeat(64);
        assert!(told(other).contains("the catalogue `default` has the hash"));
        let mut other = small(&library);
        other.world = "no such".into();
        assert!(told(other).contains("there is no world `no such` here"));
        let mut other = small(&library);
        other.backend = "abacus".into();
        assert!(told(other).contains("there is no backend `abacus` here"));
        let mut other = small(&library);
        other.catalogue.files = vec![File::of("../catalogue.toml", b"")];
        assert!(told(other).contains("would not stay in its folder"));
    }

    #[test]
    fn a_policy_of_one_s_own_is_opened_from_its_text() {
        let (library, folder) = (library(), tempfile::tempdir().unwrap());
        let text = policy::DEFAULT_TEXT.replacen("\"default\"", "\"mine\"", 1);
        let own = policy::parse(&TomlFile::embedded("mine.toml", &text)).unwrap();
        let mut parcel = Parcel::default();
        let mut job = small(&library);
        let Task::Arms { arms } = &mut job.task else { unreachable!("it has arms") };
        arms[1].policy = parcel.policy("mine.toml", &own).unwrap();
        let sent = |file: &File| Ok(parcel.get(file).unwrap().to_vec());
        let opened = Opened::open(job.clone(), &sent, folder.path(), &[]).unwrap();
        let What::Arms(arms) = &opened.what else { panic!("it has arms") };
        assert_eq!((arms[1].policy.name.as_str(), &arms[1].policy.hash), ("mine", &own.hash));
        assert_eq!(arms[1].policy.settings, own.settings);
        // What lies there already is not fetched again.
        assert!(Opened::open(job, &nothing, folder.path(), &[]).is_ok());
    }
}
