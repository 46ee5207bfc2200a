//! Sessions that are kept and done again: one program, by theme.

#[path = "../../../../tests/common/mod.rs"]
mod common;
#[path = "../../../../tests/versions/mod.rs"]
mod publishing;
mod scripts;
mod versions;
