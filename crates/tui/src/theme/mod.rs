//! Styles by meaning.
//!
//! A theme is a file of colours for meanings, never for places on the screen. Drawn things ask for a
//! meaning; which colour it has, and whether the terminal can show that colour, is settled here once,
//! before anything is drawn. Without any colour, meaning is left to letters, weight and pattern.

pub mod colour;
pub mod depth;
pub mod file;
pub mod look;
pub mod meanings;
pub mod shelf;
pub mod shipped;

pub use depth::{ColourDepth, rgb_of_index};
pub use file::{NamedTheme, load, parse};
pub use look::Look;
pub use meanings::Theme;
pub use shelf::{Found, Place, Shelf};
pub use shipped::{DEFAULT, shipped, shipped_names};
