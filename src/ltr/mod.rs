//! Learning to rank: LambdaMART, from scratch.
//!
//! Rows of features with graded relevance, in queries, become a forest of regression trees whose
//! score orders the rows of a query so that NDCG is high. A score is a sum of what each feature adds,
//! which is what a ledger needs.
//!
//! ```text
//! queries -> bins ─┐
//! scores -> lambdas ┴-> one tree -> scores -> ... -> forest -> ranker, a file
//! ```

mod bins;
mod boost;
mod forest;
mod grow;
mod judge;
mod lambda;
mod queries;
mod ranker;
mod tree;

pub use boost::{Boosting, Runs};
pub use forest::{Forest, Parts};
pub use grow::Shape;
pub use judge::{mean_ndcg, ndcg};
pub use lambda::{Lambda, Slope};
pub use queries::{MOST_GRADE, Queries};
pub use ranker::Ranker;
pub use tree::{Node, Split, Tree};
