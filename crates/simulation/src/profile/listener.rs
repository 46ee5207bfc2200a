//! A mock listener: account, past, scene and hidden taste.

use std::sync::Arc;

use crate::taste::Taste;
use melody_core::listener::Account;
use melody_core::plays::Recorded;
use melody_core::scene::Scene;

/// What the listener heard before the session.
#[derive(Clone, Debug, PartialEq)]
pub enum Past {
    /// Drawn before the session begins.
    Simulated(PastPlays),
    /// Imported from real listening.
    Recorded(Arc<Recorded>),
}

/// Plays simulated from the hidden taste.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PastPlays {
    /// How many, in all earlier sessions together.
    pub plays: u32,
    /// Mixed with the hash of the id, so that listeners differ under one seed.
    pub seed: u64,
}

/// A listener: a mock user, or a real one as far as their plays tell.
#[derive(Clone, Debug, PartialEq)]
pub struct Profile {
    /// What a memory is kept under; the file name of a shipped one.
    pub id: String,
    /// As shown on screen, the same in every language.
    pub name: String,
    /// One line about the listener, in English.
    pub summary: String,
    /// The same in Chinese; the English one if the file has none.
    pub summary_zh: String,
    /// What the service knows before the session.
    pub account: Account,
    /// The scene a session starts in unless told otherwise.
    pub scene: Scene,
    /// The plays before the session.
    pub past: Past,
    /// Hidden from the recommender: what the simulated listener really likes.
    pub taste: Taste,
}
