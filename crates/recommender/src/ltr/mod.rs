//! A learned ranker: its file, the forest of regression trees in it, and what each feature adds to a song's score.
//!
//! A score is a sum of what each feature adds, which is what a ledger needs. Forests grow in the laboratory.

mod forest;
mod ranker;
mod tree;

pub use forest::{Forest, Parts};
pub use ranker::Ranker;
pub use tree::{Node, Split, Tree};
