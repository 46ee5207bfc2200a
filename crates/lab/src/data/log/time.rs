//! Where the later sessions begin.

use std::collections::BTreeMap;

use melody_core::plays::LoggedListener;

const HOUR_MS: i64 = 3_600_000;

/// When sessions ended, to the hour, with their plays: as many entries as hours, however many plays.
#[derive(Debug, Default)]
pub(super) struct Ends {
    plays: BTreeMap<i64, u64>,
}

impl Ends {
    pub(super) fn add(&mut self, listener: &LoggedListener) {
        for session in &listener.sessions {
            let Some(last) = session.plays.last() else { continue };
            let hour = last.play.began_ms.div_euclid(HOUR_MS);
            *self.plays.entry(hour).or_default() += session.plays.len() as u64;
        }
    }

    /// The earliest full hour, in milliseconds, from which on sessions with at most `share` of all
    /// plays end. `None` if that is none at all.
    pub(super) fn cut(&self, share: f64) -> Option<i64> {
        let most = share * self.plays.values().sum::<u64>() as f64;
        let mut later = 0;
        let mut cut = None;
        for (hour, plays) in self.plays.iter().rev() {
            later += plays;
            if later as f64 > most {
                break;
            }
            cut = Some(hour * HOUR_MS);
        }
        cut
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::data::made_up::listener;

    #[test]
    fn the_cut_leaves_at_most_the_share_of_plays_after_it() {
        let mut ends = Ends::default();
        let hour = |n: i64| n * HOUR_MS + 5;
        ends.add(&listener("a", &[&[hour(0), hour(1)], &[hour(7), hour(7)], &[hour(9)]]));
        ends.add(&listener("b", &[&[hour(2), hour(3), hour(4), hour(5), hour(5)]]));
        // Ten plays: one ends in hour 9, two in hour 7, five in hour 5.
        assert_eq!(ends.cut(0.05), None);
        assert_eq!(ends.cut(0.1), Some(9 * HOUR_MS));
        assert_eq!(ends.cut(0.29), Some(9 * HOUR_MS));
        assert_eq!(ends.cut(0.3), Some(7 * HOUR_MS));
        assert_eq!(ends.cut(1.0), Some(HOUR_MS));
        assert_eq!(Ends::default().cut(0.5), None);
    }

    #[test]
    fn hours_before_the_clock_began_count_downwards() {
        let mut ends = Ends::default();
        ends.add(&listener("a", &[&[-1]]));
        assert_eq!(ends.cut(1.0), Some(-HOUR_MS));
    }
}
