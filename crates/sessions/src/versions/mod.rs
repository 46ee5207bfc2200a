//! Versions of a model from outside: what a learner publishes while sessions go on.
//!
//! A learner writes each version into a folder as a model's folder of its own; a session may go on with one from an
//! event on ([`melody_core::event::Action::Version`]). Which ones there are is the `folder`'s; which one a session
//! that follows along should go by is decided by a `Follower`; where events of a session that was written down name
//! some, `give` loads just these. Policies are published beside them, for sessions that begin: `policies`.

mod canary;
mod folder;
mod follow;
mod named;
mod policies;

pub use canary::Canary;
pub use folder::{Folder, Version, WITHDRAWN, version_name};
pub use follow::{Due, Follower, Looked};
pub use named::{Named, give};
pub use policies::{
    Base, PolicyMove, Published, PublishedPolicy, begin_with_newest, list_of, policy_due,
    policy_file, policy_file_name,
};
