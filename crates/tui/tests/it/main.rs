//! The screen, without a terminal: one program, by theme.

mod journal;
mod keys;
mod reopen;
mod screens;
mod sessions;
mod shown;
#[path = "../../../../tests/stage/mod.rs"]
mod stage;
mod tour;
