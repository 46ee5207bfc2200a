//! Simulated listeners: hidden tastes, known probabilities.
//!
//! Because every probability here is known, the best any model could do on simulated data is known
//! too. Nothing in the recommender reads this module's taste; it sees only what listeners do.

mod autopilot;
mod estimate;
mod ideal;
mod listener;
mod logs;
mod past;
mod population;
mod regret;
mod response;
mod session;
mod taste;
mod world;

pub use autopilot::{Autopilot, Felt, Plan};
pub use estimate::estimate;
pub use ideal::{IdealObserver, IdealSettings};
pub use listener::{Reaction, SimulatedListener};
pub use logs::{LogConfig, listener_log, pick_scene};
pub use crate::plays::{Known, LoggedPlay, LoggedSession, Truth};
pub use past::past_plays;
pub use population::{Person, draw_person};
pub use regret::{Decision, Regret};
pub use response::{Moment, Response, respond};
pub use session::{End, Sitting, Until, listen};
pub use taste::{SOUND, Taste};
pub use world::World;
