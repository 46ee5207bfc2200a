//! Simulated listeners: one program, by theme.

mod ideal;
mod regret;
mod unseen;
