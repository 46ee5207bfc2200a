//! Calibrated re-ranking (Steck, RecSys 2018): genres in the shares that the listener completes them in.
//!
//! Steck picks songs one after the other so that the sum of scores less `KL(p || q)` is greatest, where p is the
//! listener's own mix of genres and q, with a little of p mixed in, that of what is served. Of the divergence only
//! `sum of p ln q` moves. Over a list of fixed length that is a sum of concave functions, each of one genre's count, so what
//! one more song of a genre adds can only fall as songs of it are picked. Hence the scores with it are in the order of
//! picking, as a ledger needs, and the greedy choice is within 1 - 1/e of the best one.
//!
//! The list is what was heard last and what is to come, as many of each: a queue whose first songs alone are heard would
//! begin with the favourite genre again and again. A song's part is taken less what it would be were everything
//! calibrated, so that nothing moves then; what is missing is lifted, and what there is too much of goes down.

use std::collections::BTreeMap;

use super::diversity::{Alike, Why};
use melody_core::catalogue::{Catalogue, GenreId, SongId};
use melody_core::listener::variety::OWN;
use melody_core::score::Score;

/// The listener's own mix, and how far it is served.
pub(super) struct Mix {
    /// Shares of completed plays; none below zero.
    own: BTreeMap<GenreId, f64>,
    served: BTreeMap<GenreId, u32>,
    /// Songs to be picked.
    to_come: usize,
    /// Songs of the whole list.
    of: u32,
}

impl Mix {
    /// Of plays completed by genre, with what was heard last and a number of songs to come.
    pub(super) fn new(
        completed: impl Iterator<Item = (GenreId, u32)>,
        heard: impl Iterator<Item = GenreId>,
        to_come: usize,
    ) -> Self {
        let completed: BTreeMap<GenreId, u32> = completed.filter(|(_, n)| *n > 0).collect();
        let all = completed.values().sum::<u32>();
        let share = |(genre, n): (GenreId, u32)| (genre, f64::from(n) / f64::from(all));
        let mut mix = Mix {
            own: completed.into_iter().map(share).collect(),
            served: BTreeMap::new(),
            to_come,
            of: to_come as u32,
        };
        for genre in heard {
            mix.serve(genre);
            mix.of += 1;
        }
        mix
    }

    fn serve(&mut self, genre: GenreId) {
        *self.served.entry(genre).or_default() += 1;
    }

    /// What one more song of a genre adds to `sum of p ln q`, less what one adds where all is calibrated. Falls with
    /// every song of it that is served.
    fn gain(&self, genre: GenreId) -> f64 {
        if self.own.is_empty() {
            return 0.0;
        }
        let each = (1.0 - OWN) / f64::from(self.of.max(1));
        let Some(&part) = self.own.get(&genre) else { return -each };
        let served = self.served.get(&genre).copied().unwrap_or_default();
        let q = each * f64::from(served) + OWN * part;
        part * (each / q).ln_1p() - each
    }

    fn alike(&self, genre: GenreId, strength: f64) -> Alike {
        let part = self.own.get(&genre).copied().unwrap_or_default();
        let served = self.served.get(&genre).copied().unwrap_or_default();
        Alike {
            delta: Score::new(strength * self.gain(genre)),
            why: Why::Mix { genre, part, served, of: self.of },
        }
    }
}

