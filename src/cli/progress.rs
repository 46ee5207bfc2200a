//! What takes long: progress bars on standard error (none where that is not a terminal), and an end when
//! the user wants one.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use super::note::note;
use melody_lab::data::Split;
use melody_lab::reports::{Stage, Work};

/// A bar over `total` units of `what`.
pub(super) fn bar(total: u64, what: &str) -> ProgressBar {
    let bar = ProgressBar::new(total).with_message(what.to_string());
    let style = ProgressStyle::with_template(
        "{msg:24} [{bar:30}] {pos}/{len}  {elapsed_precise} < {eta_precise}  {prefix}",
    );
    bar.with_style(style.expect("the template is valid").progress_chars("=> "))
}

/// A bar over `total` bytes.
pub(super) fn byte_bar(total: u64, what: &str) -> ProgressBar {
    bar(total, what).with_style(byte_style())
}

/// How a bar over bytes looks.
pub(super) fn byte_style() -> ProgressStyle {
    let style = "{msg:24} [{bar:30}] {bytes}/{total_bytes}  {elapsed_precise} < {eta_precise}";
    ProgressStyle::with_template(style).expect("the template is valid").progress_chars("=> ")
}

/// A sign of life for `what`, of which nobody can say how much is left.
pub(super) fn spinner(what: &str) -> ProgressBar {
    let style = ProgressStyle::with_template("{msg:24} {spinner} {elapsed_precise}");
    let style = style.expect("the template is valid").tick_chars("|/-\\ ");
    let bar = ProgressBar::new_spinner().with_message(what.to_string()).with_style(style);
    bar.enable_steady_tick(Duration::from_millis(100));
    bar
}

/// Sets `stop` when the user wants the program to end.
pub(super) fn watch_signals(stop: &Arc<AtomicBool>) -> Result<(), String> {
    for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM] {
        signal_hook::flag::register(signal, stop.clone()).map_err(|e| e.to_string())?;
    }
    Ok(())
}

/// Whether to go on.
pub(super) fn unless(stop: &AtomicBool) -> ControlFlow<()> {
    if stop.load(Ordering::Relaxed) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
}

/// Bars for the stages of long work, one below the other.
pub(super) struct Bars {
    now: ProgressBar,
}

impl Default for Bars {
    fn default() -> Self {
        Bars { now: ProgressBar::hidden() }
    }
}

impl Bars {
    /// A bar when work begins, a step of it for each unit, and notes; what else is told is for the caller to
    /// show.
    pub(super) fn show(&mut self, stage: &Stage) {
        match *stage {
            Stage::Begins(work, units) => self.now = bar(units, words(work)),
            Stage::One => self.now.inc(1),
            Stage::Ends => self.now.finish(),
            Stage::Note(told) => note(format_args!("note: {told}")),
            Stage::Step(_) | Stage::Run(..) => {}
        }
    }

    /// The bar of what is going on.
    pub(super) fn now(&self) -> &ProgressBar {
        &self.now
    }
}

fn words(work: Work) -> &'static str {
    match work {
        Work::Simulating(Split::Train) => "simulating listeners",
        Work::Simulating(Split::Validation) => "validation listeners",
        Work::Simulating(Split::Test) => "test listeners",
        Work::Simulating(Split::Later) => "later sessions",
        Work::Training => "training",
        Work::Comparing => "training runs",
        Work::Judging(Some(Split::Later)) => "judging by later sessions",
        Work::Judging(Some(_)) => "judging by others",
        Work::Judging(None) => "judging",
        Work::Asking => "listeners",
        Work::Growing => "trees",
        Work::Towers => "moments for the towers",
    }
}
