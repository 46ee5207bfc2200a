//! The queue: what comes next, how it moved, and what its scores are made of.

use std::fmt::Display;

use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::account::Parts;
use super::bar::{Part, stacked};
use super::canvas::Canvas;
use super::drawn::{Drawn, Hit};
use super::moves::Moving;
use super::unscored::Unscored;
use super::{account, moves, pen};
use crate::theme::Theme;
use crate::view::{Movement, View};
use crate::words::text;
use melody_core::score::Score;
use melody_recommender::engine::QueueEntry;

/// Widths of the columns that give way. The others are fixed.
struct Columns {
    /// Lines from old to new places; 0 where there is no room.
    moves: usize,
    title: usize,
    /// 0 where there is no room.
    artist: usize,
    genre: usize,
    bar: usize,
}

/// Columns of a title that lines of places leave it at least, and columns of those below which there are none.
const TITLE: usize = 24;
const LINES: usize = 5;
/// Columns of a title that leave room for a word behind it.
const WORD: usize = 10;
/// Selection mark, rank, movement, marks, the space after the title, and the score.
const FIXED: usize = 1 + 3 + 4 + 3 + 1 + 6;

impl Columns {
    fn new(columns: usize) -> Self {
        let genre = match columns {
            0..62 => 0,
            62..90 => 10,
            _ => 14,
        };
        let bar = if columns < 30 { 0 } else { (columns / 5).clamp(6, 40) };
        let moves = match columns {
            0..62 => 0,
            62..90 => 10,
            _ => 20,
        };
        let genres = if genre > 0 { genre + 1 } else { 0 };
        let rest = columns.saturating_sub(FIXED + moves + bar + genres);
        // Titles come before lines: these give what titles lack, and go where little would be left of them.
        let moves = moves.saturating_sub(TITLE.saturating_sub(rest));
        let moves = if moves < LINES { 0 } else { moves };
        let taken = FIXED + moves + bar + genres;
        let rest = columns.saturating_sub(taken);
        // Where the lines of places need the room, the account names the artist.
        let artist = if columns < 54 || rest < 30 { 0 } else { rest * 2 / 5 };
        let title = rest.saturating_sub(if artist > 0 { artist + 1 } else { 0 });
        Columns { moves, title, artist, genre, bar }
    }
}

/// How score becomes cells.
struct Scale {
    per_point: f64,
    /// Cells left of where bars begin, for what adjustments take away.
    below: usize,
    /// What every song of the queue has, part by part: bars begin behind it. Nothing where they begin at
    /// zero.
    common: Parts,
}

/// What the bars of a queue lie between.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Reach {
    /// Bars begin behind it, part by part.
    common: Parts,
    /// The most that any song has beyond that.
    above: Score,
    /// The most that is taken away of any.
    below: Score,
}

/// Steps over which bars keep to where they began.
const KEPT: u32 = 32;

impl Reach {
    fn of(parts: &[Parts], from_zero: bool) -> Self {
        let common = if from_zero { Parts::default() } else { Parts::common(parts) };
        let largest = |of: fn(&Parts) -> Score| parts.iter().map(of).max().unwrap_or_default();
        let above = largest(Parts::added) - common.added();
        Reach { common, above, below: largest(|p| p.loss) }
    }

    /// Of the newest of these queues, as it was kept from one to the next: bars do not jump where scores do not.
    fn kept(queues: impl Iterator<Item = Vec<Parts>>, from_zero: bool) -> Self {
        let next = |kept: Option<Reach>, parts: Vec<Parts>| {
            let own = Reach::of(&parts, from_zero);
            Some(kept.filter(|kept| kept.holds(&own)).unwrap_or(own))
        };
        queues.fold(None, next).unwrap_or_else(|| Reach::of(&[], from_zero))
    }

    /// Whether a queue of this reach can be drawn within it: no bar leaves its room, and what differs takes half of it.
    fn holds(&self, own: &Reach) -> bool {
        let all = |parts: &Parts| [parts.interest, parts.subscription, parts.exposure, parts.boost];
        let begins = all(&self.common).iter().zip(all(&own.common)).all(|(kept, own)| *kept <= own);
        let reaches = own.common.added() + own.above - self.common.added();
        let twice = own.above.value() * 2.0;
        begins && reaches <= self.above && own.below <= self.below && twice >= self.above.value()
    }
}

