//! What a trace tells of the listener: what is up and down in the session, what was searched for, and what
//! all plays say of each genre.

use super::setup::Setup;
use super::state::State;
use super::trace::{LATER_MS, SearchReport, SessionReport, StreakReport, TasteReport};
use crate::session::{Streak, Streaks};
use melody_core::catalogue::{GenreId, taxonomy};
use melody_core::listener::Tally;
use melody_core::score::Score;
use melody_model::EncodedListener;

/// A level below this is noise on a screen.
const STREAK_SHOWN: f64 = 0.02;

/// What the session shows at a state, as the model encodes its listener. `before` are the streaks before the step's event.
pub(super) fn session(
    setup: &Setup,
    state: &State,
    before: &Streaks,
    listener: &EncodedListener,
) -> SessionReport {
    let (catalogue, policy) = (&setup.catalogue, &setup.policy);
    let tuning = &policy.session;
    let now = state.moment.at_ms;
    let factor = state.overrides.boost().value();
    let later = now + LATER_MS;
    let entry = |kind: &str, name: &str, [streak, before]: [&Streak; 2], strength: f64| {
        let level = streak.level(tuning, now);
        let moved = streak != before;
        let was = moved.then(|| Score::new(factor * strength * before.level(tuning, now)));
        StreakReport {
            kind: kind.into(),
            name: name.into(),
            level: Score::new(level),
            later: Some(Score::new(streak.level(tuning, later))),
            run: streak.run,
            boost: Score::new(factor * strength * level),
            was,
        }
    };
    let genres = state.streaks.genres().map(|(id, streak)| {
        let name = &catalogue.genres[id.0 as usize].id;
        entry("genre", name, [streak, &before.genre(id)], policy.adjustments.genre_streak)
    });
    let mut streaks: Vec<StreakReport> =
        genres.filter(|s| s.level.value().abs() >= STREAK_SHOWN).collect();
    streaks.sort_by(|a, b| b.boost.abs().cmp(&a.boost.abs()).then(a.name.cmp(&b.name)));
    let searches = state.searches.iter().rev().map(|search| {
        let freshness = search.freshness(tuning, now);
        SearchReport {
            query: search.query.clone(),
            freshness: Score::new(freshness),
            later: Some(Score::new(search.freshness(tuning, later))),
            boost: Score::new(factor * freshness * policy.adjustments.search),
        }
    });
    SessionReport {
        satisfaction: Score::new(state.session.satisfaction.into()),
        skip_streak: state.session.skip_streak,
        gate: Score::new(listener.session_gate.into()),
        searches: searches.collect(),
        streaks,
        tastes: tastes(setup, state),
    }
}

