//! What is supposed of the noise of rewards before there are any.

/// The noise of rewards supposed before any observation, as a standard deviation, and how many
/// observations that counts as.
pub(super) const NOISE: f64 = 0.3;
pub(super) const NOISE_COUNT: f64 = 4.0;
