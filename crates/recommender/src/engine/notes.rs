//! Notes: what just changed and why, in the order in which a person should hear of it.

use super::happened::Step;
use super::outcome::Outcome;
use super::trace::{Note, PromotionReport, SessionReport};
use melody_core::event::{Action, Event};

/// Completions in a row from which a run is worth telling.
const RUN_TOLD: u32 = 2;

/// The notes of a step. `playing` is the title of the song that plays now.
pub(super) fn notes(
    outcome: &Outcome,
    session: &SessionReport,
    promotion: &PromotionReport,
    playing: &str,
) -> Vec<Note> {
    let Outcome { state, decision, step, .. } = outcome;
    let Step { before, happened, event } = step;
    let event = event.as_ref();
    let mut notes = Vec::new();
    if state.step == 0 {
        notes.push(Note::Started);
    }
    if let Some(i) = &happened.intervention {
        notes.push(Note::Guardrail {
            raised: i.to > i.from,
            level: i.to,
            cause: i.cause.clone(),
            cap: promotion.cap,
        });
    }
    if let Some(Event { action: Action::Override(set), .. }) = event {
        notes.push(Note::Override { released: set.is_empty() });
    }
    if let Some(Event { action: Action::Subscribe, .. }) = event {
        notes.push(Note::Subscribed);
    }
    if let Some(old) = before.segment.as_ref().filter(|old| old.name != decision.segment.name) {
        notes.push(Note::Segment {
            from: old.name.clone(),
            to: decision.segment.name.clone(),
            because: decision.segment.because.clone(),
        });
    }
    if let Some(from) = before.target.filter(|from| *from != decision.target) {
        let skips = (state.session.promoted_skips() * 10.0).round() as u32;
        notes.push(Note::Target {
            from,
            to: decision.target,
            arm: happened.decided.as_ref().map_or(String::new(), |c| c.arms[c.arm].name.clone()),
            promoted_skips: skips,
            reward: happened.learned.as_ref().map(|l| l.reward.total),
            held: decision.held,
        });
    }
    if let Some(update) = &happened.update {
        notes.push(Note::Model {
            accepted: update.accepted,
            number: update.number,
            held_back_before: update.held_back_loss[0],
            held_back_after: update.held_back_loss[1],
        });
    }
    match event.map(|e| &e.action) {
        Some(Action::Search { query, .. }) => notes.push(Note::Search { query: query.clone() }),
        Some(Action::Scene { scene }) => notes.push(Note::Scene { scene: *scene }),
        Some(Action::Like | Action::Save) => notes.push(Note::Liked { title: playing.into() }),
        Some(Action::Open { .. }) => notes.push(Note::Opened { title: playing.into() }),
        _ => {}
    }
    if let Some(ended) = &happened.ended {
        if ended.skipped {
            let promoted = ended.song.campaign.is_some();
            notes.push(Note::Skipped { promoted, genre: ended.song.genre.clone() });
        }
        let run = session.streaks.iter().find(|s| {
            s.kind == "genre" && s.name == ended.song.genre && s.run >= RUN_TOLD && ended.completed
        });
        if let Some(streak) = run {
            notes.push(Note::Streak {
                genre: streak.name.clone(),
                run: streak.run,
                boost: streak.boost,
            });
        }
    }
    notes
}
