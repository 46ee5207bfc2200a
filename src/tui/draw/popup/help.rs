//! Every key, and what the screen's marks mean.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::tui::command::Context;
use crate::tui::draw::{Drawn, Hit, pen};
use crate::tui::text;
use crate::tui::theme::Theme;
use crate::tui::view::View;

/// Columns of the keys.
const KEYS: usize = 18;

pub fn draw(view: &View, scroll: usize, theme: &Theme, area: Rect, buf: &mut Buffer) -> Drawn {
    scrolled(lines(view, theme), scroll, &view.say("Help"), theme, area, buf)
}

/// Draws lines in a popup, from `scroll` on.
fn scrolled(
    lines: Vec<Line>,
    scroll: usize,
    title: &str,
    theme: &Theme,
    area: Rect,
    buf: &mut Buffer,
) -> Drawn {
    let wide = lines.iter().map(Line::width).max().unwrap_or(0) as u16 + 4;
    let size = (wide.max(40), lines.len() as u16 + 2);
    let inside_height = size.1.min(area.height.saturating_sub(2)).saturating_sub(2);
    let limit = lines.len().saturating_sub(inside_height.into());
    let scroll = scroll.min(limit);
    let said = match limit {
        0 => Line::default(),
        _ => {
            let from = scroll + 1;
            let to = scroll + usize::from(inside_height);
            Line::styled(format!(" {from}-{to} of {} ", lines.len()), theme.faint)
        }
    };
    let inside = pen::popup(buf, area, size, title, said, theme);
    pen::lines(buf, inside, lines.into_iter().skip(scroll));
    Drawn { scroll_limit: limit, hits: vec![(inside, Hit::Popup)] }
}

fn lines(view: &View, theme: &Theme) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    for context in Context::ALL {
        if !lines.is_empty() {
            lines.push(Line::default());
        }
        lines.push(Line::styled(view.say(context.name()).into_owned(), theme.title));
        for (entry, keys) in view.keymap.of(context) {
            let keys: Vec<String> = keys.iter().map(|key| key.shown()).collect();
            lines.push(Line::from(vec![
                Span::styled(text::left(&keys.join(" "), KEYS), theme.accent),
                Span::raw(view.say(entry.about).into_owned()),
            ]));
        }
    }
    lines.push(Line::default());
    lines.push(Line::styled(view.say("Marks").into_owned(), theme.title));
    let marks = [
        ("P", "promoted: placed when promotion is due, not by score", theme.promoted),
        ("*", "premium: a preview, for listeners without a subscription", theme.premium),
        ("▲2 ▼1 new", "places moved by the last event, over and above moving up", theme.up),
        ("α", "interest: weight times the interest head's score", theme.interest),
        ("β", "subscription: weight times the subscription head's score", theme.subscription),
        ("γ", "exposure: weight times the exposure head's score", theme.exposure),
        ("+", "what adjustments add: streaks, searches, novelty", theme.boost),
        ("-", "what adjustments take away, left of zero", theme.loss),
        (".63/.65", "a part of the bandit's reward, and what is usual", theme.text),
        ("▲ ▼", "in the promotion chart: the guardrail acts, lets go", theme.warning),
    ];
    for (mark, about, style) in marks {
        lines.push(Line::from(vec![
            Span::styled(text::left(mark, KEYS), style),
            Span::raw(view.say(about).into_owned()),
        ]));
    }
    lines
}
