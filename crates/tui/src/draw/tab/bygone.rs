//! What plays before the session still do to a song: its place now and without each of them.

use ratatui::text::Line;

use super::cause::{Done, LEAST, heads, of_title, rest, room};
use crate::desk::{Bygone, Bygones};
use crate::theme::Theme;
use crate::view::View;
use crate::words::text;
use melody_core::score::Score;
use melody_recommender::engine::Explanation;

/// Plays told at most.
const TOLD: usize = 6;
/// Milliseconds of an hour, and hours from which on days are counted.
const HOUR_MS: i64 = 3_600_000;
const DAYS_FROM: i64 = 48;

/// The plays that move a song most, those first.
pub(super) fn section(
    view: &View,
    theme: &Theme,
    columns: usize,
    (e, bygones): (&Explanation, Option<&Bygones>),
) -> Vec<Line<'static>> {
    let title = view.say("What was heard before").into_owned();
    let mut lines = vec![Line::styled(title, theme.title)];
    let mut say = |said: String, rows: usize| {
        let wrapped = text::wrap(&said, columns, rows).into_iter();
        lines.extend(wrapped.map(|line| Line::styled(line, theme.faint)));
    };
    let Some(bygones) = bygones.filter(|bygones| bygones.song == e.song.id) else {
        say(view.say("Ranking this moment again without each earlier play ...").into_owned(), 2);
        lines.push(Line::default());
        return lines;
    };
    let looked = bygones.without.len();
    match (bygones.past, looked) {
        (0, _) => say(view.say("Nothing was heard before this session.").into_owned(), 2),
        (_, 0) => {
            let said = "Not told: this session is longer than what is kept of it play by play.";
            say(view.say(said).into_owned(), 2);
        }
        (past, looked) => {
            let one = "This moment ranked again without the newest play before the session, all that was heard in it staying: its place now → without it, and what the play adds.";
            let more = "This moment ranked again without each of the newest {} of {} plays before the session, all that was heard in it staying: its place now → without it, and what the play adds.";
            say(view.look.lang.counted(looked, [one, more], &[&looked, &past]), 4);
        }
    }
    let added = |one: &Bygone| e.ledger.score.value - one.ledger.score.value;
    // A place is more than a score.
    let weight = |one: &Bygone| -> (usize, Score) {
        let places = match (one.place, e.position) {
            (Some(a), Some(b)) => a.abs_diff(b),
            (a, b) => usize::from(a != b) * 100,
        };
        (places, added(one).abs())
    };
    let mut telling: Vec<&Bygone> = bygones.without.iter().collect();
    telling.retain(|one| weight(one).0 > 0 || weight(one).1 >= LEAST);
    telling.sort_by_key(|one| std::cmp::Reverse(weight(one)));
    let none = looked - telling.len();
    let more = telling.len().saturating_sub(TOLD);
    telling.truncate(TOLD);
    let room = room(columns);
    if !telling.is_empty() {
        lines.push(heads(view, theme, room));
    }
    for one in telling {
        let there = one.place.into();
        let done =
            Done { said: what(view, one, room), aside: None, there, added: Some(added(one)) };
        lines.extend(done.rows(view, theme, room, e));
    }
    lines.extend(rest(view, theme, more, none));
    lines.push(Line::default());
    lines
}

/// A play, as it was. When that was tells plays of one song apart, so it is never cut.
fn what(view: &View, one: &Bygone, room: usize) -> String {
    let play = &one.play;
    let hours = (view.now().at_ms as i64 - play.began_ms).max(0) / HOUR_MS;
    let ago = match hours < DAYS_FROM {
        true => view.counted(hours as usize, "1 hour ago", "{} hours ago"),
        false => view.fill("{} days ago", &[&(hours / 24)]),
    };
    let went = match (play.completed, play.saved || play.liked) {
        (true, true) => "without \"{}\", heard out and liked {}",
        (true, false) => "without \"{}\", heard out {}",
        (false, true) => "without \"{}\", liked {}",
        (false, false) => {
            let heard = format!("{:.0} %", f64::from(play.play_ratio) * 100.0);
            let said = "without \"{}\", left at {}, {}";
            return of_title(room, &one.title, |title| view.fill(said, &[&title, &heard, &ago]));
        }
    };
    of_title(room, &one.title, |title| view.fill(went, &[&title, &ago]))
}
