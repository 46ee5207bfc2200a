//! What `melody eval --protocol global-time --json` found: methods judged by what came after a moment.

use melody_lab::global_time::{DEPTHS, Figures, Judged, Part as Plays, Row as Method};
use melody_tui::Lang;

use super::forest::{Dot, Row, forest};
use crate::chart::{Axis, Chart, Form, Tone};
use crate::document::{Cell, Column, Document, Part, Section, Table, facts};

/// A figure: its name, and its value at one of the depths.
type Figure = (&'static str, fn(&Figures, usize) -> f64);

/// The report of a cut in time.
pub(crate) fn document(judged: &Judged, lang: Lang) -> Document {
    let figures: [Figure; 2] =
        [("NDCG", |f, depth| f.ndcg[depth]), ("recall", |f, depth| f.recall[depth])];
    let charts = figures.iter().flat_map(|(name, of)| {
        let each = DEPTHS.iter().enumerate();
        each.map(move |(depth, songs)| {
            chart(judged, &format!("{name}@{songs}"), &|figures| of(figures, depth), lang)
        })
    });
    let section = Section {
        id: "methods".into(),
        title: lang.text("By method").into(),
        about: lang
            .text("Lists of songs made from what came before the cut, judged by what listeners played after it.")
            .into(),
        charts: charts.collect(),
        choice: lang.text("Figure").into(),
        tables: vec![table(judged, lang)],
        ..Section::default()
    };
    Document {
        lang: lang.tag(),
        kind: lang.text("A cut in time").into(),
        title: lang.text("What foretells the last day").into(),
        summary: Vec::new(),
        facts: facts(
            lang,
            &[
                ("Plays", judged.plays.to_string()),
                ("Listeners", judged.listeners.to_string()),
                ("Learned from", lang.fill("{} plays", &[&judged.learned_from])),
                ("Songs", judged.songs.to_string()),
                ("Listeners asked", judged.asked.to_string()),
                ("Days foretold", judged.days.to_string()),
                ("Songs to be foretold", judged.relevant.to_string()),
                ("Never heard before", judged.unheard.to_string()),
            ],
        ),
        parts: vec![Part { sections: vec![section], ..Part::default() }],
        words: Vec::new(),
    }
}

fn said_of(plays: Plays) -> (&'static str, Tone) {
    match plays {
        Plays::All => ("all plays", Tone::First),
        Plays::Organic => ("organic", Tone::Third),
        Plays::Recommended => ("recommended", Tone::Second),
    }
}

fn chart(judged: &Judged, name: &str, of: &dyn Fn(&Figures) -> f64, lang: Lang) -> Chart {
    let row = |method: &Method| {
        let dot = |figures: &Figures| {
            let (which, tone) = said_of(figures.part);
            let value = of(figures);
            let said =
                format!("{} · {}: {name} {value:.4}", lang.text(&method.method), lang.text(which));
            Dot { of: which.into(), tone, value, reach: None, said }
        };
        let dots = method.parts.iter().map(dot).collect();
        Row { name: lang.text(&method.method).into(), dots }
    };
    let told = (name.to_lowercase().replace('@', "-at-"), name.to_string(), String::new());
    forest(told, Axis::of(name, Form::Plain), None, judged.rows.iter().map(row).collect(), lang)
}

fn table(judged: &Judged, lang: Lang) -> Table {
    let mut columns = vec![
        Column::words(lang.text("method")),
        Column::words(lang.text("plays")),
        Column::numbers(lang.text("listeners"), 0),
    ];
    for figure in ["NDCG", "recall", "coverage"] {
        let of = |songs| Column::numbers(format!("{}@{songs}", lang.text(figure)), 4);
        columns.extend(DEPTHS.map(of));
    }
    let rows = judged.rows.iter().flat_map(|method| {
        method.parts.iter().map(move |figures| -> Vec<Cell> {
            let values = [figures.ndcg, figures.recall, method.coverage].into_iter().flatten();
            let first: [Cell; 3] = [
                lang.text(&method.method).into_owned().into(),
                lang.text(said_of(figures.part).0).into_owned().into(),
                figures.listeners.into(),
            ];
            first.into_iter().chain(values.map(Cell::Number)).collect()
        })
    });
    Table { title: lang.text("All figures").into(), columns, rows: rows.collect(), folded: false }
}
