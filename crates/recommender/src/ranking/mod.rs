//! Ranking: fusion, adjustments, mixing - and a ledger of every point of score.
//!
//! ```text
//! candidates, scored by the model -> fusion of the heads -> adjustments -> diversity -> mixing of promoted songs -> queue
//! ```

mod account;
mod adjust;
mod calibrated;
mod diversity;
mod flip;
mod fusion;
mod heads;
mod learned;
mod ledger;
mod listening;
mod mixing;
mod pipeline;
mod ranked;
mod ranker;
mod score;
mod spread;
mod weights;

pub use adjust::{ADJUSTMENTS, Adjustment};
pub use flip::{Flip, Stands};
pub(crate) use heads::weighed_heads;
pub use learned::feature_names;
pub use ledger::{Dropped, Ledger, Node, Stage};
pub use listening::Listening;
pub use mixing::{
    Begun, Candidate, DAY_MS, Displaced, Due, Heard, Mix, Placed, Placement, Rules, ahead,
    discount, mix,
};
pub use pipeline::{Ranking, rank};
pub use ranked::Queued;
pub use ranker::{ranker_named, ranker_of};
pub use weights::{FusionWeights, Term, Weight, fusion_weights};
