//! Tours: a session told scene by scene, with captions, for a presenter to step through.
//!
//! A tour is TOML: what the session opens with, then scenes. A scene has a caption, the view it is seen
//! in, and steps as in scripts, which are carried out when it begins. What a caption claims can be
//! expected by steps of its scene, and what it names listed to be seen on the screens that it is shown on;
//! `melody demo --check` and the tests hold the tour to both.

mod begin;
pub(crate) mod check;
pub(crate) mod file;
pub(crate) mod guide;
pub(crate) mod scene;

pub use check::{SceneReport, Unseen};
pub use scene::Tour;
