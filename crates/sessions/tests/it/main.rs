//! Sessions that are kept and done again: one program, by theme.

#[path = "../../../../tests/common/mod.rs"]
mod common;
mod scripts;
