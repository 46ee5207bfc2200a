//! Events: the things a listener does, and two that are not the listener's: values set by hand, and a model that takes over.

use serde::{Deserialize, Serialize};

use crate::catalogue::SongId;
use crate::overrides::Overrides;
use crate::scene::Scene;

/// One thing that the listener did, or that was done to the session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// Milliseconds since the session began, on the simulated clock. Never decreases.
    pub at_ms: u64,
    /// How much of the current song had been heard, in milliseconds.
    pub heard_ms: u32,
    /// What was done then.
    pub action: Action,
}

/// What a listener, or whoever debugs, can do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", tag = "do")]
pub enum Action {
    /// The current song played to its end.
    Finish,
    /// The listener went on to the next song.
    Skip,
    /// The song that plays is liked.
    Like,
    /// The song that plays is saved.
    Save,
    /// The current song starts again; what was heard so far counts as a play.
    Replay,
    /// The listener searched and chose a result. What is related rises; nothing starts to play.
    Search {
        /// As typed.
        query: String,
        /// What was found by it.
        target: Target,
    },
    /// The listener chose a song from the queue or from search results, to play now.
    Open {
        /// Taken from the queue or from anywhere.
        song: SongId,
    },
    /// The listener begins to pay.
    Subscribe,
    /// The listener's situation changes.
    Scene {
        /// The new one.
        scene: Scene,
    },
    /// A person at the controls set values by hand, in place of those set before.
    Override(Overrides),
    /// Another trained model takes over from here on; nobody at the controls did that.
    Version {
        /// SHA-256 of its weights, in hexadecimal.
        hash: String,
    },
}

/// What a search was for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Target {
    /// One song.
    Song(SongId),
    /// By one of the artist's songs, since artists have no identifier of their own.
    ArtistOf(SongId),
}

impl Action {
    /// Whether the current play ends with it.
    pub fn ends_play(&self) -> bool {
        matches!(self, Action::Finish | Action::Skip | Action::Replay | Action::Open { .. })
    }

    /// Whether the same moment is ranked again with it: it is not the listener's, and all that moves is its doing.
    pub fn keeps_moment(&self) -> bool {
        matches!(self, Action::Override(_) | Action::Version { .. })
    }

    /// As traces and scripts write it.
    pub fn name(&self) -> &'static str {
        match self {
            Action::Finish => "finish",
            Action::Skip => "skip",
            Action::Like => "like",
            Action::Save => "save",
            Action::Replay => "replay",
            Action::Search { .. } => "search",
            Action::Open { .. } => "open",
            Action::Subscribe => "subscribe",
            Action::Scene { .. } => "scene",
            Action::Override(_) => "override",
            Action::Version { .. } => "version",
        }
    }
}
