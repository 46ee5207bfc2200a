//! Regression trees whose score is a sum of what each feature adds.

/// A node of a tree.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Node {
    /// The score of the rows that come here, were this a leaf.
    pub value: f32,
    /// Absent in a leaf.
    pub split: Option<Split>,
}

/// Rows with a value of at most `threshold` go to the node `low`, others to the one after it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Split {
    /// The place in a row of what is looked at.
    pub feature: usize,
    /// The largest value that goes low.
    pub threshold: f32,
    /// The place of the low child; the other one is after it.
    pub low: usize,
}

impl Split {
    fn next(&self, row: &[f32]) -> usize {
        if row[self.feature] <= self.threshold { self.low } else { self.low + 1 }
    }
}

/// A tree: its nodes, the root first, children after their parents.
#[derive(Clone, Debug, PartialEq)]
pub struct Tree {
    /// At least one.
    pub nodes: Vec<Node>,
}

impl Tree {
    /// The value of the leaf a row comes to.
    pub fn score(&self, row: &[f32]) -> f64 {
        let mut node = &self.nodes[0];
        while let Some(split) = &node.split {
            node = &self.nodes[split.next(row)];
        }
        node.value.into()
    }

    /// Adds to `parts`, one per feature, by how much that feature's splits moved the row's value on
    /// its way from the root (Saabas 2014, "Interpreting random forests"). The root's value, which is
    /// returned, and the parts sum to the score.
    pub fn explain(&self, row: &[f32], parts: &mut [f64]) -> f64 {
        let root = &self.nodes[0];
        let mut node = root;
        while let Some(split) = &node.split {
            let next = &self.nodes[split.next(row)];
            parts[split.feature] += f64::from(next.value) - f64::from(node.value);
            node = next;
        }
        root.value.into()
    }

    /// The same tree with all values times `factor`.
    pub fn scaled(mut self, factor: f64) -> Self {
        for node in &mut self.nodes {
            node.value = (f64::from(node.value) * factor) as f32;
        }
        self
    }
}
