//! Notes: what just changed and why, in the order in which a person should hear of it.

use super::decide::Decision;
use super::happened::Step;
use super::outcome::Outcome;
use super::trace::{Note, PromotionReport, SessionReport};
use crate::policy::Group;
use melody_core::event::{Action, Event};
use melody_core::score::Score;

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
            side: i.side,
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
    notes.extend(segments(&before.segments, decision));
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
    if let Some(from) = &happened.gave_way {
        notes.push(Note::Version {
            name: state.model.name.clone(),
            hash: state.model.hash.clone(),
            from: from.name.clone(),
            from_hash: from.hash.clone(),
        });
    }
    if let Some(update) = &happened.update {
        notes.push(Note::Model {
            accepted: update.accepted,
            number: update.number,
            held_back_before: update.own_loss[0],
            held_back_after: update.own_loss[1],
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
        // A run that was foretold raises nothing, and there is nothing to tell.
        let run = session.streaks.iter().find(|s| {
            let goes_on = s.name == ended.song.genre && s.run >= RUN_TOLD && ended.completed;
            s.kind == "genre" && goes_on && s.boost > Score::ZERO
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

/// What became of the segments that have a say, if there were any before.
fn segments(before: &[String], decision: &Decision) -> Vec<Note> {
    let Some(own) = before.first() else { return Vec::new() };
    let now = decision.segment();
    let moved = (*own != now.name).then(|| Note::Segment {
        from: own.clone(),
        to: now.name.clone(),
        because: now.because.clone(),
    });
    // One that was the listener's own and is not any more is told as one of the others.
    let joined = decision.also().into_iter().filter(|group| !before[1..].contains(&group.name));
    let joined = joined.map(|Group { name, because }| Note::Joined { segment: name, because });
    let names = decision.names();
    let left = before[1..].iter().filter(|name| !names.contains(name));
    let left = left.map(|name| Note::Left { segment: name.clone() });
    moved.into_iter().chain(joined).chain(left).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::tests_support::{DURATION_MS, engine, finish, skip, small, step};
    use crate::policy::{Bounds, When};
    use melody_core::overrides::Overrides;
    use melody_core::scene::Scene;

    #[test]
    fn a_session_that_begins_says_so_and_no_more() {
        assert_eq!(small().start().1.notes, [Note::Started]);
    }

    #[test]
    fn what_the_listener_did_is_told_with_the_song_it_was_done_to() {
        let engine = small();
        let (state, trace) = engine.start();
        let title = trace.playing.song.title;
        let (_, liked) = step(&engine, &state, 10, Action::Like);
        assert_eq!(liked.notes, [Note::Liked { title }]);
        let (_, moved) = step(&engine, &state, 10, Action::Scene { scene: Scene::Focus });
        assert!(moved.notes.contains(&Note::Scene { scene: Scene::Focus }));
        let song = state.queue[2].song;
        let (_, opened) = step(&engine, &state, 10, Action::Open { song });
        let title = engine.setup.catalogue.song(song).title.to_string();
        assert!(opened.notes.contains(&Note::Opened { title }));
        assert!(
            opened.notes.iter().any(|note| matches!(note, Note::Skipped { promoted: false, .. }))
        );
    }

    #[test]
    fn to_subscribe_is_told_before_the_segment_it_leads_to() {
        let engine = small();
        let (state, _) = engine.start();
        let notes = step(&engine, &state, 10, Action::Subscribe).1.notes;
        let segment = Note::Segment {
            from: "casual".into(),
            to: "subscriber".into(),
            because: "tier premium".into(),
        };
        assert_eq!(notes[..2], [Note::Subscribed, segment]);
    }

    #[test]
    fn a_segment_that_joins_or_leaves_is_told_by_its_own_conditions() {
        let engine = engine(|settings| {
            for segment in &mut settings.segments {
                let plays = match segment.name.as_str() {
                    "new" => Bounds { at_least: Some(0.0), below: None },
                    "enthusiast" => Bounds { at_least: Some(1.0), below: Some(2.0) },
                    _ => Bounds { at_least: Some(1_000.0), below: None },
                };
                segment.when = When { session_plays: Some(plays), ..When::default() };
            }
            settings.segments.last_mut().unwrap().when = When::default();
        });
        let (state, _) = engine.start();
        let (state, joins) = skip(&engine, &state);
        let (_, leaves) = skip(&engine, &state);
        let moved = |notes: Vec<Note>| -> Vec<Note> {
            notes.into_iter().filter(Note::moves_segments).collect()
        };
        let segment = || "enthusiast".to_string();
        let because = "session_plays 1 >= 1 and < 2".into();
        assert_eq!(moved(joins.notes), [Note::Joined { segment: segment(), because }]);
        assert_eq!(moved(leaves.notes), [Note::Left { segment: segment() }]);
    }

    #[test]
    fn values_given_back_are_released() {
        let engine = small();
        let (state, _) = engine.start();
        let set = Overrides { alpha: Some(Score::ONE), ..Overrides::default() };
        let (state, trace) = step(&engine, &state, 10, Action::Override(set));
        assert_eq!(trace.notes, [Note::Override { released: false }]);
        let (_, trace) = step(&engine, &state, 10, Action::Override(Overrides::default()));
        assert_eq!(trace.notes, [Note::Override { released: true }]);
    }

    #[test]
    fn a_target_that_moves_is_told_with_what_moved_it() {
        let engine = small();
        let (state, _) = engine.start();
        let pinned = |arm: &str| Overrides { arm: Some(arm.into()), ..Overrides::default() };
        let (state, _) = step(&engine, &state, 10, Action::Override(pinned("heavy")));
        let (mut state, trace) = step(&engine, &state, 10, Action::Override(pinned("light")));
        let [Note::Override { .. }, Note::Target { from, to, arm, held: None, .. }] =
            &trace.notes[..]
        else {
            panic!("{:?}", trace.notes)
        };
        assert_eq!((*from, *to, arm.as_str()), (Score::new(0.2), Score::new(0.05), "light"));
        let mut held = Vec::new();
        for _ in 0..3 {
            let (next, trace) = skip(&engine, &state);
            state = next;
            held.extend(trace.notes.into_iter().filter_map(|note| match note {
                Note::Target { to, held, .. } => Some((trace.step, to, held)),
                _ => None,
            }));
        }
        assert_eq!(held, [(5, Score::ZERO, Some(3))]);
    }

    #[test]
    fn a_run_is_told_from_the_second_completion_of_a_genre() {
        let engine = engine(|settings| settings.adjustments.genre_streak = 0.5);
        let (start, _) = engine.start();
        let liked = |state| step(&engine, state, 5_000, Action::Like).0;
        let (state, first) = step(&engine, &liked(&start), DURATION_MS - 10_000, Action::Replay);
        let (_, second) = finish(&engine, &liked(&state));
        let runs = |notes: &[Note]| -> Vec<u32> {
            let runs = notes.iter().filter_map(|note| match note {
                Note::Streak { run, .. } => Some(*run),
                _ => None,
            });
            runs.collect()
        };
        assert_eq!(runs(&first.notes), [0; 0]);
        assert_eq!(runs(&second.notes), [2]);
        // A song that is heard out twice and not liked was held for as likely to be.
        let (state, _) = step(&engine, &start, DURATION_MS - 5_000, Action::Replay);
        let (_, foretold) = finish(&engine, &state);
        assert_eq!(runs(&foretold.notes), [0; 0], "what raises nothing is not told");
    }
}
