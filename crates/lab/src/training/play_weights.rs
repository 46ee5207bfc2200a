//! RMTL's loss weights (Zhao et al., WWW 2023): each play's own, by what the critics expect from its state on.
//!
//! Two plays of one batch stand at different points of different sessions, so that their tasks may weigh differently. The user comes
//! first in each: no play's weights of the commercial losses together are more than that of its interest. What is told of a step are means
//! of weights over all its plays, for which that then holds as well.

use burn::tensor::{Tensor, TensorData};

use super::weigher::{Weighed, Weigher};
use melody_model::objective::LossWeights;
use melody_model::{HeadOutputs, Output, TASKS};

/// The loss weights of every play of a batch that was cut into parts.
#[derive(Clone, Debug)]
pub struct PlayWeights {
    /// By part, each play's weight in the loss of each output, `[rows, HeadOutputs::WIDTH]`; zero in rows that are no fresh play's.
    pub outputs: Vec<Tensor<2>>,
    /// Means over the plays, and whether the user-first rule had to act for any.
    pub mean: Weighed,
    /// What the critics expect, a mean over the plays, by task.
    pub returns: [f64; TASKS.len()],
}

impl PlayWeights {
    /// Of each part, the critics' values `[rows, tasks]` and the rows that are fresh plays.
    pub fn new(weigher: &Weigher, parts: Vec<(Tensor<2>, Vec<usize>)>) -> Self {
        let mut sums = Sums::default();
        let outputs = parts.into_iter();
        let outputs = outputs.map(|(values, fresh)| sums.part(weigher, values, &fresh)).collect();
        let each = 1.0 / f64::from(sums.plays.max(1));
        PlayWeights {
            outputs,
            mean: Weighed {
                asked: sums.asked.times([each; 3]),
                used: sums.used.times([each; 3]),
                clamped: sums.clamped,
            },
            returns: sums.returns.map(|sum| sum * each),
        }
    }
}

/// Sums over the plays so far, in their order.
#[derive(Default)]
struct Sums {
    plays: u32,
    asked: LossWeights,
    used: LossWeights,
    clamped: bool,
    returns: [f64; TASKS.len()],
}

impl Sums {
    /// Adds a part's plays; gives their weights by output.
    fn part(&mut self, weigher: &Weigher, values: Tensor<2>, fresh: &[usize]) -> Tensor<2> {
        let device = values.device();
        let [rows, tasks] = values.dims();
        let values = values.into_data().try_to_vec::<f32>().expect("critics hold 32-bit floats");
        let mut weights = vec![0.0f32; rows * HeadOutputs::WIDTH];
        for &row in fresh {
            let of_row = &values[row * tasks..(row + 1) * tasks];
            let returns: [f64; TASKS.len()] = std::array::from_fn(|task| f64::from(of_row[task]));
            let weighed = weigher.weigh_play(returns);
            self.add(&weighed, returns);
            let LossWeights { interest, subscription, exposure } = weighed.used;
            let by_task = [interest, subscription, exposure];
            let of_row = &mut weights[row * HeadOutputs::WIDTH..][..HeadOutputs::WIDTH];
            for output in Output::ALL {
                of_row[output.index()] = by_task[output.task() as usize] as f32;
            }
        }
        Tensor::from_data(TensorData::new(weights, [rows, HeadOutputs::WIDTH]), &device)
    }

    fn add(&mut self, weighed: &Weighed, returns: [f64; TASKS.len()]) {
        self.plays += 1;
        self.asked = self.asked.plus(weighed.asked);
        self.used = self.used.plus(weighed.used);
        self.clamped |= weighed.clamped;
        self.returns = std::array::from_fn(|task| self.returns[task] + returns[task]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use melody_model::objective::{Objective, Scheme};
    use melody_model::{Backend, device};

    fn weigher(weights: LossWeights) -> Weigher {
        let objective = Objective { scheme: Scheme::Rmtl, weights, ..Objective::default() };
        Weigher::new(&objective)
    }

    /// Of one part with these values, all rows fresh but the last: weights by row and output, and what is told.
    fn weights(weigher: &Weigher, values: &[[f32; 3]]) -> (Vec<Vec<f32>>, PlayWeights) {
        let device = device(Backend::Flex);
        let table = TensorData::new(values.concat(), [values.len(), 3]);
        let part = (Tensor::from_data(table, &device), (0..values.len() - 1).collect());
        let all = PlayWeights::new(weigher, vec![part]);
        let flat = all.outputs[0].clone().into_data().try_to_vec::<f32>().unwrap();
        (flat.chunks(HeadOutputs::WIDTH).map(<[f32]>::to_vec).collect(), all)
    }

    #[test]
    fn two_states_of_which_other_things_are_expected_weigh_differently() {
        let full = Objective::default().weights;
        let (rows, all) =
            weights(&weigher(full), &[[-4.0, 0.0, -1.0], [-1.0, -2.0, -1.0], [-9.0; 3]]);
        let lambda = Objective::default().rmtl.lambda;
        let at = |row: usize, output: Output| f64::from(rows[row][output.index()]);
        let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-6, "{a} is not {b}");
        for output in [Output::Completion, Output::Save] {
            close(at(0, output), full.interest * (1.0 + 4.0 * lambda));
            close(at(1, output), full.interest * (1.0 + lambda));
        }
        close(at(0, Output::Subscription), full.subscription);
        close(at(1, Output::Subscription), full.subscription * (1.0 + 2.0 * lambda));
        close(at(0, Output::Exposure), at(1, Output::Exposure));
        // What is no fresh play has no weight and no part in the means.
        assert!(rows[2].iter().all(|&weight| weight == 0.0));
        close(all.mean.used.interest, full.interest * (1.0 + 2.5 * lambda));
        assert_eq!(all.returns, [-2.5, -1.0, -1.0]);
        assert!(!all.mean.clamped);
    }

    #[test]
    fn the_user_comes_first_in_each_play_and_not_in_their_mean_alone() {
        // The mean play would do: only of the second more is asked for the commercial losses.
        let full = LossWeights { interest: 1.0, subscription: 0.5, exposure: 0.3 };
        let values = [[-9.0, 0.0, 0.0], [0.0, -5.0, -5.0], [0.0; 3]];
        let (rows, all) = weights(&weigher(full), &values);
        let mean = all.mean.asked;
        assert!(mean.interest > mean.subscription + mean.exposure);
        for row in &rows[..2] {
            let commercial = row[Output::Subscription.index()] + row[Output::Exposure.index()];
            assert!(row[Output::Completion.index()] >= commercial - 1e-6, "{row:?}");
        }
        assert!(all.mean.clamped);
        assert!(all.mean.used.subscription < all.mean.asked.subscription);
        assert_eq!(all.mean.used.interest, all.mean.asked.interest);
    }
}
