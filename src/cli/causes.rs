//! What brought a song to its place: the session without each of its newest events, for `melody explain --causes`.

use serde::Serialize;

use super::failure::Failure;
use super::say::{counted, say};
use melody_core::catalogue::SongId;
use melody_core::event::Action;
use melody_core::score::Score;
use melody_recommender::causes::{Causes, Elsewhere, There, Undone, Without};
use melody_recommender::engine::{Explanation, Timeline};
use melody_recommender::ranking::Ledger;

/// A song in the session without an event, which was really played and ranked without it.
#[derive(Debug, Serialize)]
pub(super) struct Caused {
    /// The step that the event led to.
    step: usize,
    /// What was done, and to which song or with which word.
    event: String,
    /// What is done in its place.
    instead: Undone,
    /// Where the song stands then, from 1; absent where it does not.
    place: Option<usize>,
    /// It plays then.
    plays: bool,
    /// What it scores then; absent where it plays.
    score: Option<Score>,
    /// What the event adds to its score.
    adds: Option<Score>,
    /// Later events that made no sense any more.
    refused: usize,
}

/// What each of the newest events before a step did to a song, the newest event first.
pub(super) fn caused(
    timeline: &Timeline,
    step: usize,
    song: SongId,
    explanation: &Explanation,
) -> Vec<Caused> {
    let (causes, states) = Causes::of(timeline, step);
    let elsewhere = Elsewhere::of(timeline.engine(), (&causes, &states), (song, None));
    let one = |(without, elsewhere): (&Without, &Option<Ledger>)| {
        let There { place, plays, ledger } =
            without.there(&explanation.song.id, elsewhere.as_ref());
        let score = ledger.map(|ledger| ledger.score.value);
        Caused {
            step: without.step,
            event: done(&without.action, &without.title),
            instead: without.undone,
            place,
            plays,
            score,
            adds: score.map(|score| explanation.ledger.score.value - score),
            refused: without.refused,
        }
    };
    causes.without.iter().zip(&elsewhere.ledgers).map(one).collect()
}

/// An event in a few words, by the song that played then where it is about that.
fn done(action: &Action, title: &str) -> String {
    let name = action.name();
    match action {
        Action::Finish | Action::Skip | Action::Replay | Action::Like | Action::Save => {
            format!("{name} {title}")
        }
        Action::Search { query, .. } => format!("{name} {query}"),
        Action::Scene { scene } => format!("{name} {}", scene.name()),
        _ => format!("{name} while {title} plays"),
    }
}

/// A line for each.
pub(super) fn print(caused: &[Caused], explanation: &Explanation) -> Result<(), Failure> {
    if caused.is_empty() {
        return Ok(());
    }
    let place = |place: Option<usize>| place.map_or("-".into(), |place| place.to_string());
    let here = place(explanation.position);
    let last = match caused.len() {
        1 => "the last event".into(),
        events => format!("each of the last {events} events"),
    };
    say!("\nwithout {last}, really played and ranked again")?;
    say!("  {:>4} {:>9} {:>10}  without", "step", "place", "adds")?;
    for one in caused {
        let instead = match one.instead {
            Undone::LeftOut => String::new(),
            Undone::HeardOut => ", heard out instead".into(),
            Undone::Skipped { after_ms } => {
                format!(", skipped after {} s instead", after_ms / 1000)
            }
        };
        let there = if one.plays { "plays".into() } else { place(one.place) };
        let adds = one.adds.map_or("-".into(), |adds| format!("{adds:+.6}"));
        let what = format!("{}{instead}", one.event);
        let moved = format!("{here} -> {there}");
        say!("  {:>4} {moved:>9} {adds:>10}  {what}", one.step)?;
        if one.refused > 0 {
            say!("        {} made no sense then", counted(one.refused, "later event"))?;
        }
    }
    Ok(())
}
