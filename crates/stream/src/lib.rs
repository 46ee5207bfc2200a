//! Feedback as a stream: what listeners did leaves the session it happened in, and a model learns from it.
//!
//! The local log stays the truth. What it has acknowledged is published to a stream of NATS JetStream, at least once
//! and in order; whoever takes records from a stream or from logs takes each once, by its own hash.

pub mod feed;
pub mod inbox;
pub mod learn;
pub mod nats;
pub mod population;
pub mod publish;
pub mod rest;
pub mod versions;
pub mod work;

#[cfg(test)]
mod made_up;
