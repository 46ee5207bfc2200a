//! What has been heard, as far as mixing cares: windows and caps span requests and sessions.

use melody_core::catalogue::{CampaignId, SongId};
use melody_core::score::Score;

/// What the caps per day look back over, in milliseconds.
pub const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// A promoted song that began to play.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Placement {
    /// What began to play.
    pub song: SongId,
    /// The campaign it was promoted by.
    pub campaign: CampaignId,
    /// Since the session began; negative before it.
    pub at_ms: i64,
}

/// The songs begun in this session, and the promoted ones of the day before it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Heard {
    /// Whether each song of the session was promoted, oldest first, with the one playing now.
    promoted: Vec<bool>,
    placements: Vec<Placement>,
    /// What promotion has earned and not yet spent: every song earns the target, a promoted one
    /// costs one.
    pub credit: Score,
}

/// Credit a session starts with: half a promoted song, so that the first comes in due time.
const FIRST_CREDIT: Score = Score::from_millionths(500_000);

impl Heard {
    /// A session begins after these promoted songs of earlier ones.
    pub fn new(earlier: impl IntoIterator<Item = Placement>) -> Self {
        let today = |placement: &Placement| placement.at_ms > -DAY_MS;
        Heard {
            placements: earlier.into_iter().filter(today).collect(),
            credit: FIRST_CREDIT,
            ..Heard::default()
        }
    }

    /// A song begins to play, where `target` is aimed for under at most `most` in a window.
    pub fn begin(
        &mut self,
        song: SongId,
        campaign: Option<CampaignId>,
        at_ms: i64,
        target: Score,
        most: usize,
    ) {
        self.promoted.push(campaign.is_some());
        // Held so that a long wait does not end in a burst.
        let most = Score::new(most as f64);
        self.credit = (self.credit + target).min(most).max(-most);
        if let Some(campaign) = campaign {
            self.credit = self.credit - Score::ONE;
            self.placements.push(Placement { song, campaign, at_ms });
        }
    }

    /// Songs begun in this session.
    pub fn len(&self) -> usize {
        self.promoted.len()
    }

    /// Whether no song has begun in this session.
    pub fn is_empty(&self) -> bool {
        self.promoted.is_empty()
    }

    /// Promoted share of the last `count` songs.
    pub fn realised(&self, count: usize) -> Score {
        let last = &self.promoted[self.promoted.len().saturating_sub(count)..];
        let promoted = last.iter().filter(|p| **p).count();
        Score::new(promoted as f64 / last.len().max(1) as f64)
    }

    /// The places of this session's promoted songs, the first song's being 0.
    pub(super) fn places(&self) -> impl DoubleEndedIterator<Item = i64> {
        (0..self.promoted.len()).filter(|&place| self.promoted[place]).map(|place| place as i64)
    }

    /// Promoted songs of this session.
    pub(super) fn of_session(&self) -> impl Iterator<Item = &Placement> {
        self.placements.iter().filter(|placement| placement.at_ms >= 0)
    }

    /// Promoted songs of the 24 hours before `now_ms`, earlier sessions counted.
    pub(super) fn of_day(&self, now_ms: i64) -> impl Iterator<Item = &Placement> {
        self.placements.iter().filter(move |placement| placement.at_ms > now_ms - DAY_MS)
    }
}
