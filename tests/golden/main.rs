//! Values computed by established libraries, compared within each file's own tolerance.
//!
//! The files lie beside this one, or in the folder that `$MELODY_GOLDEN_DIR` names: any file of the
//! same kind and schema can be run against the same code, so nothing here knows sizes or counts.

mod bandit;
mod files;
mod lambdarank;
mod metrics;
mod mmoe;
mod numbers;
mod off_policy;
mod tensors;
mod transformer;
