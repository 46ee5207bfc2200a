//! What a tour that shows itself goes by, round after round.

use std::sync::Arc;
use std::time::Duration;

use crate::tour::Tour;
use melody_recommender::engine::Timeline;
use melody_recommender::playback::Playhead;
use melody_sessions::library::Library;

/// A tour that shows itself.
pub(super) struct Rounds {
    pub tour: Arc<Tour>,
    /// What its session is of, where another took its place meanwhile.
    pub library: Library,
    /// Where it begins; none while its session is on its way.
    pub begins: Option<(Timeline, Playhead)>,
    /// The scene that is on, and how long it has been there to be read.
    pub stands: (usize, Duration),
    /// Whether what it shows was still being worked out when it was last looked at.
    pub compared: bool,
}
