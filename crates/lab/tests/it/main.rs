//! Data, evaluation and experiments: one program, by theme.

mod environments;
mod eval;
mod training_log;
