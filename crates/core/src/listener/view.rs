//! Everything known of a listener at one moment, together.

use super::account::{Account, Tier};
use super::history::History;
use super::session::SessionStats;
use crate::scene::Scene;

/// What is known of a listener at one moment. The engine, the training set and the baselines all
/// build features from this one view, so that none can see what another cannot.
#[derive(Clone, Copy, Debug)]
pub struct ListenerView<'a> {
    /// As the session opened.
    pub account: &'a Account,
    /// What is paid now.
    pub tier: Tier,
    /// Premium songs played so far without a subscription.
    pub previews: u32,
    /// Milliseconds since the session began, as plays of the history count them.
    pub now_ms: i64,
    /// The situation now.
    pub scene: Scene,
    /// Every play so far, those before the session among them.
    pub history: &'a History,
    /// This sitting so far.
    pub session: &'a SessionStats,
}
