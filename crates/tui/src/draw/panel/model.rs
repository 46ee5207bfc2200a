//! The model in use, and what near-line learning made of it.

use std::fmt::Display;

use ratatui::text::{Line, Span};

use crate::draw::canvas::Canvas;
use crate::draw::pen;
use crate::theme::Theme;
use crate::view::View;
use melody_core::score::Score;

pub(crate) fn rows(_: &View, _: u16) -> u16 {
    4
}

pub(crate) fn draw(canvas: Canvas) {
    let Canvas { view, theme, area, buf } = canvas;
    let now = view.now();
    let (versions, near_line) = (&now.versions, &now.near_line);
    let hash: String = versions.model_hash.chars().take(8).collect();
    let version = [&versions.model as &dyn Display, &versions.model_number];
    let title = format!("{} · {}", view.say("Model"), view.fill("{} version {}", &version));
    let hash = Line::styled(format!(" {hash} "), theme.faint);
    let inside = pen::framed(buf, area, &title, hash, theme);
    let when = match near_line.due {
        Some(due) => view.fill("next at step {}", &[&due]),
        None if near_line.next_in == 1 => view.say("next in 1 play").into(),
        None => view.fill("next in {} plays", &[&near_line.next_in]),
    };
    let counts = Line::from(vec![
        Span::styled(view.fill("{} accepted", &[&near_line.accepted]), theme.good),
        Span::raw("  "),
        Span::raw(view.fill("{} refused", &[&near_line.refused])),
        Span::styled(format!("  {when}"), theme.faint),
    ]);
    pen::lines(buf, inside, [counts, last(view, inside.width.into(), theme)]);
}

/// The last update's losses, on what it was not shown and on what it was.
fn last<'a>(view: &View, columns: usize, theme: &Theme) -> Line<'a> {
    let update = view.traces.iter().rev().find_map(|trace| trace.near_line.update.as_ref());
    let Some(update) = update else {
        return Line::styled(
            view.say("no update from the newest plays yet").into_owned(),
            theme.faint,
        );
    };
    let (word, style) =
        if update.accepted { ("accepted", theme.good) } else { ("refused", theme.warning) };
    let loss = |name: &str, [before, after]: [Score; 2]| {
        vec![
            Span::styled(view.say(name).into_owned(), theme.faint),
            Span::raw(format!(" {before:.3}→{after:.3}")),
        ]
    };
    let groups = vec![
        vec![Span::styled(view.say(word).into_owned(), style)],
        loss("own", update.own_loss),
        loss("others'", update.held_back_loss),
    ];
    pen::joined(groups, columns)
}
