//! What just changed and why, in plain words, from the notes of a trace.

use std::sync::Arc;

use crate::engine::{Note, Trace};
use crate::event::Action;
use crate::score::Score;

/// Effects told in one line.
const EFFECTS: usize = 2;

/// One line about the newest of these steps. The earlier ones tell what came in a row.
pub fn headline(traces: &[Arc<Trace>]) -> String {
    let Some((now, earlier)) = traces.split_last() else { return String::new() };
    let before = earlier.last().map(|trace| &**trace);
    let cause = cause(traces, now);
    let mut effects: Vec<String> =
        now.notes.iter().filter_map(|note| told(note, now)).take(EFFECTS).collect();
    if effects.is_empty() {
        effects.extend(quiet(now, before));
    }
    if effects.is_empty() { cause } else { format!("{cause}: {}", effects.join("; ")) }
}

/// A ratio as a person says it.
pub fn percent(ratio: Score) -> String {
    let tenths = (ratio.value() * 1000.0).round() as i64;
    match tenths % 10 {
        0 => format!("{} %", tenths / 10),
        _ => format!("{:.1} %", tenths as f64 / 10.0),
    }
}

/// What the listener did.
fn cause(traces: &[Arc<Trace>], now: &Trace) -> String {
    let Some(event) = &now.event else {
        return "The session begins".into();
    };
    let playing = &now.playing.song.title;
    let ended = now.ended.as_ref();
    match &event.action {
        Action::Skip | Action::Finish => match ended {
            Some(ended) if ended.skipped => skipped(traces, now),
            Some(ended) => format!("Finished \"{}\"", ended.song.title),
            None => "Went on".into(),
        },
        Action::Like => format!("Liked \"{playing}\""),
        Action::Save => format!("Saved \"{playing}\""),
        Action::Replay => format!("Played \"{playing}\" again"),
        Action::Search { query, .. } => format!("Searched for \"{query}\""),
        Action::Open { .. } => format!("Opened \"{playing}\""),
        Action::Subscribe => "Subscribed".into(),
        Action::Scene { scene } => format!("Scene is now {}", scene.name()),
    }
}

fn skipped(traces: &[Arc<Trace>], now: &Trace) -> String {
    let Some(ended) = &now.ended else { return String::new() };
    let song = &ended.song;
    let promoted = traces
        .iter()
        .rev()
        .filter_map(|trace| trace.ended.as_ref())
        .filter(|ended| ended.song.campaign.is_some())
        .take_while(|ended| ended.skipped)
        .count();
    match (song.campaign.is_some(), promoted, now.session.skip_streak) {
        (true, 2.., _) => format!("Skipped {promoted} promoted in a row"),
        (true, ..) => format!("Skipped the promoted \"{}\"", song.title),
        (false, _, streak @ 2..) => format!("Skipped {streak} in a row, last \"{}\"", song.title),
        _ => format!("Skipped \"{}\"", song.title),
    }
}

/// What a note says changed, if it says more than the event itself.
fn told(note: &Note, now: &Trace) -> Option<String> {
    Some(match note {
        Note::Guardrail { raised: true, level, cause, cap } => {
            format!("{cause}: guardrail up to level {level}, promotion cap {}", percent(*cap))
        }
        Note::Guardrail { level, cause, cap, .. } => {
            format!("{cause}: guardrail down to level {level}, promotion cap {}", percent(*cap))
        }
        Note::Target { from, to, arm, .. } => {
            let arm = if arm.is_empty() { String::new() } else { format!(", arm {arm}") };
            format!("promotion target {} → {}{arm}", percent(*from), percent(*to))
        }
        Note::Segment { from, to, because } => format!("segment {from} → {to}, as {because}"),
        Note::Subscribed => {
            format!("beta is {:.2}, nothing is left to sell", now.weights.beta.value)
        }
        Note::Model { accepted: true, number, held_back_before, held_back_after } => format!(
            "the model has learned, version {number}: held-back loss {held_back_before:.4} → \
             {held_back_after:.4}"
        ),
        Note::Model { held_back_before, held_back_after, .. } => format!(
            "a model update was refused: held-back loss {held_back_before:.4} → \
             {held_back_after:.4}"
        ),
        Note::Streak { genre, run, boost } => {
            format!("{run} {genre} in a row, {genre} songs {boost:+.3}")
        }
        Note::Search { .. } | Note::Scene { .. } | Note::Skipped { .. } => return None,
        Note::Opened { .. } | Note::Liked { .. } | Note::Started => return None,
    })
}

/// What an event without a remarkable note did.
fn quiet(now: &Trace, before: Option<&Trace>) -> Option<String> {
    let Some(event) = &now.event else {
        let segment = &now.listener.segment;
        return Some(format!("{} listener, as {}", segment.name, segment.because));
    };
    let genre_now = |genre: &str| {
        let streak = now.session.streaks.iter().find(|s| s.kind == "genre" && s.name == genre)?;
        Some(format!("{genre} songs {:+.3}", streak.boost))
    };
    match &event.action {
        Action::Like | Action::Save => genre_now(&now.playing.song.genre),
        Action::Search { .. } => {
            let search = now.session.searches.first()?;
            Some(format!("what is related rises by up to {:+.3}", search.boost))
        }
        Action::Scene { .. } => weights_changed(now, before?),
        _ => {
            let genre = genre_now(&now.ended.as_ref()?.song.genre);
            // What plays after a replay or an opened song has been said.
            let said = matches!(event.action, Action::Replay | Action::Open { .. });
            let next = (!said).then(|| format!("now \"{}\"", now.playing.song.title));
            let parts: Vec<String> = genre.into_iter().chain(next).collect();
            (!parts.is_empty()).then(|| parts.join("; "))
        }
    }
}

fn weights_changed(now: &Trace, before: &Trace) -> Option<String> {
    let (a, b) = (&before.weights, &now.weights);
    let pairs = [
        ("alpha", a.alpha.value, b.alpha.value),
        ("beta", a.beta.value, b.beta.value),
        ("gamma", a.gamma.value, b.gamma.value),
    ];
    let changed: Vec<String> = pairs
        .iter()
        .filter(|(_, from, to)| from != to)
        .map(|(name, from, to)| format!("{name} {from:.2} → {to:.2}"))
        .collect();
    if changed.is_empty() { Some("the weights stay".into()) } else { Some(changed.join(", ")) }
}
