//! The session: one sitting and what it shows so far.

mod searches;
mod streaks;

pub use searches::{Search, Searches};
pub use streaks::{Streak, Streaks};
