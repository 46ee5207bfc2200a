//! Words: the languages of the program, and text in columns.

pub(crate) mod about;
pub(crate) mod lang;
pub(crate) mod text;

pub use lang::Lang;
pub use text::{left, width, wrapped};
