//! Training and measuring models.

mod baselines;
mod batch;
mod calibrate;
mod checkpoint;
mod compare;
mod comparison_table;
mod config;
mod dataset;
mod greedy;
mod measure;
mod plan;
mod report;
mod slates;
mod step;
mod trainer;
mod unseen;
mod validation;

pub use baselines::{logistic, popularity};
pub use batch::{Batch, Window, windows};
pub use calibrate::{Scaling, calibrate};
pub use compare::{Comparison, Estimate, Feedback, Run, Shared, Told, Variant, compare};
pub use comparison_table::comparison_table;
pub use config::TrainingConfig;
pub use dataset::{Alternative, Dataset, Listener, Row, Split};
pub use greedy::Greedy;
pub use measure::{
    Figures, HeadReport, Predictions, examples, logits, measure, play_ratio_error, predict,
};
pub use report::{Report, model_card};
pub use slates::{GreedyReport, choose};
pub use trainer::{Outcome, Progress, Trained, Training, forget_checkpoint, train};
pub use unseen::Unseen;
pub use validation::Validation;
