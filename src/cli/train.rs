//! `melody train`.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{SystemTime, UNIX_EPOCH};

use super::arguments::Train;
use super::failure::Failure;
use super::figures::print_heads;
use super::note::note;
use super::progress::{Bars, unless, watch_signals};
use super::say::{say, say_json};
use melody_core::input::TomlFile;
use melody_lab::config::TrainingConfig;
use melody_lab::export::Curves;
use melody_lab::reports::{Recipe, Stage, Work, train_model};
use melody_lab::training::Progress;
use melody_model::Backend;

pub(super) fn run(arguments: &Train) -> Result<(), Failure> {
    let config = match &arguments.config {
        Some(path) => TrainingConfig::parse(&TomlFile::read(path)?)?,
        None => TrainingConfig::default(),
    };
    if arguments.compare {
        return super::compare::run(arguments, config);
    }
    let recipe = Recipe {
        config,
        catalogue: arguments.catalogue.clone(),
        log: arguments.log.clone(),
        backend: Backend::from(arguments.device),
        out: arguments.out.clone(),
    };
    let curves = arguments.tensorboard.as_deref().map(|folder| Curves::begin(folder, now()));
    let mut curves = curves.transpose()?;
    let stop = Arc::new(AtomicBool::new(false));
    let mut watched = Ok(());
    let mut bars = Bars::default();
    let mut smooth: Option<[f32; 3]> = None;
    let delivered = train_model(&recipe, &mut |stage| {
        bars.show(&stage);
        match stage {
            // Before there is anything to keep, a signal ends the program at once.
            Stage::Begins(Work::Training, _) => watched = watch_signals(&stop),
            Stage::Step(step) => {
                show(bars.now(), step, &mut smooth);
                tell(&mut curves, |curves| curves.step(now(), step));
            }
            _ => {}
        }
        if watched.is_err() { ControlFlow::Break(()) } else { unless(&stop) }
    });
    watched?;
    let report = delivered?.report;
    for found in &report.validations {
        tell(&mut curves, |curves| curves.validation(now(), found));
    }
    if arguments.json {
        say_json(&report)?;
    } else {
        print_heads(&report.heads)?;
        say!("wrote {}", arguments.out.display())?;
    }
    Ok(())
}

/// Adds to the curves. A disk that refuses ends them, not the training.
fn tell(curves: &mut Option<Curves>, add: impl FnOnce(&mut Curves) -> Result<(), String>) {
    if let Some(open) = curves
        && let Err(error) = add(open)
    {
        note(format_args!("note: {error}: no more curves are written"));
        *curves = None;
    }
}

/// Seconds since 1970: when TensorBoard says that it was.
fn now() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64())
}

/// Share of each new loss in the smoothed one that is shown.
const NEWEST: f32 = 0.05;

fn show(progress: &indicatif::ProgressBar, step: &Progress, smooth: &mut Option<[f32; 3]>) {
    let losses = smooth.get_or_insert(step.losses);
    for (shown, new) in losses.iter_mut().zip(step.losses) {
        *shown += NEWEST * (new - *shown);
    }
    let w = step.weights;
    progress.set_length(step.steps);
    progress.set_position(step.step + 1);
    progress.set_prefix(format!(
        "losses {:.3} {:.3} {:.3}  w {:.2} {:.2} {:.2}{}",
        losses[0],
        losses[1],
        losses[2],
        w.interest,
        w.subscription,
        w.exposure,
        if step.clamped { " clamped" } else { "" }
    ));
}
