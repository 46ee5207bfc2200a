//! Growing one tree, leaf by leaf, on histograms of slopes.
//!
//! The tree fits one Newton step of the loss: a leaf with slopes G and H (sums of first and second
//! derivatives) is worth -G / (H + l2), and a split is worth what it gains in G^2 / (H + l2)
//! (Chen and Guestrin 2016, equations 5 to 7). The leaf with the best split is split next (Shi 2007).

use super::bins::Bins;
use super::lambda::Slope;
use melody_recommender::ltr::{Node, Split, Tree};

/// What a tree may look like.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shape {
    /// Leaves at most; at least 2.
    pub leaves: usize,
    /// Rows a leaf has at least.
    pub least_rows: usize,
    /// Sum of second derivatives a leaf has at least.
    pub least_hessian: f64,
    /// Added to a leaf's second derivative.
    pub l2: f64,
}

/// Sums over rows.
#[derive(Clone, Copy, Debug, Default)]
struct Sums {
    first: f64,
    second: f64,
    rows: usize,
}

impl Sums {
    fn add(&mut self, slope: Slope) {
        self.first += slope.first;
        self.second += slope.second;
        self.rows += 1;
    }

    fn plus(self, other: Sums) -> Sums {
        Sums {
            first: self.first + other.first,
            second: self.second + other.second,
            rows: self.rows + other.rows,
        }
    }

    fn minus(self, other: Sums) -> Sums {
        Sums {
            first: self.first - other.first,
            second: self.second - other.second,
            rows: self.rows - other.rows,
        }
    }
}

/// A split that could be made.
#[derive(Clone, Copy)]
struct Offer {
    gain: f64,
    /// Place among the features of this tree.
    place: usize,
    /// The last bin that goes to the low side.
    bin: usize,
    low: Sums,
}

/// A leaf that may still be split.
struct Leaf {
    node: usize,
    rows: Vec<u32>,
    sums: Sums,
    /// Per feature of this tree and bin, one after the other.
    histogram: Vec<Sums>,
    offer: Option<Offer>,
}

/// Grows trees over the same rows.
pub(super) struct Grower<'a> {
    bins: &'a Bins,
    shape: Shape,
    slopes: &'a [Slope],
    /// The features this tree may use.
    features: &'a [usize],
    /// Where each of those features begins in a histogram, and where the last one ends.
    starts: Vec<usize>,
}

impl<'a> Grower<'a> {
    pub(super) fn new(
        bins: &'a Bins,
        shape: Shape,
        slopes: &'a [Slope],
        features: &'a [usize],
    ) -> Self {
        let ends = features.iter().scan(0, |end, &feature| {
            *end += bins.count(feature);
            Some(*end)
        });
        let starts = std::iter::once(0).chain(ends).collect();
        Grower { bins, shape, slopes, features, starts }
    }

    /// The tree that fits the slopes of these rows best, one split at a time.
    pub(super) fn grow(&self, rows: Vec<u32>) -> Tree {
        let mut sums = Sums::default();
        rows.iter().for_each(|&row| sums.add(self.slopes[row as usize]));
        let histogram = self.histogram(&rows);
        let mut nodes = vec![Node { value: self.value(sums), split: None }];
        let mut leaves = vec![self.leaf(0, rows, sums, histogram)];
        while leaves.len() < self.shape.leaves {
            let best = leaves.iter().enumerate().filter_map(|(i, l)| Some((i, l.offer?)));
            // The first of those that gain the same.
            let best = best.reduce(|a, b| if b.1.gain > a.1.gain { b } else { a });
            let Some((at, offer)) = best else { break };
            let leaf = leaves.swap_remove(at);
            leaves.extend(self.split(leaf, offer, &mut nodes));
        }
        Tree { nodes }
    }

    fn value(&self, sums: Sums) -> f32 {
        let steepness = sums.second + self.shape.l2;
        if steepness > 0.0 { (-sums.first / steepness) as f32 } else { 0.0 }
    }

    fn worth(&self, sums: Sums) -> f64 {
        let steepness = sums.second + self.shape.l2;
        if steepness > 0.0 { sums.first.powi(2) / steepness } else { 0.0 }
    }

    fn leaf(&self, node: usize, rows: Vec<u32>, sums: Sums, histogram: Vec<Sums>) -> Leaf {
        let offer = self.offer(sums, &histogram);
        Leaf { node, rows, sums, histogram, offer }
    }

    fn histogram(&self, rows: &[u32]) -> Vec<Sums> {
        let mut histogram = vec![Sums::default(); self.starts[self.features.len()]];
        for (&feature, &start) in self.features.iter().zip(&self.starts) {
            let of = &self.bins.of[feature];
            for &row in rows {
                histogram[start + of[row as usize] as usize].add(self.slopes[row as usize]);
            }
        }
        histogram
    }

