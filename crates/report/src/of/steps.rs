//! Every step with its numbers, and the ledger of every song that waits at it.

use melody_recommender::engine::{QueueEntry, Trace};
use melody_recommender::ranking::Node;
use melody_tui::Lang;

use crate::document::{Cell, Column, Place, Step, Table};

/// Milliseconds as minutes and seconds.
pub(crate) fn clock(ms: u64) -> String {
    format!("{}:{:02}", ms / 60_000, ms / 1000 % 60)
}

/// The steps, each with what decides and what is said of it.
pub(crate) fn table<'a>(
    traces: impl Iterator<Item = &'a Trace>,
    said: &[String],
    lang: Lang,
) -> Table {
    let numbers = |name: &str, digits| Column::numbers(lang.text(name), digits);
    let columns = vec![
        numbers("step", 0),
        Column::words(lang.text("time")),
        Column::words(lang.text("what happened")),
        numbers("alpha", 3),
        numbers("beta", 3),
        numbers("gamma", 3),
        Column::words(lang.text("arm")),
        numbers("target", 3),
        numbers("cap", 3),
        numbers("served", 3),
        numbers("guardrail level", 0),
    ];
    let row = |(trace, said): (&Trace, &String)| -> Vec<Cell> {
        vec![
            f64::from(trace.step).into(),
            clock(trace.at_ms).into(),
            said.clone().into(),
            trace.weights.alpha.value.into(),
            trace.weights.beta.value.into(),
            trace.weights.gamma.value.into(),
            lang.text(&trace.bandit.arm).into_owned().into(),
            trace.promotion.target.into(),
            trace.promotion.cap.into(),
            trace.promotion.served().into(),
            f64::from(trace.guardrail.level).into(),
        ]
    };
    Table {
        title: lang.text("All steps").into(),
        columns,
        rows: traces.zip(said).map(row).collect(),
        folded: true,
    }
}

/// The steps, each with the ledgers of its queue.
pub(crate) fn ledgers<'a>(
    traces: impl Iterator<Item = &'a Trace>,
    said: &[String],
    lang: Lang,
) -> Vec<Step> {
    let step = |(trace, said): (&Trace, &String)| Step {
        step: trace.step,
        at: clock(trace.at_ms),
        said: said.clone(),
        queue: trace.queue.iter().map(|entry| place(entry, lang)).collect(),
    };
    traces.zip(said).map(step).collect()
}

fn place(entry: &QueueEntry, lang: Lang) -> Place {
    Place {
        position: entry.position,
        was: entry.was,
        title: entry.song.title.clone(),
        artist: entry.song.artist.clone(),
        promoted: entry.promoted,
        ledger: in_words(&entry.ledger.score, lang),
    }
}

/// A part with its names and sentences in the reader's language; values stay.
fn in_words(node: &Node, lang: Lang) -> Node {
    Node {
        name: lang.text(&node.name).into(),
        value: node.value,
        how: lang.text(&node.how).into(),
        children: node.children.iter().map(|child| in_words(child, lang)).collect(),
    }
}
