//! The search popup: what is typed, and what is found.

use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::typed;
use crate::command::search::Hit;
use crate::command::{Search, Seeking};
use crate::draw::canvas::Canvas;
use crate::draw::drawn::Drawn;
use crate::draw::{drawn, pen};
use crate::theme::Theme;
use crate::view::View;
use crate::words::text;
use melody_core::event::Target;

pub(super) fn draw(canvas: Canvas, search: &Search) -> Drawn {
    let Canvas { view, theme, area, buf } = canvas;
    let mut drawn = Drawn::default();
    let found = match search.found {
        0 => view.say("nothing found").into_owned(),
        // In which order all there are stand, as long as no words say it.
        n if search.seeking != Seeking::Listen && search.typed.text().is_empty() => {
            view.fill("{} songs: those in the queue by place, then all by title", &[&n])
        }
        n => view.fill("{} found", &[&n]),
    };
    let height = (area.height * 3 / 4).max(8);
    let bottom = Line::styled(format!(" {found} "), theme.faint);
    let inside =
        pen::popup(buf, area, (76, height), &view.say(search.seeking.title()), bottom, theme);
    let input = typed::line(&search.typed, "/", theme, inside.width.into());
    pen::line(buf, inside, 0, input, Style::new());
    drawn.hit(inside, drawn::Hit::Popup);
    if inside.height < 3 {
        return drawn;
    }
    let list = Rect { y: inside.y + 2, height: inside.height - 2, ..inside };
    if search.hits.is_empty() {
        let said = view.say("Nothing sounds like that. Fewer letters find more.");
        pen::line(buf, list, 0, Line::styled(said, theme.faint), Style::new());
    }
    let rows = usize::from(list.height);
    let first = (search.selected + 1).saturating_sub(rows);
    for (row, (i, hit)) in search.hits.iter().enumerate().skip(first).take(rows).enumerate() {
        let line = result(view, hit, i == search.selected, theme, list.width.into());
        pen::line(buf, list, row as u16, line, Style::new());
        drawn.hit(Rect { y: list.y + row as u16, height: 1, ..list }, drawn::Hit::Choice(i));
    }
    drawn
}

fn result<'a>(view: &View, hit: &Hit, chosen: bool, theme: &Theme, columns: usize) -> Line<'a> {
    let style = if chosen { theme.selected } else { theme.text };
    let lead = Span::styled(if chosen { "❯ " } else { "  " }, theme.accent);
    let rest = columns.saturating_sub(2 + 3);
    if let Target::ArtistOf(_) = hit.target {
        return Line::from(vec![
            lead,
            Span::styled(hit.name().to_string(), style),
            Span::styled(format!("  {}", view.say("artist")), theme.faint),
        ]);
    }
    let genre = if rest >= 50 { 12 } else { 0 };
    let title = (rest.saturating_sub(genre)) * 3 / 5;
    let artist = rest.saturating_sub(genre + title);
    let song = &hit.song;
    Line::from(vec![
        lead,
        Span::styled(text::left(&song.title, title), style),
        Span::raw(" "),
        Span::raw(text::left(&song.artist, artist)),
        Span::raw(" "),
        Span::styled(text::left(&view.say(&song.genre), genre), theme.faint),
        Span::raw(" "),
    ])
}
