//! What a training leaves behind: a model's folder with its report and card, and comparisons of ways of training.

mod compare;
mod comparison_table;
mod deliver;
mod deliver_comparison;
mod deliver_towers;
mod folder;
mod judgement;
mod learnable;
mod named;
mod report;
mod stage;
mod tables;

pub use compare::{Comparison, Estimate, Feedback, Run, Shared, Told, Variant, compare};
pub use comparison_table::comparison_table;
pub use deliver::{Delivered, Recipe, train_model};
pub use deliver_comparison::{ComparisonDelivered, ComparisonRecipe, compare_ways};
pub use deliver_towers::{TowersWanted, deliver_towers};
pub use judgement::{Asked, Case, Judgement};
pub use named::report_named;
pub use report::{LogUsed, Report, model_card};
pub use stage::{Stage, Teller, Undone, Watch, Work};
