//! The screen, without a terminal: one program, by theme.

mod asking;
mod cause;
mod comparing;
mod crossing;
mod journal;
mod keys;
mod mouse;
mod notices;
mod past;
#[path = "../../../../tests/versions/mod.rs"]
mod publishing;
mod reopen;
mod screens;
mod searching;
mod sessions;
mod shown;
#[path = "../../../../tests/stage/mod.rs"]
mod stage;
mod sums;
mod telling;
mod tour;
mod versions;
