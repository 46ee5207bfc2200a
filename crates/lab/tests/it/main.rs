//! Data, evaluation and experiments: one program, by theme.

mod environments;
mod eval;
mod towers;
mod training_log;
