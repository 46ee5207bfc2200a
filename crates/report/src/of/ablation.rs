//! What `melody ablate --json` found: every mechanism with and without, on the same listeners.
//!
//! Each mechanism is held to the objective it exists for, and these have units of their own; together they are shown as a share
//! of what there is without it. Measure by measure, all mechanisms are shown in the measure's own unit.

use melody_lab::experiment::{AblationReport, Difference, Finding, Measure, Tested};
use melody_tui::Lang;

use super::ab::short;
use super::forest::{Dot, Row, forest, plain, slug, with_interval};
use crate::chart::{Axis, Chart, Form, Tone};
use crate::document::{Cell, Column, Document, Part, Section, Table, facts};

/// The report of an ablation.
pub(crate) fn document(report: &AblationReport, lang: Lang) -> Document {
    let absent: Vec<&str> = report.absent.iter().map(|absent| absent.name.as_str()).collect();
    let arm = &report.arm;
    Document {
        lang: lang.tag(),
        kind: lang.text("Ablation").into(),
        title: lang.fill("What each mechanism of {} is worth", &[&arm.policy]),
        summary: summary(report, lang),
        facts: facts(
            lang,
            &[
                ("Policy", format!("{} ({})", arm.policy, short(&arm.policy_hash))),
                ("Model", format!("{} ({})", arm.model, short(&arm.model_hash))),
                ("Listeners", lang.fill("{}, the same in every arm", &[&report.listeners])),
                ("Sessions of each", lang.fill("up to {}", &[&report.sessions])),
                ("Songs of a session", lang.fill("up to {}", &[&report.songs])),
                ("World", report.world.to_string()),
                ("Seed", report.seed.to_string()),
                ("Catalogue", format!("{} ({})", report.catalogue, short(&report.catalogue_hash))),
                ("Not in this policy", absent.join(", ")),
            ],
        ),
        parts: vec![Part {
            sections: vec![objectives(report, lang), by_measure(report, lang)],
            ..Part::default()
        }],
        words: Vec::new(),
    }
}

/// What a finding is called and what its colour says.
fn said_of(finding: Finding) -> (&'static str, Tone) {
    match finding {
        Finding::Earns => ("earns its place", Tone::Good),
        Finding::NotShown => ("not shown", Tone::Quiet),
        Finding::Harms => ("harms", Tone::Bad),
        Finding::Untested => ("untested", Tone::Quiet),
    }
}

fn summary(report: &AblationReport, lang: Lang) -> Vec<String> {
    let of = |finding: Finding| -> Vec<&str> {
        let found = report.mechanisms.iter().filter(|t| t.shown == finding);
        found.map(|t| t.mechanism.name.as_str()).collect()
    };
    let told = [
        (Finding::Earns, "Earns its place: {}."),
        (Finding::NotShown, "Not shown to earn its place: {}."),
        (Finding::Harms, "Does harm: {}."),
        (Finding::Untested, "Could not be tested: {}."),
    ];
    let told = told.into_iter().map(|(finding, says)| (of(finding), says));
    told.filter(|(names, _)| !names.is_empty())
        .map(|(names, says)| lang.fill(says, &[&names.join(&lang.text(", "))]))
        .collect()
}

fn objectives(report: &AblationReport, lang: Lang) -> Section {
    let row = |tested: &Tested| {
        let found = tested.objective_difference.as_ref()?;
        // Of nothing there is no share; the table has it all the same.
        let scale = Some(found.without.abs()).filter(|&without| without > 0.0)?;
        let name = lang.fill(
            "{} · {}",
            &[&tested.mechanism.name, &lang.text(tested.mechanism.objective.name())],
        );
        let (of, tone) = said_of(tested.shown);
        Some(Row { dots: vec![dot(&name, found, scale, (of, tone), lang)], name })
    };
    let rows: Vec<Row> = report.mechanisms.iter().filter_map(row).collect();
    let x = Axis::of(lang.text("with less without, as a share of without"), Form::Percent);
    let [together, _] = report.corrected_for;
    let about = lang.fill(
        "What is with a mechanism less what is without it, on the objective it exists for, as a share of what is without it. \
         The line is the 95 % interval, corrected for the {} of this plot (Bonferroni, paired t).",
        &[&together],
    );
    let told = ("objectives".into(), lang.text("On the objective it exists for").into(), about);
    let charts =
        if rows.is_empty() { vec![] } else { vec![forest(told, x, Some(0.0), rows, lang)] };
    Section {
        id: "objectives".into(),
        title: lang.text("On the objective it exists for").into(),
        charts,
        tables: vec![on_objectives(&report.mechanisms, lang)],
        ..Section::default()
    }
}

