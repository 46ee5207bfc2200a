//! Simulated listeners: hidden tastes, known probabilities.
//!
//! Because every probability here is known, the best any model could do on simulated data is known
//! too. Nothing in the recommender reads this module's taste; it sees only what listeners do. The equations,
//! one a file, are told together in `docs/world.md`: `response` and `ending` of one play, `satiation`, `intent`
//! and `fatigue` of what passes, `attention` of the queue, `returning` and `trial` of what lies between
//! sessions; their constants are in `nature`.

mod attention;
mod autopilot;
mod ending;
mod estimate;
mod fatigue;
mod ideal;
mod intent;
mod listener;
mod logging;
pub mod nature;
mod past;
mod population;
pub mod profile;
mod regret;
mod response;
mod returning;
mod satiation;
mod sitting;
mod taste;
mod trial;
mod world;

pub use autopilot::{Autopilot, Felt, Plan};
pub use ending::{Ending, Length};
pub use estimate::estimate;
pub use fatigue::Fatigue;
pub use ideal::{IdealObserver, IdealSettings};
pub use intent::Intent;
pub use listener::{Reaction, SimulatedListener};
pub use logging::{LogConfig, listener_log, pick_scene};
pub use nature::{Nature, Variant};
pub use past::past_plays;
pub use population::{Person, draw_person};
pub use regret::{Decision, Regret};
pub use response::{Feelings, Moment, Response, Setting, respond};
pub use returning::{Absence, Departure, Leaving};
pub use satiation::Satiation;
pub use sitting::{End, Sitting, Until, listen, play};
pub use taste::{SOUND, Taste};
pub use trial::{Standing, Wish};
pub use world::World;
