//! What the service knows about a listener before anything is played: what they pay and what they said.

use serde::{Deserialize, Serialize};

/// What a listener pays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tier {
    /// Pays nothing; premium songs are previews.
    Free,
    /// Hears all for a while before paying.
    Trial,
    /// Pays.
    Premium,
}

impl Tier {
    /// From paying nothing to paying.
    pub const ALL: [Tier; 3] = [Tier::Free, Tier::Trial, Tier::Premium];

    /// As files and traces write it.
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
    /// As the session opens.
    pub tier: Tier,
    /// Days since the account was made.
    pub tenure_days: u32,
    /// Listening of late.
    pub hours_per_week: f32,
    /// Premium songs played without a subscription in the last month.
    pub premium_previews: u32,
    /// Earlier subscriptions and trials started.
    pub past_conversions: u32,
    /// Genres of the taxonomy the listener named as favourites, by index.
    pub favourite_genres: Vec<usize>,
}
