//! A mock listener: account, past, scene and hidden taste.

use std::sync::Arc;

use crate::taste::Taste;
use melody_core::listener::Account;
use melody_core::plays::Recorded;
use melody_core::scene::Scene;

/// What the listener heard before the session.
#[derive(Clone, Debug, PartialEq)]
pub enum Past {
    Simulated(PastPlays),
    /// Imported from real listening.
    Recorded(Arc<Recorded>),
}

/// Plays simulated from the hidden taste.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PastPlays {
    pub plays: u32,
    pub seed: u64,
}

/// A listener: a mock user, or a real one as far as their plays tell.
#[derive(Clone, Debug, PartialEq)]
pub struct Profile {
    pub id: String,
    pub name: String,
    pub summary: String,
    pub summary_zh: String,
    pub account: Account,
    /// The scene a session starts in unless told otherwise.
    pub scene: Scene,
    pub past: Past,
    /// Hidden from the recommender: what the simulated listener really likes.
    pub taste: Taste,
}