/// Plays before the session and in it, by genre.
fn tastes(setup: &Setup, state: &State) -> Vec<TasteReport> {
    let catalogue = &setup.catalogue;
    let mut past = vec![Tally::default(); catalogue.genres.len()];
    for play in setup.past.iter() {
        let genre = catalogue.song(play.song).genre;
        past[genre.0 as usize].count(play.completed);
    }
    let all = catalogue.genres.iter().zip(past).zip(0..);
    all.filter_map(|((genre, before), id)| {
        let all = state.history.genre(GenreId(id));
        let session =
            Tally { plays: all.plays - before.plays, completed: all.completed - before.completed };
        (all.plays > 0).then(|| TasteReport {
            genre: genre.id.clone(),
            family: taxonomy().families[genre.family].id.clone(),
            before,
            session,
        })
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::engine::tests_support::{DURATION_MS, engine, finish, past_play, small, step};
    use melody_core::catalogue::SongId;
    use melody_core::event::{Action, Target};
    use melody_core::overrides::Overrides;
    use melody_core::scene::Scene;

    fn report(setup: &Setup, state: &State) -> SessionReport {
        session(setup, state, &state.streaks, &state.model.encode(&state.view()))
    }

    #[test]
    fn plays_before_the_session_and_in_it_are_told_apart_by_genre() {
        let mut engine = small();
        // Genres take turns song by song.
        let past =
            [(0, true), (4, false), (1, true)].map(|(song, all)| past_play(SongId(song), all));
        engine.setup.past = Arc::new(past.to_vec());
        let (state, _) = engine.start();
        let (state, _) = step(&engine, &state, 10, Action::Open { song: SongId(8) });
        let (state, _) = finish(&engine, &state);
        let tastes = report(&engine.setup, &state).tastes;
        let genre = &engine.setup.catalogue.genres[0].id;
        let told = tastes.iter().find(|taste| taste.genre == *genre).unwrap();
        assert_eq!(told.before, Tally { plays: 2, completed: 1 });
        assert!(told.session.plays >= 1 && told.session.completed == 1);
        let all: u32 = tastes.iter().map(|taste| taste.before.plays + taste.session.plays).sum();
        assert_eq!(all, 3 + 2, "nothing is counted twice");
    }

    #[test]
    fn a_streak_fades_and_its_boost_is_its_level_times_what_it_is_worth() {
        let engine = small();
        let (state, _) = finish(&engine, &engine.start().0);
        let report = report(&engine.setup, &state);
        let worth = &engine.setup.policy.adjustments;
        assert!(report.streaks.len() > 1, "a genre and its kin: {:?}", report.streaks);
        for streak in &report.streaks {
            assert!(
                (streak.boost.value() - worth.genre_streak * streak.level.value()).abs() < 2e-6
            );
            let (now, later) = (streak.level, streak.later.unwrap());
            assert!(later.abs() < now.abs() && (later > Score::ZERO) == (now > Score::ZERO));
        }
        assert!(report.streaks[0].boost.abs() >= report.streaks[1].boost.abs());
    }

    #[test]
    fn what_an_event_moved_is_told_with_what_had_faded_until_then() {
        let engine = engine(|settings| settings.adjustments.genre_streak = 0.5);
        let (start, _) = engine.start();
        let (state, first) = step(&engine, &start, DURATION_MS - 5_000, Action::Replay);
        assert!(first.session.streaks.iter().all(|streak| streak.was == Some(Score::ZERO)));
        let genre = first.session.streaks.iter().find(|s| s.kind == "genre").unwrap();
        let (_, liked) = step(&engine, &state, 60_000, Action::Like);
        let now = liked.session.streaks.iter().find(|s| s.name == genre.name).unwrap();
        let was = now.was.unwrap();
        assert!(was.abs() < genre.boost.abs(), "{was} of {}", genre.boost);
        assert_eq!(was > Score::ZERO, genre.boost > Score::ZERO);
        assert!(now.boost > was);
        let (_, scene) = step(&engine, &state, 60_000, Action::Scene { scene: Scene::Focus });
        assert!(scene.session.streaks.iter().all(|streak| streak.was.is_none()), "nothing moved");
    }

    #[test]
    fn a_factor_set_by_hand_doubles_every_boost_and_no_level() {
        let engine = small();
        let (state, _) = finish(&engine, &engine.start().0);
        let twice = Overrides { boost: Some(Score::new(2.0)), ..Overrides::default() };
        let (once, twice) =
            (report(&engine.setup, &state), report(&engine.setup, &state.with_overrides(twice)));
        for (one, two) in once.streaks.iter().zip(&twice.streaks) {
            assert_eq!(one.level, two.level);
            assert!((two.boost.value() - 2.0 * one.boost.value()).abs() < 2e-6);
        }
    }

    #[test]
    fn what_is_as_good_as_faded_is_not_shown() {
        let engine = small();
        let (mut state, _) = finish(&engine, &engine.start().0);
        state.moment.at_ms += 24 * 3_600_000;
        assert!(report(&engine.setup, &state).streaks.is_empty());
    }

    #[test]
    fn searches_are_told_the_newest_first() {
        let engine = small();
        let mut state = engine.start().0;
        for (song, query) in [(3, "first"), (5, "second")] {
            let target = Target::Song(SongId(song));
            state = step(&engine, &state, 60_000, Action::Search { query: query.into(), target }).0;
        }
        let searches = report(&engine.setup, &state).searches;
        let queries: Vec<&str> = searches.iter().map(|search| search.query.as_str()).collect();
        assert_eq!(queries, ["second", "first"]);
        assert_eq!(searches[0].freshness, Score::ONE);
        assert!(searches[1].freshness < Score::ONE);
    }
}
