//! How a listener's plays are cut into windows as long as the network remembers.
//!
//! Windows overlap by half, so that most plays are judged with a long past; yet each play is learned from
//! in one window alone. How many windows there are is known from the number of plays, without any of them.

use super::dataset::{Dataset, Listener};
use melody_core::listener::HISTORY_LENGTH;

/// A run of one listener's plays, at most [`HISTORY_LENGTH`] long. Only plays from `fresh` on are
/// learned from: those before it are in the window as their past.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Its place in the data.
    pub listener: usize,
    /// First play, its place among the listener's.
    pub start: usize,
    /// One past the last play.
    pub end: usize,
    /// First play that no window before it held: what is learned of.
    pub fresh: usize,
}

/// How far each window moves on, so that most plays are judged with a long past.
const STRIDE: usize = HISTORY_LENGTH / 2;

/// Cuts every listener's plays into windows; each play that is not just their past is fresh in
/// exactly one.
pub fn windows(data: &Dataset) -> Vec<Window> {
    let cut = |(listener, Listener { rows, known, .. }): (usize, &Listener)| {
        cuts(rows.len(), *known).map(move |(fresh, end)| Window {
            listener,
            start: end.saturating_sub(HISTORY_LENGTH),
            end,
            fresh,
        })
    };
    data.listeners.iter().enumerate().flat_map(cut).collect()
}

/// Number of windows of a listener with `plays`, of which the first `known` are just their past.
pub(super) fn window_count(plays: usize, known: usize) -> usize {
    cuts(plays, known).count()
}

/// Where the fresh plays of each window begin and end.
fn cuts(plays: usize, known: usize) -> impl Iterator<Item = (usize, usize)> {
    let mut fresh = known;
    std::iter::from_fn(move || {
        // The first window of all is fresh as a whole.
        let end = (fresh + STRIDE).max(HISTORY_LENGTH).min(plays);
        let cut = (fresh < end).then_some((fresh, end));
        fresh = end;
        cut
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::data::made_up::{data, row};

    #[test]
    fn every_fresh_play_is_in_one_cut_and_no_window_is_too_long() {
        for plays in [0, 1, STRIDE, HISTORY_LENGTH, HISTORY_LENGTH + 1, 5 * HISTORY_LENGTH + 7] {
            for known in [0, 1, STRIDE, HISTORY_LENGTH + 3] {
                let mut next = known;
                for (fresh, end) in cuts(plays, known) {
                    assert_eq!(fresh, next);
                    assert!(fresh < end && end <= plays);
                    next = end;
                }
                assert_eq!(next, plays.max(known), "{plays} plays, {known} known");
            }
        }
    }

    #[test]
    fn windows_after_the_first_move_on_by_half_their_length() {
        let all: Vec<(usize, usize)> = cuts(HISTORY_LENGTH + STRIDE + 1, 0).collect();
        let (whole, more) = (HISTORY_LENGTH, HISTORY_LENGTH + STRIDE);
        assert_eq!(all, [(0, whole), (whole, more), (more, more + 1)]);
        assert_eq!(window_count(HISTORY_LENGTH + STRIDE + 1, 0), 3);
        // What is just the past is in a window, but none is made for it alone.
        assert_eq!(window_count(40, 40), 0);
    }

    #[test]
    fn a_window_ends_with_its_fresh_plays_and_begins_with_their_past() {
        let rows = |count: u32| (0..count).map(|song| row(song, 0)).collect();
        let long = HISTORY_LENGTH as u32 + 10;
        let all = windows(&data(vec![(0, rows(3)), (long as usize - 4, rows(long)), (2, rows(2))]));
        let last =
            Window { listener: 1, start: 10, end: HISTORY_LENGTH + 10, fresh: HISTORY_LENGTH + 6 };
        assert_eq!(all, [Window { listener: 0, start: 0, end: 3, fresh: 0 }, last]);
    }
}
