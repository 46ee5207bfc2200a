//! A job opened by a worker, and its shards done.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::job::{Arm, Job, Span, Task};
use super::part::{File, Part};
use crate::nats::Unreachable;
use melody_core::catalogue::Catalogue;
use melody_core::output::write_whole;
use melody_lab::data::log::{carry_listeners, draw_some};
use melody_lab::experiment::{Ablation, carried};
use melody_model::Backend;
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
    /// Opens a job. What of it is somebody's own is laid into `folder`.
    pub(super) fn open(job: Job, files: Files, folder: &Path) -> Result<Self, Closed> {
        let place = Place { files, folder };
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
            Task::Log { .. } => place.log(&job)?,
        };
        Ok(Opened { job, what })
    }

    /// Who is in a shard.
    pub(super) fn span(&self, shard: u64) -> Option<Span> {
        self.job.span(shard)
    }

    /// Does the listeners of a shard, on as many threads as rayon has.
    pub(super) fn play(&self, Span { arm, from, to }: Span) -> Result<Came, String> {
        match &self.what {
            What::Arms(arms) => {
                let library = arms.get(arm as usize).ok_or("there is no such arm")?;
                let numbers: Vec<u64> = (from..to).collect();
                Ok(match self.job.cohort.run_some(library, &numbers, &|| ()) {
                    Ok(outcomes) => Came::Outcomes(carried(&outcomes)),
                    Err(refusal) => Came::Refusal(refusal.to_string()),
                })
            }
            What::Log { catalogue, world, config } => {
                let listeners = draw_some((catalogue, world), *config, from..to, &|| ());
                carry_listeners(catalogue, &listeners).map(Came::Outcomes)
            }
        }
    }
}

/// Where what travels is laid.
struct Place<'a> {
    files: Files<'a>,
    folder: &'a Path,
}

impl Place<'_> {
    /// Every arm; a model that several have is read once.
    fn libraries(&self, job: &Job, arms: &[Arm]) -> Result<Vec<Library>, Closed> {
        let mut all: Vec<Library> = Vec::new();
        for (i, arm) in arms.iter().enumerate() {
            let same = arms[..i].iter().position(|other| other.model == arm.model);
            let library = match same {
                Some(place) => {
                    let policy = policy_named(&self.policy(&arm.policy)?, Path::new(""));
                    let library = policy.and_then(|policy| all[place].with_policy(policy));
                    let library = library.map_err(|error| error.to_string())?;
                    is("policy", &arm.policy, &library.policy.hash)?;
                    library
                }
                None => self.library(job, arm)?,
            };
            all.push(library);
        }
        Ok(all)
    }

    fn library(&self, job: &Job, arm: &Arm) -> Result<Library, Closed> {
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
    use melody_core::input::TomlFile;
    use melody_lab::data::log::bring_listeners;
    use melody_lab::experiment::brought;
    use melody_recommender::policy;

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
        let opened = Opened::open(job.clone(), &nothing, folder.path()).unwrap();
        let untuned = library.with_policy(policy::shipped("untuned").unwrap()).unwrap();
        for (arm, library) in [&library, &untuned].into_iter().enumerate() {
            let mut parts = Vec::new();
            for shard in (0..job.shards()).filter(|s| job.span(*s).unwrap().arm == arm as u64) {
                let Came::Outcomes(bytes) = opened.play(job.span(shard).unwrap()).unwrap() else {
                    panic!("nothing is refused")
                };
                parts.extend(brought(&bytes).unwrap());
            }
            assert_eq!(parts, job.cohort.run(library, &|| ()).unwrap());
        }
        assert_eq!(opened.span(job.shards()), None);
    }

    #[test]
    fn a_log_s_shards_hold_its_listeners() {
        let (library, folder) = (library(), tempfile::tempdir().unwrap());
        let job = Job { task: Task::Log { rollouts: 1 }, ..small(&library) };
        let opened = Opened::open(job.clone(), &nothing, folder.path()).unwrap();
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
        let told = |job: Job| match Opened::open(job, &nothing, folder.path()) {
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
        let opened = Opened::open(job.clone(), &sent, folder.path()).unwrap();
        let What::Arms(arms) = &opened.what else { panic!("it has arms") };
        assert_eq!((arms[1].policy.name.as_str(), &arms[1].policy.hash), ("mine", &own.hash));
        assert_eq!(arms[1].policy.settings, own.settings);
        // What lies there already is not fetched again.
        assert!(Opened::open(job, &nothing, folder.path()).is_ok());
    }
}
