//! Explanations agree with the trace, and the smallest change is one: from it on the song scores
//! higher, whatever is rounded, and short of it it does not.

use crate::common::{LIBRARY, engine, engine_of, random_session};
use melody_core::catalogue::SongId;
use melody_core::event::Action;
use melody_core::overrides::Overrides;
use melody_core::rng::{Purpose, generator};
use melody_core::score::Score;
use melody_recommender::engine::{Engine, Look, State, Timeline};
use melody_recommender::playback::Playhead;
use melody_recommender::ranking::{Flip, Stage};
use rand::RngExt;
use rand::seq::IndexedRandom;
use rand_chacha::ChaCha8Rng;

const PROFILES: [&str; 5] =
    ["likely-payer", "enthusiast", "promotion-averse", "new-listener", "subscriber"];

fn played(profile: &str, seed: u64, events: usize) -> Timeline {
    random_session(engine(profile, None, seed), seed, events)
}

#[test]
fn an_explanation_says_what_the_trace_says() {
    for (i, profile) in PROFILES.iter().enumerate() {
        let timeline = played(profile, 60 + i as u64, 9);
        let engine = timeline.engine();
        for step in [0, 4, 9] {
            let state = &*timeline.state_at(step).unwrap();
            let trace = timeline.trace_at(step).unwrap();
            let look = engine.look(state);
            for entry in &trace.queue {
                let song = engine.setup.catalogue.find(&entry.song.id).unwrap();
                let explained = engine.explain_of(state, trace, &look, song);
                assert_eq!(explained.position, Some(entry.position));
                assert_eq!(explained.ledger, entry.ledger);
                assert_eq!(explained.heads, entry.heads);
                assert_eq!(explained.gates, entry.gates);
                assert_eq!(explained.displaced, entry.displaced);
                assert_eq!(explained.weights, trace.weights);
                // Ranking the state again is the same arithmetic.
                engine.with_ranking_of(state, &look, |ranking, scored| {
                    assert_eq!(ranking.ledger(song), entry.ledger);
                    let place = scored.place(song).unwrap();
                    assert_eq!(*scored.outputs(place), entry.heads);
                });
                let interest: f64 = explained.interest.iter().map(|part| part.value.value()).sum();
                assert!((interest - entry.interest.value()).abs() < 5e-6, "{interest}");
            }
        }
    }
}

/// A learned score is no weighed sum: no flip is told, and the account says so.
#[test]
fn a_learned_score_has_parts_and_no_flips() {
    let library = LIBRARY.with_policy(melody_recommender::policy::shipped("ltr").unwrap()).unwrap();
    let timeline = random_session(engine_of(&library, "casual-listener", None, 61), 61, 4);
    let (engine, state, trace) = (timeline.engine(), timeline.state(), timeline.trace());
    let look = engine.look(state);
    let ranked = trace.queue.iter().filter(|entry| !entry.promoted && entry.committed.is_none());
    let natural: Vec<_> = ranked.collect();
    let song = engine.setup.catalogue.find(&natural[1].song.id).unwrap();
    let explained = engine.explain_of(state, trace, &look, song);
    assert_eq!(explained.ledger, natural[1].ledger);
    assert_eq!(explained.ledger.score.children[0].name, "learned");
    let why = engine.why_not(state, &look, song, None).unwrap();
    assert!(why.lacks >= Score::ZERO);
    for flip in &why.flips {
        assert_eq!(flip.to, None);
        assert!(flip.why.as_ref().unwrap().starts_with("a learned score"), "{flip:?}");
    }
}

#[test]
fn attention_is_shared_out_among_the_past_the_profile_and_the_song() {
    let timeline = played("enthusiast", 70, 6);
    let (state, trace) = (timeline.state(), timeline.trace());
    let engine = timeline.engine();
    let look = engine.look(state);
    let shares = |song: u32| {
        let e = engine.explain_of(state, trace, &look, SongId(song));
        let all = e.attention.iter().map(|play| play.share).sum::<Score>();
        let total = all + e.attention_own + e.attention_profile;
        assert!((total.value() - 1.0).abs() < 1e-4, "{total}");
        assert_eq!(e.attention.len(), state.history.recent().len());
        assert!(e.attention.is_sorted_by(|a, b| a.share >= b.share));
        e.attention.iter().map(|play| (play.plays_ago, play.share)).collect::<Vec<_>>()
    };
    assert_ne!(shares(3), shares(900), "songs look at the past in their own ways");
}