/// What the bars of the queue on screen lie between: kept for a while, and anew every so many steps, so that it does not
/// hang on how far back is known.
fn reach(view: &View, from_zero: bool) -> Reach {
    let since = view.now().step / KEPT * KEPT;
    let first = view.traces.iter().position(|trace| trace.step >= since).unwrap_or(0);
    let queues = view.traces[first..].iter().map(|trace| {
        trace.queue.iter().map(|entry| Parts::new(&entry.ledger)).collect::<Vec<Parts>>()
    });
    Reach::kept(queues.filter(|queue| !queue.is_empty()), from_zero)
}

impl Scale {
    fn new(reach: &Reach, cells: usize) -> Self {
        let common = reach.common;
        let (above, below) = (reach.above.value(), reach.below.value());
        let reach = above + below;
        let share = if reach > 0.0 { below / reach } else { 0.0 };
        let below = if share < 0.01 { 0 } else { ((cells as f64 * share).ceil() as usize).max(1) };
        let room = cells.saturating_sub(below) as f64;
        Scale { per_point: if above > 0.0 { room / above } else { 0.0 }, below, common }
    }
}

pub(crate) fn draw(mut canvas: Canvas, framed: bool) -> Drawn {
    let (view, theme, area) = (canvas.view, canvas.theme, canvas.area);
    let mut drawn = Drawn::default();
    // Where no frame says from where, bars begin at zero.
    let reach = reach(view, view.from_zero || !framed);
    let inside = if framed {
        let bottom = Line::from(Span::styled(funnel(view, area.width.into()), theme.frame));
        let title = view.say("Queue");
        let inside = pen::framed(canvas.buf, area, &title, bottom, theme);
        pen::aside(canvas.buf, area, &title, axis(view, &reach, theme), theme);
        inside
    } else {
        Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area }
    };
    if inside.height == 0 {
        return drawn;
    }
    let columns = Columns::new(inside.width.into());
    let (head, mut body) = (Rect { height: 1, ..inside }, inside);
    if inside.height >= 4 {
        pen::line(canvas.buf, head, 0, heading(view, &columns, theme), Style::new());
        body.y += 1;
        body.height -= 1;
    }
    let account_rows = if framed { account_rows(view, body.height) } else { 0 };
    let songs = Rect { height: body.height - account_rows, ..body };
    draw_songs(canvas.at(songs), &columns, &reach, &mut drawn);
    if account_rows > 0
        && let Some(entry) = view.selected_entry()
    {
        let account = account::lines(entry, view, body.width.into(), theme);
        // Where not all have room, which song it is can be seen above.
        let skipped = if account_rows < account::ROWS { 1 } else { 0 };
        let rows = body.height - account_rows..body.height;
        for (row, line) in rows.zip(account.into_iter().skip(skipped)) {
            pen::line(canvas.buf, body, row, line, Style::new());
        }
    }
    drawn
}

/// Where the bars of the scores begin.
fn axis<'a>(view: &View, reach: &Reach, theme: &Theme) -> Line<'a> {
    let common = reach.common.added();
    Line::styled(
        match view.from_zero || view.now().queue.is_empty() {
            true => view.say("bars from zero").into_owned(),
            false => view.fill("bars from {}, which all have", &[&format!("{common:.2}")]),
        },
        theme.faint,
    )
}

/// From all songs to those of the queue, as far as `columns` allow.
fn funnel(view: &View, columns: usize) -> String {
    let (now, grouped) = (view.now(), text::grouped);
    let candidates = &now.candidates;
    let [all, retrieved, scored, shown] =
        [candidates.songs, candidates.retrieved, candidates.scored, now.queue.len()].map(grouped);
    let steps: [&dyn Display; 4] = [&all, &retrieved, &scored, &shown];
    let whole = view.fill("{} songs → {} retrieved → {} scored → {} shown", &steps);
    let short = || view.fill("{} of {} songs", &[&retrieved, &all]);
    format!(" {} ", if text::width(&whole) + 4 <= columns { whole } else { short() })
}

/// Rows for the account of the selected song, by what the songs leave.
fn account_rows(view: &View, height: u16) -> u16 {
    let songs = view.now().queue.len() as u16;
    match height {
        h if h >= songs + account::ROWS => account::ROWS,
        0..6 => 0,
        6..8 => 1,
        _ => 2,
    }
}

