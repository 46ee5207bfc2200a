//! Where the later sessions begin.

use std::collections::BTreeMap;

use super::LoggedListener;

const HOUR_MS: i64 = 3_600_000;

/// When sessions ended, to the hour, with their plays: as many entries as hours, however many plays.
#[derive(Debug, Default)]
pub struct Ends {
    plays: BTreeMap<i64, u64>,
}

impl Ends {
    pub fn add(&mut self, listener: &LoggedListener) {
        for session in &listener.sessions {
            let Some(last) = session.plays.last() else { continue };
            let hour = last.play.began_ms.div_euclid(HOUR_MS);
            *self.plays.entry(hour).or_default() += session.plays.len() as u64;
        }
    }

    /// The earliest full hour, in milliseconds, from which on sessions with at most `share` of all
    /// plays end. `None` if that is none at all.
    pub fn cut(&self, share: f64) -> Option<i64> {
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
