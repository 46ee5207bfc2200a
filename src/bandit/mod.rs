//! The personal policy: a contextual bandit over promotion-ratio levels.

mod agent;
mod context;
mod experience;
mod linear;
mod propensity;
mod reward;

pub use agent::{ArmReport, Bandit, Choice, Learned, WarmStart};
pub use context::{CONTEXT, Context};
pub use experience::{Experience, Pool};
pub use linear::{Belief, LinearArm};
pub use propensity::{argmax, probability_best};
pub use reward::{Baselines, CONVERSION_VALUE, Gathered, Reward, satisfaction};
