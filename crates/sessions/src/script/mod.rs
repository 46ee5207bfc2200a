//! Scripts: a session written down, with what is expected of it.
//!
//! A script is TOML: what the session opens with, then steps. A session played by hand can be saved
//! as one, and replays to the same trace.

mod expect;
mod file;
mod run;
mod save;
mod steps;

pub use expect::{Expectation, Failed};
pub use file::{SessionEntry, check_step, load, parse};
pub use run::{Follow, Run, Runner, Watch, run, run_followed, run_watched};
pub use save::{SCRIPT, render, render_events};
pub use steps::{Script, Step, Which, check_names, versions_in};
