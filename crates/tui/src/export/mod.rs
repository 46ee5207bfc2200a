//! What is on screen, for other programs: JSON, CSV, a picture.

pub mod csv;
pub mod form;
pub mod json;
pub mod picture;
