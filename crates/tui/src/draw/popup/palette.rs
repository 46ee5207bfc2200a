//! The command palette: what is typed, and what can be done.

use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::typed;
use crate::command::{Offer, Palette};
use crate::draw::canvas::Canvas;
use crate::draw::drawn::{Drawn, Hit};
use crate::draw::layout::take;
use crate::draw::pen;
use crate::theme::Theme;
use crate::words::text;

const COLUMNS: u16 = 104;
/// From here on each line has its sentence beside it; under all of them stands the selected one's.
const WIDE: u16 = 90;
/// Rows of that sentence.
const SENTENCE: u16 = 2;
/// Columns of a name and of keys at most.
const MOST: (usize, usize) = (26, 20);

pub(super) fn draw(canvas: Canvas, palette: &Palette) -> Drawn {
    let Canvas { view, theme, area, buf } = canvas;
    let mut drawn = Drawn::default();
    let count = palette.found().len();
    let found = match count {
        0 => view.say("nothing found").into_owned(),
        n => view.fill("{} found", &[&n]),
    };
    let size = (COLUMNS, (area.height * 3 / 4).max(10));
    let bottom = Line::styled(format!(" {found} "), theme.faint);
    let mut inside = pen::popup(buf, area, size, &view.say("Commands"), bottom, theme);
    drawn.hit(inside, Hit::Popup);
    let head = take(&mut inside, 1);
    pen::line(buf, head, 0, typed::line(&palette.typed, ":", theme, head.width.into()), theme.text);
    if inside.height > 6 {
        take(&mut inside, 1);
    }
    if count == 0 {
        let said = view.say("No command is called that.");
        pen::line(buf, inside, 0, Line::styled(said, theme.faint), Style::new());
    }
    let wide = inside.width >= WIDE;
    if !wide && inside.height > SENTENCE + 1 {
        inside.height -= SENTENCE;
        if let Some(offer) = palette.chosen() {
            let place = Rect { y: inside.bottom(), height: SENTENCE, ..inside };
            let rows = text::wrap(&offer.about, place.width.into(), SENTENCE.into());
            pen::lines(buf, place, rows.into_iter().map(|row| Line::styled(row, theme.faint)));
        }
    }
    let ascii = view.look.ascii;
    let columns = Columns::new(palette, usize::from(inside.width), (wide, ascii));
    let rows = usize::from(inside.height);
    let first = (palette.selected() + 1).saturating_sub(rows);
    for (row, (i, offer)) in palette.found().enumerate().skip(first).take(rows).enumerate() {
        let line = line(offer, i == palette.selected(), &columns, theme);
        pen::line(buf, inside, row as u16, line, Style::new());
        drawn.hit(Rect { y: inside.y + row as u16, height: 1, ..inside }, Hit::Choice(i));
    }
    drawn
}

/// Columns of a line after its mark.
struct Columns {
    name: usize,
    /// Of the sentence, or of nothing.
    about: usize,
    keys: usize,
    wide: bool,
    /// Whether keys are told without arrows.
    ascii: bool,
}

impl Columns {
    fn new(palette: &Palette, columns: usize, (wide, ascii): (bool, bool)) -> Self {
        let room = columns.saturating_sub(2 + 2 + 2);
        let widest = |of: &dyn Fn(&Offer) -> usize| palette.found().map(of).max().unwrap_or(0);
        let keys = widest(&|offer| text::width(&keys(offer, ascii))).min(MOST.1).min(room / 2);
        let name = widest(&|offer| text::width(&offer.name));
        let name = name.min(if wide { MOST.0 } else { room }).min(room - keys);
        Columns { name, about: room - keys - name, keys, wide, ascii }
    }
}

fn keys(offer: &Offer, ascii: bool) -> String {
    let names: Vec<String> = offer.keys.iter().map(|key| key.shown(ascii)).collect();
    names.join(" ")
}

fn line<'a>(offer: &'a Offer, chosen: bool, columns: &Columns, theme: &Theme) -> Line<'a> {
    let style = if chosen { theme.selected } else { theme.text };
    let about = if columns.wide { offer.about.as_str() } else { "" };
    Line::from(vec![
        Span::styled(if chosen { "❯ " } else { "  " }, theme.accent),
        Span::styled(text::left(&offer.name, columns.name), style),
        Span::styled(if offer.current { " ●" } else { "  " }, theme.good),
        Span::raw("  "),
        Span::styled(text::left(about, columns.about), theme.faint),
        Span::styled(text::right(&keys(offer, columns.ascii), columns.keys), theme.accent),
    ])
}
