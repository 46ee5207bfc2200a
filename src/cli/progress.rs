//! What takes long: progress bars on standard error (none where that is not a terminal), and an end when
//! the user wants one.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use indicatif::{ProgressBar, ProgressStyle};

use crate::catalogue::Catalogue;
use crate::training::{Dataset, Drawn, Split, TrainingConfig};

/// A bar over `total` units of `what`.
pub fn bar(total: u64, what: &str) -> ProgressBar {
    let bar = ProgressBar::new(total).with_message(what.to_string());
    let style = ProgressStyle::with_template(
        "{msg:24} [{bar:30}] {pos}/{len}  {elapsed_precise} < {eta_precise}  {prefix}",
    );
    bar.with_style(style.expect("the template is valid").progress_chars("=> "))
}

/// Sets `stop` when the user wants the program to end.
pub fn watch_signals(stop: &Arc<AtomicBool>) -> Result<(), String> {
    for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM] {
        signal_hook::flag::register(signal, stop.clone()).map_err(|e| e.to_string())?;
    }
    Ok(())
}

/// Whether to go on.
pub fn unless(stop: &AtomicBool) -> ControlFlow<()> {
    if stop.load(Ordering::Relaxed) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
}

/// Simulates the listeners of a split, under a bar of its own.
pub fn simulate(catalogue: &Catalogue, config: &TrainingConfig, split: Split) -> Dataset {
    let what = match split {
        Split::Train => "simulating listeners",
        Split::Validation => "validation listeners",
        Split::Test => "test listeners",
        Split::Later => "later sessions",
    };
    let listeners = Drawn::new(config, split).indices;
    let progress = bar(listeners.end - listeners.start, what);
    let data = Dataset::simulate(catalogue, config, split, &|| progress.inc(1));
    progress.finish();
    data
}
