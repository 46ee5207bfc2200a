//! What is shown of each kind of file: a file each, from what was read to a [`Document`](crate::Document).

pub(crate) mod ab;
pub(crate) mod ablation;
pub(crate) mod evaluation;
pub(crate) mod forest;
pub(crate) mod global_time;
pub(crate) mod heads;
pub(crate) mod queue;
pub(crate) mod session;
pub(crate) mod steps;
pub(crate) mod training;
pub(crate) mod ways;
