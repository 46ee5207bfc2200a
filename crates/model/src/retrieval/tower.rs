//! The listener's tower in plain numbers: one vector at a time, added up in one order on every machine.

use super::towers::Towers;
use crate::inference::dense::Rows;

/// The listener's side of the towers.
#[derive(Clone, Debug)]
pub(crate) struct ListenerTower {
    hidden: Rows,
    output: Rows,
}

impl ListenerTower {
    pub(crate) fn new(towers: &Towers) -> Self {
        ListenerTower {
            hidden: Rows::new(&towers.listener_hidden),
            output: Rows::new(&towers.listener),
        }
    }

    /// The vector of a listener of whom this is known, `[listener_width]`.
    pub(crate) fn vector(&self, known: &[f32]) -> Vec<f32> {
        let hidden: Vec<f32> = self.hidden.apply(known).into_iter().map(|x| x.max(0.0)).collect();
        self.output.apply(&hidden)
    }
}
