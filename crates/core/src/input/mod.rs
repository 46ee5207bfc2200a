//! Reading what a user hands over.
//!
//! Every file is checked whole before anything starts. A reader either returns a value that needs
//! no further checks, or every problem it found, each with file, line, field and what to do.

mod block;
mod columns;
mod element;
mod flat;
mod in_order;
mod packing;
mod problem;
mod records;
mod table;
mod text;
mod toml_file;
mod unpack;

pub(crate) use block::{Block, End, Rest};
pub use columns::{Columns, Fields};
pub(crate) use flat::{Fields as FlatFields, Value as FlatValue};
pub(crate) use in_order::{Out, in_order};
pub use packing::unpackable;
pub use problem::{InputError, Problem, nearest};
pub use records::{Batch, Layout, Record, Records};
pub(crate) use records::{array_failed, torn};
pub use table::{Row, Table};
pub use text::{first_object, open, read_bytes, read_text};
pub use toml_file::{Checker, TomlFile};
pub use unpack::{Progress, Visit, each_file, files_of};
