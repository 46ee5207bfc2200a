//! What `melody eval --json` found: a model judged by plays it has not learned from.

use melody_lab::reports::Judgement;
use melody_tui::Lang;

use super::ab::short;
use super::heads;
use crate::document::{Document, Part, facts};

/// The report of a judgement.
pub(crate) fn document(judged: &Judgement, lang: Lang) -> Document {
    let found = &judged.evaluation;
    let whose = match &judged.log {
        Some([folder, hash]) => format!("{folder} ({})", short(hash)),
        None => lang.text("simulated listeners").into(),
    };
    let split = judged.split.map_or("all", |split| split.name());
    let against = judged.against.as_deref();
    let sections = [
        Some(heads::reliability(&found.heads, lang)),
        Some(heads::figures(&found.heads, against, lang)),
        heads::slices(&found.heads, &found.slices, lang),
    ];
    Document {
        lang: lang.tag(),
        kind: lang.text("Judgement of a model").into(),
        title: match against {
            Some(other) => lang.fill("{} beside {}", &[&judged.model, &other]),
            None => lang.fill("How well {} foretells", &[&judged.model]),
        },
        summary: heads::summary(&found.heads, lang),
        facts: facts(
            lang,
            &[
                ("Model", format!("{} ({})", judged.model, short(&judged.weights_sha256))),
                ("Judged by", whose),
                ("Part", lang.text(split).into()),
                ("Listeners", found.listeners.to_string()),
                ("Plays", found.plays.to_string()),
                ("Listeners left out", left_out(judged.left_out)),
                ("Times drawn again", judged.resamples.to_string()),
                ("Seed", judged.seed.to_string()),
                ("Catalogue", format!("{} ({})", judged.catalogue, short(&judged.catalogue_hash))),
            ],
        ),
        parts: vec![Part { sections: sections.into_iter().flatten().collect(), ..Part::default() }],
        words: Vec::new(),
    }
}

fn left_out(listeners: usize) -> String {
    if listeners == 0 { String::new() } else { listeners.to_string() }
}
