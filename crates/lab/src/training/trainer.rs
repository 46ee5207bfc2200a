//! The training loop: which batch comes when, when to look at the validation listeners, when to stop.
//!
//! What a step does is `run.rs`; here is only the order of things.

use std::borrow::Cow;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use super::checkpoint::Checkpoint;
use super::plan::Plan;
use super::progress::{Outcome, Progress, Training};
use super::run::Run;
use crate::data::log::ReadAhead;
use crate::data::{Dataset, Window, windows};
use melody_core::output::Lock;

/// Trains a network. `watch` sees every step and may stop the training, which then writes a
/// checkpoint; a checkpoint found in the folder is taken up where it stopped, to the same bits.
///
/// # Errors
/// When the checkpoint cannot be read or written, is not as it was written, or was made of something else.
pub fn train(
    training: &Training,
    watch: &mut dyn FnMut(&Progress) -> ControlFlow<()>,
) -> Result<Outcome, String> {
    let config = training.config;
    let chunks = training.data.chunks().iter().map(|chunk| chunk.windows as usize).collect();
    let plan = Plan::new(config.seed, config.batch, config.epochs, chunks);
    let mut run = Run::begin(training)?;
    let mut validation = Cow::Borrowed(training.validation);
    if config.hold_out > 0.0 {
        validation.to_mut().unlabel(&run.held_songs());
    }
    let training = &Training { validation: &validation, ..*training };
    let steps = plan.steps();
    if steps == 0 {
        return Err("there are no plays to learn from".into());
    }
    let mut ahead = training.data.read_ahead(plan.chunks_from(run.step));
    let mut chunk: Option<Chunk> = None;
    while run.step < steps && !run.stopped_early(config) {
        let place = plan.place(run.step);
        let mut current = match chunk.take().filter(|chunk| chunk.number == place.chunk) {
            Some(current) => current,
            None => Chunk::next(&run, training, place.chunk, &mut ahead)?,
        };
        if current.epoch != Some(place.epoch) {
            (current.epoch, current.order) = (Some(place.epoch), plan.shuffled(place));
        }
        let batch = plan.batch(&current.order, place).iter();
        let chosen: Vec<Window> = batch.map(|&w| current.windows[w]).collect();
        let progress = run.learn(training, (&current.data, &chosen), steps);
        chunk = Some(current);
        let validated = run.step.is_multiple_of(config.validate_every) || run.step == steps;
        if validated {
            run.validate(training);
        }
        let stopped = watch(&progress).is_break();
        if stopped || run.step.is_multiple_of(config.checkpoint_every) {
            run.save(training)?;
        }
        if stopped {
            return Ok(Outcome::Interrupted { step: run.step });
        }
    }
    Ok(Outcome::Finished(Box::new(run.end(config))))
}

/// The part of the data that is in memory.
struct Chunk {
    number: usize,
    data: Arc<Dataset>,
    windows: Vec<Window>,
    /// The windows' order, and the epoch it is of.
    order: Vec<usize>,
    epoch: Option<u64>,
}

impl Chunk {
    /// Takes chunk `number`, which is the next that is read ahead.
    fn next(
        run: &Run,
        training: &Training,
        number: usize,
        ahead: &mut ReadAhead,
    ) -> Result<Self, String> {
        let read = ahead.next().ok_or_else(|| format!("chunk {number} was not read"))?;
        let mut data = read.map_err(|e| e.to_string())?;
        if training.config.hold_out > 0.0 {
            Arc::make_mut(&mut data).unlabel(&run.held_songs());
        }
        Ok(Chunk { number, windows: windows(&data), data, epoch: None, order: Vec::new() })
    }
}

/// Takes the right to train into a folder, which need not be there yet, for as long as the lock lives. The lock stands beside it, so
/// that a training that is refused leaves no folder behind.
///
/// # Errors
/// When another program trains there, or the disk refuses.
pub fn hold(folder: &Path) -> Result<Lock, String> {
    let above = folder.parent().filter(|above| !above.as_os_str().is_empty());
    let made = above.map_or(Ok(()), std::fs::create_dir_all);
    made.map_err(|e| format!("{}: {e}", folder.display()))?;
    Lock::hold(folder)
}

/// Takes a finished training's checkpoint away, once its model is on disk.
pub fn forget_checkpoint(folder: &Path) {
    Checkpoint::remove(folder);
}
