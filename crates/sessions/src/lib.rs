//! Sessions as things one can name, keep and do again.
//!
//! Names and paths become an engine ([`opening`], [`library`], [`names`]); scripts drive it ([`script`]); what happened is kept as a
//! trace ([`trace_file`]) or as a durable log ([`log`]), opened again ([`saved`]) and compared ([`diff`]). A session may go on with
//! models that are published meanwhile ([`versions`]).

pub mod diff;
pub mod library;
pub mod log;
pub mod names;
pub mod opening;
pub mod saved;
pub mod script;
pub mod trace_file;
pub mod versions;
