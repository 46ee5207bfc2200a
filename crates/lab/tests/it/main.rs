//! Data, evaluation and experiments: one program, by theme.

mod environments;
mod eval;
mod feedback;
mod towers;
mod training_log;
