//! Measuring a model on listeners it has never seen, beside baselines and the best possible.

use burn::tensor::{Device, Tensor, TensorData};
use serde::{Deserialize, Serialize};

use super::batch::{Batch, windows};
use super::dataset::{Dataset, Row};
use crate::catalogue::Catalogue;
use crate::evaluation::{Labelled, auc, calibration, log_loss};
use crate::feedback::{Example, LABELS};
use crate::model::{Network, NetworkConfig, Output, SongTable, link};

/// What is measured: a name, the output, and its true probability.
type Measured = (&'static str, Output, fn(&Row) -> Option<f64>);

/// One measured label per line of the report. The play ratio is not a yes/no label; it is left to
/// the interest head's own report line.
const MEASURED: [Measured; 7] = [
    ("interest: completion", Output::Completion, |row| Some(row.truth.completion)),
    ("interest: like or save", Output::Like, |row| Some(row.truth.explicit)),
    ("interest: skip", Output::Skip, |row| Some(row.truth.skip)),
    ("interest: save", Output::Save, |row| Some(row.truth.save)),
    ("interest: replay", Output::Replays, |row| Some(row.truth.replay)),
    ("subscription", Output::Subscription, |row| row.truth.subscription),
    ("exposure", Output::Exposure, |row| Some(row.truth.engaged)),
];

/// Figures of one way of predicting a label.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Figures {
    pub auc: f64,
    pub log_loss: f64,
    /// Expected calibration error over fifteen bins.
    pub calibration_error: f64,
}

/// One label, measured on the test listeners.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HeadReport {
    pub label: String,
    pub plays: usize,
    pub positives: usize,
    pub model: Figures,
    /// Each song's average outcome in the training log.
    pub popularity: Figures,
    /// Logistic regression on the same features.
    pub logistic: Figures,
    /// The simulator's own probabilities: no model can do better than by chance.
    pub best: Figures,
}

const CALIBRATION_BINS: usize = 15;

/// Predictions for every play of `data`, in order: `[plays][LABELS]`.
pub type Predictions = Vec<[f32; LABELS]>;

/// Measures predictions on a data set. Labels with a single class are left out.
pub fn measure(
    data: &Dataset,
    model: &Predictions,
    popularity: &Predictions,
    logistic: &Predictions,
) -> Vec<HeadReport> {
    let rows: Vec<&Row> = data.listeners.iter().flat_map(|l| &l.rows).collect();
    MEASURED
        .iter()
        .filter_map(|&(name, output, truth)| {
            let label = output.index();
            let known: Vec<usize> =
                (0..rows.len()).filter(|&i| rows[i].mask[label] > 0.0).collect();
            let figures = |score: &dyn Fn(usize) -> Option<f64>| -> Option<Figures> {
                let examples: Option<Vec<Labelled>> = known
                    .iter()
                    .map(|&i| Some(Labelled::new(score(i)?, rows[i].labels[label] > 0.5)))
                    .collect();
                let examples = examples?;
                Some(Figures {
                    auc: auc(&examples)?,
                    log_loss: log_loss(&examples)?,
                    calibration_error: calibration(&examples, CALIBRATION_BINS).expected_error,
                })
            };
            let of = |p: &Predictions| figures(&|i| Some(f64::from(p[i][label])));
            Some(HeadReport {
                label: name.into(),
                plays: known.len(),
                positives: known.iter().filter(|&&i| rows[i].labels[label] > 0.5).count(),
                model: of(model)?,
                popularity: of(popularity)?,
                logistic: of(logistic)?,
                best: figures(&|i| truth(rows[i]))?,
            })
        })
        .collect()
}

/// Figures of one output's predictions on the plays whose songs are `counted` and whose label exists.
/// `None` where only one class is present.
pub fn figures(
    data: &Dataset,
    predictions: &Predictions,
    output: Output,
    counted: &dyn Fn(u32) -> bool,
) -> Option<Figures> {
    let label = output.index();
    let rows = data.listeners.iter().flat_map(|l| &l.rows).zip(predictions);
    let examples: Vec<Labelled> = rows
        .filter(|(row, _)| row.mask[label] > 0.0 && counted(row.song))
        .map(|(row, p)| Labelled::new(p[label].into(), row.labels[label] > 0.5))
        .collect();
    Some(Figures {
        auc: auc(&examples)?,
        log_loss: log_loss(&examples)?,
        calibration_error: calibration(&examples, CALIBRATION_BINS).expected_error,
    })
}

/// Mean absolute error of the expected play ratio: the model's and the simulator's own.
pub fn play_ratio_error(data: &Dataset, model: &Predictions) -> [f64; 2] {
    let rows = || data.listeners.iter().flat_map(|l| &l.rows);
    let count = data.plays().max(1) as f64;
    let of_model: f64 = rows().zip(model).map(|(r, p)| f64::from((r.labels[1] - p[1]).abs())).sum();
    let best: f64 = rows().map(|r| (f64::from(r.labels[1]) - r.truth.play_ratio).abs()).sum();
    [of_model / count, best / count]
}

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

/// The model's predictions for every play, in order.
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

/// The towers' logits for every play, in order.
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
        total += listener.rows.len();
    }
    let mut predictions = vec![[0.0; LABELS]; total];
    visit(network, config, catalogue, data, device, |(listener, play), predicted| {
        predictions[starts[listener] + play].copy_from_slice(predicted.logits);
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
