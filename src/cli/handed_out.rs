//! Experiments that are handed out to workers: `--on nats://HOST[/STREAM]`.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use indicatif::ProgressBar;
use serde::de::DeserializeOwned;

use super::arguments::{HandedOut, Named};
use super::failure::Failure;
use super::note::note;
use super::progress::{bar, watch_signals};
use melody_core::catalogue::Catalogue;
use melody_lab::experiment::{Cohort, ListenerOutcome, brought};
use melody_model::Backend;
use melody_sessions::library::Library;
use melody_sessions::names::DEFAULT;
use melody_simulation::Variant;
use melody_stream::nats::{Address, Link};
use melody_stream::work::{
    Arm, Coordinator, Job, Orders, Parcel, Part, Program, Span, Summary, Task, Told, Undone,
    usual_shard,
};

/// What a program exits with that the user has interrupted.
const INTERRUPTED: u8 = 130;

/// What listeners go through, wherever they do.
pub(super) struct Experiment<'a> {
    /// Who listens.
    pub cohort: Cohort,
    /// The name that the catalogue was opened by, and what was opened.
    pub catalogue: (&'a str, &'a Catalogue),
    /// The world they live in.
    pub world: Variant,
    /// That near-line updates train on.
    pub backend: Backend,
}

impl Experiment<'_> {
    /// The job that this is. `parcel` is given what must travel of the catalogue.
    pub(super) fn job(
        &self,
        on: &HandedOut,
        task: Task,
        parcel: &mut Parcel,
    ) -> Result<Job, Failure> {
        let (named, catalogue) = self.catalogue;
        let catalogue: Part = parcel.catalogue(named, catalogue)?;
        let cohort = self.cohort;
        Ok(Job {
            format: 1,
            program: Program::running()?,
            task,
            catalogue,
            world: self.world.name().into(),
            backend: self.backend.name().into(),
            cohort,
            shard: on.shard.unwrap_or_else(|| usual_shard(cohort.sessions, cohort.songs)),
        })
    }
}

/// What these listeners go through under the one arm that the command line names, and that arm. `parcel` is given what must travel of it.
pub(super) fn with_one_arm<'a>(
    named: &'a Named,
    library: &'a Library,
    (cohort, world): (Cohort, Variant),
    parcel: &mut Parcel,
) -> Result<(Experiment<'a>, Arm), Failure> {
    let name = |given: &'a Option<String>| given.as_deref().unwrap_or(DEFAULT);
    let policy = parcel.policy(name(&named.policy), &library.policy)?;
    let arm = Arm { policy, model: parcel.model(name(&named.model), &library.model)? };
    let catalogue = (name(&named.catalogue), library.catalogue.as_ref());
    Ok((Experiment { cohort, catalogue, world, backend: named.backend() }, arm))
}

/// Takes in what came of a shard, whose number is given, too.
type Take<'a> = &'a mut dyn FnMut(u64, Vec<u8>) -> Result<(), String>;

/// Whoever hands jobs out on a server, one after the other.
pub(super) struct Hands<'a> {
    on: &'a HandedOut,
    link: Link,
    stop: Arc<AtomicBool>,
}

/// Where it is seen how far a job is.
pub(super) struct Screen<'a> {
    /// The bar that it moves on.
    pub progress: &'a ProgressBar,
    /// Where that stood before the job.
    pub before: u64,
    /// What the job is, where there are several.
    pub stage: Option<String>,
}

