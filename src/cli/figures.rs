//! Figures of a model, as a person reads them.

use super::failure::Failure;
use super::numbers::plain;
use super::say::{counted, say};
use melody_lab::evaluation::{Evaluation, HeadReport, Unmeasured};
use melody_lab::statistics::Figures;

/// Columns of a label and of a figure with its interval.
const LABEL: usize = 24;
const FIGURE: usize = 22;

pub(super) fn print(evaluation: &Evaluation) -> Result<(), Failure> {
    print_heads(&evaluation.heads)?;
    for Unmeasured { label, plays, positives } in &evaluation.unmeasured {
        let why = match (plays, positives) {
            (0, _) => "no play tells".into(),
            (plays, 0) => format!("no in all {plays} plays that tell"),
            (plays, _) => format!("yes in all {plays} plays that tell"),
        };
        say!("{label:LABEL$} not measured: {why}")?;
    }
    match evaluation.play_ratio_error {
        Some((error, best)) => {
            let best = best.map_or(String::new(), |best| format!("; the best possible {best:.4}"));
            say!("expected play ratio: mean absolute error {error:.4}{best}")?;
        }
        None => say!("expected play ratio: no play tells how much was heard")?,
    }
    for slice in &evaluation.slices {
        say!("\n{}: {} ({})", slice.kind, slice.name, counted(slice.plays, "play"))?;
        print_heads(&slice.heads)?;
    }
    Ok(())
}

pub(super) fn print_heads(heads: &[HeadReport]) -> Result<(), Failure> {
    say!(
        "{:LABEL$} {:>8} {:>9} {:>FIGURE$} {:>8} {:>8} {:>8} {:>8} {:>FIGURE$} {:>FIGURE$}",
        "",
        "plays",
        "positives",
        "AUC",
        "popular",
        "logistic",
        "best",
        "gap",
        "log loss",
        "calibration error"
    )?;
    for head in heads {
        let auc = |other: &Option<Figures>| short(other.map(|figures| figures.auc));
        say!(
            "{:LABEL$} {:>8} {:>9} {:>FIGURE$} {:>8} {:>8} {:>8} {:>8} {:>FIGURE$} {:>FIGURE$}",
            head.label,
            head.plays,
            head.positives,
            figure(head.model.auc, head.intervals.and_then(|i| i.auc)),
            auc(&head.popularity),
            auc(&head.logistic),
            auc(&head.best),
            short(head.best.map(|best| best.auc - head.model.auc)),
            figure(head.model.log_loss, head.intervals.and_then(|i| i.log_loss)),
            figure(head.model.calibration_error, head.intervals.and_then(|i| i.calibration_error)),
        )?;
    }
    Ok(())
}

/// The other model's figures less the judged one's.
pub(super) fn print_differences(heads: &[HeadReport]) -> Result<(), Failure> {
    say!(
        "{:LABEL$} {:>FIGURE$} {:>FIGURE$} {:>FIGURE$}",
        "",
        "AUC",
        "log loss",
        "calibration error"
    )?;
    for head in heads {
        let Some(against) = &head.against else { continue };
        let less = |of: fn(&Figures) -> f64| of(&against.model) - of(&head.model);
        let within = against.difference;
        say!(
            "{:LABEL$} {:>FIGURE$} {:>FIGURE$} {:>FIGURE$}",
            head.label,
            figure(less(|f| f.auc), within.and_then(|i| i.auc)),
            figure(less(|f| f.log_loss), within.and_then(|i| i.log_loss)),
            figure(less(|f| f.calibration_error), within.and_then(|i| i.calibration_error)),
        )?;
    }
    Ok(())
}

fn figure(value: f64, interval: Option<[f64; 2]>) -> String {
    match interval {
        Some([low, high]) => format!("{} {}-{}", plain(value, 4), plain(low, 4), plain(high, 4)),
        None => format!("{} -", plain(value, 4)),
    }
}

fn short(value: Option<f64>) -> String {
    value.map_or("-".into(), |value| plain(value, 4))
}