fn dot(name: &str, found: &Difference, scale: f64, (of, tone): (&str, Tone), lang: Lang) -> Dot {
    let difference = with_interval(found.difference, found.interval, 4, true);
    let (with, without) = (format!("{:.4}", found.with), format!("{:.4}", found.without));
    Dot {
        of: of.into(),
        tone,
        value: found.difference / scale,
        reach: found.interval.map(|[low, high]| [low / scale, high / scale]),
        said: lang
            .fill("{}: with {}, without {}, difference {}", &[&name, &with, &without, &difference]),
    }
}

fn by_measure(report: &AblationReport, lang: Lang) -> Section {
    let told = |tested: &Tested, measure: Measure| {
        tested.told.iter().find(|told| told.measure == measure).cloned()
    };
    let measures: Vec<Measure> = Measure::TOLD
        .into_iter()
        .filter(|&measure| report.mechanisms.iter().any(|t| told(t, measure).is_some()))
        .collect();
    let chart = |measure: &Measure| -> Chart {
        let row = |tested: &Tested| {
            let found = told(tested, *measure)?;
            let name = tested.mechanism.name.clone();
            let sure = if found.sure() {
                ("more than chance", Tone::First)
            } else {
                ("may be chance", Tone::Quiet)
            };
            Some(Row { dots: vec![dot(&name, &found, 1.0, sure, lang)], name })
        };
        let rows = report.mechanisms.iter().filter_map(row).collect();
        let name = lang.text(measure.name());
        let told = (
            format!("measure-{}", slug(measure.name())),
            name.clone().into(),
            lang.text(measure.about()).into(),
        );
        let x = plain(lang.fill("with less without, {}", &[&name]));
        forest(told, x, Some(0.0), rows, lang)
    };
    let [_, together] = report.corrected_for;
    Section {
        id: "by-measure".into(),
        title: lang.text("With it less without it, on everything").into(),
        about: lang
            .fill("Intervals are corrected for the {} of these plots together.", &[&together]),
        charts: measures.iter().map(chart).collect(),
        choice: lang.text("Measure").into(),
        tables: vec![on_everything(report, &measures, lang)],
        ..Section::default()
    }
}

fn on_objectives(mechanisms: &[Tested], lang: Lang) -> Table {
    let columns = vec![
        Column::words(lang.text("mechanism")),
        Column::words(lang.text("without it")),
        Column::words(lang.text("objective")),
        Column::numbers(lang.text("with"), 4),
        Column::numbers(lang.text("without"), 4),
        Column::numbers(lang.text("difference"), 4),
        Column::numbers(lang.text("corrected interval"), 4),
        Column::numbers("p", 4),
        Column::words(lang.text("finding")),
        Column::words(lang.text("costs")),
    ];
    let row = |tested: &Tested| -> Vec<Cell> {
        let found = tested.objective_difference.as_ref();
        let costs: Vec<String> =
            tested.costs.iter().map(|m| lang.text(m.name()).into_owned()).collect();
        vec![
            tested.mechanism.name.clone().into(),
            lang.text(&tested.mechanism.without).into_owned().into(),
            lang.text(tested.mechanism.objective.name()).into_owned().into(),
            found.map(|d| d.with).into(),
            found.map(|d| d.without).into(),
            found.map(|d| d.difference).into(),
            found.and_then(|d| d.interval).into(),
            found.and_then(|d| d.p).into(),
            lang.text(said_of(tested.shown).0).into_owned().into(),
            costs.join(", ").into(),
        ]
    };
    Table {
        title: lang.text("Every mechanism on its objective").into(),
        columns,
        rows: mechanisms.iter().map(row).collect(),
        folded: false,
    }
}

fn on_everything(report: &AblationReport, measures: &[Measure], lang: Lang) -> Table {
    let mut columns = vec![Column::words(lang.text("mechanism"))];
    columns.extend(measures.iter().map(|m| Column::numbers(lang.text(m.name()), 4)));
    let row = |tested: &Tested| -> Vec<Cell> {
        let of = |measure: &Measure| -> Cell {
            let found = tested.told.iter().find(|told| told.measure == *measure);
            found.map(|found| found.difference).into()
        };
        let name = Cell::from(tested.mechanism.name.clone());
        [name].into_iter().chain(measures.iter().map(of)).collect()
    };
    Table {
        title: lang.text("Differences on everything").into(),
        columns,
        rows: report.mechanisms.iter().map(row).collect(),
        folded: true,
    }
}
