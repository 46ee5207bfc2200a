//! Plays of real listening: read from what services export, kept in a format of our own, and heard as
//! plays of a catalogue.
//!
//! Every importer makes [`Play`]s: what is known of one play, with everything unknown left out. As
//! JSON Lines, one play a line, they are Melody's own format, which profiles keep
//! their history in. Files are read record by record, so that what is in memory does not grow with them:
//! one record, the newest plays of one listener ([`Kept`]), and counts.
//!
//! Plays name songs as people write them. [`interactions`] finds the songs of a catalogue that they
//! mean, or lets songs of it stand in for them, and says which.

mod apple;
mod clock;
mod columns;
mod events;
mod file_of;
mod format;
mod head;
mod kept;
mod lastfm;
mod listenbrainz;
mod logged;
mod made;
mod marks;
mod matching;
mod mssd;
mod normal;
mod own;
mod past;
mod play;
mod players;
mod reader;
mod record;
mod research;
mod scrobbler;
mod settled;
mod side_by_side;
mod songs;
mod spotify;
mod summary;
mod survey;
mod table;
mod taking;
mod yambda;
mod youtube;

pub use format::{About, Format, OUTCOMES};
pub use kept::{Kept, KeptSummary};
pub use logged::{Known, LoggedListener, LoggedPlay, LoggedSession, Truth};
pub use marks::{MarkSummary, Marks};
pub use matching::{How, Matcher, Matching, Unmatched};
pub use mssd::{MssdLog, read_mssd};
pub use normal::{artists_of, normal, plain_title};
pub use past::{Matched, interactions, placed, timed};
pub use play::{MOST_DURATION_MS, Outcome, Play, SESSION_GAP_MS, TYPICAL_DURATION_MS};
pub use reader::{Importing, MOST_RECORDED, Recorded, load, save};
pub use settled::{Settled, place_ms, settled};
pub use summary::{Dropped, ReadSummary};
pub use table::formats;
pub use taking::All;
