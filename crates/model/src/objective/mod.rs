//! What training optimises: L = w1 L_interest + w2 L_subscription + w3 L_exposure, the user first.

mod config;
mod loss;
mod rmtl;
mod scheme;

pub use config::{Constraint, InterestParts, Objective};
pub use loss::{Losses, masked_losses, shares};
pub use rmtl::Rmtl;
pub use scheme::{LossWeights, Scheme};
