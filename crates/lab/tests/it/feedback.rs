//! A feedback log teaches what the engine itself saw: the same plays, and the same inputs of the head.

use std::path::Path;
use std::sync::Arc;

use melody_core::catalogue::SongId;
use melody_core::event::{Action, Target};
use melody_core::listener::Tier;
use melody_core::plays::LoggedListener;
use melody_core::scene::Scene;
use melody_lab::data::log::{Unfit, heard};
use melody_lab::data::{Dataset, Sessions, rows};
use melody_lab::evaluation::{Judge, examples};
use melody_model::{Backend, NetworkConfig, device};
use melody_recommender::engine::Timeline;
use melody_recommender::playback::Playhead;
use melody_sessions::library::Library;
use melody_sessions::log::{Header, StepRecord};
use melody_sessions::names::profile_named;
use melody_sessions::opening::Opening;

/// Of the session below.
const PLAYS: usize = 11;
/// How far the network that is trained and the one that scores may lie apart: they sum in other orders.
const CLOSE: f32 = 2e-4;

/// A free listener who does all that a listener can do, over a few songs.
fn session() -> (Library, Timeline, Header, Vec<StepRecord>) {
    session_of("explorer")
}

fn session_of(profile: &str) -> (Library, Timeline, Header, Vec<StepRecord>) {
    let opening = Opening { profile: profile.into(), seed: 8, ..Opening::default() };
    let library = Library::load(&opening, Path::new(""), Backend::Flex).unwrap();
    let profile = profile_named(&opening.profile, Path::new("")).unwrap();
    let engine = library.engine(&profile, opening.scene, opening.seed);
    let mut timeline = Timeline::start(Arc::new(engine));
    let premium = library.catalogue.ids().find(|id| library.catalogue.song(*id).premium).unwrap();
    let wanted = library.catalogue.ids().nth(700).unwrap();
    for action in [
        Action::Skip,
        Action::Like,
        Action::Finish,
        Action::Save,
        Action::Replay,
        Action::Finish,
        Action::Search { query: "what".into(), target: Target::Song(wanted) },
        Action::Open { song: wanted },
        Action::Finish,
        Action::Open { song: premium },
        Action::Finish,
        Action::Scene { scene: Scene::Workout },
        Action::Finish,
        Action::Subscribe,
        Action::Skip,
        Action::Finish,
    ] {
        let trace = timeline.trace().clone();
        let mut head = Playhead::after(&trace);
        let length = trace.playing.length_ms();
        let part = if action == Action::Finish { length } else { head.heard_ms + length / 5 };
        head.play_until(part, length);
        timeline.apply(head.event(action)).unwrap();
    }
    let header = Header::new(&opening, timeline.trace_at(0).unwrap()).of(&timeline.engine().setup);
    let steps = timeline.traces().map(|trace| StepRecord::from(trace.as_ref())).collect();
    (library, timeline, header, steps)
}

fn told(
    (library, _, header, steps): &(Library, Timeline, Header, Vec<StepRecord>),
) -> LoggedListener {
    heard(&library.catalogue, header, &steps.iter().collect::<Vec<_>>(), true).unwrap()
}

#[test]
fn a_log_gives_the_plays_that_the_engine_met() {
    let session = session();
    let (_, timeline, ..) = &session;
    let listener = told(&session);
    let setup = &timeline.engine().setup;
    assert_eq!(listener.account, *setup.account);
    let past: usize =
        listener.sessions[..listener.sessions.len() - 1].iter().map(|s| s.plays.len()).sum();
    assert_eq!(past, setup.past.len());
    let told: Vec<_> = listener.sessions.iter().flat_map(|s| &s.plays).collect();
    let met = &timeline.state().history;
    assert_eq!(told.len(), setup.past.len() + PLAYS);
    for (told, met) in told.iter().rev().zip(met.recent().iter().rev()) {
        let mut play = told.play.clone();
        // A log keeps millionths.
        assert!((play.play_ratio - met.play_ratio).abs() < 1e-6);
        play.play_ratio = met.play_ratio;
        assert_eq!(&play, met);
    }
    let own = &listener.sessions.last().unwrap().plays;
    assert_eq!(
        own.iter().map(|p| p.play.replayed).collect::<Vec<_>>()[..4],
        [false, false, false, true]
    );
    assert!(own[5].play.opened && own[5].play.searched);
    let previews = own.last().unwrap().previews;
    assert_eq!(previews, timeline.state().previews);
    let last = own.last().unwrap();
    assert_eq!((last.tier, last.subscribes), (Tier::Premium, None));
    assert!(own[..PLAYS - 1].iter().all(|play| play.subscribes == Some(true)), "{own:?}");
}