impl<'a> Hands<'a> {
    pub(super) fn open((on, address): (&'a HandedOut, &Address)) -> Result<Self, Failure> {
        let stop = Arc::new(AtomicBool::new(false));
        watch_signals(&stop)?;
        let link = Link::open(address).map_err(|error| error.to_string())?;
        Ok(Hands { on, link, stop })
    }

    /// Hands a job out and gives `take` what comes of its shards, in order.
    pub(super) fn hand_out(
        &self,
        (job, parcel): (&Job, &Parcel),
        screen: &Screen,
        take: Take,
    ) -> Result<Summary, Failure> {
        let lease = Duration::from_secs(self.on.lease);
        let orders = Orders { job, parcel, lease, afresh: self.on.afresh, stop: &self.stop };
        let coordinator =
            Coordinator::open(&self.link, orders).map_err(|error| error.to_string())?;
        coordinator.run(take, &mut |told| screen.show(&told)).map_err(|undone| {
            screen.progress.abandon();
            match undone {
                Undone::Stopped { .. } => {
                    let Screen { stage, .. } = screen;
                    let stage = stage.as_ref().map(|stage| format!("{stage}: "));
                    let stage = stage.unwrap_or_default();
                    note(format_args!("{stage}{undone}; what is handed out goes on being done"));
                    Failure::Ended(INTERRUPTED)
                }
                undone => Failure::Other(undone.to_string()),
            }
        })
    }
}

impl Screen<'_> {
    fn show(&self, told: &Told) {
        let progress = self.progress;
        let stage = |then: &str| {
            self.stage.as_ref().map(|stage| format!("{stage}{then}")).unwrap_or_default()
        };
        match told {
            Told::Begun { job, shards, there, listeners } => {
                if *listeners > 0 {
                    progress.set_position(self.before + listeners);
                    // What was there before tells nothing of how fast it goes.
                    progress.reset_eta();
                }
                let from_before = match there {
                    0 => String::new(),
                    there => format!(", {there} of them done before"),
                };
                let (job, stage) = (job.get(..12).unwrap_or(job), stage(", "));
                let words = format!("job {job}: {stage}{shards} shards{from_before}");
                progress.suspend(|| note(words));
            }
            Told::Goes { listeners, shards, workers } => {
                let stage = stage(": ");
                progress.set_prefix(format!("{stage}{workers} workers, {shards} shards"));
                progress.set_position(self.before + listeners);
            }
            Told::Note(words) => progress.suspend(|| note(format_args!("note: {words}"))),
        }
    }
}

/// Hands one job out and gives `take` what comes of its shards, in order. `what` is on the bar.
pub(super) fn hand_out(
    on: (&HandedOut, &Address),
    (job, parcel): (&Job, &Parcel),
    what: &str,
    take: Take,
) -> Result<(), Failure> {
    let hands = Hands::open(on)?;
    let progress = bar(job.listeners(), what);
    let screen = Screen { progress: &progress, before: 0, stage: None };
    let summary = hands.hand_out((job, parcel), &screen, take)?;
    progress.finish();
    note(told_of(&summary));
    Ok(())
}

/// What it took, in words.
pub(super) fn told_of(summary: &Summary) -> String {
    let Summary { workers, .. } = summary;
    let &Summary { shards, there, doubles, gone, stranded, refused, bytes, .. } = summary;
    let mut words = format!(
        "{shards} shards, {there} of them done before, by {} workers; results of {bytes} bytes",
        workers.len()
    );
    for (count, what) in [
        (doubles, "came twice, and the same"),
        (gone, "were lost by the queue and handed out anew"),
        (stranded, "were handed out no more by the queue, and handed out anew"),
        (refused, "times a worker could not do one"),
    ] {
        if count > 0 {
            words += &format!("; {count} {what}");
        }
    }
    words
}

/// The same, of listeners that go through arms: every listener's outcome, arm by arm. `arm` is given each as it is whole.
pub(super) fn arms(
    on: (&HandedOut, &Address),
    (job, parcel): (&Job, &Parcel),
    what: &str,
    arm: &mut dyn FnMut(Vec<ListenerOutcome>),
) -> Result<(), Failure> {
    let all = job.cohort.listeners as usize;
    let mut outcomes = Vec::with_capacity(all);
    hand_out(on, (job, parcel), what, &mut |shard, bytes| {
        outcomes.extend(of_shard(job, shard, &bytes)?.1);
        if outcomes.len() == all {
            arm(std::mem::replace(&mut outcomes, Vec::with_capacity(all)));
        }
        Ok(())
    })
}

/// What came of each listener of a shard, and who they are.
pub(super) fn of_shard<T: DeserializeOwned>(
    job: &Job,
    shard: u64,
    bytes: &[u8],
) -> Result<(Span, Vec<T>), String> {
    let span = job.span(shard).ok_or("there is no such shard")?;
    let (some, wanted) = (brought(bytes)?, span.to - span.from);
    if some.len() as u64 != wanted {
        return Err(format!("shard {shard} has {} outcomes of {wanted} listeners", some.len()));
    }
    Ok((span, some))
}
