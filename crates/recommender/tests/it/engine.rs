//! The engine's promises: the same events give the same traces, to the bit; a rewind, a fork and a
//! refusal leave nothing behind; one draw moves no other.

use std::sync::Arc;

use crate::common::{Hands, LIBRARY, all_bytes, bytes, engine, engine_of, random_session};
use melody_core::catalogue::{CampaignId, Song, SongId};
use melody_core::event::{Action, Event, Target};
use melody_core::scene::Scene;
use melody_core::score::Score;
use melody_recommender::engine::{Engine, Refusal, Timeline};
use melody_recommender::playback::Playhead;
use melody_recommender::policy::Algorithm;
use melody_recommender::ranking::Node;

const EVENTS: usize = 10;

fn session(seed: u64) -> Timeline {
    let all = crate::common::profiles();
    let profile = all[seed as usize % all.len()];
    random_session(engine(profile, None, seed), seed, EVENTS)
}

#[test]
fn the_same_events_give_the_same_bytes() {
    for seed in [1, 6] {
        let first = session(seed);
        let setup = first.engine().setup.clone();
        let mut again = Timeline::start(Arc::new(Engine::new(setup)));
        for event in first.events() {
            again.apply(event.clone()).unwrap();
        }
        assert!(all_bytes(&first) == all_bytes(&again), "seed {seed}");
    }
}

#[test]
fn a_rewound_session_run_again_gives_the_same_bytes() {
    let timeline = session(3);
    let expected = all_bytes(&timeline);
    for kept in [0, EVENTS / 2, EVENTS - 1, EVENTS + 9] {
        let mut rewound = timeline.clone();
        rewound.rewind(kept);
        let kept = kept.min(EVENTS);
        assert_eq!(rewound.events().len(), kept);
        assert!(all_bytes(&rewound) == expected[..=kept], "rewound to {kept}");
        for event in &timeline.events()[kept..] {
            rewound.apply(event.clone()).unwrap();
        }
        assert!(all_bytes(&rewound) == expected, "rewound to {kept} and run again");
    }
}

/// Of long ago few states are kept; those in between are worked out again.
#[test]
fn a_state_that_was_not_kept_comes_back_as_it_was() {
    let timeline = random_session(engine("explorer", None, 8), 8, 40);
    let dropped: Vec<usize> = (0..=40).filter(|step| !timeline.keeps(*step)).collect();
    assert!(dropped.contains(&21), "{dropped:?}");
    let expected = all_bytes(&timeline);
    let mut rewound = timeline.clone();
    rewound.rewind(21);
    assert!(timeline.state_at(21).unwrap().queue == rewound.state().queue);
    assert!((16..=21).all(|step| rewound.keeps(step)), "the way back is kept");
    for event in &timeline.events()[21..] {
        rewound.apply(event.clone()).unwrap();
    }
    assert!(all_bytes(&rewound) == expected);
    assert_eq!(timeline.shared_with(&rewound), 21);
    assert!(timeline.state_at(41).is_none());
}

#[test]
fn a_fork_does_not_touch_the_original() {
    let original = session(4);
    let before = all_bytes(&original);
    let mut fork = original.clone();
    fork.rewind(EVENTS / 2);
    let mut hands = Hands::new(99, &fork);
    for _ in 0..EVENTS {
        let event = hands.next(&fork);
        fork.apply(event).unwrap();
    }
    assert!(all_bytes(&original) == before);
    assert!(all_bytes(&fork)[..=EVENTS / 2] == before[..=EVENTS / 2]);
    assert!(all_bytes(&fork) != before);
}

/// Running near-line training ahead of time, as a screen does in the background, changes nothing.
#[test]
fn an_update_run_early_gives_the_same_bytes() {
    let policy = crate::common::policy(|p| {
        p.near_line.every = 2;
        (p.near_line.gain, p.near_line.tolerance) = (-10.0, 10.0);
    });
    let engine = engine_of(&LIBRARY.with_policy(policy).unwrap(), "enthusiast", None, 5);
    let patient = random_session(engine.clone(), 5, EVENTS);
    let mut eager = Timeline::start(engine);
    for event in patient.events() {
        eager.apply(event.clone()).unwrap();
        if let Some(update) = eager.state().pending_update() {
            update.run();
        }
    }
    assert!(all_bytes(&patient) == all_bytes(&eager));
    let number = patient.trace().versions.model_number;
    assert!(number > 0, "no update was taken over in this session");
}

/// What a timeline has come to, for comparing.
fn stand(timeline: &Timeline) -> (usize, Vec<u8>, *const melody_recommender::engine::State) {
    (timeline.events().len(), bytes(timeline.trace()), Arc::as_ptr(timeline.state()))
}

