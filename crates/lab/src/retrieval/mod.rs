//! Towers for a trained model: learned from its own order and from what listeners enjoyed.

mod learn;
mod moments;
mod recall;
mod strangers;
mod towers;

pub use learn::TowerLosses;
pub use recall::{BROUGHT, PLACES, Recall};
pub use strangers::strangers;
pub use towers::{TowerRecipe, TowerReport, tower_work, train_towers};
