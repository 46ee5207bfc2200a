//! A listener as the service knows them: nothing here is hidden from the recommender.
//!
//! Four things make up all that is known. The [`Account`] is what was said and paid before the session,
//! the [`History`] every play that ever ended, [`SessionStats`] what the present sitting shows, and a
//! [`ListenerView`] the three together at one moment. Models, policies, the bandit and the simulated
//! world all look at a listener through that one view, so that none can see what another cannot. What a
//! listener really likes is no part of it: tastes live with the simulation, above everything that
//! recommends.

pub mod account;
pub mod history;
pub mod lately;
pub mod session;
pub mod variety;
pub mod view;

pub use account::{Account, Tier};
pub use history::{COMPLETED, EARLY, Familiarity, HISTORY_LENGTH, History, Interaction, Tally};
pub use lately::{FADES, Lately};
pub use session::SessionStats;
pub use variety::{Entry, OwnMix, Variety};
pub use view::ListenerView;
