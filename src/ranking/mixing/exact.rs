//! The places that make the most of a queue: dynamic programming over the promoted songs.
//!
//! With the order of natural and of promoted songs given, a queue is told by the places t_0 < t_1 < ...
//! of its promoted songs, and its position-discounted score `sum_i S_i / log2(i + 2)` splits into one
//! term per promoted song: with `A_j(t)` the discounted score of natural songs in the first t places
//! where j promoted ones stand before them,
//!
//! ```text
//! sum_j [ A_j(t_j) - A_{j+1}(t_j + 1) + p_j / log2(t_j + 2) ] + A_K(L)
//! ```
//!
//! The rules bound a place by the last M before it, so the last M places are the state. Of two states
//! with as many songs placed, one that is worth no more and leaves no more room is dropped.

use super::places::Places;
use crate::score::Score;

/// Worth of a place in a queue, from 0: that of discounted cumulative gain (Jarvelin and Kekalainen,
/// 2002).
pub fn discount(place: usize) -> f64 {
    1.0 / (place as f64 + 2.0).log2()
}

/// The first promoted songs placed, in the best way for one state.
struct Reached {
    /// The last M promoted places.
    recent: Vec<i64>,
    worth: f64,
    place: i64,
    /// Which state of the layer before it came from.
    from: usize,
}

/// What there is to place.
pub(super) struct Songs<'a> {
    /// Scores in the order they are queued.
    pub natural: &'a [Score],
    pub promoted: &'a [Score],
    pub length: usize,
}

/// The best places for as many promoted songs as `greedy` placed, each at most `patience` places
/// after it was due, or where greedy has it if that is later. Of equal arrangements, the earlier.
pub(super) fn places(places: &Places, songs: &Songs, greedy: &[i64], patience: usize) -> Vec<i64> {
    let last = places.begins + songs.length as i64 - 1;
    let mut layers: Vec<Vec<Reached>> = Vec::with_capacity(greedy.len());
    let start = Reached { recent: places.heard.clone(), worth: 0.0, place: 0, from: 0 };
    let start = [start];
    let worth = Worth::new(songs, greedy.len());
    for (n, &at_greedy) in greedy.iter().enumerate() {
        let before = layers.last().map_or(&start[..], Vec::as_slice);
        let due = places.due(n).unwrap_or(last);
        let latest = at_greedy.max(last.min(due + patience as i64));
        let mut reached = Vec::new();
        for (from, state) in before.iter().enumerate() {
            let earliest = places.earliest(n, &state.recent).unwrap_or(i64::MAX);
            for place in earliest..=latest {
                let mut recent = state.recent.clone();
                recent.push(place);
                let worth = state.worth + worth.of(n, (place - places.begins) as usize);
                let recent = places.remembered(&recent);
                reached.push(Reached { recent, worth, place, from });
            }
        }
        layers.push(undominated(reached));
    }
    let mut best: Vec<i64> = Vec::with_capacity(greedy.len());
    let mut at = 0;
    for layer in layers.iter().rev() {
        best.push(layer[at].place);
        at = layer[at].from;
    }
    best.reverse();
    best
}

/// Drops every state that another one makes needless, the most worth first. At least one is left.
fn undominated(mut reached: Vec<Reached>) -> Vec<Reached> {
    let earlier = |a: &Reached, b: &Reached| a.recent.cmp(&b.recent);
    reached.sort_by(|a, b| b.worth.total_cmp(&a.worth).then_with(|| earlier(a, b)));
    let mut kept: Vec<Reached> = Vec::new();
    for state in reached {
        let roomier = |other: &Reached| other.recent.iter().zip(&state.recent).all(|(a, b)| a <= b);
        if !kept.iter().any(roomier) {
            kept.push(state);
        }
    }
    kept
}

/// The terms of the sum, by promoted song and place in the queue.
struct Worth<'a> {
    songs: &'a Songs<'a>,
    /// `A_j(t)`, by j and t.
    natural: Vec<Vec<f64>>,
}

impl<'a> Worth<'a> {
    fn new(songs: &'a Songs<'a>, promoted: usize) -> Self {
        let score = |place: usize, before: usize| {
            let natural = place.checked_sub(before).and_then(|i| songs.natural.get(i));
            natural.map_or(0.0, |score| score.value() * discount(place))
        };
        let sums = |before: usize| {
            let mut sum = 0.0;
            let running = (0..songs.length).map(|place| {
                sum += score(place, before);
                sum
            });
            std::iter::once(0.0).chain(running).collect()
        };
        Worth { natural: (0..=promoted).map(sums).collect(), songs }
    }

    fn of(&self, n: usize, place: usize) -> f64 {
        let own = self.songs.promoted[n].value() * discount(place);
        self.natural[n][place] - self.natural[n + 1][place + 1] + own
    }
}
