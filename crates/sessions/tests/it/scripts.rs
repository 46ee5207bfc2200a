//! A session saved as a script replays to the same traces, to the byte.

use std::sync::Arc;

use crate::common::{Hands, LIBRARY, all_bytes, engine};
use melody_core::catalogue::SongId;
use melody_core::event::{Action, Event, Target};
use melody_core::input::TomlFile;
use melody_core::overrides::Overrides;
use melody_core::scene::Scene;
use melody_core::score::Score;
use melody_core::shown::acts;
use melody_recommender::engine::Timeline;
use melody_recommender::playback::Playhead;
use melody_sessions::opening::Opening;
use melody_sessions::script;
use melody_simulation::{Autopilot, profile};
use proptest::prelude::*;

/// Saves a session, runs the saved text and requires every byte of every trace to come back.
#[track_caller]
fn replays(opening: &Opening, timeline: &Timeline) {
    let text = script::render("A saved session", opening, timeline);
    let saved = script::parse(TomlFile::embedded("saved.toml", &text))
        .unwrap_or_else(|error| panic!("{error}\n{text}"));
    assert_eq!(&saved.opening, opening, "{text}");
    let engine = engine(&opening.profile, saved.opening.scene, saved.opening.seed);
    let profile = profile::shipped(&opening.profile).unwrap();
    let run = script::run(&saved, (*engine).clone(), &profile, LIBRARY.world())
        .unwrap_or_else(|error| panic!("{error}\n{text}"));
    assert_eq!(run.timeline.events(), timeline.events(), "{text}");
    assert!(all_bytes(&run.timeline) == all_bytes(timeline), "{text}");
    // What is saved of the replay is the same text again.
    assert_eq!(script::render("A saved session", opening, &run.timeline), text);
}

fn opened(profile: &str, scene: Option<Scene>, seed: u64) -> (Opening, Timeline) {
    let opening = Opening { profile: profile.into(), scene, seed, ..Opening::default() };
    (opening, Timeline::start(engine(profile, scene, seed)))
}

/// Lets the simulated listener play some songs, as a screen does.
fn autopilot(timeline: &mut Timeline, seed: u64, songs: usize) {
    let engine: Arc<_> = timeline.engine().clone();
    let profile = profile::shipped(&engine.setup.listener).unwrap();
    for _ in 0..songs {
        let traces = timeline.traces().map(|trace| &**trace);
        let pilot = Autopilot::new(&engine, &profile, LIBRARY.world().clone(), seed);
        let pilot = pilot.after(traces);
        let plan = pilot.plan(&engine, timeline.state());
        let mut head = Playhead::after(timeline.trace());
        let mut act = |timeline: &mut Timeline, heard_ms: Option<u32>, action| {
            if let Some(heard_ms) = heard_ms {
                head.play_until(heard_ms, timeline.trace().playing.length_ms());
            }
            let trace = timeline.apply(head.event(action)).unwrap();
            head = Playhead::after(&trace);
        };
        for (heard_ms, action) in plan.during {
            act(timeline, Some(heard_ms), action);
        }
        for action in plan.after {
            act(timeline, None, action);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 5,
        max_shrink_iters: 20,
        failure_persistence: None,
        ..Default::default()
    })]

    #[test]
    fn whatever_is_done_by_hand_or_autopilot_replays(
        profile in prop::sample::select(crate::common::profiles()),
        scene in prop::option::of(prop::sample::select(Scene::ALL.to_vec())),
        seed in 0u64..=i64::MAX as u64,
        turns in prop::collection::vec((any::<bool>(), 1usize..4), 1..5),
        debugged in any::<bool>(),
    ) {
        let (opening, mut timeline) = opened(profile, scene, seed);
        let mut hands = match debugged {
            true => Hands::debugging(seed, &timeline),
            false => Hands::new(seed, &timeline),
        };
        for (by_hand, count) in turns {
            if by_hand {
                for _ in 0..2 * count {
                    let event = hands.next(&timeline);
                    timeline.apply(event).unwrap();
                }
            } else {
                autopilot(&mut timeline, seed, count);
            }
        }
        replays(&opening, &timeline);
    }
}

#[test]
fn a_session_of_nothing_replays() {
    let (opening, timeline) = opened("explorer", None, 3);
    replays(&opening, &timeline);
}

#[test]
fn the_largest_seed_replays() {
    let (opening, timeline) = opened("explorer", None, u64::MAX);
    replays(&opening, &timeline);
}

