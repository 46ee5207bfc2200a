//! The panels of the stage.

pub(crate) mod bandit;
pub(crate) mod metrics;
pub(crate) mod model;
pub(crate) mod race;
pub(crate) mod session;
pub(crate) mod weights;

use crate::draw::canvas::Canvas;
use crate::view::View;

/// A panel beside or under the queue.
pub struct Panel {
    pub name: &'static str,
    /// Rows it wants in so many columns, frame included.
    pub rows: fn(&View, u16) -> u16,
    pub draw: fn(Canvas),
}

/// In the order they are stacked.
pub const PANELS: [Panel; 6] = [
    Panel { name: "Race", rows: race::rows, draw: race::draw },
    Panel { name: "Weights", rows: weights::rows, draw: weights::draw },
    Panel { name: "Bandit", rows: bandit::rows, draw: bandit::draw },
    Panel { name: "Session", rows: session::rows, draw: session::draw },
    Panel { name: "Model", rows: model::rows, draw: model::draw },
    Panel { name: "Metrics", rows: metrics::rows, draw: metrics::draw },
];
