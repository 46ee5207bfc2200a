//! What a training wrote: the `report.json` of a model's folder, or `melody train --json`.

use melody_lab::reports::Report;
use melody_lab::training::{Progress, Validation};
use melody_tui::Lang;

use super::ab::short;
use super::heads;
use crate::chart::{Axis, Chart, Draw, Form, Point, Series, Shape, Tone};
use crate::document::{Cell, Column, Document, Part, Section, Table, facts};

/// The report of a training.
pub(crate) fn document(report: &Report, lang: Lang) -> Document {
    let (manifest, config) = (&report.manifest, &report.config);
    let log = report.trained_on_log.as_ref();
    let sections = [
        Some(curves(report, lang)),
        Some(heads::figures(&report.heads, None, lang)),
        heads::slices(&report.heads, &report.slices, lang),
    ];
    Document {
        lang: lang.tag(),
        kind: lang.text("Training of a model").into(),
        title: lang.fill("How {} was trained", &[&manifest.name]),
        summary: heads::summary(&report.heads, lang),
        facts: facts(
            lang,
            &[
                ("Model", format!("{} ({})", manifest.name, short(&manifest.weights_sha256))),
                ("Parameters", report.parameters.to_string()),
                (
                    "Learned from",
                    lang.fill(
                        "{} plays of {} listeners",
                        &[&report.train_plays, &report.train_listeners],
                    ),
                ),
                (
                    "Measured on",
                    lang.fill(
                        "{} plays of {} other listeners",
                        &[&report.test_plays, &report.test_listeners],
                    ),
                ),
                ("Training log", log.map_or(String::new(), |log| log.path.clone())),
                ("Steps", manifest.steps.to_string()),
                ("Epochs, at most", config.epochs.to_string()),
                (
                    "Stopped early",
                    lang.text(if report.stopped_early { "yes" } else { "no" }).into(),
                ),
                ("Weights of the losses", config.objective.scheme.name().into()),
                ("Sharing", config.network.sharing.name().into()),
                ("Learning rate", config.learning_rate.to_string()),
                ("Seed", config.seed.to_string()),
                ("Catalogue", manifest.trained_on.clone()),
            ],
        ),
        parts: vec![Part { sections: sections.into_iter().flatten().collect(), ..Part::default() }],
        words: Vec::new(),
    }
}

/// The heads, in the order of losses.
const TASKS: [&str; 3] = ["interest", "subscription", "exposure"];

fn curves(report: &Report, lang: Lang) -> Section {
    let (log, looks) = (&report.log, &report.validations);
    let mut charts: Vec<Chart> = (0..TASKS.len()).map(|k| loss(k, log, looks, lang)).collect();
    charts.push(weights(log, lang));
    if !looks.is_empty() {
        charts.push(watched(looks, lang));
        charts.push(picks(looks, lang));
    }
    charts.retain(|chart| chart.series.iter().any(|series| !series.points.is_empty()));
    Section {
        id: "curves".into(),
        title: lang.text("Learning curves").into(),
        charts,
        tables: vec![looked(looks, lang)],
        ..Section::default()
    }
}

fn chart(id: &str, title: String, about: &str, y: Axis, series: Vec<Series>, lang: Lang) -> Chart {
    Chart {
        id: id.into(),
        title,
        about: lang.text(about).into(),
        x: Axis::of(lang.text("step"), Form::Whole),
        y,
        series,
        marks: Vec::new(),
        shape: Shape::Wide,
        steps: false,
    }
}

/// The points of a curve, each telling step and value.
fn curve<T>(
    rows: &[T],
    step: impl Fn(&T) -> u64,
    value: impl Fn(&T) -> f64,
    lang: Lang,
) -> Vec<Point> {
    let point = |row: &T| {
        let (step, value) = (step(row), value(row));
        let said = lang.fill("step {}: {}", &[&step, &format!("{value:.4}")]);
        Point::new(step as f64, value, said)
    };
    rows.iter().map(point).collect()
}

fn loss(k: usize, log: &[Progress], looks: &[Validation], lang: Lang) -> Chart {
    let batch = curve(log, |p| p.step, |p| f64::from(p.losses[k]), lang);
    let held = curve(looks, |v| v.step, |v| f64::from(v.losses[k]), lang);
    let series = vec![
        Series::new(lang.text("in training"), Draw::Line, Tone::Quiet, batch),
        Series::new(lang.text("on validation listeners"), Draw::Line, Tone::First, held),
    ];
    let title = lang.fill("Loss: {}", &[&lang.text(TASKS[k])]);
    let about = "Of one batch every so many steps, and of listeners that are not learned from.";
    let y = Axis::of(lang.text("loss"), Form::Plain);
    Chart {
        shape: Shape::Square,
        ..chart(&format!("loss-{}", TASKS[k]), title, about, y, series, lang)
    }
}

fn weights(log: &[Progress], lang: Lang) -> Chart {
    let of = |k: usize, value: fn(&Progress) -> f64, tone| {
        let points = curve(log, |p| p.step, value, lang);
        Series::new(lang.text(TASKS[k]), Draw::Steps, tone, points)
    };
    let series = vec![
        of(0, |p| p.weights.interest, Tone::First),
        of(1, |p| p.weights.subscription, Tone::Second),
        of(2, |p| p.weights.exposure, Tone::Third),
    ];
    let about = "As used, after the user-first rule: w1 >= w2 + w3.";
    let y = Axis::of(lang.text("weight"), Form::Plain);
    chart("loss-weights", lang.text("Weights of the losses").into(), about, y, series, lang)
}

fn watched(looks: &[Validation], lang: Lang) -> Chart {
    let points = curve(looks, |v| v.step, |v| v.loss, lang);
    let series = vec![Series::new(lang.text("weighted loss"), Draw::Line, Tone::First, points)];
    let about = "The losses' sum under the configured weights, on validation listeners: early stopping goes by it.";
    let y = Axis::of(lang.text("loss"), Form::Plain);
    chart("loss-watched", lang.text("What early stopping watches").into(), about, y, series, lang)
}

fn picks(looks: &[Validation], lang: Lang) -> Chart {
    let of = |name: &str, value: fn(&Validation) -> f64, tone| {
        Series::new(lang.text(name), Draw::Line, tone, curve(looks, |v| v.step, value, lang))
    };
    let series = vec![
        of("by the policy", |v| v.completion, Tone::First),
        of("by interest alone", |v| v.completion_by_interest, Tone::Third),
    ];
    let about =
        "Share of completed plays among the songs that would be picked, one of every eight.";
    let y = Axis::of(lang.text("completed"), Form::Percent);
    chart("picks", lang.text("Completion of what is picked").into(), about, y, series, lang)
}

fn looked(looks: &[Validation], lang: Lang) -> Table {
    let mut columns = vec![Column::numbers(lang.text("step"), 0)];
    columns.push(Column::numbers(lang.text("weighted loss"), 4));
    columns.extend(TASKS.iter().map(|task| Column::numbers(lang.text(task), 4)));
    columns.push(Column::numbers(lang.text("completion by the policy"), 4));
    columns.push(Column::numbers(lang.text("completion by interest alone"), 4));
    let row = |look: &Validation| -> Vec<Cell> {
        let losses = look.losses.map(|loss| Cell::Number(f64::from(loss)));
        let first = [Cell::Number(look.step as f64), look.loss.into()];
        let last = [look.completion.into(), look.completion_by_interest.into()];
        first.into_iter().chain(losses).chain(last).collect()
    };
    Table {
        title: lang.text("Looks at validation listeners").into(),
        columns,
        rows: looks.iter().map(row).collect(),
        folded: true,
    }
}
