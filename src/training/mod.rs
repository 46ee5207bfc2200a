//! Training and measuring models.

mod baselines;
mod batch;
mod checkpoint;
mod config;
mod dataset;
pub mod log;
mod measure;
mod report;
mod source;
mod split;
mod trainer;

pub use baselines::{logistic, popularity};
pub use batch::{Batch, Window, windows};
pub use config::TrainingConfig;
pub use dataset::{Dataset, Drawn, Listener, Row, replay, rows};
pub use measure::{Figures, HeadReport, Predictions, examples, measure, play_ratio_error, predict};
pub use report::{Report, model_card};
pub use source::{ReadAhead, Source};
pub use split::{Sessions, Split, Splits};
pub use trainer::{Outcome, Progress, train};
