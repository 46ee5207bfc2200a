//! Which windows each step learns from.

use rand::seq::SliceRandom;

use melody_core::rng::{Purpose, generator};

/// Batches of windows over several epochs. The data come in chunks that are read one at a time; a
/// batch never spans two. Everything follows from the seed and the step, so that a training that was
/// interrupted goes on with the very same batches.
pub(super) struct Plan {
    seed: u64,
    batch: usize,
    /// Windows of each chunk.
    chunks: Vec<usize>,
    epochs: u64,
}

/// Where a step is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub epoch: u64,
    pub chunk: usize,
    /// Number of the batch in its chunk.
    batch: usize,
}

impl Plan {
    pub(super) fn new(seed: u64, batch: usize, epochs: u32, chunks: Vec<usize>) -> Self {
        Plan { seed, batch, chunks, epochs: epochs.into() }
    }

    pub(super) fn steps(&self) -> u64 {
        self.per_epoch() * self.epochs
    }

    fn per_epoch(&self) -> u64 {
        (0..self.chunks.len()).map(|chunk| self.batches(chunk)).sum()
    }

    fn batches(&self, chunk: usize) -> u64 {
        self.chunks[chunk].div_ceil(self.batch) as u64
    }

    pub(super) fn place(&self, step: u64) -> Place {
        let epoch = step / self.per_epoch();
        let mut batch = step % self.per_epoch();
        for chunk in self.order(epoch) {
            if batch < self.batches(chunk) {
                return Place { epoch, chunk, batch: batch as usize };
            }
            batch -= self.batches(chunk);
        }
        unreachable!("a step of an epoch is in one of its chunks")
    }

    /// The order that an epoch reads the chunks in.
    fn order(&self, epoch: u64) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.chunks.len()).collect();
        order.shuffle(&mut generator(self.seed, Purpose::Training, (4 << 40) + epoch));
        order
    }

    /// The chunks that the steps from `step` on take, one after the other.
    pub(super) fn chunks_from(&self, step: u64) -> Vec<usize> {
        if step >= self.steps() {
            return Vec::new();
        }
        let from = self.place(step);
        let all = (from.epoch..self.epochs).flat_map(|epoch| self.order(epoch));
        let mut chunks: Vec<usize> = all
            .filter(|&chunk| self.batches(chunk) > 0)
            .skip_while(|&chunk| chunk != from.chunk)
            .collect();
        // One that ends an epoch and begins the next is at hand.
        chunks.dedup();
        chunks
    }

    /// The chunk's windows, by number, in the order that this epoch learns from them.
    pub(super) fn shuffled(&self, place: Place) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.chunks[place.chunk]).collect();
        let step = place.epoch * self.chunks.len() as u64 + place.chunk as u64;
        order.shuffle(&mut generator(self.seed, Purpose::Training, step));
        order
    }

    /// Those of one batch.
    pub(super) fn batch<'a>(&self, shuffled: &'a [usize], place: Place) -> &'a [usize] {
        let from = place.batch * self.batch;
        &shuffled[from..shuffled.len().min(from + self.batch)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn every_epoch_meets_every_window_once_in_another_order() {
        let plan = Plan::new(3, 4, 2, vec![10, 3, 8]);
        assert_eq!(plan.steps(), 2 * (3 + 1 + 2));
        let mut epochs = Vec::new();
        for epoch in 0..2 {
            let mut seen = BTreeMap::new();
            let mut order = Vec::new();
            for step in epoch * 6..(epoch + 1) * 6 {
                let place = plan.place(step);
                for &window in plan.batch(&plan.shuffled(place), place) {
                    *seen.entry((place.chunk, window)).or_insert(0) += 1;
                    order.push((place.chunk, window));
                }
            }
            assert_eq!(seen.len(), 21);
            assert!(seen.values().all(|&times| times == 1));
            epochs.push(order);
        }
        assert_ne!(epochs[0], epochs[1]);
        for step in 0..plan.steps() {
            let mut chunks: Vec<usize> =
                (step..plan.steps()).map(|step| plan.place(step).chunk).collect();
            chunks.dedup();
            assert_eq!(plan.chunks_from(step), chunks, "from step {step}");
        }
        assert!(plan.chunks_from(plan.steps()).is_empty());
        let again = Plan::new(3, 4, 2, vec![10, 3, 8]);
        assert_eq!(plan.shuffled(plan.place(7)), again.shuffled(again.place(7)));
    }
}
