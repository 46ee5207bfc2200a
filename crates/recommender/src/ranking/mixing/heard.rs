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

/// A song that begins to play.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Begun {
    /// What begins.
    pub song: SongId,
    /// The campaign it is promoted by; absent for a natural song.
    pub campaign: Option<CampaignId>,
    /// Since the session began.
    pub at_ms: i64,
    /// The listener chose it, by opening it or by playing it again; else it was served.
    pub chosen: bool,
}

/// What is kept of a song of the session.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Begin {
    promoted: bool,
    chosen: bool,
}

/// The songs begun in this session, and the promoted ones of the day before it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Heard {
    /// Each song of the session, oldest first, with the one playing now.
    begun: Vec<Begin>,
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

    /// A song begins to play, where `target` is aimed for under at most `most` in a window. A promoted song
    /// that the listener chose takes the room of one that would have been served.
    pub fn begin(&mut self, begun: Begun, target: Score, most: usize) {
        let Begun { song, campaign, at_ms, chosen } = begun;
        self.begun.push(Begin { promoted: campaign.is_some(), chosen });
        // Held so that a long wait does not end in a burst.
        let most = Score::new(most as f64);
        self.credit = (self.credit + target).min(most).max(-most);
        if let Some(campaign) = campaign {
            self.credit = self.credit - Score::ONE;
            self.placements.push(Placement { song, campaign, at_ms });
        }
    }

    /// A promoted song of an earlier session is taken out, as if it had not been.
    pub fn forget(&mut self, earlier: Placement) {
        if let Some(at) = self.placements.iter().position(|placement| *placement == earlier) {
            self.placements.remove(at);
        }
    }

    /// Songs begun in this session.
    pub fn len(&self) -> usize {
        self.begun.len()
    }

    /// Whether no song has begun in this session.
    pub fn is_empty(&self) -> bool {
        self.begun.is_empty()
    }

    /// Promoted songs of the last `count`, as a share of so many: a window that is not full yet has the same room as
    /// any other, so that it can be held against the cap.
    pub fn realised(&self, count: usize) -> Score {
        self.share(count, |begun| begun.promoted)
    }

    /// The same of those that were chosen by the listener: no rule holds them back.
    pub fn chosen(&self, count: usize) -> Score {
        self.share(count, |begun| begun.promoted && begun.chosen)
    }

    fn share(&self, count: usize, of: fn(&Begin) -> bool) -> Score {
        let last = &self.begun[self.begun.len().saturating_sub(count)..];
        let found = last.iter().filter(|begun| of(begun)).count();
        Score::new(found as f64 / count.max(1) as f64)
    }

    /// The places of this session's promoted songs, the first song's being 0.
    pub(super) fn places(&self) -> impl DoubleEndedIterator<Item = i64> {
        (0..self.begun.len()).filter(|&place| self.begun[place].promoted).map(|place| place as i64)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_listener_chose_is_told_apart_and_counts_for_the_rules() {
        let mut heard = Heard::new([]);
        let mut begin = |promoted: bool, chosen| {
            let campaign = promoted.then_some(CampaignId(0));
            let begun = Begun { song: SongId(0), campaign, at_ms: 0, chosen };
            heard.begin(begun, Score::new(0.1), 2);
        };
        (0..7).for_each(|place| begin(false, place % 2 == 0));
        begin(true, false);
        begin(true, true);
        begin(true, true);
        assert_eq!((heard.realised(10), heard.chosen(10)), (Score::new(0.3), Score::new(0.2)));
        assert_eq!((heard.realised(2), heard.chosen(2)), (Score::ONE, Score::ONE));
        assert_eq!(heard.realised(20), Score::new(0.15), "a window that is not full has room left");
        assert_eq!(heard.places().collect::<Vec<_>>(), [7, 8, 9], "no more are served meanwhile");
    }
}
