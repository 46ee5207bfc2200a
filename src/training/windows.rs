//! How a listener's plays are cut into windows as long as the network remembers.
//!
//! Windows overlap by half, so that most plays are judged with a long past; yet each play is learned from
//! in one window alone. How many windows there are is known from the number of plays, without any of them.

use super::dataset::{Dataset, Listener};
use crate::history::HISTORY_LENGTH;

/// A run of one listener's plays, at most [`HISTORY_LENGTH`] long. Only plays from `fresh` on are
/// learned from: those before it are in the window as their past.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    pub listener: usize,
    pub start: usize,
    pub end: usize,
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
pub fn window_count(plays: usize, known: usize) -> usize {
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
