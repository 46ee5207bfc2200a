//! Melody: a listening simulator and music-recommendation lab.
//!
//! The engine is a pure state machine; see `ARCHITECTURE.md` for the map.

pub mod bandit;
pub mod catalogue;
#[cfg(feature = "terminal")]
pub mod cli;
#[cfg(feature = "terminal")]
pub mod config;
pub mod content {
    //! How alike songs are, at the path it had before it went to the catalogue.
    pub use crate::catalogue::similarity;
}
pub mod diff;
pub mod engine;
pub mod evaluation;
pub mod event;
pub mod experiment;
pub mod feedback;
pub mod input;
pub mod listener;
pub mod ltr;
pub mod model;
pub mod objective;
pub mod opening;
pub mod overrides;
pub mod playback;
pub mod plays;
pub mod policy;
pub mod profile;
pub mod ranking;
pub mod rng;
pub mod saved;
pub mod scene;
pub mod score;
pub mod script;
pub mod session;
pub mod simulation;
pub mod tracefile;
pub mod training;
#[cfg(feature = "terminal")]
pub mod tui;

pub use listener::history;
