//! Two weights at once: a letter for each song, where it would stand first.

use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};

use super::crossing::name;
use crate::desk::Map;
use crate::draw::canvas::Canvas;
use crate::draw::layout::take;
use crate::draw::pen;
use crate::theme::Theme;
use crate::view::View;
use crate::words::text;

/// Columns of the labels on the left.
const LABELS: u16 = 6;
/// Columns of a song's line in the legend at least; narrower, the legend goes under the map.
const LEGEND: u16 = 34;
/// Songs with a letter; others are dots. P marks what is promoted.
const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOQRSTUVWXYZ";

pub(super) fn draw(mut canvas: Canvas, map: &Map) {
    let (view, theme) = (canvas.view, canvas.theme);
    let mut body = canvas.area;
    let [x, y] = map.sliders.map(|slider| name(view, slider));
    let head = view
        // Songs that are committed stand before it in the queue of now, and in none that a value leads to.
        .fill(
            "Which song a new request puts first: {} to the right, {} upwards",
            &[&view.say(x), &view.say(y)],
        );
    pen::line(canvas.buf, take(&mut body, 1), 0, Line::styled(head, theme.title), Style::new());
    let rows = map.points.len() as u16;
    let columns = map.points.first().map_or(0, Vec::len) as u16;
    // Cells of the map as wide as there is room for, so that it is no sliver.
    let beside = body.width >= LABELS + columns + LEGEND;
    let room = body.width.saturating_sub(LABELS + if beside { LEGEND } else { 0 });
    let wide = (room / columns.max(1)).clamp(1, 3);
    let Some(each) = evenly(rows, body.height.saturating_sub(2)).filter(|_| room >= columns) else {
        return;
    };
    let shown = (rows - 1) / each + 1;
    let each = usize::from(each);
    let chart = Rect { x: body.x + LABELS, width: columns * wide, height: shown, ..body };
    points(canvas.at(chart), map, (usize::from(wide), each));
    let labels = Rect { x: body.x, width: LABELS - 1, ..chart };
    for (row, value) in [(0, map.most.value()), (shown - 1, 0.0)] {
        let label = text::right(&format!("{value:.2}"), usize::from(LABELS) - 1);
        pen::line(canvas.buf, labels, row, Line::styled(label, theme.faint), Style::new());
    }
    let ends =
        format!("0.00{:>1$.2}", map.most.value(), usize::from(chart.width).saturating_sub(4));
    let under = Rect { y: chart.bottom(), height: 1, ..chart };
    pen::line(canvas.buf, under, 0, Line::styled(ends, theme.faint), Style::new());
    let place = if beside {
        Rect { x: chart.right() + 2, width: body.right().saturating_sub(chart.right() + 2), ..body }
    } else {
        let y = under.y + 1;
        Rect { x: body.x, y, width: body.width, height: body.bottom().saturating_sub(y) }
    };
    legend(canvas.at(place), map, each);
}

/// Every how many of so many rows are shown where there is room for fewer: as many as there is room for, evenly apart, the
/// first and the last among them. `None` where there is room for no two.
fn evenly(rows: u16, room: u16) -> Option<u16> {
    let gaps = rows.checked_sub(1)?;
    (1..=gaps).find(|each| gaps % each == 0 && gaps / each < room)
}

/// `each`: every how many rows of points one is shown.
fn points(canvas: Canvas, map: &Map, (wide, each): (usize, usize)) {
    let Canvas { view, theme, area, buf } = canvas;
    let now = view.now();
    let here = map.sliders.map(|slider| slider.value(&view.what_if.set, now).0);
    let here = map.nearest(here);
    let shown = usize::from(area.height);
    let of = |row: usize| row * each;
    let nearest = (0..shown).min_by_key(|row| of(*row).abs_diff(here.1)).unwrap_or(0);
    for row in 0..shown {
        let spans = map.points[of(row)].iter().enumerate().map(|(column, first)| {
            let here = row == nearest && column == here.0;
            // The sliders stand anywhere: what is first there is asked for by itself, and told as soon as it is known.
            let song = match here {
                true => standing(view, map),
                false => first.as_ref().map(|first| first.song),
            };
            let (letter, style) = match song {
                Some(song) => (letter(song), style(theme, song)),
                None => (' ', theme.faint),
            };
            let promoted = song.and_then(|song| map.songs.get(song)).is_some_and(|s| s.promoted);
            let clamped = first.as_ref().is_some_and(|first| first.clamped);
            let style = if clamped { style.add_modifier(Modifier::DIM) } else { style };
            let style = if promoted { style.add_modifier(Modifier::UNDERLINED) } else { style };
            let style =
                if here { style.add_modifier(Modifier::REVERSED | Modifier::BOLD) } else { style };
            // A promoted song has its sign in the last column, where a cell has more than one.
            let mark = promoted && wide > 1;
            let fill = wide - usize::from(mark);
            let cell = match here {
                true => format!("{letter:<fill$}"),
                false => letter.to_string().repeat(fill),
            };
            let cell = if mark { cell + "P" } else { cell };
            Span::styled(cell, style)
        });
        pen::line(buf, area, row as u16, Line::from(spans.collect::<Vec<_>>()), Style::new());
    }
}

