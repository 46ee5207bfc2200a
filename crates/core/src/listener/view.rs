//! Everything known of a listener at one moment, together.

use super::account::{Account, Tier};
use super::history::History;
use super::session::SessionStats;
use crate::scene::Scene;

/// What is known of a listener at one moment. The engine, the training set and the baselines all
/// build features from this one view, so that none can see what another cannot.
#[derive(Clone, Copy, Debug)]
pub struct ListenerView<'a> {
    pub account: &'a Account,
    pub tier: Tier,
    /// Premium songs played so far without a subscription.
    pub previews: u32,
    pub scene: Scene,
    pub history: &'a History,
    pub session: &'a SessionStats,
}
