//! How well each output of a model foretells: shared by what `melody eval` and `melody train` write.

use melody_lab::evaluation::{HeadReport, Slice};
use melody_lab::statistics::{Bin, Figures};
use melody_tui::Lang;

use super::forest::{Dot, Row, forest, slug, with_interval};
use crate::chart::{Axis, Chart, Draw, Form, Point, Series, Shape, Tone};
use crate::document::{Cell, Column, Section, Table};

/// How often what was foretold came true, a plot for each output that says it.
pub(crate) fn reliability(heads: &[HeadReport], lang: Lang) -> Section {
    let there: Vec<&HeadReport> =
        heads.iter().filter(|head| !head.reliability.is_empty()).collect();
    let about = if there.is_empty() {
        "This file does not say, bin by bin, how often what was foretold came true; `melody eval --json` of this version does."
    } else {
        "Plays are put into fifteen bins by the probability foretold. On the dashed line what was foretold came true just as often; \
         below it the model promised too much."
    };
    Section {
        id: "reliability".into(),
        title: lang.text("Reliability").into(),
        about: lang.text(about).into(),
        charts: there.iter().map(|head| curve(head, lang)).collect(),
        ..Section::default()
    }
}

fn curve(head: &HeadReport, lang: Lang) -> Chart {
    let said = |bin: &Bin| {
        let percent = |share: f64| format!("{:.1} %", 100.0 * share);
        lang.fill(
            "foretold {}, came true {}, {} plays",
            &[&percent(bin.mean_predicted), &percent(bin.mean_observed), &bin.count],
        )
    };
    let point = |bin: &Bin| Point::new(bin.mean_predicted, bin.mean_observed, said(bin));
    let points: Vec<Point> = head.reliability.iter().map(point).collect();
    let most = points.iter().map(|p| p.x.max(p.y.unwrap_or(0.0))).fold(0.0, f64::max);
    // What is rare would else be in a corner.
    let most = (most * 1.1).min(1.0);
    let ideal = vec![Point::new(0.0, 0.0, ""), Point::new(most, most, "")];
    let axis = |title: &str| Axis::of(lang.text(title), Form::Percent).within([0.0, most]);
    let mut model = Series::new(lang.text("model"), Draw::Line, Tone::First, points);
    model.listed = false;
    let mut ideal = Series::new(lang.text("ideal"), Draw::Dashes, Tone::Quiet, ideal);
    ideal.listed = false;
    Chart {
        id: format!("reliability-{}", slug(&head.label)),
        title: lang.text(&head.label).into(),
        about: lang.fill(
            "Calibration error {} over {} plays.",
            &[&format!("{:.4}", head.model.calibration_error), &head.plays],
        ),
        x: axis("foretold"),
        y: axis("came true"),
        series: vec![ideal, model],
        marks: Vec::new(),
        shape: Shape::Square,
        steps: false,
    }
}

/// Every output's AUC beside what it is held against, and all its figures.
pub(crate) fn figures(heads: &[HeadReport], against: Option<&str>, lang: Lang) -> Section {
    let told = (
        "auc".into(),
        lang.text("AUC by output").into(),
        lang.text(
            "How surely a play where it happened is told from one where it did not: one half is chance. Lines are 95 % intervals, by \
             drawing the listeners again. Best is what the simulator's own probabilities reach.",
        )
        .into(),
    );
    let rows = heads.iter().map(|head| row(head, &lang.text(&head.label), against, lang)).collect();
    Section {
        id: "figures".into(),
        title: lang.text("By output").into(),
        charts: vec![forest(told, Axis::of("AUC", Form::Plain), Some(0.5), rows, lang)],
        tables: vec![table(heads, &lang.text("All figures"), lang)],
        ..Section::default()
    }
}

