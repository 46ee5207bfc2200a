//! The personal policy: a contextual bandit over promotion-ratio levels.

mod agent;
mod algorithm;
mod attribution;
mod context;
mod decision;
mod effect;
mod experience;
mod features;
mod file;
mod lift;
mod memory;
mod reward;
mod ridge;
mod sums;

pub use agent::{ArmReport, Bandit, Choice, Learned};
pub use algorithm::{Beta, Normal, Spread, argmax, learn, probability_best, ucb1};
pub use attribution::Credit;
pub use context::{CONTEXT, Context, flaw as context_flaw};
pub use decision::{Decided, decide};
pub use effect::{ByContext, Effects, Told};
pub use experience::{Experience, Pool};
pub use file::{Kept, WarmStart};
pub use lift::Lift;
pub use memory::{Arm, Memory, Observation, RECENT};
pub use reward::{Baselines, Gathered, Reward, satisfaction, worth};
pub use ridge::{Belief, LinearArm};
pub use sums::Sums;
