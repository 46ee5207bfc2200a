//! Real listening, read as services and data sets lay it out. All data here are invented.

mod exports;
mod formats;
mod garbage;
mod large;