/// The song that is first where the sliders stand, by its place in the map; one beyond all that are first at a point, where it is none
/// of those.
fn standing(view: &View, map: &Map) -> Option<usize> {
    let preview = view.what_if.preview.as_ref();
    let preview = preview.filter(|preview| preview.overrides == view.what_if.set)?;
    let first = &preview.queue.first()?.song.id;
    Some(map.songs.iter().position(|song| song.id == *first).unwrap_or(LETTERS.len()))
}

/// What a cell stands for, in lines.
fn about(view: &View, [x, y]: [f64; 2], columns: usize, rows: usize) -> Vec<String> {
    let [x, y] = [x, y].map(|apart| format!("{apart:.3}"));
    let said = view.fill(
        "a cell: the ranking at its own values, {} and {} apart; reversed: the sliders' own, between them too; dim: clamped; P: promoted",
        &[&x, &y],
    );
    text::wrap(&said, columns, rows)
}

fn legend(canvas: Canvas, map: &Map, each: usize) {
    let Canvas { view, theme, area, buf } = canvas;
    // Of the points that are shown.
    let firsts = || map.points.iter().step_by(each).flatten().flatten();
    let all = firsts().count();
    let songs =
        map.songs.iter().enumerate().map(|(place, song)| {
            (place, song, firsts().filter(|first| first.song == place).count())
        });
    let here = standing(view, map);
    let shown = songs.filter(|(place, _, points)| *points > 0 || here == Some(*place));
    let songs: Vec<_> = shown.collect();
    let rows = usize::from(area.height);
    // What a cell stands for comes before songs that are first hardly anywhere.
    let [x, y] = map.apart();
    let apart = [x, y * each as f64];
    let about = about(view, apart, area.width.into(), (rows / 2).clamp(1, 5));
    let listed = songs.len().min(rows.saturating_sub(about.len()));
    for (row, &(place, song, points)) in songs.iter().enumerate().take(listed) {
        let share = 100.0 * points as f64 / all.max(1) as f64;
        let title = usize::from(area.width).saturating_sub(11);
        let line = Line::from(vec![
            Span::styled(letter(place).to_string(), style(theme, place)),
            Span::styled(if song.promoted { " P " } else { "   " }, theme.promoted),
            Span::styled(text::left(&song.title, title), theme.text),
            Span::styled(format!(" {share:>3.0} %"), theme.faint),
        ]);
        pen::line(buf, area, row as u16, line, Style::new());
    }
    for (row, said) in (listed..).zip(about) {
        pen::line(buf, area, row as u16, Line::styled(said, theme.faint), Style::new());
    }
}

fn letter(song: usize) -> char {
    LETTERS.get(song).map_or('·', |letter| char::from(*letter))
}

/// Neighbours differ in colour, and all differ in their letters.
fn style(theme: &Theme, song: usize) -> Style {
    let all = [theme.interest, theme.subscription, theme.exposure, theme.new, theme.up, theme.down];
    all[song % all.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_that_are_shown_are_evenly_apart_and_reach_both_ends() {
        let each = |room| evenly(13, room);
        assert_eq!([each(20), each(13), each(12)], [Some(1), Some(1), Some(2)]);
        assert_eq!([each(9), each(6), each(2)], [Some(2), Some(3), Some(12)]);
        assert_eq!(each(1), None);
    }
}
