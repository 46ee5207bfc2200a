//! Kernels: vector lanes and the functions that scoring needs of them.

pub(crate) mod lanes;
pub(crate) mod math;
