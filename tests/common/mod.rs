//! What several test programs share: one loaded library, and hands that play at random.

#![allow(dead_code, reason = "each test program uses a part of this")]

use std::path::Path;
use std::sync::{Arc, LazyLock};

use melody_core::catalogue::SongId;
use melody_core::event::{Action, Event, Target};
use melody_core::listener::Tier;
use melody_core::overrides::Overrides;
use melody_core::rng::{Purpose, generator};
use melody_core::scene::Scene;
use melody_core::score::Score;
use melody_model::Backend;
use melody_recommender::engine::{Engine, Timeline, Trace};
use melody_recommender::playback::Playhead;
use melody_recommender::policy::Policy;
use melody_sessions::library::Library;
use melody_sessions::opening::Opening;
use melody_simulation::profile;
use rand::RngExt;
use rand::seq::IndexedRandom;
use rand_chacha::ChaCha8Rng;

/// The shipped catalogue, policy and model, loaded once.
pub(crate) static LIBRARY: LazyLock<Library> = LazyLock::new(|| {
    Library::load(&Opening::default(), Path::new(""), Backend::default())
        .unwrap_or_else(|error| panic!("{error}"))
});

pub(crate) fn profiles() -> Vec<&'static str> {
    profile::shipped_names().collect()
}

/// An engine of the shared library for a shipped profile.
pub(crate) fn engine(profile: &str, scene: Option<Scene>, seed: u64) -> Arc<Engine> {
    engine_of(&LIBRARY, profile, scene, seed)
}

pub(crate) fn engine_of(
    library: &Library,
    profile: &str,
    scene: Option<Scene>,
    seed: u64,
) -> Arc<Engine> {
    let profile = profile::shipped(profile).unwrap_or_else(|| panic!("no profile {profile}"));
    Arc::new(library.engine(&profile, scene, seed))
}

/// The shipped policy with some settings changed.
pub(crate) fn policy(change: impl FnOnce(&mut melody_recommender::policy::Settings)) -> Policy {
    let mut policy = melody_recommender::policy::shipped("default").unwrap();
    change(&mut policy.settings);
    policy
}

/// A trace as bytes: equal where everything in it is, to the bit.
pub(crate) fn bytes(trace: &Trace) -> Vec<u8> {
    serde_json::to_vec(trace).unwrap()
}

/// All traces of a session, line by line.
pub(crate) fn all_bytes(timeline: &Timeline) -> Vec<Vec<u8>> {
    timeline.traces().map(|trace| bytes(trace)).collect()
}

/// Someone at the controls who does anything that makes sense, at any time.
pub(crate) struct Hands {
    rng: ChaCha8Rng,
    head: Playhead,
    /// Whether they set values, too.
    debugging: bool,
}

/// The longest pause before an action, in milliseconds.
const LONGEST_PAUSE: u64 = 900_000;

impl Hands {
    /// Hands that go on where a session stands.
    pub(crate) fn new(seed: u64, timeline: &Timeline) -> Self {
        let rng = generator(seed, Purpose::Bootstrap, 0);
        Hands { rng, head: Playhead::after(timeline.trace()), debugging: false }
    }

    /// Hands that set values of the ranking, too.
    pub(crate) fn debugging(seed: u64, timeline: &Timeline) -> Self {
        Hands { debugging: true, ..Hands::new(seed, timeline) }
    }

    /// The next event of this session. Applying it succeeds.
    pub(crate) fn next(&mut self, timeline: &Timeline) -> Event {
        self.head = Playhead::after(timeline.trace());
        if self.rng.random_bool(0.3) {
            self.head.wait(self.rng.random_range(0..LONGEST_PAUSE));
        }
        let action = self.action(timeline);
        let duration = timeline.trace().playing.length_ms();
        let left = duration - self.head.heard_ms;
        let ms = match action {
            Action::Finish => left,
            // Anywhere before the end, and often at once.
            _ if left > 1 && self.rng.random_bool(0.8) => self.rng.random_range(0..left),
            _ => 0,
        };
        self.head.play(ms.into(), duration);
        self.head.event(action)
    }

    fn action(&mut self, timeline: &Timeline) -> Action {
        let (state, trace) = (timeline.state(), timeline.trace());
        let mut possible = vec![Action::Replay];
        if !state.queue.is_empty() {
            possible.extend([Action::Finish, Action::Finish, Action::Finish]);
            possible.extend([Action::Skip, Action::Skip]);
            let queued = state.queue.choose(&mut self.rng).map(|queued| queued.song);
            possible.extend(queued.map(|song| Action::Open { song }));
        }
        if !trace.playing.liked {
            possible.push(Action::Like);
        }
        if !trace.playing.saved {
            possible.push(Action::Save);
        }
        if trace.listener.tier != Tier::Premium {
            possible.push(Action::Subscribe);
        }
        let scene = *Scene::ALL.choose(&mut self.rng).unwrap();
        if scene != trace.listener.scene {
            possible.push(Action::Scene { scene });
        }
        let songs = timeline.engine().setup.catalogue.songs.len() as u32;
        let song = SongId(self.rng.random_range(0..songs));
        if song != state.playing.song {
            possible.push(Action::Open { song });
        }
        let query = self.query();
        let target = match self.rng.random_bool(0.5) {
            true => Target::Song(song),
            false => Target::ArtistOf(song),
        };
        possible.push(Action::Search { query, target });
        if self.debugging && self.rng.random_bool(0.3) {
            return Action::Override(overrides(&mut self.rng, &timeline.engine().setup.policy));
        }
        possible.choose(&mut self.rng).unwrap().clone()
    }

    /// Words someone may type, awkward ones among them.
    fn query(&mut self) -> String {
        let words = ["", "blue", "夜曲", "it's \"quoted\"", "back\\slash", "#1", "two\nlines", "é"];
        (*words.choose(&mut self.rng).unwrap()).to_string()
    }
}

/// Any values that may be set under a policy, often none.
pub(crate) fn overrides(rng: &mut ChaCha8Rng, policy: &Policy) -> Overrides {
    let mut maybe = |most: f64| {
        let value = rng.random_range(0.0..=most);
        rng.random_bool(0.3).then(|| Score::new(value))
    };
    let (alpha, beta, gamma, boost) = (maybe(2.0), maybe(2.0), maybe(2.0), maybe(5.0));
    let window = rng.random_bool(0.4).then(|| rng.random_range(1..=30));
    let most = window.unwrap_or(policy.mixing.window);
    Overrides {
        alpha,
        beta,
        gamma,
        boost,
        window,
        at_most: rng.random_bool(0.4).then(|| rng.random_range(0..=most)),
        arm: rng.random_bool(0.4).then(|| policy.bandit.arms.choose(rng).unwrap().name.clone()),
    }
}

/// A session of `events` random events.
pub(crate) fn random_session(engine: Arc<Engine>, seed: u64, events: usize) -> Timeline {
    let timeline = Timeline::start(engine);
    let hands = Hands::new(seed, &timeline);
    go_on(timeline, hands, events)
}

/// The same with values set by hand in between.
pub(crate) fn debugged_session(engine: Arc<Engine>, seed: u64, events: usize) -> Timeline {
    let timeline = Timeline::start(engine);
    let hands = Hands::debugging(seed, &timeline);
    go_on(timeline, hands, events)
}

pub(crate) fn go_on(mut timeline: Timeline, mut hands: Hands, events: usize) -> Timeline {
    for _ in 0..events {
        let event = hands.next(&timeline);
        timeline.apply(event.clone()).unwrap_or_else(|refusal| panic!("{event:?}: {refusal}"));
    }
    timeline
}
