//! `melody train --compare`.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use indicatif::ProgressBar;

use super::arguments::Train;
use super::failure::Failure;
use super::progress::{Bars, unless, watch_signals};
use super::say::{say, say_text};
use melody_core::shown::in_json;
use melody_lab::config::TrainingConfig;
use melody_lab::reports::{
    ComparisonRecipe, Stage, Told, Variant, Work, compare_ways, comparison_table,
};

/// Trains every variant with every seed and writes `comparison.json` into the folder; where that is a
/// model's, its card gets the table.
pub(super) fn run(arguments: &Train, config: TrainingConfig) -> Result<(), Failure> {
    let variants = Variant::of(&config);
    let recipe = ComparisonRecipe {
        config,
        catalogue: arguments.catalogue.clone(),
        seeds: arguments.seeds,
        out: arguments.out.clone(),
    };
    let stop = Arc::new(AtomicBool::new(false));
    let mut watched = Ok(());
    let mut bars = Bars::default();
    let compared = compare_ways(&recipe, &mut |stage| {
        bars.show(&stage);
        match stage {
            // Before there is anything to keep, a signal ends the program at once.
            Stage::Begins(Work::Comparing, _) => watched = watch_signals(&stop),
            Stage::Run(number, told) => show(bars.now(), &variants, number, told),
            _ => {}
        }
        if watched.is_err() { ControlFlow::Break(()) } else { unless(&stop) }
    });
    watched?;
    let compared = compared?;
    if arguments.json {
        say_text(&in_json(&compared.json))?;
    } else {
        say_text(&comparison_table(&compared.comparison))?;
        say!("wrote {}", arguments.out.join("comparison.json").display())?;
    }
    Ok(())
}

fn show(progress: &ProgressBar, variants: &[Variant], number: usize, told: &Told) {
    match told {
        Told::Step(step) => progress.set_prefix(format!(
            "{}, step {} of {}",
            variants[number % variants.len()],
            step.step + 1,
            step.steps
        )),
        Told::Done(_) => progress.set_position(number as u64 + 1),
    }
}
