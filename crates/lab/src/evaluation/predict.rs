//! What a model says about every play of a data set.

use burn::tensor::{Device, Tensor, TensorData};

use crate::data::{Batch, Dataset, windows};
use melody_core::catalogue::Catalogue;
use melody_model::{Example, LABELS, Network, NetworkConfig, SongTable, link};

/// Predictions for every fresh play of a data set, in order: `[plays][LABELS]`.
pub type Predictions = Vec<[f32; LABELS]>;

/// Windows per evaluation batch.
const BATCH: usize = 64;

/// A network, and all that it takes to ask it about plays.
#[derive(Clone, Copy)]
pub struct Judge<'a> {
    /// With its weights.
    pub network: &'a Network,
    /// Its sizes.
    pub shape: &'a NetworkConfig,
    /// Of the songs that were played.
    pub catalogue: &'a Catalogue,
    /// That the network is on.
    pub device: &'a Device,
}

/// Visits every play of `data` with the model's prediction and the head's input.
fn visit(judge: Judge, data: &Dataset, mut visitor: impl FnMut((usize, usize), Predicted)) {
    let Judge { network, shape, catalogue, device } = judge;
    let table = SongTable::new(catalogue, shape, device);
    for chunk in windows(data).chunks(BATCH) {
        let batch = Batch::gather(data, chunk, shape.session_window, device);
        let (head, own, shared) = network.forward(&table, None, &batch.sequences);
        let widths = [LABELS, own.dims()[1], shared.dims()[1]];
        let values = [head.logits, own, shared]
            .map(|t| t.into_data().try_to_vec::<f32>().expect("networks here hold 32-bit floats"));
        for &(row, listener, play) in &batch.fresh {
            let part = |i: usize| &values[i][row * widths[i]..(row + 1) * widths[i]];
            visitor((listener, play), Predicted { logits: part(0), own: part(1), shared: part(2) });
        }
    }
}

struct Predicted<'a> {
    logits: &'a [f32],
    own: &'a [f32],
    shared: &'a [f32],
}

/// The model's predictions for every fresh play, in order.
pub fn predict(judge: Judge, data: &Dataset) -> Predictions {
    let logits = logits(judge, data);
    let flat: Vec<f32> = logits.iter().flatten().copied().collect();
    let table = Tensor::<2>::from_data(TensorData::new(flat, [logits.len(), LABELS]), judge.device);
    let linked = link(table).into_data().try_to_vec::<f32>();
    let linked = linked.expect("networks here hold 32-bit floats");
    linked.chunks(LABELS).map(|row| std::array::from_fn(|k| row[k])).collect()
}

/// The towers' logits for every fresh play, in order.
pub fn logits(judge: Judge, data: &Dataset) -> Predictions {
    let mut starts = Vec::with_capacity(data.listeners.len());
    let mut total = 0;
    for listener in &data.listeners {
        starts.push(total);
        total += listener.fresh().len();
    }
    let mut predictions = vec![[0.0; LABELS]; total];
    visit(judge, data, |(listener, play), predicted| {
        let fresh = play - data.listeners[listener].known;
        predictions[starts[listener] + fresh].copy_from_slice(predicted.logits);
    });
    predictions
}

/// Up to `count` examples as the head sees them, spread over the listeners of `data`.
pub fn examples(judge: Judge, data: &Dataset, count: usize) -> Vec<Example> {
    let mut all = Vec::new();
    visit(judge, data, |(listener, play), predicted| {
        let row = &data.listeners[listener].rows[play];
        all.push(Example {
            own: predicted.own.to_vec(),
            shared: predicted.shared.to_vec(),
            labels: row.labels,
            mask: row.mask,
        });
    });
    let every = (all.len() / count.max(1)).max(1);
    all.into_iter().step_by(every).take(count).collect()
}
