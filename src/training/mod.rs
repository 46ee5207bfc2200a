//! Training and measuring models.

mod baselines;
mod batch;
mod calibrate;
mod checkpoint;
mod compare;
mod comparison_table;
mod config;
mod critics;
mod dataset;
mod evaluate;
mod greedy;
mod heard;
mod listening;
pub mod log;
mod measure;
mod named;
mod plan;
mod predict;
mod report;
mod slates;
mod source;
mod split;
mod step;
mod tables;
mod trainer;
mod validation;
mod weigher;

pub use baselines::{Logistic, Popularity};
pub use batch::{Batch, Window, windows};
pub use calibrate::{Scaling, calibrate};
pub use compare::{Comparison, Estimate, Feedback, Run, Shared, Told, Variant, compare};
pub use comparison_table::comparison_table;
pub use config::TrainingConfig;
pub use critics::{Critics, REWARDED, Transitions, rewards};
pub use dataset::{Alternative, Dataset, Drawn, Listener, Row, replay, rows};
pub use evaluate::{Evaluator, Judged};
pub use greedy::Greedy;
pub use heard::{Heard, held_out};
pub use listening::Listening;
pub use measure::{
    Against, Evaluation, HeadReport, Kind, Play, PlayRatioError, Resampling, Slice, measure,
};
pub use named::report_named;
pub use predict::{Predictions, examples, logits, predict};
pub use report::{LogUsed, Report, model_card};
pub use slates::{GreedyReport, choose};
pub use source::{ReadAhead, Source};
pub use split::{Sessions, Split, Splits};
pub use step::Forward;
pub use trainer::{Outcome, Progress, Trained, Training, forget_checkpoint, optimizer, train};
pub use validation::Validation;
pub use weigher::{Weighed, Weigher, user_first};
