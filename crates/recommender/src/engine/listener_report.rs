//! What a trace tells of the listener: what is up and down in the session, what was searched for, and what
//! all plays say of each genre.

use super::setup::Setup;
use super::state::State;
use super::trace::{LATER_MS, SearchReport, SessionReport, StreakReport, TasteReport};
use crate::session::Streak;
use melody_core::catalogue::{GenreId, taxonomy};
use melody_core::listener::Tally;
use melody_core::score::Score;
use melody_model::EncodedListener;

/// A level below this is noise on a screen.
const STREAK_SHOWN: f64 = 0.02;

/// What the session shows at a state, as the model encodes its listener.
pub(super) fn session(setup: &Setup, state: &State, listener: &EncodedListener) -> SessionReport {
    let (catalogue, policy) = (&setup.catalogue, &setup.policy);
    let tuning = &policy.session;
    let now = state.moment.at_ms;
    let factor = state.overrides.boost().value();
    let later = now + LATER_MS;
    let entry = |kind: &str, name: &str, streak: &Streak, strength: f64| {
        let level = streak.level(tuning, now);
        StreakReport {
            kind: kind.into(),
            name: name.into(),
            level: Score::new(level),
            later: Some(Score::new(streak.level(tuning, later))),
            run: streak.run,
            boost: Score::new(factor * strength * level),
        }
    };
    let genres = state.streaks.genres().map(|(id, streak)| {
        let name = &catalogue.genres[id.0 as usize].id;
        entry("genre", name, streak, policy.adjustments.genre_streak)
    });
    let artists = state.streaks.artists().map(|(id, streak)| {
        let name = &catalogue.artist(id).name;
        entry("artist", name, streak, policy.adjustments.artist_streak)
    });
    let mut streaks: Vec<StreakReport> =
        genres.chain(artists).filter(|s| s.level.value().abs() >= STREAK_SHOWN).collect();
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
