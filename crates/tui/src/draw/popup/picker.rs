//! A list to choose from: what is typed, and what of it fits.

use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::typed;
use crate::command::Picker;
use crate::draw::canvas::Canvas;
use crate::draw::drawn::{Drawn, Hit};
use crate::draw::layout::take;
use crate::draw::pen;
use crate::words::text;

pub(super) fn draw(canvas: Canvas, picker: &Picker) -> Drawn {
    let Canvas { view, theme, area, buf } = canvas;
    let mut drawn = Drawn::default();
    // As wide and high as all of them, so that it stays where it is while one types.
    let all = picker.choices.all();
    let names = all.iter().map(|c| text::width(&c.name)).max().unwrap_or(0).min(40);
    let abouts = all.iter().map(|c| text::width(&c.about)).max().unwrap_or(0);
    let title = view.say(picker.picking.title());
    let wide = (names + abouts + 2 + 2 + 2 + 4).max(text::width(&title) + 8);
    let size = (wide as u16, all.len() as u16 + 3);
    let sifted = !picker.choices.typed.text().is_empty();
    let count = picker.choices.found().len();
    let bottom = match sifted {
        true => Line::styled(
            format!(" {} ", view.fill("{} of {} fit", &[&count, &all.len()])),
            theme.faint,
        ),
        false => Line::default(),
    };
    let mut inside = pen::popup(buf, area, size, &title, bottom, theme);
    drawn.hit(inside, Hit::Popup);
    let head = take(&mut inside, 1);
    let line = typed::line(&picker.choices.typed, "/", theme, head.width.into());
    pen::line(buf, head, 0, line, theme.text);
    if count == 0 {
        let said = view.say("nothing found");
        pen::line(buf, inside, 0, Line::styled(said, theme.faint), Style::new());
    }
    let selected = picker.choices.selected();
    let rows = usize::from(inside.height);
    let first = (selected + 1).saturating_sub(rows);
    let found = picker.choices.found().enumerate().skip(first).take(rows);
    for (row, (i, choice)) in found.enumerate() {
        let chosen = i == selected;
        let style = if chosen { theme.selected } else { theme.text };
        let line = Line::from(vec![
            Span::styled(if chosen { "❯ " } else { "  " }, theme.accent),
            Span::styled(text::left(&choice.name, names), style),
            Span::styled(if choice.current { " ● " } else { "   " }, theme.good),
            Span::styled(text::clean(&choice.about).into_owned(), theme.faint),
        ]);
        pen::line(buf, inside, row as u16, line, Style::new());
        drawn.hit(Rect { y: inside.y + row as u16, height: 1, ..inside }, Hit::Choice(i));
    }
    drawn
}
