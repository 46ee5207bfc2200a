//! Experiments handed out: shards of listeners lie in a queue, workers play them, whoever asked puts the outcomes together.
//!
//! ```text
//! melody ab --on            server                          melody worker
//!   the job, its files  ──► STREAM.jobs, STREAM.files  ──►  opened once, checked by hash
//!   its shards          ──► STREAM.work (a work queue) ──►  taken, the lease extended while they are played
//!   outcomes, in order  ◄── STREAM.results             ◄──  each under the job's hash and its own number
//! ```
//!
//! Nothing is believed that the server says of who has done what: acknowledgements get lost, messages come again, in other
//! orders, or lie in the queue and are never handed out again. A shard is done when its result lies under its name, and not
//! before ([`handing`](self)); two results of one shard must be the same bytes ([`gathering`](self)). What a job is called is the
//! hash of all that it is made of, the program among it, so what lies under that name is what this program would have made.

mod coordinator;
mod doing;
mod gathering;
mod handing;
mod hash;
mod job;
mod notice;
mod parcel;
mod part;
mod patience;
mod program;
mod queue;
mod record;
mod search;
mod shard;
mod store;
mod subjects;
mod worker;

pub use coordinator::{Coordinator, Orders, Summary, Told, Undone};
pub use job::{Arm, Job, Span, Task, usual_shard, usual_shard_of_search};
pub use parcel::Parcel;
pub use part::{File, Part};
pub use program::Program;
pub use queue::LEASE;
pub use search::search;
pub use worker::{Counts, Done, Event, How, Settings, Stopped, work};
