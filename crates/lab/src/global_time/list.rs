//! A list of songs for one listener, and how good it is.
//!
//! NDCG is by the one convention of this house: songs of equal score share the mean gain of their places. Recall goes by the list as it is
//! shown, where what is heard more comes first among equals, then what was heard first.

use crate::statistics::{Gain, ndcg_at};

/// Places of a list that figures are given of.
pub const DEPTHS: [usize; 2] = [10, 100];
pub(super) const MOST: usize = DEPTHS[1];

/// Songs in the order of what stands in where a method knows nothing of them.
#[derive(Debug)]
pub(super) struct Fill {
    /// The best first.
    pub order: Vec<u32>,
    /// By song.
    scores: Vec<f64>,
    /// By song: its place in the order.
    places: Vec<u32>,
}

impl Fill {
    /// By a score for each song; those of none are never shown.
    pub(super) fn by(scores: Vec<f64>) -> Self {
        let mut order: Vec<u32> =
            (0..scores.len() as u32).filter(|&song| scores[song as usize] > 0.0).collect();
        order.sort_by(|&a, &b| scores[b as usize].total_cmp(&scores[a as usize]).then(a.cmp(&b)));
        let mut places = vec![u32::MAX; scores.len()];
        for (place, &song) in order.iter().enumerate() {
            places[song as usize] = place as u32;
        }
        Fill { order, scores, places }
    }
}

/// The first [`MOST`] songs, and behind them those that are no worse than the last of these.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct List {
    pub songs: Vec<u32>,
    /// Of each song, the run of equals it is in, from 0.
    runs: Vec<u32>,
}

impl List {
    /// Of the songs that a method has scored, and of others to fill up.
    pub(super) fn of(mut scored: Vec<(u32, f32)>, fill: &Fill) -> Self {
        scored.retain(|&(song, _)| fill.places[song as usize] != u32::MAX);
        if scored.len() > MOST {
            let (_, last, _) = scored.select_nth_unstable_by(MOST - 1, |a, b| b.1.total_cmp(&a.1));
            let least = last.1;
            scored.retain(|&(_, score)| score >= least);
        }
        let place = |song: u32| fill.places[song as usize];
        scored.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| place(a.0).cmp(&place(b.0))));
        let known: Vec<u32> = {
            let mut songs: Vec<u32> = scored.iter().map(|&(song, _)| song).collect();
            songs.sort_unstable();
            songs
        };
        // What nothing is known of comes behind all that is known.
        let others = fill.order.iter().filter(|song| known.binary_search(song).is_err());
        let all = scored.iter().map(|&(song, score)| (song, Some(score)));
        let all = all.chain(others.map(|&song| (song, None)));
        let (mut list, mut before) = (List { songs: Vec::new(), runs: Vec::new() }, None);
        let mut run = 0;
        for (song, score) in all {
            let now = (score, fill.scores[song as usize]);
            let equal = before.is_none_or(|before| before == now);
            if list.songs.len() >= MOST && !equal {
                break;
            }
            run += u32::from(!equal);
            before = Some(now);
            list.songs.push(song);
            list.runs.push(run);
        }
        list
    }

    /// NDCG at each depth, `relevant` being in order.
    pub(super) fn ndcg(&self, relevant: &[u32]) -> [f64; 2] {
        let mut items: Vec<(f64, f64)> = self
            .songs
            .iter()
            .zip(&self.runs)
            .map(|(song, &run)| {
                (-f64::from(run), f64::from(u8::from(relevant.binary_search(song).is_ok())))
            })
            .collect();
        let missed = relevant.iter().filter(|song| !self.songs.contains(song)).count();
        // What is in no list stands behind all places that count.
        items.resize(items.len().max(MOST), (f64::MIN / 2.0, 0.0));
        items.resize(items.len() + missed, (f64::MIN, 1.0));
        DEPTHS.map(|depth| ndcg_at(&items, depth, Gain::Exponential).unwrap_or(0.0))
    }

    /// Share of the relevant songs among the first of each depth.
    pub(super) fn recall(&self, relevant: &[u32]) -> [f64; 2] {
        let found = |depth: usize| {
            let shown = self.songs.iter().take(depth);
            shown.filter(|song| relevant.binary_search(song).is_ok()).count()
        };
        DEPTHS.map(|depth| found(depth) as f64 / relevant.len().max(1) as f64)
    }
}

/// 0 of nothing.
pub(super) fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (sum, count) = values.fold((0.0, 0), |(sum, count), value| (sum + value, count + 1));
    if count == 0 { 0.0 } else { sum / f64::from(count) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_scored_comes_first_and_equals_share_a_run() {
        let fill = Fill::by(vec![5.0, 3.0, 3.0, 0.0, 1.0]);
        assert_eq!(fill.order, [0, 1, 2, 4], "what was never heard is not shown");
        let list = List::of(vec![(4, 0.5), (2, 0.5), (3, 9.0)], &fill);
        assert_eq!(list.songs, [2, 4, 0, 1]);
        let equal = List::of(Vec::new(), &fill);
        assert_eq!((equal.songs, equal.runs), (vec![0, 1, 2, 4], vec![0, 1, 1, 2]));
    }

    #[test]
    fn equals_behind_the_last_place_are_kept() {
        let fill = Fill::by(vec![1.0; 150]);
        let list = List::of(Vec::new(), &fill);
        assert_eq!(list.songs.len(), 150);
        // All are equal: each of two relevant songs is at a place of the hundred by 100 / 150.
        let [at_10, at_100] = list.ndcg(&[0, 149]);
        let gain = |depth: usize| (0..depth).map(|p| 1.0 / (p as f64 + 2.0).log2()).sum::<f64>();
        let ideal = gain(2);
        assert!((at_10 - 2.0 / 150.0 * gain(10) / ideal).abs() < 1e-12);
        assert!((at_100 - 2.0 / 150.0 * gain(100) / ideal).abs() < 1e-12);
        // Shown are the first, whatever is equal to them.
        assert_eq!(list.recall(&[0, 149]), [0.5, 0.5]);
    }

    #[test]
    fn figures_of_a_list_are_those_of_its_definition() {
        let fill = Fill::by(vec![4.0, 3.0, 2.0, 1.0]);
        let list = List::of(Vec::new(), &fill);
        // Song 1 is second; song 9 is in no list, and there are fewer songs than places.
        let [at_10, _] = list.ndcg(&[1, 9]);
        let ideal = 1.0 + 1.0 / 3f64.log2();
        assert!((at_10 - 1.0 / 3f64.log2() / ideal).abs() < 1e-12);
        assert_eq!(list.recall(&[1, 9]), [0.5, 0.5]);
    }
}
