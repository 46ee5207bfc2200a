//! Judging a model: its predictions and choices on listening that it has not learned from.

mod baselines;
mod calibrate;
mod evaluate;
mod foretold;
mod greedy;
mod measure;
mod predict;
mod slates;

pub use baselines::{Logistic, Popularity};
pub use calibrate::{Scaling, calibrate};
pub use evaluate::Evaluator;
pub use foretold::{Foretold, predictions};
pub use greedy::Greedy;
pub use measure::{
    Against, Evaluation, HeadReport, Kind, Play, PlayRatioError, Resampling, Slice, Unmeasured,
    measure,
};
pub use predict::{Judge, Predictions, examples, logits, predict};
pub use slates::{GreedyReport, choose};