#[test]
fn a_song_that_is_not_shown_says_where_it_was_dropped_and_by_what_it_missed() {
    let timeline = played("likely-payer", 71, 5);
    let (state, trace, engine) = (timeline.state(), timeline.trace(), timeline.engine());
    let look = engine.look(state);
    for runner in &trace.runners_up {
        let song = engine.setup.catalogue.find(&runner.song.id).unwrap();
        let why = engine.why_not(state, &look, song, None).unwrap();
        assert_eq!(why.dropped.as_ref(), Some(&runner.dropped));
        assert_eq!(why.dropped.unwrap().stage, Stage::Mixing);
        assert_eq!(why.song.score, runner.score);
        assert_eq!(why.lacks, why.above.score - why.song.score);
        // One that scores higher already and is kept out by a rule needs no weight.
        assert_eq!(why.flips.len(), if why.lacks < Score::ZERO { 0 } else { 3 });
    }
    let playing = engine.why_not(state, &look, state.playing.song, None).unwrap();
    assert_eq!(playing.dropped.unwrap().stage, Stage::Filter);
    assert!(playing.flips.is_empty() && playing.beside.is_some());
}

/// How far the song's score is ahead of the other's once a weight has been set, in millionths.
fn ahead(
    (engine, state, look): (&Engine, &State, &Look),
    (song, above): (SongId, SongId),
    flip: &Flip,
    weight: Score,
) -> i64 {
    let mut overrides = state.overrides.clone();
    match flip.weight.as_str() {
        "alpha" => overrides.alpha = Some(weight),
        "beta" => overrides.beta = Some(weight),
        _ => overrides.gamma = Some(weight),
    }
    let set = state.with_overrides(overrides);
    engine.with_ranking_of(&set, look, |ranking, _| {
        let decided = [&ranking.weights().alpha, &ranking.weights().beta, &ranking.weights().gamma];
        let place =
            ["alpha", "beta", "gamma"].iter().position(|name| *name == flip.weight).unwrap();
        assert_eq!(decided[place].value, weight, "no clamp acts where a change is allowed");
        let place = |of: SongId| ranking.in_order().position(|song| song == of).unwrap();
        let ahead = -ranking.lacks(song, above).millionths();
        assert!(ahead == 0 || (ahead > 0) == (place(song) < place(above)));
        ahead
    })
}

/// The lowest and the highest value that a weight can be given, the others held.
fn allowed(flips: &[Flip], of: &Flip) -> (Score, Score) {
    let from = |name: &str| flips.iter().find(|flip| flip.weight == name).unwrap().from;
    match of.weight.as_str() {
        "alpha" => (from("beta") + from("gamma"), Score::new(2.0)),
        "beta" => (Score::ZERO, from("alpha") - from("gamma")),
        _ => (Score::ZERO, from("alpha") - from("beta")),
    }
}

/// Two ranked songs, near each other in the order as often as not.
fn pair(order: &[SongId], rng: &mut ChaCha8Rng) -> (SongId, SongId) {
    let above = rng.random_range(0..order.len() - 1);
    let below = if rng.random_bool(0.6) {
        (above + rng.random_range(1..6)).min(order.len() - 1)
    } else {
        rng.random_range(above + 1..order.len())
    };
    (order[below], order[above])
}

