//! How good predictions and orders are.

mod binary;
mod calibration;
mod clustered;
mod logistic;
mod paired;
mod ranking;
mod student;

pub use binary::{
    Labelled, auc, average_precision, brier, grouped_auc, log_loss, predicted_over_observed,
};
pub use calibration::{Bin, Calibration, calibration};
pub use clustered::{
    CALIBRATION_BINS, Clustered, FEWEST_UNITS, FIGURES, Figures, Intervals, Prediction,
    basic_interval, percentile_interval, resample,
};
pub use logistic::{Effect, Told, added};
pub use paired::{BURN_IN, Paired, Peeking, known_pairs, log_mixture_ratio, paired, peeking};
pub use ranking::{Gain, hit_rate, map_at, ndcg_at, precision_at, recall_at, reciprocal_rank_at};
pub use student::{t_quantile, t_two_sided};
