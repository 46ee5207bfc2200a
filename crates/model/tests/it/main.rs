//! The network, scored and trained: one program, by theme.

#[path = "../../../../tests/common/mod.rs"]
mod common;
mod head;
mod inference;
mod model;
mod training_step;
