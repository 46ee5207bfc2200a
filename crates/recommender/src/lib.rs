//! The recommender: what is shown to a listener, and why.
//!
//! ```text
//! policy ─┐
//! session, bandit ─► engine: decide ─► retrieval ─► ranking: fusion, mixing ─► trace
//! feedback ◄──────────────────────────────── what the listener did
//! ```
//!
//! It sees of a listener what a music service sees: an account, a history, what is done now. Hidden tastes belong to
//! `melody-simulation`, which this crate cannot name. It reads no clock, and files only where a policy, a memory of the
//! bandit or a ranker is loaded.

pub mod bandit;
pub mod causes;
pub mod engine;
pub mod feedback;
pub mod ltr;
pub mod percent;
pub mod playback;
pub mod policy;
pub mod ranking;
pub mod retrieval;
pub mod session;
