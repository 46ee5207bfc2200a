//! A search for better weights and mixing rules per segment and scene, the listener first.
//!
//! What is sought is the most of the bandit's reward per play, user and commercial part together;
//! what is required is that completion stays within a margin of what it is without any promotion, under
//! the weights the search began from.
//! First the segments are searched, then the scenes. A listener is touched by the weights of one segment
//! at a time, mostly of the one they begin in, so one run tries a draw for every segment at once, and each
//! segment finds its own best. Every segment has as many listeners, so that rare ones are searched too.
//! Each listener meets a few of the draws, beside what is there; from all of these a [`surface`] tells
//! what to expect of any draw, and the one of which most is to be expected, luck left aside, is what was
//! found. What was found for all groups is tried together on listeners the search has not seen; where it
//! does no better there it is left out, and the rest tried again. What is reported of the policy as a
//! whole comes from listeners that decided nothing, beside the very policy without promotion.
//!
//! What comes of one [`batch`] of policies decides the next; within a batch nothing depends on anything
//! else. Who plays a batch is said by whoever begins the search: a [`bench`].

pub(crate) mod batch;
pub(crate) mod bench;
mod choice;
mod draw;
mod group;
mod listeners;
mod orders;
pub(crate) mod part;
mod search;
pub(crate) mod surface;
pub(crate) mod value;
pub(crate) mod write;

pub use batch::{Batch, Run, Stage};
pub use bench::{Bench, InProcess, Nothing, worths};
pub use part::Part;
pub use search::{Found, Search, Tuned, runs, tune, unpromoted};
pub use surface::Expected;
pub use value::{Judged, Worth};
pub use write::{render, write};
