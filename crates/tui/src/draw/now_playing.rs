//! The song that plays, and how far it has come.

use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::canvas::Canvas;
use super::pen;
use crate::theme::Theme;
use crate::view::View;
use crate::words::text;

pub(crate) fn draw(canvas: Canvas, framed: bool) {
    let Canvas { view, theme, area, buf } = canvas;
    let inside = if framed && area.height >= 4 {
        pen::frame(buf, area, &view.say("Now playing"), theme)
    } else {
        Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area }
    };
    pen::line(buf, inside, 0, song(view, theme, inside.width.into()), Style::new());
    pen::line(buf, inside, 1, progress(view, theme, inside.width.into()), Style::new());
}

/// What plays in one line, for the views that are about something else.
pub(crate) fn draw_line(canvas: Canvas) {
    let Canvas { view, theme, area, buf } = canvas;
    let inside = Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
    let columns = usize::from(inside.width);
    let bar = if columns >= 50 { columns * 2 / 5 } else { 0 };
    let mut line = song(view, theme, columns.saturating_sub(bar + 2));
    if bar > 0 {
        line.push_span(Span::raw("  "));
        line.extend(progress(view, theme, bar).spans);
    }
    pen::line(buf, inside, 0, line, Style::new());
}

/// What is said behind the title, as many whole marks as fit. That the song is promoted is never what is left out: where
/// its campaign has no room, `P` alone goes first.
fn marks<'a>(view: &View, theme: &Theme, columns: usize) -> Line<'a> {
    let promoted = view.now().playing.song.campaign.as_deref();
    let (all, needed) = all_marks(view, theme);
    let wide = all[..needed].iter().flatten().map(Span::width).sum::<usize>();
    if promoted.is_none() || wide + 2 * needed.saturating_sub(1) <= columns {
        return pen::joined(all, columns);
    }
    let mut short = vec![vec![Span::styled("P", theme.promoted)]];
    short
        .extend(all.into_iter().enumerate().filter(|(i, _)| i + 1 != needed).map(|(_, mark)| mark));
    pen::joined(short, columns)
}

/// All that can be said of what plays, the most important first, and how many of them reach up to its campaign.
fn all_marks<'a>(view: &View, theme: &Theme) -> (Vec<Vec<Span<'a>>>, usize) {
    let now = &view.now().playing;
    let song = &now.song;
    let mut marks: Vec<Vec<Span>> = Vec::new();
    let mut needed = 0;
    let mut mark = |text: String, style| marks.push(vec![Span::styled(text, style)]);
    if now.liked {
        mark(format!("♥ {}", view.say("liked")), theme.liked);
    }
    if now.saved {
        mark(format!("+ {}", view.say("saved")), theme.liked);
    }
    // Why a song ends early comes before who promotes it.
    if song.premium {
        let whole = text::clock(song.duration_ms.into());
        let said = match now.preview_ms {
            Some(_) => view.fill("preview of {}", &[&whole]),
            None => view.say("premium").into(),
        };
        mark(format!("* {said}"), theme.premium);
    }
    if let Some(campaign) = &song.campaign {
        mark(format!("P {campaign}"), theme.promoted);
        needed = marks.len();
    }
    let mut mark = |text: String, style| marks.push(vec![Span::styled(text, style)]);
    mark(view.say(&song.genre).into(), theme.faint);
    if now.replayed {
        mark(view.say("again").into(), theme.faint);
    } else if now.opened {
        mark(view.say("opened").into(), theme.faint);
    }
    (marks, needed)
}

/// Title and artist, cut as far as the marks behind them need.
fn song<'a>(view: &'a View, theme: &Theme, columns: usize) -> Line<'a> {
    let song = &view.now().playing.song;
    let marks = marks(view, theme, columns / 2);
    let symbol = if view.playing && !view.past { "▶ " } else { "‖ " };
    let room = columns.saturating_sub(marks.width() + 2 + 2);
    let title = text::truncate(&song.title, room).into_owned();
    let rest = room.saturating_sub(text::width(&title));
    let mut line =
        Line::from(vec![Span::styled(symbol, theme.accent), Span::styled(title, theme.strong)]);
    if rest >= 6 {
        let artist = text::truncate(&song.artist, rest - 3).into_owned();
        line.push_span(Span::styled(format!(" · {artist}"), theme.text));
    }
    let gap = columns.saturating_sub(line.width() + marks.width());
    line.push_span(Span::raw(" ".repeat(gap)));
    line.extend(marks.spans);
    line
}

fn progress<'a>(view: &View, theme: &Theme, columns: usize) -> Line<'a> {
    let duration = view.now().playing.length_ms().max(1);
    let heard = view.head.heard_ms.min(duration);
    let (from, to) = (text::clock(heard.into()), text::clock(duration.into()));
    // Both times take the same room, so that the bar does not jump.
    let from = text::right(&from, to.len());
    let room = columns.saturating_sub(from.len() + to.len() + 2);
    // To half a cell, which is as smooth as this line gets.
    let halves = (u64::from(heard) * 2 * room as u64 / u64::from(duration)) as usize;
    let (filled, half) = (halves / 2, halves % 2);
    let foretold = view.now().playing.heads.map(|heads| heads.play_ratio.value().clamp(0.0, 1.0));
    let foretold = foretold.map(|share| (share * room.saturating_sub(1) as f64).round() as usize);
    let mut spans = vec![Span::raw(from), Span::raw(" ")];
    spans.extend((0..room).map(|cell| match cell {
        // How far the model thought it would be heard.
        cell if Some(cell) == foretold => Span::styled("┃", theme.interest),
        cell if cell < filled => Span::styled("━", theme.accent),
        cell if cell < filled + half => Span::styled("╸", theme.accent),
        _ => Span::styled("─", theme.faint),
    }));
    spans.extend([Span::raw(" "), Span::styled(to, theme.faint)]);
    Line::from(spans)
}
