//! A small network that foretells the next play from the newest ones, as a method among the others.
//!
//! It is SASRec's idea (Kang and McAuley, "Self-Attentive Sequential Recommendation", ICDM 2018): a song's vector, with that of its place
//! among the plays, goes through causal self-attention, and what comes out at a play is held against the vectors of all songs to foretell
//! the next. Like it, and not it: blocks are those of our own network (norm before attention, GELU), and the loss is a sampled softmax in
//! place of one negative for each play, which later work found to be most of what the original lacks (Klenitskiy and Vasilev, "Turning
//! Dross Into Gold Loss", RecSys 2023). Songs that a listener has heard stay in the list: the protocol asks for them, too.
//!
//! It costs a training, so it is bounded: in the songs that have a vector, in the plays that are looked at, in its steps.

mod learn;
mod method;
mod network;
mod plan;
mod plays;
mod step;
mod vectors;

pub use method::Sequence;
pub(super) use method::by_sequence;
