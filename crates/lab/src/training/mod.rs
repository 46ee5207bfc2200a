//! Training and measuring models.

mod checkpoint;
mod critics;
mod made_of;
mod plan;
mod play_weights;
mod progress;
mod run;
mod step;
mod trainer;
mod validation;
mod weigher;

pub use critics::{Critics, REWARDED, Transitions, rewards};
pub use play_weights::PlayWeights;
pub use progress::{Outcome, Progress, Trained, Training};
pub use run::optimizer;
pub use step::Forward;
pub use trainer::{forget_checkpoint, hold, train};
pub use validation::{Validation, loss};
pub use weigher::{Weighed, Weigher, user_first};