#[track_caller]
fn refused(timeline: &mut Timeline, event: Event, expected: Refusal) {
    let before = stand(timeline);
    let refusal = timeline.apply(event).unwrap_err();
    assert_eq!(refusal, expected);
    assert!(!refusal.to_string().is_empty());
    assert_eq!(stand(timeline), before, "{refusal} left something behind");
}

#[test]
fn events_that_make_no_sense_are_refused_and_change_nothing() {
    let mut timeline = Timeline::start(engine("casual-listener", Some(Scene::Relax), 1));
    let playing = timeline.state().playing.song;
    let duration_ms = timeline.trace().playing.length_ms();
    let songs = LIBRARY.catalogue.songs.len() as u32;
    let event = |at_ms: u64, heard_ms: u32, action| Event { at_ms, heard_ms, action };

    // Half a minute in, twenty seconds heard, liked and saved.
    timeline.apply(event(30_000, 20_000, Action::Like)).unwrap();
    timeline.apply(event(30_000, 20_000, Action::Save)).unwrap();

    let at = 31_000;
    let t = &mut timeline;
    refused(
        t,
        event(29_999, 20_000, Action::Skip),
        Refusal::TimeRunsBackwards { at_ms: 29_999, last_ms: 30_000 },
    );
    refused(
        t,
        event(u64::MAX, duration_ms + 1, Action::Skip),
        Refusal::HeardTooMuch { heard_ms: duration_ms + 1, duration_ms },
    );
    refused(
        t,
        event(at, 19_999, Action::Skip),
        Refusal::HeardRunsBackwards { heard_ms: 19_999, before_ms: 20_000 },
    );
    refused(
        t,
        event(at, 21_001, Action::Skip),
        Refusal::HeardTooFast { more_ms: 1_001, passed_ms: 1_000 },
    );
    refused(
        t,
        event(at, 21_000, Action::Finish),
        Refusal::NotFinished { heard_ms: 21_000, duration_ms },
    );
    refused(t, event(900_000, duration_ms, Action::Skip), Refusal::Over);
    refused(t, event(at, 20_000, Action::Like), Refusal::Already { what: "liked" });
    refused(t, event(at, 20_000, Action::Save), Refusal::Already { what: "saved" });
    let relax = Scene::Relax;
    refused(
        t,
        event(at, 20_000, Action::Scene { scene: relax }),
        Refusal::SameScene { scene: "relax" },
    );
    for song in [songs, u32::MAX] {
        let none = SongId(song);
        let search = |target| Action::Search { query: "x".into(), target };
        for action in [
            Action::Open { song: none },
            search(Target::Song(none)),
            search(Target::ArtistOf(none)),
        ] {
            refused(t, event(at, 20_000, action), Refusal::NoSuchSong { song });
        }
    }
    refused(t, event(at, 20_000, Action::Open { song: playing }), Refusal::PlayingNow);

    let subscribe = event(at, 20_000, Action::Subscribe);
    timeline.apply(subscribe.clone()).unwrap();
    refused(&mut timeline, subscribe, Refusal::Subscribed);
}

/// With promoted songs alone, of which none may be queued, nothing follows. No catalogue that is read
/// from files can be like this.
#[test]
fn without_a_next_song_going_on_is_refused() {
    let mut catalogue = (*LIBRARY.catalogue).clone();
    let promoted = |song: &Song| Song { campaign: Some(CampaignId(0)), ..song.clone() };
    catalogue.songs = catalogue.songs.iter().map(promoted).collect();
    let mut library = LIBRARY.clone();
    library.catalogue = Arc::new(catalogue);
    let mut timeline = Timeline::start(engine_of(&library, "casual-listener", None, 1));
    assert!(timeline.state().queue.is_empty());
    let duration = timeline.trace().playing.length_ms();
    let skip = Event { at_ms: 0, heard_ms: 0, action: Action::Skip };
    refused(&mut timeline, skip, Refusal::NoNextSong);
    let finish = Event { at_ms: duration.into(), heard_ms: duration, action: Action::Finish };
    refused(&mut timeline, finish, Refusal::NoNextSong);
    // The listener may still choose one by hand.
    let song = SongId(u32::from(timeline.state().playing.song == SongId(0)));
    timeline.apply(Event { at_ms: 0, heard_ms: 0, action: Action::Open { song } }).unwrap();
}