#[test]
fn from_the_smallest_change_on_the_order_holds_and_short_of_it_it_does_not() {
    let (mut found, mut none, mut level) = (0, 0, 0);
    for (i, profile) in PROFILES.iter().enumerate() {
        let mut rng = generator(80 + i as u64, Purpose::Bootstrap, 1);
        let timeline = played(profile, 80 + i as u64, 8);
        let engine = timeline.engine();
        let mut state: State = (**timeline.state()).clone();
        if i % 2 == 1 {
            // From other weights than the policy's too.
            let by = |value: f64| Some(Score::new(value));
            state = state.with_overrides(Overrides { gamma: by(0.31), ..Overrides::default() });
        }
        let look = engine.look(&state);
        let order: Vec<SongId> =
            engine.with_ranking_of(&state, &look, |ranking, _| ranking.in_order().collect());
        for _ in 0..30 {
            let (song, above) = pair(&order, &mut rng);
            let why = engine.why_not(&state, &look, song, Some(above)).unwrap();
            for flip in &why.flips {
                let lead =
                    |weight: Score| ahead((engine, &state, &look), (song, above), flip, weight);
                let at = |weight: Score| lead(weight) > 0;
                let Some(to) = flip.to else {
                    none += 1;
                    // Nowhere in the range: the ends and places between.
                    let why = flip.why.as_ref().unwrap();
                    let Some((_, range)) = why.split_once("between ") else { continue };
                    let (low, rest) = range.split_once(" and ").unwrap();
                    let high = rest.split_once(',').unwrap().0;
                    let (low, high): (f64, f64) = (low.parse().unwrap(), high.parse().unwrap());
                    let inside = flip.from.value().clamp(low, high);
                    for share in [0.02, 0.5, 0.98] {
                        for end in [low, high] {
                            let weight = inside + (end - inside) * share;
                            assert!(!at(Score::new(weight)), "{profile} {flip:?} at {weight}");
                        }
                    }
                    continue;
                };
                found += 1;
                let change = flip.change().unwrap().millionths();
                assert!(at(to), "{profile} {flip:?}: at it the order flips");
                let toward = |millionths: i64| {
                    let by = millionths * change.signum();
                    Score::from_millionths(flip.from.millionths() + by)
                };
                assert!(!at(toward(change.abs() - 1)), "{profile} {flip:?}: a millionth short");
                let less = [0.0, 0.5, 0.9, 0.99, 0.999, 0.9999].choose(&mut rng).unwrap();
                let short = ((change.abs() - 1) as f64 * less) as i64;
                // Right before it roundings may put it ahead for less than a thousandth.
                let flickers = change.abs() - short < 1_000;
                assert!(flickers || !at(toward(short)), "{profile} {flip:?}: {short} millionths");
                // No rounding takes it back.
                let (low, high) = allowed(&why.flips, flip);
                for on in (1..=8).chain([100, 900]).map(|on| toward(change.abs() + on)) {
                    let inside = (low..=high).contains(&on);
                    assert!(!inside || at(on), "{profile} {flip:?}: taken back at {on}");
                }
                if let Some(first) = flip.level {
                    level += 1;
                    assert!(lead(first) >= 0, "{profile} {flip:?}: a tie is named");
                }
            }
        }
    }
    assert!(found > 100 && none > 20, "{found} found, {none} impossible");
    assert!(level > 20, "{level} of them level first");
}

#[test]
fn a_promoted_song_that_scores_more_than_one_of_the_queue_is_kept_out_by_what_is_said() {
    let mut crowded = 0;
    for (i, profile) in PROFILES.iter().enumerate() {
        let timeline = played(profile, 80 + i as u64, 6);
        let engine = timeline.engine();
        for step in [0, 3, 6] {
            let (state, look) = {
                let state = timeline.state_at(step).unwrap();
                let look = engine.look(&state);
                (state, look)
            };
            engine.with_ranking_of(&state, &look, |ranking, _| {
                let promoted = |song: &SongId| engine.setup.catalogue.song(*song).promoted();
                for song in ranking.in_order().filter(promoted) {
                    let Some(dropped) = ranking.ledger(song).dropped else { continue };
                    let by_score = dropped.why.starts_with("the last promoted song");
                    assert!(!by_score || dropped.margin >= Score::ZERO, "{dropped:?}");
                    crowded += usize::from(dropped.why.contains(", counting \""));
                }
            });
        }
    }
    assert!(crowded > 0, "some are crowded out");
}

