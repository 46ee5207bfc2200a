//! A search whose batches are handed out to workers, each as a job of its own: `melody tune --on nats://HOST[/STREAM]`.

use indicatif::ProgressBar;

use super::arguments::HandedOut;
use super::failure::Failure;
use super::handed_out::{Experiment, Hands, Screen, of_shard, told_of};
use super::note::note;
use melody_lab::experiment::{Batch, Bench, Worth};
use melody_stream::work::{Arm, Job, Parcel, Summary, Task, search, usual_shard_of_search};

/// Workers, wherever they are.
pub(super) struct Workers<'a> {
    hands: Hands<'a>,
    arm: Arm,
    /// What every batch's job has in common, and what must travel of that.
    common: (Job, Parcel),
    progress: &'a ProgressBar,
    /// Listeners of the batches before.
    through: u64,
    taken: Summary,
}

impl<'a> Workers<'a> {
    /// Has a search played that begins from this arm; `parcel` holds what must travel of it. `progress` is for the whole search.
    pub(super) fn new(
        hands: Hands<'a>,
        on: &HandedOut,
        (experiment, arm): (&Experiment, Arm),
        mut parcel: Parcel,
        progress: &'a ProgressBar,
    ) -> Result<Self, Failure> {
        // What is to be done is said by each batch.
        let mut job = experiment.job(on, Task::Arms { arms: Vec::new() }, &mut parcel)?;
        if on.shard.is_none() {
            job.shard = usual_shard_of_search(job.cohort.sessions, job.cohort.songs);
        }
        let (common, taken) = ((job, parcel), Summary::default());
        Ok(Workers { hands, arm, common, progress, through: 0, taken })
    }

    /// Says what it took.
    pub(super) fn tell(&self) {
        note(told_of(&self.taken));
    }
}

impl Bench for Workers<'_> {
    type Error = Failure;

    fn play(&mut self, batch: &Batch) -> Result<Vec<Vec<Worth>>, Failure> {
        let (job, mut parcel) = self.common.clone();
        let task = search(self.arm.clone(), batch, &mut parcel);
        let job = Job { task, cohort: batch.cohort, ..job };
        let (before, stage) = (self.through, Some(batch.stage.to_string()));
        let screen = Screen { progress: self.progress, before, stage };
        let mut all: Vec<Vec<Worth>> = vec![Vec::new(); batch.runs.len()];
        let taken = self.hands.hand_out((&job, &parcel), &screen, &mut |shard, bytes| {
            let (span, some) = of_shard::<Worth>(&job, shard, &bytes)?;
            let run = all.get_mut(span.arm as usize).ok_or("there is no such policy")?;
            run.extend(some);
            Ok(())
        })?;
        self.taken.add(taken);
        self.through += job.listeners();
        Ok(all)
    }
}
