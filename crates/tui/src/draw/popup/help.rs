//! Every key, and what the screen's marks and words mean.

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::reading;
use crate::command::Context;
use crate::draw::canvas::Canvas;
use crate::draw::drawn::Drawn;
use crate::draw::glossary::TERMS;
use crate::theme::Theme;
use crate::view::View;
use crate::words::text;

/// Columns of keys and marks, the space after them included.
const KEYS: usize = 18;
/// From here on sections stand in two columns.
const WIDE: usize = 100;
/// The widest a column gets.
const COLUMN: usize = 78;
const GAP: usize = 3;

pub(super) fn draw(canvas: Canvas, scroll: usize) -> Drawn {
    let (view, theme, area) = (canvas.view, canvas.theme, canvas.area);
    let columns = reading::columns(area);
    let lines = if columns >= WIDE {
        let each = ((columns - GAP) / 2).min(COLUMN);
        beside(sections(view, each, theme), each)
    } else {
        sections(view, columns.min(COLUMN), theme).concat()
    };
    reading::draw(canvas, &view.say("Help"), lines, scroll)
}

type Section = Vec<Line<'static>>;

/// What the screen says, which no key tells; the keys of this view and of every view; those of other views and of
/// popups.
fn sections(view: &View, columns: usize, theme: &Theme) -> Vec<Section> {
    let own = Context::of_tab(view.tab);
    let others = Context::ALL.into_iter().filter(|context| Some(*context) != own);
    let contexts = own.into_iter().chain(others);
    let mut sections: Vec<Section> =
        contexts.map(|context| keys(view, context, columns, theme)).collect();
    sections.insert(0, words(view, columns, theme));
    sections
}

/// The keys of one context.
fn keys(view: &View, context: Context, columns: usize, theme: &Theme) -> Section {
    let mut lines = vec![Line::styled(view.say(context.name()).into_owned(), theme.title)];
    for (entry, keys) in view.keymap.of(context).filter(|(_, keys)| !keys.is_empty()) {
        let keys: Vec<String> = keys.iter().map(|key| key.shown(view.look.ascii)).collect();
        lines.extend(row(&keys.join(" "), &view.say(entry.about), columns, theme.accent));
    }
    lines.push(Line::default());
    lines
}

/// A text beside keys or a mark, neither of them cut.
fn row(lead: &str, about: &str, columns: usize, style: Style) -> Vec<Line<'static>> {
    let mut leads = text::wrap(lead, KEYS - 2, usize::MAX);
    let mut abouts = text::wrap(about, columns.saturating_sub(KEYS).max(1), usize::MAX);
    let rows = leads.len().max(abouts.len());
    leads.resize(rows, String::new());
    abouts.resize(rows, String::new());
    let line = |(lead, about): (String, String)| {
        Line::from(vec![Span::styled(text::left(&lead, KEYS), style), Span::raw(about)])
    };
    leads.into_iter().zip(abouts).map(line).collect()
}

/// What marks and words of the screen mean.
fn words(view: &View, columns: usize, theme: &Theme) -> Section {
    let mut lines = vec![Line::styled(view.say("What the screen says").into_owned(), theme.title)];
    for term in TERMS {
        lines.extend(row(
            &view.say(term.word),
            &view.say(term.about),
            columns,
            (term.style)(theme),
        ));
    }
    lines.push(Line::default());
    lines
}

/// Sections in two columns: what the screen says on the left, the keys beside it, and each of the others where there is
/// more room.
fn beside(sections: Vec<Section>, each: usize) -> Vec<Line<'static>> {
    let mut columns: [Section; 2] = Default::default();
    for section in sections {
        let shorter = usize::from(columns[1].len() < columns[0].len());
        columns[shorter].extend(section);
    }
    let [mut left, mut right] = columns.map(Vec::into_iter);
    let mut lines = Vec::new();
    loop {
        let (left, right) = (left.next(), right.next());
        if left.is_none() && right.is_none() {
            return lines;
        }
        let mut line = left.unwrap_or_default();
        let missing = (each + GAP).saturating_sub(line.width());
        line.push_span(Span::raw(" ".repeat(missing)));
        line.extend(right.unwrap_or_default());
        lines.push(line);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_columns_begin_at_the_top_and_are_filled() {
        let section = |(name, rows): (&'static str, usize)| -> Section {
            std::iter::once(name).chain(vec![""; rows - 1]).map(Line::raw).collect()
        };
        let sections = [("words", 56), ("keys", 55), ("a", 4), ("b", 12), ("c", 8), ("d", 3)];
        let rows: usize = sections.iter().map(|(_, rows)| rows).sum();
        let lines = beside(sections.map(section).into(), 10);
        assert_eq!(lines[0].to_string(), "words        keys");
        assert!(lines.len() <= rows.div_ceil(2) + 6, "{} lines of {rows}", lines.len());
        let all: String = lines.iter().map(Line::to_string).collect();
        assert!(["a", "b", "c", "d"].iter().all(|name| all.contains(name)), "{all}");
    }
}
