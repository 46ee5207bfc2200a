//! Garbage in any file a user hands over: exit code 2, a message that names file, line and field and
//! what to do, no panic, and nothing written.

mod bench;
mod catalogue;
mod config;
mod fuzz;
mod import;
mod keymap;
mod model;
mod policy;
mod profile;
mod script;
mod theme;
mod traces;
mod training;
