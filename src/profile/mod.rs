//! Listener profiles: the mock users.

mod file;
mod of_plays;
mod shipped;
mod write;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

pub use file::{load, parse};
pub use of_plays::of_plays;
pub use shipped::{shipped, shipped_names};
pub use write::render;

use crate::plays::Recorded;
use crate::scene::Scene;
use crate::simulation::Taste;

/// What a listener pays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tier {
    Free,
    Trial,
    Premium,
}

impl Tier {
    pub const ALL: [Tier; 3] = [Tier::Free, Tier::Trial, Tier::Premium];

    pub fn name(self) -> &'static str {
        match self {
            Tier::Free => "free",
            Tier::Trial => "trial",
            Tier::Premium => "premium",
        }
    }
}

/// What the service knows about a listener before the session.
#[derive(Clone, Debug, PartialEq)]
pub struct Account {
    pub tier: Tier,
    pub tenure_days: u32,
    pub hours_per_week: f32,
    /// Premium songs played without a subscription in the last month.
    pub premium_previews: u32,
    /// Earlier subscriptions and trials started.
    pub past_conversions: u32,
    /// Genres of the taxonomy the listener named as favourites, by index.
    pub favourite_genres: Vec<usize>,
}

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