    /// The best split of a leaf, if any gains.
    fn offer(&self, sums: Sums, histogram: &[Sums]) -> Option<Offer> {
        let enough = |side: Sums| {
            side.rows >= self.shape.least_rows.max(1) && side.second >= self.shape.least_hessian
        };
        let mut best: Option<Offer> = None;
        let now = self.worth(sums);
        for (place, bounds) in self.starts.windows(2).enumerate() {
            let mut low = Sums::default();
            let bins = &histogram[bounds[0]..bounds[1]];
            for (bin, here) in bins.iter().enumerate().take(bins.len() - 1) {
                if here.rows == 0 {
                    continue;
                }
                low = low.plus(*here);
                let high = sums.minus(low);
                if !enough(low) {
                    continue;
                }
                if !enough(high) {
                    break;
                }
                let gain = self.worth(low) + self.worth(high) - now;
                if gain > best.map_or(0.0, |offer| offer.gain) {
                    best = Some(Offer { gain, place, bin, low });
                }
            }
        }
        best
    }

    fn split(&self, leaf: Leaf, offer: Offer, nodes: &mut Vec<Node>) -> [Leaf; 2] {
        let feature = self.features[offer.place];
        let of = &self.bins.of[feature];
        let (low, high): (Vec<u32>, Vec<u32>) =
            leaf.rows.into_iter().partition(|&row| of[row as usize] as usize <= offer.bin);
        let sums = [offer.low, leaf.sums.minus(offer.low)];
        let at = nodes.len();
        nodes[leaf.node].split =
            Some(Split { feature, threshold: self.bins.thresholds[feature][offer.bin], low: at });
        nodes.extend(sums.map(|sums| Node { value: self.value(sums), split: None }));
        // Only the smaller side is counted; the other is what is left of both.
        let mut rest = leaf.histogram;
        let smaller = self.histogram(if low.len() < high.len() { &low } else { &high });
        for (rest, counted) in rest.iter_mut().zip(&smaller) {
            *rest = rest.minus(*counted);
        }
        let (of_low, of_high) =
            if low.len() < high.len() { (smaller, rest) } else { (rest, smaller) };
        [self.leaf(at, low, sums[0], of_low), self.leaf(at + 1, high, sums[1], of_high)]
    }
}

#[cfg(test)]
mod tests {
    use super::super::queries::Queries;
    use super::*;

    /// Ten rows of one feature, pulled down below 6 and up from there on.
    fn grow(shape: Shape) -> Tree {
        let values: Vec<[f32; 1]> = (0..10u8).map(|i| [f32::from(i)]).collect();
        let mut queries = Queries::new(1);
        queries.push(values.iter().map(|row| (row.as_slice(), 0)));
        let first = |i: usize| if i < 6 { 1.0 } else { -2.0 };
        let slopes: Vec<Slope> = (0..10).map(|i| Slope { first: first(i), second: 0.5 }).collect();
        Grower::new(&Bins::new(&queries), shape, &slopes, &[0]).grow((0..10).collect())
    }

    const SHAPE: Shape = Shape { leaves: 8, least_rows: 1, least_hessian: 0.0, l2: 1.0 };

    #[test]
    fn a_split_is_where_the_slopes_change_and_leaves_are_newton_steps() {
        let tree = grow(SHAPE);
        let split = tree.nodes[0].split.unwrap();
        assert_eq!((split.feature, split.threshold), (0, 5.5));
        // -G / (H + l2): -6 / (3 + 1) and 8 / (2 + 1), and 2 / (5 + 1) where nothing is split.
        assert_eq!(tree.nodes[0].value, (2.0f64 / 6.0) as f32);
        assert_eq!(tree.nodes[split.low].value, -1.5);
        assert_eq!(tree.nodes[split.low + 1].value, (8.0f64 / 3.0) as f32);
    }

    #[test]
    fn leaves_keep_what_the_shape_asks_of_them() {
        let half = grow(Shape { least_rows: 5, ..SHAPE });
        assert_eq!(half.nodes.len(), 3);
        assert_eq!(half.nodes[0].split.unwrap().threshold, 4.5);
        let steep = grow(Shape { least_hessian: 2.5, ..SHAPE });
        assert_eq!(steep, half, "five rows are the fewest of so much curvature");
        assert_eq!(grow(Shape { least_rows: 6, ..SHAPE }).nodes.len(), 1);
        assert_eq!(grow(Shape { leaves: 2, ..SHAPE }).nodes.len(), 3);
    }
}
