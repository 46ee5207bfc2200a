//! Melody: a listening simulator and music-recommendation lab.
//!
//! The engine is a pure state machine: `step(state, event) -> (state, trace)`. It reads no file, no clock and
//! no screen. Whatever drives it (the simulator, a script, a simulated listener, a program of yours) makes
//! events, and every number it could want to show is in the trace that comes back.
//!
//! # A first session
//!
//! ```
//! use std::path::Path;
//! use std::sync::Arc;
//!
//! use melody::engine::Timeline;
//! use melody::event::Action;
//! use melody::model::Backend;
//! use melody::opening::{Library, Opening, profile_named};
//! use melody::playback::Playhead;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! // What to open: names of what ships, or paths of your own, which start at `here`.
//! let opening = Opening { profile: "enthusiast".into(), seed: 7, ..Opening::default() };
//! let here = Path::new("");
//! // Catalogue, policy and model are loaded once, for any number of sessions.
//! let library = Library::load(&opening, here, Backend::default())?;
//! let listener = profile_named(&opening.profile, here)?;
//! let engine = library.engine_of(&opening, &listener, here)?;
//!
//! // A timeline keeps the steps of a session. It has begun: a song plays, and a queue is there.
//! let mut session = Timeline::start(Arc::new(engine));
//! assert_eq!(session.trace().queue.len(), library.policy.mixing.queue);
//!
//! // Twenty seconds in, the listener goes on to the next song.
//! let mut head = Playhead::after(session.trace());
//! head.play(20_000, session.trace().playing.length_ms());
//! let trace = session.apply(head.event(Action::Skip))?;
//!
//! // The trace says how the play went, what comes now, and where each point of a score is from.
//! assert!(trace.ended.as_ref().is_some_and(|play| play.skipped));
//! let next = &trace.queue[0];
//! assert!(next.ledger.score.adds_up());
//! println!("{} scores {}:", next.song.title, next.ledger.score.value);
//! for part in &next.ledger.score.children {
//!     println!("  {} {} ({})", part.name, part.value, part.how);
//! }
//!
//! // Events are the truth: what was taken back never happened.
//! session.rewind(0);
//! assert_eq!(session.trace().step, 0);
//! # Ok(())
//! # }
//! ```
//!
//! The same opening and the same events give the same traces, to the bit, on one machine.
//!
//! # What to open
//!
//! An [`opening::Opening`] names a profile, a scene, a seed, a policy, a model and a catalogue.
//! [`opening::Library`] loads what sessions share and makes an [`engine::Engine`] for each listener. Files are
//! checked whole before anything starts; an [`input::InputError`] names file, line and field.
//!
//! # What a step returns
//!
//! [`engine::Engine::step`] takes a [`engine::State`] and an [`event::Event`] and gives the next state and an
//! [`engine::Trace`], or an [`engine::Refusal`] of what makes no sense, with the state as it was. States are cheap to
//! clone. [`engine::Timeline`] keeps events, traces and some of the states; it rewinds, and forks to go on under
//! another policy or model. A trace is plain data that serialises as JSON: the queue with a
//! [`ranking::Ledger`] for each song, weights and their reasons, the promotion ratio and its cap, what the
//! bandit believes, what the model learned, how the listener fares, and notes on what just changed.
//!
//! # Where to go next
//!
//! | you want to | look at |
//! |---|---|
//! | know why a song ranks where it does, or is not there | [`engine::Engine::explain`], [`engine::Engine::why_not`]; `examples/why_not.rs` |
//! | see what other values would lead to | [`engine::Engine::preview`], [`overrides::Overrides`] |
//! | bring your own songs | [`catalogue`]; `examples/own_catalogue.rs` |
//! | change a rule or a weight | [`policy`]; `examples/own_policy.rs` |
//! | let somebody else listen | [`simulation`]: a hidden taste at the controls of a session |
//! | write a session down and hold it to expectations | [`script`], [`tracefile`], [`diff`] |
//! | keep a log that survives a crash | [`feedback::log`] |
//! | train a model | [`training`]; `examples/train_small.rs` |
//! | compare policies on many listeners, or from logs alone | [`experiment`], [`evaluation::off_policy`] |
//!
//! # Features
//!
//! `terminal` (default): the simulator's screen and the command line. Without it the library has no terminal, no
//! argument parser and no progress bar. `ndarray` (default): burn's ndarray backend beside its own.
//!
//! Nothing that recommends knows a simulated listener's hidden taste: it sees the account and what was played.
//! `ARCHITECTURE.md` has the map, and the invariants that everything here keeps.

// Nothing prints but through `cli/say.rs`. Examples and benches of this package do as they like.
#![warn(clippy::print_stdout, clippy::print_stderr)]

pub use melody_core::{catalogue, event, input, listener, overrides, plays, rng, scene, score};
pub use melody_lab::experiment;
pub use melody_model::objective;
pub use melody_recommender::{causes, engine, playback, policy, ranking, retrieval};
pub use melody_sessions::{diff, saved, script};

pub use melody_core::catalogue::similarity as content;
pub use melody_core::listener::history;
pub use melody_sessions::trace_file as tracefile;

/// The personal policy, and the environments it is measured in.
pub mod bandit {
    pub use melody_lab::experiment::testbed;
    pub use melody_recommender::bandit::*;
}

/// What is heard and done in one sitting.
pub mod session {
    pub use melody_core::listener::SessionStats;
    pub use melody_recommender::session::*;
}

/// The network: features in, three heads out.
pub mod model {
    pub use melody_core::listener::ListenerView;
    pub use melody_model::*;
}

/// Listener profiles: the mock users.
pub mod profile {
    pub use melody_core::listener::{Account, Tier};
    pub use melody_simulation::profile::*;
}

/// Simulated listeners: hidden tastes, known probabilities.
pub mod simulation {
    pub use melody_core::plays::{Known, LoggedPlay, LoggedSession, Truth};
    pub use melody_simulation::*;
}

/// The feedback loop: metrics, guardrail, near-line updates, the durable log.
pub mod feedback {
    pub use melody_model::{Example, Examples, LABELS};
    pub use melody_recommender::feedback::*;
    pub use melody_sessions::log;
}

/// Opening a session: names and paths become a checked engine setup.
pub mod opening {
    pub use melody_sessions::library::*;
    pub use melody_sessions::names::*;
    pub use melody_sessions::opening::*;
    pub use melody_sessions::versions;
}

/// Learning to rank: growing forests, and scoring with them.
pub mod ltr {
    pub use melody_lab::ltr::*;
    pub use melody_recommender::ltr::*;
}

/// How good predictions, orders and policies are.
pub mod evaluation {
    pub use melody_lab::off_policy;
    pub use melody_lab::statistics::*;
}

/// Training and measuring models.
pub mod training {
    pub use melody_lab::config::*;
    pub use melody_lab::data::{
        Alternative, Batch, Dataset, Drawn, Listener, Row, Sessions, Split, Splits, TrainedOn,
        Window, held_out, replay, rows, windows,
    };
    pub use melody_lab::evaluation::*;
    pub use melody_lab::reports::*;
    pub use melody_lab::retrieval::*;
    pub use melody_lab::training::*;

    pub use log::{Listening, ReadAhead, Source};

    /// Training logs on disk.
    pub mod log {
        pub use melody_core::plays::LoggedListener;
        pub use melody_lab::data::log::*;
        pub use melody_lab::data::{simulated, simulated_index, simulated_name};
    }
}

#[cfg(feature = "terminal")]
pub use melody_tui as tui;

#[cfg(feature = "terminal")]
pub mod cli;
#[cfg(feature = "terminal")]
pub mod config;