#[test]
fn every_kind_of_event_replays() {
    let (opening, mut timeline) = opened("likely-payer", Some(Scene::Focus), 11);
    let catalogue = &LIBRARY.catalogue;
    let last = SongId(catalogue.songs.len() as u32 - 1);
    let mut head = Playhead::default();
    let mut act = |timeline: &mut Timeline, wait_ms, play_ms, action| {
        head.wait(wait_ms);
        let left = head.play(play_ms, timeline.trace().playing.length_ms());
        assert!(left == 0 || action == Action::Finish);
        head = Playhead::after(&timeline.apply(head.event(action)).unwrap());
    };
    let search = |query: &str, target| Action::Search { query: query.into(), target };
    let t = &mut timeline;
    act(t, 0, u64::MAX, Action::Finish);
    act(t, 1, 1, Action::Like);
    act(t, 0, 999, Action::Save);
    act(t, 12_345, 0, Action::Replay);
    act(t, 0, 0, Action::Replay);
    act(t, 0, 33, search("a song", Target::Song(last)));
    act(t, 0, 0, search("an \"artist\"", Target::ArtistOf(last)));
    act(t, 0, 0, search("", Target::ArtistOf(SongId(0))));
    act(t, 500, 1_500, Action::Open { song: last });
    act(t, 0, 7, Action::Scene { scene: Scene::Commute });
    act(t, 0, 0, Action::Subscribe);
    let set = Overrides {
        alpha: Some(Score::from_millionths(1_234_567)),
        beta: Some(Score::ZERO),
        gamma: Some(Score::ONE),
        at_most: Some(3),
        window: Some(20),
        arm: Some("light".into()),
        boost: Some(Score::from_millionths(2_500_000)),
    };
    act(t, 10, 5, Action::Override(set));
    act(t, 0, 0, Action::Override(Overrides::default()));
    act(t, 3_600_000, 0, Action::Skip);
    let queued = t.state().queue[5].song;
    act(t, 0, 0, Action::Open { song: queued });
    act(t, 86_400_000, u64::MAX, Action::Finish);
    replays(&opening, &timeline);
}

/// The two forms of searching for an artist: by name, and by one of their songs.
#[test]
fn an_artist_is_searched_by_name_or_by_a_song() {
    let catalogue = &LIBRARY.catalogue;
    let artist = catalogue.song(SongId(0)).lead_artist();
    let other =
        catalogue.ids().filter(|&s| catalogue.song(s).lead_artist() == artist).nth(1).unwrap();
    for (song, form) in [(SongId(0), "\nartist = "), (other, "\nartist_of = ")] {
        let (opening, mut timeline) = opened("commuter", None, 2);
        let action = Action::Search { query: "x".into(), target: Target::ArtistOf(song) };
        timeline.apply(Event { at_ms: 10, heard_ms: 10, action }).unwrap();
        assert!(script::render("x", &opening, &timeline).contains(form));
        replays(&opening, &timeline);
    }
}

#[test]
fn steps_that_make_no_sense_name_their_line() {
    let wrong = |steps: &str, line: usize, field: &str| {
        let text = format!(
            "format = 1\nname = \"x\"\n[session]\nprofile = \"commuter\"\nseed = 1\n\n{steps}"
        );
        let script = script::parse(TomlFile::embedded("s.toml", &text)).unwrap();
        let engine = engine("commuter", None, 1);
        let profile = profile::shipped("commuter").unwrap();
        let error = match script::run(&script, (*engine).clone(), &profile, LIBRARY.world()) {
            Ok(_) => panic!("ran: {steps}"),
            Err(error) => error,
        };
        let problem = &error.problems[0];
        assert_eq!((problem.line, problem.field.as_deref()), (Some(line), Some(field)), "{error}");
    };
    wrong("[[steps]]\ndo = \"open\"\nsong = \"nope\"\n", 9, "steps[0].song");
    wrong("[[steps]]\ndo = \"open\"\nposition = 99\n", 9, "steps[0].position");
    wrong("[[steps]]\ndo = \"search\"\n\nartist = \"Nobody\"\n", 10, "steps[0].artist");
    wrong("[[steps]]\ndo = \"search\"\nartist_of = \"nope\"\n", 9, "steps[0].artist_of");
    wrong("[[steps]]\ndo = \"like\"\n[[steps]]\ndo = \"like\"\n", 10, "steps[1].do");
    wrong("[[steps]]\ndo = \"scene\"\nscene = \"commute\"\n", 8, "steps[0].do");
    wrong("[[steps]]\ndo = \"override\"\narm = \"lite\"\n", 9, "steps[0].arm");
    wrong("[[steps]]\ndo = \"override\"\n\nat_most = 11\n", 10, "steps[0].at_most");
}

#[test]
fn a_query_that_a_terminal_would_act_on_is_saved_escaped_and_read_back() {
    let (opening, mut timeline) = opened("casual-listener", None, 3);
    for query in ["\u{1b}[2J\u{9b}31m \u{202e}drawkcab", "\u{7f}\u{2066}\"it's\" \\ 夜"] {
        let target = Target::Song(SongId(5 + query.len() as u32));
        let action = Action::Search { query: query.into(), target };
        timeline.apply(Playhead::after(timeline.trace()).event(action)).unwrap();
    }
    replays(&opening, &timeline);
    let text = script::render("x", &opening, &timeline);
    assert!(text.contains("\\u009b31m \\u202edraw"), "{text}");
    assert!(!text.chars().any(|c| c != '\n' && acts(c)), "{text:?}");
}
