//! Trees whose scores add up.

use super::tree::Tree;

/// Trees that score together.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Forest {
    /// In the order they were grown, run by run.
    pub trees: Vec<Tree>,
}

/// A score taken apart.
#[derive(Clone, Debug, PartialEq)]
pub struct Parts {
    /// What every row begins with.
    pub base: f64,
    /// What each feature adds to it.
    pub features: Vec<f64>,
}

impl Forest {
    /// The sum of all trees' values for a row, `[features]`.
    pub fn score(&self, row: &[f32]) -> f64 {
        self.trees.iter().map(|tree| tree.score(row)).sum()
    }

    /// The parts that a row's score is the sum of, but for rounding.
    pub fn explain(&self, row: &[f32]) -> Parts {
        let mut features = vec![0.0; row.len()];
        let base = self.trees.iter().map(|tree| tree.explain(row, &mut features)).sum();
        Parts { base, features }
    }

    /// The same forest with all scores times `factor`.
    pub fn scaled(self, factor: f64) -> Self {
        Forest { trees: self.trees.into_iter().map(|tree| tree.scaled(factor)).collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tree::{Node, Split};
    use super::*;

    /// ```text
    /// 0.5: a <= 1 ? 0.25 : (1: b <= 2 ? -1 : 3)
    /// ```
    fn tree() -> Tree {
        let leaf = |value| Node { value, split: None };
        let inner = |value, feature, threshold, low| Node {
            value,
            split: Some(Split { feature, threshold, low }),
        };
        let (root, right) = (inner(0.5, 0, 1.0, 1), inner(1.0, 1, 2.0, 3));
        Tree { nodes: vec![root, leaf(0.25), right, leaf(-1.0), leaf(3.0)] }
    }

    #[test]
    fn a_score_is_the_sum_of_its_parts() {
        let forest = Forest { trees: vec![tree(), tree().scaled(2.0)] };
        let parts = forest.explain(&[2.0, 5.0]);
        assert_eq!(parts, Parts { base: 1.5, features: vec![1.5, 6.0] });
        assert_eq!(forest.score(&[2.0, 5.0]), 9.0);
        assert_eq!(forest.score(&[1.0, 5.0]), 0.75, "the threshold itself is on the low side");
        assert_eq!(forest.explain(&[1.0, 5.0]).features, [-0.75, 0.0]);
        assert_eq!(forest.scaled(0.5).score(&[2.0, 2.0]), -1.5);
    }
}
