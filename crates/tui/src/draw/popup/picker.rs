//! A list to choose from.

use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::command::Picker;
use crate::draw::canvas::Canvas;
use crate::draw::drawn::{Drawn, Hit};
use crate::draw::pen;
use crate::words::text;

pub(super) fn draw(canvas: Canvas, picker: &Picker) -> Drawn {
    let Canvas { view, theme, area, buf } = canvas;
    let mut drawn = Drawn::default();
    let names = picker.choices.iter().map(|c| text::width(&c.name)).max().unwrap_or(0).min(40);
    let abouts = picker.choices.iter().map(|c| text::width(&c.about)).max().unwrap_or(0);
    let title = view.say(picker.picking.title());
    let wide = (names + abouts + 2 + 2 + 2 + 4).max(text::width(&title) + 8);
    let size = (wide as u16, picker.choices.len() as u16 + 2);
    let inside = pen::popup(buf, area, size, &title, Line::default(), theme);
    drawn.hit(inside, Hit::Popup);
    let rows = usize::from(inside.height);
    let first = (picker.selected + 1).saturating_sub(rows);
    for (row, (i, choice)) in picker.choices.iter().enumerate().skip(first).take(rows).enumerate() {
        let chosen = i == picker.selected;
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
