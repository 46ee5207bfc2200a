//! Simulated listeners: hidden tastes, known probabilities.
//!
//! Because every probability here is known, the best any model could do on simulated data is known
//! too. Nothing in the recommender reads this module's taste; it sees only what listeners do.

mod autopilot;
mod estimate;
mod ideal;
mod listener;
mod logging;
mod past;
mod population;
pub mod profile;
mod regret;
mod response;
mod sitting;
mod taste;
mod world;

pub use autopilot::{Autopilot, Felt, Plan};
pub use estimate::estimate;
pub use ideal::{IdealObserver, IdealSettings};
pub use listener::{Reaction, SimulatedListener};
pub use logging::{LogConfig, listener_log, pick_scene};
pub use past::past_plays;
pub use population::{Person, draw_person};
pub use regret::{Decision, Regret};
pub use response::{Mood, Response, respond};
pub use sitting::{End, Sitting, Until, listen};
pub use taste::{SOUND, Taste};
pub use world::World;
