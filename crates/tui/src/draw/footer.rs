//! The bottom: what can be done now, and over it what was said.

use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::canvas::Canvas;
use super::drawn::{Drawn, Hit};
use super::pen;
use crate::command::{Command, Entry, Key, Popup, Seeking};
use crate::desk::Standing;
use crate::theme::Theme;
use crate::view::{Caption, View};
use crate::words::text;

/// Steps the log may be behind without a word: the disk takes a moment.
const LAGS: usize = 5;
/// Records that may wait for the stream without a word: a server takes a moment.
const WAITS: u64 = 50;
/// Columns of a reason that is cut off, at least.
const TELLING: usize = 50;
/// Columns that are kept for keys beside what is said of the log.
const KEYS: usize = 40;
/// Rows that a message takes at most.
const ROWS: usize = 3;

/// Draws the commands. `panel` is the one that the stage has no room for now.
pub(crate) fn draw(canvas: Canvas, panel: Option<&'static str>) -> Drawn {
    let Canvas { view, theme, area, buf } = canvas;
    let mut drawn = Drawn::default();
    let mut x = area.x + 1;
    let columns = usize::from(area.width);
    if let Some(mark) = log_behind(view, columns).or_else(|| unsent(view, columns)) {
        let width = (text::width(&mark) as u16).min(area.right().saturating_sub(x));
        pen::line(buf, Rect { x, width, ..area }, 0, Line::styled(mark, theme.state), Style::new());
        x = (x + width + 2).min(area.right());
    }
    for (entry, line) in kept(view, theme, usize::from(area.right().saturating_sub(x)) + 1, panel) {
        let width = line.width() as u16;
        let place = Rect { x, width: width.min(area.right().saturating_sub(x)), ..area };
        pen::line(buf, place, 0, line, Style::new());
        drawn.hit(place, Hit::Command(entry.command));
        x += width + 2;
    }
    drawn
}

/// Draws what was said over the lowest rows of `area`, as many as it needs, and returns their place.
pub(crate) fn say(canvas: Canvas, message: &str) -> Rect {
    let Canvas { theme, area, buf, .. } = canvas;
    let rows = text::wrap(message, usize::from(area.width).saturating_sub(4), ROWS);
    let height = (rows.len() as u16).min(area.height);
    let place = Rect { y: area.bottom() - height, height, ..area };
    pen::clear(buf, place, theme);
    let lines = rows.into_iter().enumerate().map(|(row, said)| {
        let lead = if row == 0 { " ● " } else { "   " };
        Line::from(vec![Span::styled(lead, theme.accent), Span::styled(said, theme.strong)])
    });
    pen::lines(buf, place, lines);
    place
}

/// How far the log is behind the screen, for as long as it is; why, where there is room for keys as well.
fn log_behind(view: &View, columns: usize) -> Option<String> {
    let Standing { acknowledged, behind, failure, .. } = &view.log;
    if failure.is_none() && *behind < LAGS {
        return None;
    }
    let last = acknowledged.map_or("-".into(), |step| step.to_string());
    let short = view.fill(" LOG AT STEP {}, {} BEHIND ", &[&last, behind]);
    Some(with_why(short, failure.as_ref(), columns))
}

/// How many records wait for a stream, while it is not reached or far behind; why, where there is room for keys as well.
fn unsent(view: &View, columns: usize) -> Option<String> {
    let Standing { unsent, away, .. } = &view.log;
    if away.is_none() && *unsent < WAITS {
        return None;
    }
    let short = view.fill(" STREAM: {} WAIT ", &[unsent]);
    Some(with_why(short, away.as_ref(), columns))
}

/// What is said with why it is so, as far as there is room beside keys; by itself where that would tell too little of it.
fn with_why(short: String, why: Option<&String>, columns: usize) -> String {
    let room = columns.saturating_sub(KEYS + text::width(&short) + 2);
    match why.map(|why| text::clean(why)).filter(|why| text::width(why) <= room || room >= TELLING)
    {
        Some(why) => format!("{}: {} ", short.trim_end(), text::truncate(&why, room)),
        None => short,
    }
}

/// The most important commands, as many as fit, in the order of the table.
fn kept<'a>(
    view: &View,
    theme: &Theme,
    columns: usize,
    panel: Option<&'static str>,
) -> Vec<(&'static Entry, Line<'a>)> {
    let reached = view.keymap.reached(&view.contexts).into_iter();
    let makes_sense = |entry: &Entry| match entry.command {
        Command::OpenFound => !picks(view),
        Command::NextPanel => panel.is_some(),
        Command::NextScene => !view.caption.as_ref().is_some_and(Caption::last),
        // What is compared can be ended, and followed over weeks where it lasts.
        Command::EndCompare => view.compared.is_some(),
        Command::OverWeeks => view.compared.as_ref().is_some_and(|compared| compared.lasts),
        _ => true,
    };
    let known: Vec<(&Entry, Line)> = reached
        .filter(|(entry, _)| entry.footer > 0 && makes_sense(entry))
        .filter_map(|(entry, keys)| Some((entry, shown(entry, *keys.first()?, view, panel))))
        .map(|(entry, [key, name])| {
            let name = Span::styled(format!(" {}", view.say(&name)), theme.faint);
            (entry, Line::from(vec![Span::styled(key, theme.accent), name]))
        })
        .collect();
    let near = |entry: &Entry| view.contexts.iter().position(|context| *context == entry.context);
    let mut order: Vec<usize> = (0..known.len()).collect();
    order.sort_by_key(|&i| (near(known[i].0), known[i].0.footer));
    let mut room = columns.saturating_sub(2);
    let mut keep = vec![false; known.len()];
    for i in order {
        let wide = known[i].1.width() + 2;
        if wide <= room + 2 {
            room = (room + 2).saturating_sub(wide).saturating_sub(2);
            keep[i] = true;
        }
    }
    known.into_iter().zip(keep).filter(|(_, keep)| *keep).map(|(known, _)| known).collect()
}

/// Whether a song is looked for to be asked about, not to be heard.
fn picks(view: &View) -> bool {
    matches!(&view.popup, Some(Popup::Search(search)) if search.seeking != Seeking::Listen)
}

/// A command's key and what it is called here, in English.
fn shown(entry: &Entry, key: Key, view: &View, panel: Option<&'static str>) -> [String; 2] {
    let name = match entry.command {
        Command::PlayPause if view.playing => "pause",
        Command::Choose if picks(view) => "choose",
        // What cannot be seen is named, or nobody would look for it.
        Command::NextPanel => panel.unwrap_or(entry.name),
        _ => entry.name,
    };
    [key.shown(view.look.ascii), name.into()]
}
