//! How much of some listeners is in a split.
//!
//! Whoever writes a log and whoever reads it count alike, so that a reader knows how much there will be
//! and notices where there is not.

use super::manifest::Count;
use crate::data::split::{Split, Splits};
use crate::data::windows::window_count;
use melody_core::plays::LoggedListener;

/// What of these listeners is in a split.
pub(super) fn counted(listeners: &[LoggedListener], splits: &Splits, split: Split) -> Count {
    let mut total = Count::default();
    for listener in listeners {
        let Some(part) = splits.sessions(listener, split) else { continue };
        let plays = |sessions: usize| -> usize {
            listener.sessions[..sessions].iter().map(|s| s.plays.len()).sum()
        };
        let (known, until) = (plays(part.known), plays(part.until));
        total += Count {
            listeners: 1,
            plays: (until - known) as u64,
            windows: window_count(until, known) as u64,
        };
    }
    total
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::data::made_up::listener;
    use melody_core::listener::HISTORY_LENGTH;

    #[test]
    fn parts_count_their_own_plays_and_windows() {
        let splits = Splits { validation: 0.0, test: 0.0, cut_ms: Some(100), ..Splits::default() };
        let many: Vec<i64> = (0..HISTORY_LENGTH as i64 + 1).collect();
        let listeners = [listener("a", &[&many, &[100, 101]]), listener("b", &[&[200]])];
        let count = |split| counted(&listeners, &splits, split);
        let plays = HISTORY_LENGTH as u64 + 1;
        assert_eq!(count(Split::Train), Count { listeners: 1, plays, windows: 2 });
        assert_eq!(count(Split::Later), Count { listeners: 2, plays: 3, windows: 2 });
        assert_eq!(count(Split::Test), Count::default());
    }
}
