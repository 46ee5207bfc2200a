//! The simulator screen.
//!
//! Two worlds meet here and know little of each other. On one side [`App`]: a session, what lies over
//! it and what is selected; keys and time go in, a [`View`] comes out, and no terminal is needed for
//! any of it. On the other side the terminal: set up, fed with what [`draw()`] makes of a view, and
//! given back whatever happens. What can be done is listed once, in [`command::TABLE`].
//!
//! The floors, lowest first, each standing on those before it: words, desk, theme, command, view, tour,
//! draw, export, app, terminal.

mod app;
pub mod command;
mod desk;
mod draw;
pub mod export;
mod terminal;
pub mod theme;
mod tour;
mod view;
mod watch;
mod words;

pub use app::{App, Recorded};
pub use command::keymap::{self, Keymap};
pub use command::{
    Command, Confirm, Context, Deed, Index, Key, Offer, Palette, Picker, Picking, Popup, Proposal,
    Search, Seeking, Tab, UnknownKey,
};
pub use desk::{
    Against, Bygone, Bygones, Choice, Compared, Counterpart, Drafted, Explained, First, Happening,
    Journal, Map, Message, Placed, Sample, Sitting, Slider, Speed, Standing, Sweep, Turn, Weekly,
    Winner, create_trace, other_policies, screen_first, write_trace,
};
pub use draw::{Drawn, Hit, PANELS, draw, rows};
pub use export::cast::{Asciicast, Cast};
pub use export::picture;
pub use terminal::{Ended, run};
pub use theme::{Look, Theme};
pub use tour::{SceneReport, Tour, Unseen};
pub use view::{Caption, Movement, Strip, View, headline};
pub use watch::{watch, watched};
pub use words::{Lang, left, width, wrapped};