fn heading<'a>(view: &View, columns: &Columns, theme: &Theme) -> Line<'a> {
    let lines = view.fill("last {} steps", &[&moves::steps(columns.moves.saturating_sub(1))]);
    let lines = if text::width(&lines) < columns.moves { lines } else { String::new() };
    // Without lines the word has the rank's four columns to itself.
    let word = if columns.moves == 0 { 4 } else { 5 };
    let moved =
        text::left(&view.say("move"), word) + &text::left(&lines, columns.moves.saturating_sub(1));
    let moved = text::left(&moved, 4 + columns.moves);
    let mut head = format!("  # {moved}{}", text::left("", 3));
    head.push_str(&text::left(&view.say("title"), columns.title + 1));
    if columns.artist > 0 {
        head.push_str(&text::left(&view.say("artist"), columns.artist + 1));
    }
    if columns.genre > 0 {
        head.push_str(&text::left(&view.say("genre"), columns.genre + 1));
    }
    head.push_str(&text::left(&view.say("score"), 6));
    let mut spans = vec![Span::styled(head, theme.faint)];
    if columns.bar >= 13 {
        spans.extend(legend(theme));
    } else if columns.bar >= 6 {
        let keys = [("α", theme.interest), ("β", theme.subscription), ("γ", theme.exposure)];
        spans.extend(keys.map(|(name, style)| Span::styled(name, style)));
        spans.extend([Span::styled("+", theme.boost), Span::styled("-", theme.loss)]);
    }
    Line::from(spans)
}

/// The colours of a bar, or its patterns.
fn legend<'a>(theme: &Theme) -> Vec<Span<'a>> {
    let entries = [
        ("█", "α", theme.interest),
        ("▓", "β", theme.subscription),
        ("▒", "γ", theme.exposure),
        ("+", "+", theme.boost),
        ("░", "-", theme.loss),
    ];
    let mut spans = Vec::new();
    for (pattern, name, style) in entries {
        let shown = if theme.colour { "█" } else { pattern };
        spans.extend([Span::styled(shown, style), Span::styled(name, theme.faint), Span::raw(" ")]);
    }
    spans.pop();
    spans
}

fn draw_songs(mut canvas: Canvas, columns: &Columns, reach: &Reach, drawn: &mut Drawn) {
    let (view, theme, area) = (canvas.view, canvas.theme, canvas.area);
    let queue = &view.now().queue;
    if queue.is_empty() {
        let said = Line::styled(view.say("Nothing is queued."), theme.faint);
        pen::line(canvas.buf, area, 0, said, Style::new());
        return;
    }
    let parts: Vec<Parts> = queue.iter().map(|entry| Parts::new(&entry.ledger)).collect();
    let scale = Scale::new(reach, columns.bar);
    // The selected song stays in sight.
    let rows = usize::from(area.height);
    let first = (view.selected + 1).saturating_sub(rows).min(queue.len().saturating_sub(rows));
    let shown = queue.iter().zip(&parts).enumerate().skip(first).take(rows);
    let mut moving: Vec<Moving> = Vec::new();
    let mut lines: Vec<(usize, usize, Line)> = shown
        .enumerate()
        .filter_map(|(row, (place, (entry, parts)))| {
            let chosen = place == view.selected;
            let mut spans = song(view, entry, chosen, columns, theme);
            spans.extend(bar(parts, &scale, columns.bar, theme));
            drawn.hit(Rect { y: area.y + row as u16, height: 1, ..area }, Hit::Song(place));
            let at = on_the_way(view, entry, row, rows)?;
            moving.push(Moving { entry, row: at, chosen });
            Some((at, row, Line::from(spans)))
        })
        .collect();
    // What moves passes in front of what stays.
    lines.sort_by_key(|(at, row, _)| at.abs_diff(*row));
    for (at, _, line) in lines {
        pen::line(canvas.buf, area, at as u16, line, Style::new());
    }
    // A column of space on the right.
    let wide = columns.moves.saturating_sub(1) as u16;
    let place = Rect { x: area.x + 1 + 3 + 4, width: wide, ..area };
    let place = Rect { height: area.height.min((queue.len() - first) as u16), ..place };
    moves::draw(canvas.at(place), &moving, first);
}

/// The row a song is seen in while the queue takes on its new order; new songs come last.
fn on_the_way(view: &View, entry: &QueueEntry, row: usize, rows: usize) -> Option<usize> {
    match moves::travelled(view, entry) {
        None if view.fresh > 0.5 => None,
        None => Some(row),
        Some(travelled) => {
            let behind = (f64::from(travelled) * view.fresh).round() as isize;
            Some(row.saturating_add_signed(-behind).min(rows.saturating_sub(1)))
        }
    }
}

