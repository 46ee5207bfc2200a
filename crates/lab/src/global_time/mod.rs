//! Judging by a cut in time: what comes after a moment is foretold from what came before it, for everybody at once.
//!
//! The protocol is that of Yambda (Ploshkin et al., RecSys 2025, arXiv 2505.22238): the last day is the test, half an hour before it is
//! left out, since a service takes that long to learn of a play, and all before is learned from. A play counts if at least half of the
//! song was heard. Whoever has a past and heard something on the last day is given a list of songs; those that they heard then are
//! relevant, new to them or not. What listeners chose by themselves and what was recommended to them are also judged apart, where that is
//! told: a recommender that is judged by its forerunner's choices looks better the more it is like it.
//!
//! Splitting each listener's plays by itself instead, as is often done, teaches a method what will be popular after the moment it foretells.

mod heard;
mod judge;
mod list;
mod methods;
mod model;
mod past;
mod sequence;

pub use heard::{Gathered, LeftOut};
pub use judge::{Beside, Figures, Judged, Part, Row, judge};
pub use list::DEPTHS;
pub use model::OurModel;
pub use sequence::Sequence;
