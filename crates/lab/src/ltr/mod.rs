//! Learning to rank: LambdaMART, from scratch.
//!
//! Rows of features with graded relevance, in queries, become a forest of regression trees whose
//! score orders the rows of a query so that NDCG is high. A score is a sum of what each feature adds,
//! which is what a ledger needs. Forests are read and scored by `melody-recommender`; here they grow.
//!
//! ```text
//! queries -> bins ─┐
//! scores -> lambdas ┴-> one tree -> scores -> ... -> forest -> ranker, a file
//! ```

mod bins;
mod boost;
mod grow;
mod judge;
mod lambda;
mod lightgbm;
mod queries;

pub use boost::{Boosting, Runs};
pub use grow::Shape;
pub use judge::{mean_ndcg, ndcg};
pub use lambda::{Lambda, Slope};
pub use lightgbm::{from_lightgbm, to_lightgbm};
pub use queries::{MOST_GRADE, Queries};
