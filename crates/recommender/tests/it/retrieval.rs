//! What sources bring is what a walk through the whole catalogue would put first, and a song that none brought is
//! accounted for to the last digit.

use crate::common::{LIBRARY, engine, engine_of, policy, random_session};
use melody_core::catalogue::SongId;
use melody_core::score::Score;
use melody_model::Query;
use melody_recommender::engine::State;
use melody_recommender::policy::Retrieval;
use melody_recommender::retrieval::{SOURCES, gather, standings};
use proptest::prelude::*;

fn query(state: &State) -> Query {
    let view = state.view();
    state.model.query(&state.model.encode(&view), &view).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 10,
        max_shrink_iters: 20,
        failure_persistence: None,
        ..Default::default()
    })]

    #[test]
    fn a_source_brings_what_a_full_sort_puts_first(
        profile in prop::sample::select(crate::common::profiles()),
        seed in any::<u64>(),
        events in 0usize..14,
        most in 1usize..200,
    ) {
        let timeline = random_session(engine(profile, None, seed), seed, events);
        let state = timeline.state();
        let query = query(state);
        let asking = timeline.engine().asking(state, Some(&query));
        for source in SOURCES {
            let brought = source.gather(&asking, most);
            prop_assert!(brought.len() <= most);
            let Some(value) = source.value(&asking) else { continue };
            let valued = LIBRARY.catalogue.ids().filter_map(|song| Some((value(song)?, song)));
            let mut all: Vec<(f64, SongId)> = valued.collect();
            all.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
            let first: Vec<SongId> = all.iter().take(most).map(|(_, song)| *song).collect();
            prop_assert_eq!(&brought, &first, "{}", source.name());
        }
    }

    /// A candidate has a place within a source's quota with every source that brought it, and none with any other.
    #[test]
    fn a_song_s_standing_says_who_brought_it(
        seed in any::<u64>(),
        events in 0usize..10,
        picks in prop::collection::vec(any::<prop::sample::Index>(), 12),
    ) {
        let timeline = random_session(engine("explorer", None, seed), seed, events);
        let state = timeline.state();
        let query = query(state);
        let asking = timeline.engine().asking(state, Some(&query));
        let retrieved = gather(&asking);
        let all: Vec<SongId> = LIBRARY.catalogue.ids().collect();
        for song in picks.iter().map(|pick| *pick.get(&all)) {
            let names = retrieved.sources(song).names();
            for standing in standings(&asking, song) {
                let Some(place) = standing.place else { continue };
                prop_assert_eq!(
                    place <= standing.quota, names.contains(&standing.source), "{:?}", standing
                );
                prop_assert_eq!(standing.behind, Some(place.saturating_sub(standing.quota)));
            }
        }
    }

    /// Songs that were not retrieved have the score, and the place, that they have where every song is a candidate.
    #[test]
    fn a_song_that_was_not_retrieved_scores_as_if_it_had_been(
        profile in prop::sample::select(crate::common::profiles()),
        seed in any::<u64>(),
        events in 0usize..8,
        picks in prop::collection::vec(any::<prop::sample::Index>(), 6),
    ) {
        let library = LIBRARY.with_policy(policy(|p| {
            p.candidates.retrieval = Retrieval::Everything;
            // A total that depends on no other song: the spread by artist and diversity compare songs.
            p.adjustments.artist_spread = 0.0;
        })).unwrap();
        let few = LIBRARY.with_policy(policy(|p| p.adjustments.artist_spread = 0.0)).unwrap();
        let profile = profile.to_string();
        let timeline = random_session(engine_of(&few, &profile, None, seed), seed, events);
        let (engine, state, trace) = (timeline.engine(), timeline.state(), timeline.trace());
        let whole = engine_of(&library, &profile, None, seed);
        let all: Vec<SongId> = LIBRARY.catalogue.ids().collect();
        for song in picks.iter().map(|pick| *pick.get(&all)) {
            let own = engine.explain(state, trace, song);
            let look = whole.look(state);
            whole.with_ranking_of(state, &look, |ranking, _| {
                prop_assert_eq!(own.ledger.score.value, ranking.total(song));
                prop_assert_eq!(&own.ledger.score, &ranking.ledger(song).score);
                Ok(())
            })?;
            if let Some(missed) = own.missed {
                prop_assert!(own.ledger.sources.is_empty() && own.position.is_none());
                prop_assert!(missed.rank >= 1);
                // Its margin is to the last song of its kind in the queue that no earlier request has fixed.
                let dropped = own.ledger.dropped.unwrap();
                let promoted = LIBRARY.catalogue.song(song).promoted();
                let fixed = trace.queue.iter().filter(|e| e.committed.is_some()).count();
                let fixed = if trace.request.step == trace.step { 0 } else { fixed };
                let ranked = trace.queue.iter().skip(fixed);
                let last = ranked.filter(|e| e.promoted == promoted).map(|e| e.score).min();
                prop_assert_eq!(dropped.margin, last.map_or(Score::ZERO, |s| s - own.ledger.score.value));
            }
        }
    }
}

#[test]
fn with_everything_retrieved_every_song_is_a_candidate() {
    let library =
        LIBRARY.with_policy(policy(|p| p.candidates.retrieval = Retrieval::Everything)).unwrap();
    let timeline = random_session(engine_of(&library, "enthusiast", None, 5), 5, 3);
    let candidates = &timeline.trace().candidates;
    assert_eq!(candidates.songs, LIBRARY.catalogue.songs.len());
    assert_eq!((candidates.scored, candidates.retrieved), (candidates.songs, candidates.songs));
    let few = random_session(engine("enthusiast", None, 5), 5, 3);
    let candidates = &few.trace().candidates;
    assert!(candidates.scored < candidates.songs / 2, "{candidates:?}");
    assert!(candidates.sources.values().sum::<usize>() >= candidates.retrieved);
}
