//! The screen, without a terminal: one program, by theme.

mod keys;
mod reopen;
mod screens;
mod shown;
#[path = "../../../../tests/stage/mod.rs"]
mod stage;
mod tour;
