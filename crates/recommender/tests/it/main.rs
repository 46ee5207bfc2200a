//! The recommender, step by step: one program, by theme.

mod bandit;
mod by_hand;
#[path = "../../../../tests/common/mod.rs"]
mod common;
mod engine;
mod explain;
mod fork;
mod ledger;
mod mixing;
mod retrieval;
