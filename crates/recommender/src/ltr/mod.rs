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

mod forest;
mod ranker;
mod tree;

pub use forest::{Forest, Parts};
pub use ranker::Ranker;
pub use tree::{Node, Split, Tree};
