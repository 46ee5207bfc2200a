//! What `melody train --compare` found: ways of training, each with several seeds.

use std::collections::BTreeMap;

use melody_lab::reports::{Comparison, Estimate};
use melody_tui::Lang;

use super::forest::{Dot, Row, forest, slug, with_interval};
use crate::chart::{Axis, Chart, Form, Tone};
use crate::document::{Cell, Column, Document, Part, Section, Table, facts};

/// Of each way, in the order they were trained: its AUCs by output, one a seed.
type Ways = Vec<(String, BTreeMap<String, Vec<f64>>)>;

/// The report of a comparison of ways of training.
pub(crate) fn document(compared: &Comparison, lang: Lang) -> Document {
    let ways = ways(compared);
    let mut labels: Vec<String> = Vec::new();
    for label in compared.runs.iter().flat_map(|run| run.heads.iter().map(|(label, _)| label)) {
        if !labels.contains(label) {
            labels.push(label.clone());
        }
    }
    let config = &compared.config;
    let section = Section {
        id: "ways".into(),
        title: lang.text("AUC by output").into(),
        about: lang.text("Means over seeds; the line is Student's 95 % interval.").into(),
        charts: labels.iter().map(|label| chart(label, &ways, lang)).collect(),
        choice: lang.text("Output").into(),
        tables: vec![table(&labels, &ways, lang)],
        ..Section::default()
    };
    Document {
        lang: lang.tag(),
        kind: lang.text("Ways of training").into(),
        title: lang.text("Ways of training, compared").into(),
        summary: Vec::new(),
        facts: facts(
            lang,
            &[
                ("Ways", ways.len().to_string()),
                ("Seeds", compared.seeds.len().to_string()),
                ("Listeners", config.listeners.to_string()),
                ("Measured on", lang.fill("{} other listeners", &[&config.test_listeners])),
                ("Epochs, at most", config.epochs.to_string()),
            ],
        ),
        parts: vec![Part { sections: vec![section], ..Part::default() }],
        words: Vec::new(),
    }
}

fn ways(compared: &Comparison) -> Ways {
    let mut ways: Ways = Vec::new();
    for run in &compared.runs {
        let name = run.variant.to_string();
        let place = ways.iter().position(|(known, _)| *known == name).unwrap_or_else(|| {
            ways.push((name, BTreeMap::new()));
            ways.len() - 1
        });
        for (label, figures) in &run.heads {
            ways[place].1.entry(label.clone()).or_default().push(figures.auc);
        }
    }
    ways
}

/// The mean, and its interval where there are seeds enough for one.
fn estimate(values: &[f64]) -> Option<(f64, Option<[f64; 2]>)> {
    let Estimate { mean, half_width } = Estimate::new(values)?;
    let reach = half_width.is_finite().then_some([mean - half_width, mean + half_width]);
    Some((mean, reach))
}

fn chart(label: &str, ways: &Ways, lang: Lang) -> Chart {
    let row = |(name, aucs): &(String, BTreeMap<String, Vec<f64>>)| {
        let (value, reach) = estimate(aucs.get(label)?)?;
        let said = format!("{name}: AUC {}", with_interval(value, reach, 4, false));
        let dot = Dot { of: "mean over seeds".into(), tone: Tone::First, value, reach, said };
        Some(Row { name: name.clone(), dots: vec![dot] })
    };
    let told = (format!("ways-{}", slug(label)), lang.text(label).into_owned(), String::new());
    let rows = ways.iter().filter_map(row).collect();
    forest(told, Axis::of("AUC", Form::Plain), None, rows, lang)
}

fn table(labels: &[String], ways: &Ways, lang: Lang) -> Table {
    let mut columns = vec![Column::words(lang.text("way"))];
    columns.extend(labels.iter().map(|label| Column::numbers(lang.text(label), 4)));
    let row = |(name, aucs): &(String, BTreeMap<String, Vec<f64>>)| -> Vec<Cell> {
        let of = |label: &String| -> Cell {
            aucs.get(label).and_then(|aucs| estimate(aucs)).map(|(mean, _)| mean).into()
        };
        [Cell::from(name.clone())].into_iter().chain(labels.iter().map(of)).collect()
    };
    Table {
        title: lang.text("Mean AUC of every way").into(),
        columns,
        rows: ways.iter().map(row).collect(),
        folded: false,
    }
}
