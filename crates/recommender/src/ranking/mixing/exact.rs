//! The places that make the most of a queue, exactly.
//!
//! With the order of natural and of promoted songs given, a queue is told by the places t_0 < t_1 < ...
//! of its promoted songs, and its position-discounted score `sum_i S_i / log2(i + 2)` splits into one
//! term per promoted song: with `A_j(t)` the discounted score of natural songs in the first t places
//! where j promoted ones stand before them,
//!
//! ```text
//! sum_j f_j(t_j) + A_K(L),  f_j(t) = A_j(t) - A_{j+1}(t + 1) + p_j / log2(t + 2)
//! ```
//!
//! The rules say how far apart places are at least: `t_{j+1} - t_j > spacing`, `t_{j+M} - t_j >= N`. To
//! make the most of separate terms under bounds of differences is to find a minimum cut: a node stands
//! for "song j comes at place t or later", weighs `f_j(t) - f_j(t - 1)`, and needs the nodes that the
//! rules draw after it. (Dynamic programming over places finds the same, but its state is the last M
//! of them, too many where M is large.) All numbers are whole, so the optimum is exact.

use super::cut::Closure;
use super::places::Places;
use melody_core::score::Score;

/// Worth of a place in a queue, from 0, in millionths: that of discounted cumulative gain (Jarvelin
/// and Kekalainen, 2002).
pub fn discount(place: usize) -> Score {
    Score::new(1.0 / (place as f64 + 2.0).log2())
}

/// A score at a place, in millionths of millionths.
fn discounted(score: Score, place: usize) -> i64 {
    score.millionths() * discount(place).millionths()
}

/// What there is to place.
pub(super) struct Songs<'a> {
    /// Scores in the order they are queued.
    pub natural: &'a [Score],
    pub promoted: &'a [Score],
    pub length: usize,
}

/// The best places for as many promoted songs as `greedy` placed, each at most `patience` places
/// after it was due, or where greedy has it if that is later. Of equal arrangements, the earliest.
pub(super) fn places(places: &Places, songs: &Songs, greedy: &[i64], patience: usize) -> Vec<i64> {
    let last = places.begins + songs.length as i64 - 1;
    let latest = |n: usize| {
        let due = places.due(n).unwrap_or(last);
        greedy[n].max(last.min(due.saturating_add(patience as i64)))
    };
    let worth = Worth::new(songs, greedy.len());
    let of = |n: usize, place: i64| worth.of(n, (place - places.begins) as usize);
    let mut closure = Closure::default();
    // Greedy has every song as early as any arrangement can, so the nodes begin after it.
    let nodes: Vec<Vec<usize>> = (0..greedy.len())
        .map(|n| {
            let later = greedy[n] + 1..=latest(n);
            later.map(|place| closure.node(of(n, place) - of(n, place - 1))).collect()
        })
        .collect();
    // Never in the set: a song that needs it cannot come so late.
    let never = closure.node(-NEVER);
    for n in 0..greedy.len() {
        for (i, &node) in nodes[n].iter().enumerate() {
            let place = greedy[n] + 1 + i as i64;
            if i > 0 {
                closure.needs(node, nodes[n][i - 1]);
            }
            for (other, at_least) in places.pushes(n, place) {
                let Some(first) = greedy.get(other) else { continue };
                match at_least - first {
                    ..=0 => {}
                    by => {
                        let pushed = nodes[other].get(by as usize - 1);
                        closure.needs(node, pushed.copied().unwrap_or(never));
                    }
                }
            }
        }
    }
    let chosen = closure.heaviest();
    let later = |n: usize| nodes[n].iter().take_while(|node| chosen[**node]).count();
    greedy.iter().enumerate().map(|(n, place)| place + later(n) as i64).collect()
}

/// More than all there is to gain: the scores of a queue are far below a million each.
const NEVER: i64 = 1 << 58;

/// The terms of the sum, by promoted song and place in the queue.
struct Worth<'a> {
    songs: &'a Songs<'a>,
    /// `A_j(t)`, by j and t.
    natural: Vec<Vec<i64>>,
}

impl<'a> Worth<'a> {
    fn new(songs: &'a Songs<'a>, promoted: usize) -> Self {
        let score = |place: usize, before: usize| {
            let natural = place.checked_sub(before).and_then(|i| songs.natural.get(i));
            natural.map_or(0, |score| discounted(*score, place))
        };
        let sums = |before: usize| {
            let mut sum = 0;
            let running = (0..songs.length).map(|place| {
                sum += score(place, before);
                sum
            });
            std::iter::once(0).chain(running).collect()
        };
        Worth { natural: (0..=promoted).map(sums).collect(), songs }
    }

    fn of(&self, n: usize, place: usize) -> i64 {
        let own = discounted(self.songs.promoted[n], place);
        self.natural[n][place] - self.natural[n + 1][place + 1] + own
    }
}
