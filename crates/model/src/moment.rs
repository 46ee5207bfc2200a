//! What the network is given of a listener at one moment.

use crate::features::{moment_features, outcomes, profile_features};
use melody_core::listener::ListenerView;

/// A listener at one moment, as numbers.
#[derive(Clone, Debug, Default)]
pub struct Moment {
    /// `[profile_width()]`.
    pub profile: Vec<f32>,
    /// `[MOMENT_FEATURES.len()]`.
    pub moment: Vec<f32>,
    /// Its index.
    pub scene: usize,
    /// Past plays, oldest first: song row, outcome, scene.
    pub songs: Vec<i32>,
    /// `[plays * OUTCOME_FEATURES.len()]`, play by play.
    pub outcomes: Vec<f32>,
    /// Index of each play's scene.
    pub scenes: Vec<i32>,
    /// How many of the past plays belong to the current session.
    pub session_plays: usize,
}

impl Moment {
    /// What the network is given of this view.
    pub fn new(view: &ListenerView) -> Self {
        let recent = view.history.recent();
        Moment {
            profile: profile_features(view.account),
            moment: moment_features(view).to_vec(),
            scene: view.scene.index(),
            songs: recent.iter().map(|play| play.song.0 as i32).collect(),
            outcomes: outcomes(recent).concat(),
            scenes: recent.iter().map(|play| play.scene.index() as i32).collect(),
            session_plays: view.session.plays as usize,
        }
    }

    /// The same with nothing for the short-time module to look at, as if the session had just begun; the history, the
    /// session's plays in it among them, and the moment's own figures stay.
    pub fn without_session(self) -> Self {
        Moment { session_plays: 0, ..self }
    }
}
