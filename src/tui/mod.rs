//! The simulator screen.
//!
//! Two worlds meet here and know little of each other. On one side [`App`]: a session, what lies over
//! it and what is selected; keys and time go in, a [`View`] comes out, and no terminal is needed for
//! any of it. On the other side the terminal: set up, fed with what [`draw`] makes of a view, and
//! given back whatever happens. What can be done is listed once, in [`command::TABLE`].

mod app;
pub mod ascii;
mod background;
mod blackbox;
pub mod command;
mod comparing;
mod draw;
mod explaining;
mod export;
mod fault;
mod inquiry;
mod journal;
pub mod keymap;
mod keys;
mod lang;
mod look;
mod messages;
mod narration;
mod palette;
mod pickers;
pub mod picture;
mod pilot;
mod popup;
mod regrets;
mod reopening;
mod run;
mod save;
mod search;
mod session;
mod strip;
mod tab;
mod terminal;
mod text;
pub mod theme;
mod tour;
mod typed;
mod view;
mod what_if;

pub use app::App;
pub use command::{Command, Context};
pub use comparing::{Against, Compared};
pub use draw::{Drawn, Hit, PANELS, draw};
pub use explaining::Explained;
pub use journal::Journal;
pub use keymap::Keymap;
pub use keys::{Key, UnknownKey};
pub use lang::Lang;
pub use look::Look;
pub use messages::Message;
pub use narration::headline;
pub use palette::{Deed, Offer, Palette};
pub use popup::{Choice, Confirm, Picker, Picking, Popup, Proposal};
pub use run::{Ended, run};
pub use save::{create_trace, trace as write_trace};
pub use search::{Index, Search, Seeking};
pub use session::{Happening, Session, Speed};
pub use strip::Strip;
pub use tab::Tab;
pub use theme::Theme;
pub use tour::{SceneReport, Tour};
pub use view::{Caption, Movement, View};
pub use what_if::{Drafted, Slider};
