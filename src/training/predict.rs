//! What a model says about every play of a data set.

use burn::tensor::{Device, Tensor, TensorData};

use super::batch::Batch;
use super::dataset::Dataset;
use super::windows::windows;
use crate::catalogue::Catalogue;
use crate::feedback::{Example, LABELS};
use crate::model::{Network, NetworkConfig, SongTable, link};

/// Predictions for every fresh play of a data set, in order: `[plays][LABELS]`.
pub type Predictions = Vec<[f32; LABELS]>;

/// Windows per evaluation batch.
const BATCH: usize = 64;

/// Visits every play of `data` with the model's prediction and the head's input.
fn visit(
    network: &Network,
    config: &NetworkConfig,
    catalogue: &Catalogue,
    data: &Dataset,
    device: &Device,
    mut visitor: impl FnMut((usize, usize), Predicted),
) {
    let table = SongTable::new(catalogue, config, device);
    for chunk in windows(data).chunks(BATCH) {
        let batch = Batch::gather(data, chunk, config.session_window, device);
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
pub fn predict(
    network: &Network,
    config: &NetworkConfig,
    catalogue: &Catalogue,
    data: &Dataset,
    device: &Device,
) -> Predictions {
    let logits = logits(network, config, catalogue, data, device);
    let flat: Vec<f32> = logits.iter().flatten().copied().collect();
    let table = Tensor::<2>::from_data(TensorData::new(flat, [logits.len(), LABELS]), device);
    let linked = link(table).into_data().try_to_vec::<f32>();
    let linked = linked.expect("networks here hold 32-bit floats");
    linked.chunks(LABELS).map(|row| std::array::from_fn(|k| row[k])).collect()
}

/// The towers' logits for every fresh play, in order.
pub fn logits(
    network: &Network,
    config: &NetworkConfig,
    catalogue: &Catalogue,
    data: &Dataset,
    device: &Device,
) -> Predictions {
    let mut starts = Vec::with_capacity(data.listeners.len());
    let mut total = 0;
    for listener in &data.listeners {
        starts.push(total);
        total += listener.fresh().len();
    }
    let mut predictions = vec![[0.0; LABELS]; total];
    visit(network, config, catalogue, data, device, |(listener, play), predicted| {
        let fresh = play - data.listeners[listener].known;
        predictions[starts[listener] + fresh].copy_from_slice(predicted.logits);
    });
    predictions
}

/// Up to `count` examples as the head sees them, spread over the listeners of `data`.
pub fn examples(
    network: &Network,
    config: &NetworkConfig,
    catalogue: &Catalogue,
    data: &Dataset,
    device: &Device,
    count: usize,
) -> Vec<Example> {
    let mut all = Vec::new();
    visit(network, config, catalogue, data, device, |(listener, play), predicted| {
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
