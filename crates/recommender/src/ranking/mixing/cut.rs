//! The heaviest closed set of a graph, by a minimum cut (Picard, Management Science 1976).

use std::collections::VecDeque;

/// Nodes with weights, and which needs which.
#[derive(Debug, Default)]
pub(super) struct Closure {
    weights: Vec<i64>,
    /// Pairs: the first can be in the set only if the second is.
    needs: Vec<(usize, usize)>,
}

/// An edge of the network and, at the next or previous even number, its reverse.
struct Edge {
    to: usize,
    left: i64,
}

/// More than any sum of weights.
const ENDLESS: i64 = i64::MAX / 4;

impl Closure {
    pub(super) fn node(&mut self, weight: i64) -> usize {
        self.weights.push(weight);
        self.weights.len() - 1
    }

    pub(super) fn needs(&mut self, node: usize, needed: usize) {
        self.needs.push((node, needed));
    }

    /// Which nodes are in the heaviest set, the smallest of equally heavy ones. The magnitudes of all
    /// weights must sum to less than 2^60.
    pub(super) fn heaviest(&self) -> Vec<bool> {
        let mut network = FlowNetwork::new(self.weights.len() + 2);
        let (source, sink) = (self.weights.len(), self.weights.len() + 1);
        for (node, &weight) in self.weights.iter().enumerate() {
            match weight {
                0 => {}
                1.. => network.edge(source, node, weight),
                _ => network.edge(node, sink, -weight),
            }
        }
        for &(node, needed) in &self.needs {
            network.edge(node, needed, ENDLESS);
        }
        while let Some(levels) = network.levels(source, sink) {
            let mut tried = vec![0; levels.len()];
            while network.push(source, sink, ENDLESS, &levels, &mut tried) > 0 {}
        }
        // What the source still reaches is its side of the cut.
        let reached = network.reached(source);
        (0..self.weights.len()).map(|node| reached[node].is_some()).collect()
    }
}

/// A flow network (Dinic 1970).
struct FlowNetwork {
    edges: Vec<Edge>,
    from: Vec<Vec<usize>>,
}

impl FlowNetwork {
    fn new(nodes: usize) -> Self {
        FlowNetwork { edges: Vec::new(), from: vec![Vec::new(); nodes] }
    }

    fn edge(&mut self, from: usize, to: usize, capacity: i64) {
        self.from[from].push(self.edges.len());
        self.edges.push(Edge { to, left: capacity });
        self.from[to].push(self.edges.len());
        self.edges.push(Edge { to: from, left: 0 });
    }

    /// How many edges with room lead from a node to each other one, at least.
    fn reached(&self, start: usize) -> Vec<Option<usize>> {
        let mut levels = vec![None; self.from.len()];
        levels[start] = Some(0);
        let mut next = VecDeque::from([(start, 0)]);
        while let Some((node, level)) = next.pop_front() {
            for edge in self.from[node].iter().map(|&edge| &self.edges[edge]) {
                if edge.left > 0 && levels[edge.to].is_none() {
                    levels[edge.to] = Some(level + 1);
                    next.push_back((edge.to, level + 1));
                }
            }
        }
        levels
    }

    fn levels(&self, source: usize, sink: usize) -> Option<Vec<Option<usize>>> {
        let levels = self.reached(source);
        levels[sink].is_some().then_some(levels)
    }

    /// Sends flow along one path of rising levels; how much.
    fn push(
        &mut self,
        node: usize,
        sink: usize,
        flow: i64,
        levels: &[Option<usize>],
        tried: &mut [usize],
    ) -> i64 {
        if node == sink {
            return flow;
        }
        while let Some(&edge) = self.from[node].get(tried[node]) {
            let Edge { to, left } = self.edges[edge];
            let rises = levels[to] == levels[node].map(|level| level + 1);
            if left > 0 && rises {
                let sent = self.push(to, sink, flow.min(left), levels, tried);
                if sent > 0 {
                    self.edges[edge].left -= sent;
                    self.edges[edge ^ 1].left += sent;
                    return sent;
                }
            }
            tried[node] += 1;
        }
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn no_closed_set_is_heavier_and_no_smaller_one_as_heavy(
            weights in prop::collection::vec(-9i64..9, 1..10),
            needs in prop::collection::vec((0usize..10, 0usize..10), 0..14),
        ) {
            let mut closure = Closure::default();
            for weight in &weights {
                closure.node(*weight);
            }
            let n = weights.len();
            let needs: Vec<_> = needs.into_iter().filter(|(a, b)| *a < n && *b < n).collect();
            for (node, needed) in &needs {
                closure.needs(*node, *needed);
            }
            let weigh = |set: u32| -> Option<(i64, i64)> {
                let has = |node: usize| set >> node & 1 == 1;
                let closed = needs.iter().all(|(a, b)| !has(*a) || has(*b));
                let sum = (0..n).filter(|i| has(*i)).map(|i| weights[i]).sum();
                closed.then_some((sum, -i64::from(set.count_ones())))
            };
            let found = closure.heaviest();
            let set = (0..n).filter(|i| found[*i]).map(|i| 1 << i).sum::<u32>();
            let best = (0..1u32 << n).filter_map(weigh).max().unwrap();
            prop_assert_eq!(weigh(set), Some(best));
        }
    }
}
