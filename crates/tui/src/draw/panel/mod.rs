//! The panels of the stage.

pub mod bandit;
pub mod metrics;
pub mod model;
pub mod promotion;
pub mod session;
pub mod weights;

use crate::draw::canvas::Canvas;
use crate::view::View;

/// A panel beside or under the queue.
pub struct Panel {
    pub name: &'static str,
    /// Rows it wants, frame included.
    pub rows: fn(&View) -> u16,
    pub draw: fn(Canvas),
}

/// In the order they are stacked.
pub const PANELS: [Panel; 6] = [
    Panel { name: "Weights", rows: weights::rows, draw: weights::draw },
    Panel { name: "Promotion", rows: promotion::rows, draw: promotion::draw },
    Panel { name: "Bandit", rows: bandit::rows, draw: bandit::draw },
    Panel { name: "Session", rows: session::rows, draw: session::draw },
    Panel { name: "Model", rows: model::rows, draw: model::draw },
    Panel { name: "Metrics", rows: metrics::rows, draw: metrics::draw },
];
