//! Running figures of the current session.

use std::collections::VecDeque;

use super::history::Interaction;

/// Plays over which recent promotion is judged.
const RECENT: usize = 10;
/// Weight of the newest play in the running satisfaction.
const NEWEST: f32 = 0.2;
/// Satisfaction before anything was heard: about the population's mean play ratio.
const NEUTRAL: f32 = 0.6;

/// What the session has shown so far. Reset when a session begins.
#[derive(Clone, Debug, PartialEq)]
pub struct SessionStats {
    /// That have ended.
    pub plays: u32,
    /// Songs liked.
    pub likes: u32,
    /// Moving average of play ratios, in [0, 1].
    pub satisfaction: f32,
    /// Skips in a row, up to now.
    pub skip_streak: u32,
    /// The last plays: was the song promoted, was it skipped?
    recent: VecDeque<(bool, bool)>,
}

impl Default for SessionStats {
    fn default() -> Self {
        SessionStats {
            plays: 0,
            likes: 0,
            satisfaction: NEUTRAL,
            skip_streak: 0,
            recent: VecDeque::with_capacity(RECENT + 1),
        }
    }
}

impl SessionStats {
    /// Adds a play that is over.
    pub fn record(&mut self, play: &Interaction, promoted: bool) {
        self.plays += 1;
        self.likes += u32::from(play.liked || play.saved);
        self.satisfaction += NEWEST * (play.play_ratio - self.satisfaction);
        self.skip_streak = if play.skipped { self.skip_streak + 1 } else { 0 };
        self.recent.push_back((promoted, play.skipped));
        if self.recent.len() > RECENT {
            self.recent.pop_front();
        }
    }

    /// Share of promoted songs among the last plays.
    pub fn promoted_share(&self) -> f32 {
        self.share(|(promoted, _)| promoted)
    }

    /// Share of the last plays that were promoted songs the listener skipped.
    pub fn promoted_skips(&self) -> f32 {
        self.share(|(promoted, skipped)| promoted && skipped)
    }

    fn share(&self, counts: impl Fn((bool, bool)) -> bool) -> f32 {
        self.recent.iter().filter(|play| counts(**play)).count() as f32 / RECENT as f32
    }
}