#[test]
fn who_subscribes_as_a_song_begins_does_so_after_the_one_before_it() {
    let (library, _, header, mut steps) = session();
    let labels = |steps: &[StepRecord]| -> Vec<Option<bool>> {
        let told = heard(&library.catalogue, &header, &steps.iter().collect::<Vec<_>>(), true);
        let told = told.unwrap();
        told.sessions.last().unwrap().plays.iter().map(|play| play.subscribes).collect()
    };
    // In the middle of the last song but one: it is the play.
    let within = labels(&steps);
    assert_eq!(within[PLAYS - 3..], [Some(true), Some(true), None]);
    let subscribing = |step: &StepRecord| {
        step.event.as_ref().is_some_and(|event| event.action == Action::Subscribe)
    };
    let place = steps.iter().position(subscribing).unwrap();
    steps[place].event.as_mut().unwrap().heard_ms = 0;
    let after = labels(&steps);
    assert_eq!(after[PLAYS - 3..], [Some(true), None, None]);
    // Before anything was heard: they came as subscribers, and no play tells of it.
    let mut step = steps.remove(place);
    step.event.as_mut().unwrap().at_ms = 0;
    steps.insert(1, step);
    assert!(labels(&steps).iter().all(Option::is_none));
}

#[test]
fn of_the_last_play_of_an_open_session_nobody_knows_whether_a_subscription_follows() {
    let (library, _, header, steps) = &session();
    let subscribes =
        |s: &StepRecord| matches!(&s.event, Some(event) if event.action == Action::Subscribe);
    let until = steps.iter().position(subscribes).unwrap();
    let labels = |until: usize, over| -> Vec<Option<bool>> {
        let some: Vec<&StepRecord> = steps[..until].iter().collect();
        let told = heard(&library.catalogue, header, &some, over).unwrap();
        told.sessions.last().unwrap().plays.iter().map(|play| play.subscribes).collect()
    };
    let (open, over) = (labels(until, false), labels(until, true));
    let (last, before) = open.split_last().unwrap();
    assert!(before.len() > 2 && before.iter().all(|label| *label == Some(false)), "{open:?}");
    assert_eq!(*last, None);
    assert!(over.iter().all(|label| *label == Some(false)), "{over:?}");
    // In the song that plays still: in none of those that are over.
    assert_eq!(labels(until + 1, false), over);
}

#[test]
fn the_network_in_training_is_given_what_it_was_given_in_the_session() {
    // Who has heard little: a window of a training holds all of it, as the network's memory does.
    let session = session_of("new-listener");
    let (library, timeline, ..) = &session;
    let listener = told(&session);
    let before = listener.sessions.len() - 1;
    let part = Sessions { known: before, until: before + 1 };
    let data = Dataset { listeners: vec![rows(&library.catalogue, &listener, part)] };
    let device = device(Backend::Flex);
    let network = library.model.network.as_ref().clone();
    let shape = NetworkConfig::default();
    let judge =
        Judge { network: &network, shape: &shape, catalogue: &library.catalogue, device: &device };
    let trained = examples(judge, &data, usize::MAX);
    let served = timeline.state().learned(&library.model).newest;
    assert_eq!(trained.len(), PLAYS);
    let mut apart = Vec::new();
    for (trained, served) in trained.iter().zip(&served[served.len() - PLAYS..]) {
        let far = |a: &[f32], b: &[f32]| -> f32 {
            assert_eq!(a.len(), b.len());
            a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
        };
        apart.push(far(&trained.own, &served.own).max(far(&trained.shared, &served.shared)));
    }
    // A play's scene is the one it ended in, in the history as in a log; this one began in another.
    let changed = apart.remove(8);
    assert!(changed > CLOSE && apart.iter().all(|apart| *apart < CLOSE), "{changed}, {apart:?}");
}

#[test]
fn a_log_that_cannot_be_learned_from_says_why() {
    let (library, _, header, steps) = &session();
    let steps: Vec<&StepRecord> = steps.iter().collect();
    let refused = |header: &Header| heard(&library.catalogue, header, &steps, true).unwrap_err();
    assert_eq!(refused(&Header { listener: None, ..header.clone() }), Unfit::Nobody);
    let mut other = header.clone();
    other.versions.catalogue_hash = "another".into();
    assert!(matches!(refused(&other), Unfit::OtherCatalogue { .. }));
    let mut odd = header.clone();
    odd.listener.as_mut().unwrap().favourite_genres = vec!["yodel".into()];
    assert_eq!(refused(&odd).to_string(), "the genre `yodel` is not there");
    let mut odd = header.clone();
    odd.listener.as_mut().unwrap().past[0].play_ratio = 1e30;
    assert_eq!(refused(&odd).to_string(), "play_ratio of a past play is out of range");
    // A record of somebody else's may be whole, and name a song that there is none of.
    let mut nowhere: Vec<StepRecord> = steps.iter().map(|step| (*step).clone()).collect();
    let target = Target::ArtistOf(SongId(u32::MAX));
    nowhere[3].event.as_mut().unwrap().action = Action::Search { query: "x".into(), target };
    let nowhere: Vec<&StepRecord> = nowhere.iter().collect();
    let told = heard(&library.catalogue, header, &nowhere, true).unwrap_err().to_string();
    assert_eq!(told, "the song `number 4294967295` is not there");
}
