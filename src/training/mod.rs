//! Training and measuring models.

mod baselines;
mod batch;
mod checkpoint;
mod config;
mod dataset;
mod measure;
mod report;
mod trainer;

pub use baselines::{logistic, popularity};
pub use batch::{Batch, Window, windows};
pub use config::TrainingConfig;
pub use dataset::{Dataset, Listener, Row, Split};
pub use measure::{Figures, HeadReport, Predictions, examples, measure, play_ratio_error, predict};
pub use report::{Report, model_card};
pub use trainer::{Outcome, Progress, train};
