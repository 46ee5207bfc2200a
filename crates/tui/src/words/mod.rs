//! Words: the languages of the program, and text in columns.

pub mod about;
pub mod lang;
pub mod text;

pub use lang::Lang;
