//! Training and measuring models.

mod baselines;
mod batch;
mod checkpoint;
mod config;
mod dataset;
mod evaluate;
mod heard;
mod listening;
pub mod log;
mod measure;
mod predict;
mod report;
mod source;
mod split;
mod tables;
mod trainer;

pub use baselines::{Logistic, Popularity};
pub use batch::{Batch, Window, windows};
pub use config::TrainingConfig;
pub use dataset::{Dataset, Drawn, Listener, Row, replay, rows};
pub use evaluate::{Evaluator, Judged};
pub use heard::{Heard, held_out};
pub use listening::Listening;
pub use measure::{
    Against, Evaluation, HeadReport, Kind, Play, PlayRatioError, Resampling, Slice, measure,
};
pub use predict::{Predictions, examples, predict};
pub use report::{LogUsed, Report, model_card};
pub use source::{ReadAhead, Source};
pub use split::{Sessions, Split, Splits};
pub use trainer::{Outcome, Progress, train};