fn song<'a>(
    view: &View,
    entry: &QueueEntry,
    chosen: bool,
    columns: &Columns,
    theme: &Theme,
) -> Vec<Span<'a>> {
    let (moved, moved_style) = match view.movement(entry) {
        Movement::None => (String::new(), theme.faint),
        Movement::New => (view.say("new").into(), theme.new),
        Movement::Up(n) => (format!("▲{n}"), theme.up),
        Movement::Down(n) => (format!("▼{n}"), theme.down),
    };
    let song = &entry.song;
    let title = if chosen { theme.selected } else { theme.text };
    let mut spans = vec![
        Span::styled(if chosen { "❯" } else { " " }, theme.accent),
        Span::styled(format!("{:>2}", entry.position), if chosen { title } else { theme.faint }),
        Span::styled(fixed(view, entry), theme.faint),
        Span::styled(text::left(&moved, 4 + columns.moves), moved_style),
        Span::styled(if entry.promoted { "P" } else { " " }, theme.promoted),
        Span::styled(if song.premium { "* " } else { "  " }, theme.premium),
    ];
    // A rule put it there, and no score: said on the row, as its bar says otherwise.
    let why = Unscored::of(&view.now().queue, entry);
    let word = why.map_or("".into(), |why| view.say(why.word()));
    let room = text::width(&word) + 1;
    if word.is_empty() || columns.title < WORD + room {
        spans.push(Span::styled(text::left(&song.title, columns.title), title));
    } else {
        spans.push(Span::styled(text::left(&song.title, columns.title - room), title));
        let style = if why == Some(Unscored::Kept) { theme.faint } else { theme.promoted };
        spans.push(Span::styled(format!(" {word}"), style));
    }
    spans.push(Span::raw(" "));
    if columns.artist > 0 {
        spans.push(Span::raw(text::left(&song.artist, columns.artist)));
        spans.push(Span::raw(" "));
    }
    if columns.genre > 0 {
        spans.push(Span::styled(text::left(&view.say(&song.genre), columns.genre), theme.faint));
        spans.push(Span::raw(" "));
    }
    spans.push(Span::styled(format!("{:>5.3} ", entry.score), title));
    spans
}

/// A bar beside the songs that are committed, with a foot where they end.
pub(crate) fn fixed(view: &View, entry: &QueueEntry) -> &'static str {
    match &entry.committed {
        None => " ",
        Some(_) if entry.position < view.now().request.left => "│",
        Some(_) => "┘",
    }
}

/// What is taken away left of where bars begin, what is added right of it.
fn bar<'a>(parts: &Parts, scale: &Scale, cells: usize, theme: &Theme) -> Vec<Span<'a>> {
    if cells == 0 {
        return Vec::new();
    }
    let part = |of: fn(&Parts) -> Score, style: Style, pattern| Part {
        length: (of(parts) - of(&scale.common)).value() * scale.per_point,
        style,
        pattern,
    };
    let lost = (parts.loss.value() * scale.per_point).round() as usize;
    let lost = lost.min(scale.below);
    let mut spans =
        vec![Span::raw(" ".repeat(scale.below - lost)), Span::styled("░".repeat(lost), theme.loss)];
    let added = [
        part(|p| p.interest, theme.interest, "█"),
        part(|p| p.subscription, theme.subscription, "▓"),
        part(|p| p.exposure, theme.exposure, "▒"),
        part(|p| p.boost, theme.boost, "+"),
    ];
    spans.extend(stacked(&added, cells - scale.below, theme.colour));
    spans
}

#[cfg(test)]
mod tests {
    use super::*;

    fn songs(interests: &[f64]) -> Vec<Parts> {
        let one = |interest: &f64| Parts { interest: Score::new(*interest), ..Parts::default() };
        interests.iter().map(one).collect()
    }

    #[test]
    fn bars_begin_where_they_did_until_what_differs_would_leave_their_room() {
        let origin = |queues: &[&[f64]]| {
            let queues = queues.iter().map(|interests| songs(interests));
            let reach = Reach::kept(queues, false);
            (reach.common.interest.value(), (reach.common.added() + reach.above).value())
        };
        assert_eq!(origin(&[&[0.5, 0.7]]), (0.5, 0.7));
        assert_eq!(origin(&[&[0.5, 0.7], &[0.54, 0.68]]), (0.5, 0.7), "it is kept");
        assert_eq!(origin(&[&[0.5, 0.7], &[0.49, 0.68]]), (0.49, 0.68), "a song has less");
        assert_eq!(origin(&[&[0.5, 0.7], &[0.54, 0.72]]), (0.54, 0.72), "or more");
        assert_eq!(origin(&[&[0.5, 0.7], &[0.62, 0.68]]), (0.62, 0.68), "or too little differs");
        assert_eq!(Reach::kept([songs(&[0.5, 0.7])].into_iter(), true).common, Parts::default());
    }
}