/// Picks as many of `songs` as are to come, which are in order of score with ties decided, and says for each of them all
/// what it gains or loses by its genre.
pub(super) fn calibrate(
    strength: f64,
    mut mix: Mix,
    catalogue: &Catalogue,
    songs: &[(SongId, Score)],
) -> Vec<(SongId, Alike)> {
    let genre = |song: SongId| catalogue.song(song).genre;
    let mut left = songs.to_vec();
    let mut done = Vec::with_capacity(songs.len());
    for _ in 0..mix.to_come.min(songs.len()) {
        let worth = |(song, score): (SongId, Score)| score + mix.alike(genre(song), strength).delta;
        // The first of equals, as they came.
        let best = (0..left.len()).rev().max_by_key(|&i| worth(left[i])).unwrap_or(0);
        let (picked, _) = left.remove(best);
        done.push((picked, mix.alike(genre(picked), strength)));
        mix.serve(genre(picked));
    }
    done.extend(left.into_iter().map(|(song, _)| (song, mix.alike(genre(song), strength))));
    done
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::LazyLock;

    use melody_core::catalogue::default_catalogue;
    use proptest::prelude::*;

    static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(default_catalogue);

    /// Songs of the catalogue of as many genres as are asked for, so many of each.
    fn songs(genres: usize, each: usize) -> Vec<SongId> {
        let of = |genre: u16| {
            let all = CATALOGUE.songs.iter().zip(0..);
            let own = all.filter(move |(song, _)| song.genre == GenreId(genre));
            own.map(|(_, id)| SongId(id)).take(each).collect::<Vec<_>>()
        };
        (0..genres as u16).flat_map(of).collect()
    }

    fn mix(completed: &[u32], heard: &[u16], to_come: usize) -> Mix {
        let completed = completed.iter().zip(0..).map(|(&n, genre)| (GenreId(genre), n));
        Mix::new(completed, heard.iter().map(|&genre| GenreId(genre)), to_come)
    }

    fn genres(out: &[(SongId, Alike)]) -> Vec<u16> {
        out.iter().map(|(song, _)| CATALOGUE.song(*song).genre.0).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

        #[test]
        fn songs_are_picked_in_the_order_of_their_scores_with_what_they_gain(
            scores in prop::collection::vec(0.0f64..1.0, 40),
            completed in prop::collection::vec(0u32..9, 4),
            heard in prop::collection::vec(0u16..4, 0..12),
            strength in 0.0f64..2.0,
        ) {
            let mut all: Vec<(SongId, Score)> =
                songs(4, 10).into_iter().zip(scores.into_iter().map(Score::new)).collect();
            all.sort_by_key(|(_, score)| std::cmp::Reverse(*score));
            let out = calibrate(strength, mix(&completed, &heard, 12), &CATALOGUE, &all);
            prop_assert_eq!(out.len(), 40);
            let total = |(song, alike): &(SongId, Alike)| {
                all.iter().find(|(s, _)| s == song).unwrap().1 + alike.delta
            };
            for pair in out[..12].windows(2) {
                prop_assert!(total(&pair[0]) >= total(&pair[1]));
            }
            for rest in &out[12..] {
                prop_assert!(total(rest) <= total(&out[11]));
            }
        }
    }

    /// Steck's example: who completes seven of romance to three of action is served as much, though romance scores higher.
    #[test]
    fn a_queue_is_of_the_listeners_own_mix_where_strength_is_great() {
        let scored = |better: f64| -> Vec<(SongId, Score)> {
            let score = |i: usize| Score::new(if i < 10 { better } else { 0.5 });
            songs(3, 10).into_iter().enumerate().map(|(i, song)| (song, score(i))).collect()
        };
        let of = |strength| {
            let out = calibrate(strength, mix(&[70, 30], &[], 10), &CATALOGUE, &scored(0.9));
            let all = genres(&out[..10]);
            [0, 1, 2].map(|genre| all.iter().filter(|g| **g == genre).count())
        };
        assert_eq!(of(0.0), [10, 0, 0]);
        assert_eq!(of(100.0), [7, 3, 0]);
    }

    #[test]
    fn what_was_heard_lately_counts() {
        let all: Vec<_> = songs(2, 10).into_iter().map(|song| (song, Score::new(0.5))).collect();
        let first =
            |heard: &[u16]| genres(&calibrate(1.0, mix(&[50, 50], heard, 10), &CATALOGUE, &all))[0];
        assert_eq!((first(&[0, 0, 1]), first(&[1, 1, 0])), (1, 0));
    }

    #[test]
    fn who_has_completed_nothing_is_served_by_score() {
        let all: Vec<_> = songs(2, 3).into_iter().map(|song| (song, Score::new(0.5))).collect();
        let out = calibrate(1.0, mix(&[0, 0], &[0], 6), &CATALOGUE, &all);
        assert!(out.iter().all(|(_, alike)| alike.delta == Score::ZERO));
        assert!(out.iter().map(|(song, _)| *song).eq(all.iter().map(|(song, _)| *song)));
    }
}
