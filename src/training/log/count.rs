//! How much of some listeners is in a split.
//!
//! Whoever writes a log and whoever reads it count alike, so that a reader knows how much there will be
//! and notices where there is not.

use super::LoggedListener;
use super::manifest::Count;
use crate::training::split::{Split, Splits};
use crate::training::windows::window_count;

/// What of these listeners is in a split.
pub fn counted(listeners: &[LoggedListener], splits: &Splits, split: Split) -> Count {
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