fn row(head: &HeadReport, name: &str, against: Option<&str>, lang: Lang) -> Row {
    let dot = |of: &str, tone, value: f64, reach: Option<[f64; 2]>| Dot {
        of: of.into(),
        tone,
        value,
        reach,
        said: format!("{name} · {}: AUC {}", lang.text(of), with_interval(value, reach, 4, false)),
    };
    let auc = head.intervals.as_ref().and_then(|intervals| intervals.auc);
    let mut dots = vec![dot("model", Tone::First, head.model.auc, auc)];
    let beside: [(&str, Tone, Option<&Figures>); 4] = [
        (against.unwrap_or("other"), Tone::Second, head.against.as_ref().map(|other| &other.model)),
        ("logistic", Tone::Fourth, head.logistic.as_ref()),
        ("popularity", Tone::Quiet, head.popularity.as_ref()),
        ("best", Tone::Third, head.best.as_ref()),
    ];
    dots.extend(
        beside.into_iter().filter_map(|(of, tone, found)| Some(dot(of, tone, found?.auc, None))),
    );
    Row { name: name.into(), dots }
}

fn table(heads: &[HeadReport], title: &str, lang: Lang) -> Table {
    let columns = vec![
        Column::words(lang.text("output")),
        Column::numbers(lang.text("plays"), 0),
        Column::numbers(lang.text("positives"), 0),
        Column::numbers("AUC", 4),
        Column::numbers(lang.text("95 % interval"), 4),
        Column::numbers(lang.text("AUC within listeners"), 4),
        Column::numbers(lang.text("log loss"), 4),
        Column::numbers(lang.text("calibration error"), 4),
        Column::numbers("Brier", 4),
        Column::numbers(lang.text("best AUC"), 4),
    ];
    let row = |head: &HeadReport| -> Vec<Cell> {
        vec![
            lang.text(&head.label).into_owned().into(),
            head.plays.into(),
            head.positives.into(),
            head.model.auc.into(),
            head.intervals.as_ref().and_then(|i| i.auc).into(),
            head.model.grouped_auc.into(),
            head.model.log_loss.into(),
            head.model.calibration_error.into(),
            head.model.brier.into(),
            head.best.as_ref().map(|best| best.auc).into(),
        ]
    };
    Table { title: title.into(), columns, rows: heads.iter().map(row).collect(), folded: false }
}

/// AUC by segment, scene and what was heard in training, a plot for each output.
pub(crate) fn slices(heads: &[HeadReport], slices: &[Slice], lang: Lang) -> Option<Section> {
    let chart = |head: &HeadReport| -> Chart {
        let all = row(head, &lang.text("all plays"), None, lang);
        let own = |slice: &Slice| {
            let own = slice.heads.iter().find(|own| own.label == head.label)?;
            let part = lang.named(&slice.kind, &slice.name);
            let name = format!("{}: {part}", lang.text(&slice.kind));
            Some(row(own, &name, None, lang))
        };
        let only = |row: Row| Row { dots: row.dots.into_iter().take(1).collect(), ..row };
        let rows = [all].into_iter().chain(slices.iter().filter_map(own)).map(only).collect();
        let told = (
            format!("slices-{}", slug(&head.label)),
            lang.text(&head.label).into(),
            lang.text("AUC on a part of the plays, with its 95 % interval.").into(),
        );
        forest(told, Axis::of("AUC", Form::Plain), Some(0.5), rows, lang)
    };
    let named = |slice: &Slice| {
        let title = lang.fill(
            "{}: {}, {} plays",
            &[&lang.text(&slice.kind), &lang.named(&slice.kind, &slice.name), &slice.plays],
        );
        Table { folded: true, ..table(&slice.heads, &title, lang) }
    };
    (!slices.is_empty()).then(|| Section {
        id: "slices".into(),
        title: lang.text("By segment, scene and what was heard in training").into(),
        charts: heads.iter().map(chart).collect(),
        choice: lang.text("Output").into(),
        tables: slices.iter().map(named).collect(),
        ..Section::default()
    })
}

/// What the figures come to, in a sentence.
pub(crate) fn summary(heads: &[HeadReport], lang: Lang) -> Vec<String> {
    let said = heads.iter().map(|head| {
        let auc = head.intervals.as_ref().and_then(|i| i.auc);
        format!("{} {}", lang.text(&head.label), with_interval(head.model.auc, auc, 3, false))
    });
    let said: Vec<String> = said.collect();
    if said.is_empty() {
        return Vec::new();
    }
    vec![lang.fill("AUC: {}.", &[&said.join(&lang.text("; "))])]
}
