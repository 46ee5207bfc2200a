//! A question: what would be lost, and how to keep it.

use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::command::{Confirm, Context, Proposal};
use crate::draw::canvas::Canvas;
use crate::draw::drawn::{Drawn, Hit};
use crate::draw::pen;
use crate::view::View;
use crate::words::text;

/// Columns of the question.
const COLUMNS: u16 = 58;
/// Rows a text may take.
const ROWS: usize = 3;

pub(super) fn draw(canvas: Canvas, confirm: &Confirm) -> Drawn {
    let Canvas { view, theme, area, buf } = canvas;
    let mut drawn = Drawn::default();
    let columns = usize::from(COLUMNS.min(area.width.saturating_sub(2)).saturating_sub(4)).max(1);
    let (asks, loses) = asked(view, confirm);
    let keeps = match &confirm.kept {
        Some(said) => said.clone(),
        None => view.say("`w` writes the session as a script first, to open again.").into(),
    };
    let mut lines: Vec<Line> = Vec::new();
    let wrapped = |text: &str, style| {
        let rows = text::wrap(text, columns, ROWS);
        rows.into_iter().map(move |row| Line::styled(row, style))
    };
    lines.extend(wrapped(&loses, theme.strong));
    lines.extend(wrapped(&keeps, if confirm.kept.is_some() { theme.good } else { theme.faint }));
    lines.push(Line::default());
    let mut keys = Line::default();
    let mut hits = Vec::new();
    for (entry, bound) in view.keymap.of(Context::Confirm).filter(|(entry, _)| entry.footer > 0) {
        let Some(key) = bound.first() else { continue };
        let x = keys.width() as u16;
        keys.push_span(Span::styled(key.shown(view.look.ascii), theme.accent));
        keys.push_span(Span::raw(format!(" {}   ", view.say(entry.name))));
        hits.push((x, keys.width() as u16 - x, entry.command));
    }
    lines.push(keys);
    let size = (COLUMNS, lines.len() as u16 + 2);
    let inside = pen::popup(buf, area, size, &asks, Line::default(), theme);
    drawn.hit(inside, Hit::Popup);
    // The keys stay in sight however little fits.
    let keys = lines.pop();
    let last = inside.height.saturating_sub(1);
    pen::lines(buf, Rect { height: last, ..inside }, lines);
    if let Some(keys) = keys {
        pen::line(buf, inside, last, keys, theme.text);
    }
    for (x, width, command) in hits.into_iter().filter(|_| inside.height > 0) {
        let place = Rect { x: inside.x + x, y: inside.y + last, width, height: 1 };
        drawn.hit(place.intersection(inside), Hit::Command(command));
    }
    drawn
}

/// The question, and what the answer yes loses.
fn asked(view: &View, confirm: &Confirm) -> (String, String) {
    let lost: &dyn std::fmt::Display = &confirm.lost;
    match &confirm.proposal {
        Proposal::Rewind { to } => (
            view.fill("Go back to step {}?", &[to]),
            view.fill("The {} events after it are taken back. `U` puts them back until something else happens.", &[lost]),
        ),
        Proposal::Open { name } => (
            view.fill("Open {}?", &[name]),
            view.fill("It takes the place of this session. {} events so far are given up.", &[lost]),
        ),
        Proposal::Quit => (
            view.say("Leave?").into(),
            view.fill("This session, {} events so far, is given up.", &[lost]),
        ),
        Proposal::Listener { who, .. } => (
            view.fill("Let {} listen?", &[who]),
            view.fill("A new session begins. This one, {} events so far, is given up.", &[lost]),
        ),
    }
}