/// The epsilon of every song in the catalogue at a state.
fn epsilons(timeline: &Timeline) -> Vec<Node> {
    let (engine, state) = (timeline.engine(), timeline.state());
    let all: Vec<SongId> = engine.setup.catalogue.ids().collect();
    engine.with_ranking_of(state, &engine.look_at(state, &all), |ranking, _| {
        let epsilon = |song| {
            let fusion = ranking.ledger(song).score.children[0].clone();
            fusion.children.into_iter().find(|part| part.name == "epsilon").unwrap()
        };
        all.iter().copied().map(epsilon).collect()
    })
}

/// What a song's ledger says of it as a preview, in points of score.
fn preview_points(timeline: &Timeline, song: SongId) -> Option<Score> {
    let (engine, state) = (timeline.engine(), timeline.state());
    engine.with_ranking_of(state, &engine.look_at(state, &[song]), |ranking, _| {
        let score = ranking.ledger(song).score;
        let adjustments = score.children.into_iter().find(|part| part.name == "adjustments")?;
        adjustments.children.into_iter().find(|part| part.name == "preview").map(|part| part.value)
    })
}

#[test]
fn a_song_that_would_be_cut_off_loses_points_until_it_would_not() {
    let catalogue = &LIBRARY.catalogue;
    let song =
        |premium: bool| catalogue.ids().find(|&id| catalogue.song(id).premium == premium).unwrap();
    let [premium, free] = [true, false].map(song);
    let mut timeline = Timeline::start(engine_of(&LIBRARY, "casual-listener", None, 1));
    let points = Score::new(LIBRARY.policy.adjustments.preview);
    assert!(points > Score::ZERO);
    assert_eq!(preview_points(&timeline, premium), Some(Score::ZERO - points));
    assert_eq!(preview_points(&timeline, free), None);
    timeline.apply(Event { at_ms: 0, heard_ms: 0, action: Action::Subscribe }).unwrap();
    assert_eq!(preview_points(&timeline, premium), None);
}

#[test]
fn one_more_draw_for_one_purpose_moves_no_other() {
    let start = |change: fn(&mut melody_recommender::policy::Settings)| {
        let library = LIBRARY.with_policy(crate::common::policy(change)).unwrap();
        Timeline::start(engine_of(&library, "explorer", None, 8))
    };
    let plain = start(|_| {});
    let decision = |t: &Timeline| serde_json::to_value(&t.trace().bandit.decided).unwrap();
    let brought = |t: &Timeline| {
        let all: Vec<SongId> = t.engine().setup.catalogue.ids().collect();
        let look = t.engine().look_at(t.state(), &all);
        t.engine().with_ranking_of(t.state(), &look, |ranking, _| {
            let explored =
                |song: &SongId| ranking.ledger(*song).sources.contains(&"exploration".into());
            all.iter().copied().filter(explored).collect::<Vec<_>>()
        })
    };

    // More songs are drawn to explore.
    let exploring = start(|p| p.candidates.exploration += 40);
    assert_ne!(brought(&exploring), brought(&plain));
    assert_eq!(decision(&exploring), decision(&plain));
    assert_eq!(epsilons(&exploring), epsilons(&plain));

    // The bandit draws for one more arm.
    let choosing = start(|p| {
        let arm =
            melody_recommender::policy::Arm { name: "more".into(), ..p.bandit.arms[0].clone() };
        p.bandit.arms.push(arm);
        p.bandit.algorithm = Algorithm::LinUcb;
    });
    assert_eq!(brought(&choosing), brought(&plain));
    assert_eq!(epsilons(&choosing), epsilons(&plain));

    // Near-line updates draw more examples to replay: what is decided before one takes over stays.
    let learning = start(|p| p.near_line.replayed += 10);
    assert_eq!(decision(&learning), decision(&plain));
    assert_eq!(epsilons(&learning), epsilons(&plain));
}

/// A trace says what made it.
#[test]
fn a_trace_names_the_versions_behind_it() {
    let timeline = session(2);
    let versions = &timeline.trace().versions;
    assert_eq!(versions.catalogue_hash, LIBRARY.catalogue.hash);
    assert_eq!(versions.policy_hash, LIBRARY.policy.hash);
    assert_eq!(versions.model_hash, timeline.state().model.hash);
    for hash in [&versions.catalogue_hash, &versions.policy_hash, &versions.model_hash] {
        assert_eq!(hash.len(), 64);
    }
}

/// The playhead a screen shows is where the trace says the session stands.
#[test]
fn a_playhead_follows_a_session() {
    let timeline = session(7);
    for (event, trace) in timeline.events().iter().zip(timeline.traces().skip(1)) {
        let head = Playhead::after(trace);
        assert_eq!(head.now_ms, event.at_ms);
        assert_eq!(head.heard_ms, if trace.ended.is_some() { 0 } else { event.heard_ms });
    }
}
