//! What is on screen, for other programs: JSON, CSV, a picture, a recording.

pub mod cast;
pub mod csv;
pub mod form;
pub mod json;
pub mod picture;
