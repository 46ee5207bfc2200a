//! A small engine for tests of the engine's own parts: forty songs and a network with fresh weights, so that
//! a step costs next to nothing and what is asserted is the engine's doing, not a trained model's.

use std::fmt::Write as _;
use std::sync::Arc;

use super::setup::{Engine, Setup, Trained};
use super::state::State;
use super::trace::Trace;
use crate::bandit::Experience;
use crate::policy::{Settings, shipped};
use melody_core::catalogue::{Catalogue, SongId, parse, taxonomy};
use melody_core::event::{Action, Event};
use melody_core::input::TomlFile;
use melody_core::listener::{Account, Interaction, Tier};
use melody_core::scene::Scene;
use melody_model::objective::Objective;
use melody_model::{
    Backend, Example, Examples, LABELS, Manifest, ModelFiles, ModelVersion, Network, NetworkConfig,
    Towers, device,
};

/// Songs of the small catalogue.
pub(super) const SONGS: u32 = 40;
/// Promoted songs are the last ones.
pub(super) const FIRST_PROMOTED: u32 = 34;
/// How long every song is, in milliseconds.
pub(super) const DURATION_MS: u32 = 200_000;
/// The genres that songs take turns in.
const GENRES: usize = 4;

/// Forty songs of four genres and eight artists; every tenth is premium, the last six are promoted.
pub(super) fn catalogue() -> Catalogue {
    let manifest = "format = 1\nname = \"small\"\n[[campaigns]]\nid = \"spring\"\nname = \"Spring\"\n\
                    sponsor = \"Nobody\"\n";
    let mut songs =
        String::from("song_id,title,artists,genre,duration_ms,popularity,premium,campaign\n");
    for i in 0..SONGS {
        let genre = &taxonomy().genres[i as usize % GENRES].id;
        let campaign = if i >= FIRST_PROMOTED { "spring" } else { "" };
        writeln!(
            songs,
            "s{i:02},Song {i},Artist {},{genre},{DURATION_MS},{},{},{campaign}",
            i % 8,
            20 + i,
            i % 10 == 9
        )
        .expect("writing to a string");
    }
    parse(&TomlFile::embedded("small.toml", manifest), "small.csv", &songs).unwrap()
}

/// A network with fresh weights, and a few examples of nothing to learn from.
fn files(name: &str, seed: u64) -> ModelFiles {
    let config = NetworkConfig {
        d_model: 8,
        layers: 1,
        heads: 2,
        feed_forward: 8,
        d_session: 4,
        d_profile: 4,
        d_scene: 2,
        d_genre: 2,
        d_family: 2,
        d_id: 2,
        song_buckets: 16,
        artist_buckets: 16,
        experts: 2,
        expert_hidden: 4,
        expert_output: 4,
        tower_hidden: 4,
        ..NetworkConfig::default()
    };
    let example = Example {
        own: vec![0.1; config.d_model],
        shared: vec![0.1; config.d_shared()],
        labels: [0.0; LABELS],
        mask: [1.0; LABELS],
    };
    let manifest = Manifest {
        format: 1,
        name: name.into(),
        weights_sha256: (seed - 1).to_string().repeat(64),
        towers_sha256: None,
        trained_on: "nothing".into(),
        seed: 1,
        steps: 0,
        objective: Objective::default(),
    };
    let network = Network::new(&config, seed, &device(Backend::default()));
    let examples = Examples { replay: vec![example.clone(); 4], held_back: vec![example; 4] };
    let towers = Some(Towers::new(&config, seed, &device(Backend::default())));
    ModelFiles { manifest, config, network, towers, examples }
}

/// An engine for a casual listener without a past, under the default policy with some settings changed.
/// Any promoted song is good enough to be placed.
pub(super) fn engine(change: impl FnOnce(&mut Settings)) -> Engine {
    let catalogue = Arc::new(catalogue());
    let mut policy = shipped("default").unwrap();
    let settings = &mut policy.settings;
    settings.mixing.least_interest = 0.0;
    // Every song is ranked for as it comes up, but where requests are what is tested.
    settings.requests.committed = 1;
    // Premium songs are heard whole, but where previews are what is tested.
    settings.previews.seconds = 3_600;
    settings.segments.iter_mut().for_each(|segment| segment.mixing.least_interest = None);
    change(settings);
    let files = files("fresh", 1);
    let account = Account {
        tier: Tier::Free,
        tenure_days: 100,
        hours_per_week: 5.0,
        premium_previews: 0,
        past_conversions: 0,
        favourite_genres: Vec::new(),
    };
    Engine::new(Setup {
        model: ModelVersion::new(&files, &catalogue),
        examples: Arc::new(files.examples),
        catalogue,
        policy: Arc::new(policy),
        ranker: None,
        listener: "somebody".into(),
        account: Arc::new(account),
        scene: Scene::Relax,
        seed: 1,
        past: Arc::default(),
        warm_start: None,
        learned: None,
        versions: Arc::default(),
        experience: Arc::new(Experience::new("nothing")),
        unseen: false,
    })
}

/// Another trained model for the small engine. `seed` is from 2 to 10.
pub(super) fn other_model(catalogue: &Catalogue, seed: u64) -> Trained {
    let files = files("other", seed);
    let model = ModelVersion::new(&files, catalogue);
    Trained { model, examples: Arc::new(files.examples) }
}

/// The same under the default policy as it is, but for the interest that promoted songs need.
pub(super) fn small() -> Engine {
    engine(|_| ())
}

/// What the listener does after hearing `heard_ms` more of the song, and that long after the last event.
pub(super) fn after(state: &State, heard_ms: u32, action: Action) -> Event {
    let at_ms = state.at_ms + u64::from(heard_ms);
    Event { at_ms, heard_ms: state.playing.heard_ms + heard_ms, action }
}

/// Takes a step that is not refused.
pub(super) fn step(
    engine: &Engine,
    state: &State,
    heard_ms: u32,
    action: Action,
) -> (State, Trace) {
    engine.step(state, &after(state, heard_ms, action)).unwrap()
}

/// The current song plays to its end.
pub(super) fn finish(engine: &Engine, state: &State) -> (State, Trace) {
    step(engine, state, engine.length_ms(state) - state.playing.heard_ms, Action::Finish)
}

/// On to the next song, after a second.
pub(super) fn skip(engine: &Engine, state: &State) -> (State, Trace) {
    step(engine, state, 1_000, Action::Skip)
}

/// A play of long ago that went through or was skipped at once.
pub(super) fn past_play(song: SongId, completed: bool) -> Interaction {
    Interaction {
        song,
        began_ms: -1_000_000,
        play_ratio: if completed { 1.0 } else { 0.0 },
        completed,
        skipped: !completed,
        liked: false,
        saved: false,
        replayed: false,
        searched: false,
        opened: false,
        first: false,
        scene: Scene::Relax,
    }
}
