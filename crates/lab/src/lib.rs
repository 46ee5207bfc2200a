//! The laboratory: where models are made and everything is judged.
//!
//! ```text
//! statistics ─► data ─► evaluation ─► training, retrieval ─► reports ─► ltr, off_policy, global_time ─► experiment, export
//! ```
//!
//! Listening, simulated or real, becomes data; training makes a model of it; evaluation, off-policy estimates and experiments
//! say how good it is, with intervals. Nothing here prints: whoever asks gets values.

pub mod config;
pub mod data;
pub mod evaluation;
pub mod experiment;
pub mod export;
pub mod global_time;
pub mod ltr;
pub mod off_policy;
pub mod reports;
pub mod retrieval;
pub mod statistics;
pub mod training;
