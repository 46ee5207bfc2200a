//! Experiments that are handed out to workers: `--on nats://HOST[/STREAM]`.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use indicatif::ProgressBar;

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
    Arm, Coordinator, Job, Orders, Parcel, Part, Program, Summary, Task, Told, Undone, usual_shard,
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

/// Hands a job out and gives `take` what comes of its shards, in order. `what` is on the bar.
pub(super) fn hand_out(
    (on, address): (&HandedOut, &Address),
    (job, parcel): (&Job, &Parcel),
    what: &str,
    take: &mut dyn FnMut(u64, Vec<u8>) -> Result<(), String>,
) -> Result<(), Failure> {
    let stop = Arc::new(AtomicBool::new(false));
    watch_signals(&stop)?;
    let link = Link::open(address).map_err(|error| error.to_string())?;
    let lease = Duration::from_secs(on.lease);
    let orders = Orders { job, parcel, lease, afresh: on.afresh, stop: &stop };
    let coordinator = Coordinator::open(&link, orders).map_err(|error| error.to_string())?;
    let progress = bar(job.listeners(), what);
    let done = coordinator.run(take, &mut |told| show(&progress, &told));
    match done {
        Ok(summary) => {
            progress.finish();
            note(told_of(&summary));
            Ok(())
        }
        Err(stopped @ Undone::Stopped { .. }) => {
            progress.abandon();
            note(format_args!("{stopped}; what is handed out goes on being done"));
            Err(Failure::Ended(INTERRUPTED))
        }
        Err(undone) => {
            progress.abandon();
            Err(Failure::Other(undone.to_string()))
        }
    }
}

fn show(progress: &ProgressBar, told: &Told) {
    match told {
        Told::Begun { job, shards, there, listeners } => {
            progress.inc(*listeners);
            // What was there before tells nothing of how fast it goes.
            progress.reset_eta();
            let from_before = match there {
                0 => String::new(),
                there => format!(", {there} of them done before"),
            };
            let job = job.get(..12).unwrap_or(job);
            progress.suspend(|| note(format_args!("job {job}: {shards} shards{from_before}")));
        }
        Told::Goes { listeners, shards, workers } => {
            progress.set_prefix(format!("{workers} workers, {shards} shards"));
            progress.set_position(*listeners);
        }
        Told::Note(words) => progress.suspend(|| note(format_args!("note: {words}"))),
    }
}

fn told_of(summary: &Summary) -> String {
    let &Summary { shards, there, doubles, gone, stranded, refused, workers, bytes } = summary;
    let mut words = format!(
        "{shards} shards, {there} of them done before, by {workers} workers; results of {bytes} bytes"
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
        let span = job.span(shard).ok_or("there is no such shard")?;
        let some = brought(&bytes)?;
        if some.len() as u64 != span.to - span.from {
            let wanted = span.to - span.from;
            return Err(format!("shard {shard} has {} outcomes of {wanted} listeners", some.len()));
        }
        outcomes.extend(some);
        if outcomes.len() == all {
            arm(std::mem::replace(&mut outcomes, Vec::with_capacity(all)));
        }
        Ok(())
    })
}
