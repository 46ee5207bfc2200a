//! The orders between segments that a search keeps.

use melody_recommender::policy::{Order, Settings};

/// The orders between segments that hold as a search begins, and that it keeps.
pub(super) struct Orders(Vec<Order>);

impl Orders {
    pub(super) fn new(base: &Settings) -> Self {
        let held = |order: &&Order| base.broken(order).is_none();
        Orders(base.orders.iter().filter(held).cloned().collect())
    }

    pub(super) fn hold(&self, settings: &Settings) -> bool {
        self.0.iter().all(|order| settings.broken(order).is_none())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use melody_recommender::policy::{Weights, shipped};

    #[test]
    fn orders_that_hold_are_kept_and_a_draw_that_breaks_one_is_told() {
        let base = shipped("untuned").unwrap().settings;
        let orders = Orders::new(&base);
        assert_eq!(
            orders.0.len(),
            base.orders.len(),
            "the policy that people wrote keeps its orders"
        );
        assert!(orders.hold(&base));
        let mut turned = base.clone();
        let new = turned.segments.iter_mut().find(|segment| segment.name == "new").unwrap();
        new.weights = Weights { alpha: 0.9, beta: 0.3, gamma: 0.05 };
        assert!(
            !orders.hold(&turned),
            "more is sold to who is new than to who has long been there"
        );
        // An order that did not hold to begin with is no reason to change nothing.
        assert!(Orders::new(&turned).hold(&turned));
    }
}
