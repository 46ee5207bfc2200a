//! The session: one sitting and what it shows so far.

mod searches;
mod stats;
mod streaks;

pub use searches::{Search, Searches};
pub use stats::SessionStats;
pub use streaks::{Streak, Streaks};