#[test]
fn while_promotion_waits_after_skips_every_promoted_song_can_be_asked_about() {
    let mut timeline = Timeline::start(engine("casual-listener", None, 7));
    let mut asked = 0;
    for skips in 1..=4 {
        let mut head = Playhead::after(timeline.trace());
        head.play(3_000, timeline.trace().playing.length_ms());
        timeline.apply(head.event(Action::Skip)).unwrap();
        let (state, engine) = (timeline.state(), timeline.engine());
        let look = engine.look(state);
        let songs = engine.setup.catalogue.ids();
        for song in songs.filter(|song| engine.setup.catalogue.song(*song).promoted()) {
            let Some(why) = engine.why_not(state, &look, song, None) else { continue };
            asked += 1;
            if skips >= 3 {
                assert_eq!(timeline.trace().promotion.target, Score::ZERO);
                let due = why.due.iter().all(|due| due.earned.is_none());
                assert!(due, "nothing is due while promotion waits: {why:?}");
            }
        }
    }
    assert!(asked > 100, "{asked}");
}

#[test]
fn a_song_that_stands_above_another_is_told_so_and_nothing_to_change() {
    let timeline = played("likely-payer", 71, 5);
    let (state, trace, engine) = (timeline.state(), timeline.trace(), timeline.engine());
    let look = engine.look(state);
    let find = |place: usize| engine.setup.catalogue.find(&trace.queue[place].song.id).unwrap();
    let (first, last) = (find(0), find(trace.queue.len() - 1));
    let why = engine.why_not(state, &look, first, Some(last)).unwrap();
    assert_eq!(why.unmoved.as_deref(), Some("it stands above it already"));
    assert!(why.flips.is_empty() && why.moves.is_empty() && why.when.is_none());
    let why = engine.why_not(state, &look, last, Some(first)).unwrap();
    assert_ne!(why.unmoved.as_deref(), Some("it stands above it already"));
}

/// What a weight is advised for is really ranked, and what leaves neither song in the queue comes last.
#[test]
fn where_both_songs_stand_once_a_weight_is_changed_is_really_ranked() {
    let (mut told, mut away) = (0, 0);
    for (i, profile) in PROFILES.iter().enumerate() {
        let timeline = played(profile, 80 + i as u64, 6);
        let (state, engine) = (timeline.state(), timeline.engine());
        let look = engine.look(state);
        let order: Vec<SongId> = engine
            .with_ranking_of(state, &look, |ranking, _| ranking.in_order().take(60).collect());
        for pair in order.chunks_exact(2).step_by(3) {
            let Some(why) = engine.why_not(state, &look, pair[1], Some(pair[0])) else { continue };
            let neither = |flip: &Flip| flip.then.is_some_and(|then| then.neither());
            let first = why.flips.iter().position(neither).unwrap_or(why.flips.len());
            assert!(why.flips[first..].iter().all(neither), "they come last: {:?}", why.flips);
            away += why.flips.len() - first;
            for flip in &why.flips {
                let (Some(to), Some(then)) = (flip.to, flip.then) else {
                    assert_eq!((flip.to, flip.then), (None, None));
                    continue;
                };
                let mut set = state.overrides.clone();
                match flip.weight.as_str() {
                    "alpha" => set.alpha = Some(to),
                    "beta" => set.beta = Some(to),
                    _ => set.gamma = Some(to),
                }
                let queue = engine.preview(state, &look, &set).unwrap().queue;
                let place = |song: SongId| {
                    let id = &engine.setup.catalogue.song(song).id;
                    queue.iter().find(|entry| entry.song.id == **id).map(|entry| entry.position)
                };
                assert_eq!((then.song, then.other), (place(pair[1]), place(pair[0])), "{flip:?}");
                told += 1;
            }
        }
    }
    assert!(told > 10 && away > 0 && away < told, "{told}, of which {away} show nothing");
}
