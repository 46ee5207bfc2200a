//! Re-ranking of the natural songs, so that a queue is not all alike.
//!
//! Songs are picked one after the other, each by its score less what it shares with those picked before it. That only
//! ever grows, so the scores with it are in the order of picking: diversity is one more stage that a ledger adds up.
//! Here are the two methods that go by how alike songs are; [`super::calibrated`] goes by the listener's own mix.

use super::ledger::Node;
use crate::policy::{Diversity, Rerank};
use melody_core::catalogue::{Catalogue, GenreId, SongId, similarity};
use melody_core::score::Score;

/// What re-ranking adds to a song, mostly takes from it, and why.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Alike {
    pub delta: Score,
    pub why: Why,
}

/// Why a song is moved.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) enum Why {
    /// It is the first, or nothing is re-ranked.
    #[default]
    Alone,
    /// So much it is like the likest song above it, in [0, 1].
    Like(f64, SongId),
    /// So much of it is in the songs above together, in [0, 1], and most in one.
    Within(f64, SongId),
    /// So much of what was completed is of its genre, in [0, 1], and of so many songs heard lately and to come so many
    /// are that come before it.
    Mix { genre: GenreId, part: f64, served: u32, of: u32 },
}

/// A song in the running.
struct Contender {
    song: SongId,
    score: Score,
    alike: Alike,
    /// The likest song above it, and how much.
    likest: Option<(f64, SongId)>,
    /// Its row of the Cholesky factor of the similarities to the songs picked.
    row: Vec<f64>,
    /// What of it the picked songs do not explain: 1 less the row's squares.
    residual: f64,
}

/// Less than this of a song is not told apart from nothing, so that a copy costs a finite amount.
const LEAST_RESIDUAL: f64 = 1e-3;

/// Picks `count` of `songs`, which are in order of score with ties decided, and says for each of them
/// all what it loses to those picked before it.
pub(super) fn diversify(
    policy: &Diversity,
    catalogue: &Catalogue,
    count: usize,
    songs: &[(SongId, Score)],
) -> Vec<(SongId, Alike)> {
    let mut left: Vec<Contender> = songs
        .iter()
        .map(|&(song, score)| Contender {
            song,
            score,
            alike: Alike::default(),
            likest: None,
            row: Vec::new(),
            residual: 1.0,
        })
        .collect();
    let mut done = Vec::with_capacity(songs.len());
    for _ in 0..count.min(songs.len()) {
        let worth = |c: &Contender| c.score + c.alike.delta;
        // The first of equals, as they came.
        let best = (0..left.len()).rev().max_by_key(|&i| worth(&left[i])).unwrap_or(0);
        let picked = left.remove(best);
        for other in &mut left {
            other.meet(&picked, policy, catalogue);
        }
        done.push((picked.song, picked.alike));
    }
    done.extend(left.into_iter().map(|c| (c.song, c.alike)));
    done
}

impl Contender {
    /// Another song was picked before it.
    fn meet(&mut self, picked: &Contender, policy: &Diversity, catalogue: &Catalogue) {
        let alike = similarity(catalogue, catalogue.song(self.song), catalogue.song(picked.song));
        let likest = self.likest.filter(|(most, _)| alike <= *most);
        let likest = likest.or((alike > 0.0).then_some((alike, picked.song)));
        self.likest = likest;
        let (lost, why) = match policy.method {
            Rerank::None | Rerank::Calibrated => return,
            Rerank::Mmr => {
                let most = likest.map_or(0.0, |(most, _)| most);
                (most, likest.map(|(most, song)| Why::Like(most, song)))
            }
            // The log-determinant of the similarities grows by the logarithm of the residual.
            Rerank::Determinantal => {
                let shared: f64 = self.row.iter().zip(&picked.row).map(|(a, b)| a * b).sum();
                let entry = (alike - shared) / picked.residual.sqrt();
                self.row.push(entry);
                self.residual = (self.residual - entry * entry).max(LEAST_RESIDUAL);
                let within = likest.map(|(_, song)| Why::Within(1.0 - self.residual, song));
                (-self.residual.ln(), within)
            }
        };
        let delta = Score::new(-policy.strength * lost);
        self.alike = Alike { delta, why: why.unwrap_or_default() };
    }
}

impl Alike {
    pub(super) fn node(&self, catalogue: &Catalogue) -> Option<Node> {
        if self.delta == Score::ZERO {
            return None;
        }
        let title = |song: SongId| &catalogue.song(song).title;
        let how = match self.why {
            Why::Alone => return None,
            Why::Like(how, song) => format!("{how:.2} like \"{}\" above it", title(song)),
            Why::Within(how, song) => {
                format!("{how:.2} of it is in the songs above, most in \"{}\"", title(song))
            }
            Why::Mix { genre, part, served, of } => {
                let genre = &catalogue.genres[usize::from(genre.0)].id;
                format!(
                    "{genre} is {part:.2} of what was completed; heard lately or above it: {served} of {of}"
                )
            }
        };
        Some(Node::leaf("diversity", self.delta, how))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use melody_core::catalogue::default_catalogue;
    use proptest::prelude::*;

    fn scored(scores: &[f64]) -> Vec<(SongId, Score)> {
        let all = scores.iter().enumerate();
        let mut songs: Vec<_> = all.map(|(i, s)| (SongId(7 * i as u32), Score::new(*s))).collect();
        songs.sort_by_key(|(_, score)| std::cmp::Reverse(*score));
        songs
    }

    /// Determinant of the similarities, by a decomposition that the method under test does not use.
    fn determinant(matrix: &[f64]) -> f64 {
        let n = matrix.len().isqrt();
        nalgebra::DMatrix::from_row_slice(n, n, matrix).lu().determinant()
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

        #[test]
        fn songs_are_picked_in_the_order_of_what_is_left_of_their_scores(
            scores in prop::collection::vec(0.0f64..1.0, 1..40),
            strength in 0.0f64..0.5,
            mmr: bool,
        ) {
            let catalogue = default_catalogue();
            let method = if mmr { Rerank::Mmr } else { Rerank::Determinantal };
            let songs = scored(&scores);
            let out = diversify(&Diversity { method, strength }, &catalogue, 12, &songs);
            prop_assert_eq!(out.len(), songs.len());
            let total = |(song, alike): &(SongId, Alike)| {
                songs.iter().find(|(s, _)| s == song).unwrap().1 + alike.delta
            };
            let picked = out.len().min(12);
            for pair in out[..picked].windows(2) {
                prop_assert!(total(&pair[0]) >= total(&pair[1]));
            }
            for rest in &out[picked..] {
                prop_assert!(total(rest) <= total(&out[picked - 1]));
            }
            prop_assert!(out.iter().all(|(_, alike)| alike.delta <= Score::ZERO));
        }

        /// The determinantal penalties of the songs picked add up to the log-determinant of their
        /// similarities, as long as no residual was held.
        #[test]
        fn determinantal_penalties_are_a_log_determinant(
            scores in prop::collection::vec(0.0f64..1.0, 2..20),
        ) {
            let catalogue = default_catalogue();
            let policy = Diversity { method: Rerank::Determinantal, strength: 1.0 };
            let out = diversify(&policy, &catalogue, 5, &scored(&scores));
            let picked = &out[..out.len().min(5)];
            let song = |i: usize| catalogue.song(picked[i].0);
            let like = |i, j| similarity(&catalogue, song(i), song(j));
            let n = picked.len();
            let matrix: Vec<f64> = (0..n * n).map(|at| like(at / n, at % n)).collect();
            let sum: f64 = picked.iter().map(|(_, alike)| alike.delta.value()).sum();
            prop_assert!((sum - f64::ln(determinant(&matrix))).abs() < 1e-4);
        }
    }

    #[test]
    fn under_mmr_a_song_loses_its_likeness_to_the_likest_above_it() {
        let catalogue = default_catalogue();
        let policy = Diversity { method: Rerank::Mmr, strength: 0.2 };
        let songs = scored(&[0.9, 0.5, 0.4, 0.3]);
        let out = diversify(&policy, &catalogue, 4, &songs);
        for (place, (song, alike)) in out.iter().enumerate() {
            let like = |other: &(SongId, Alike)| {
                similarity(&catalogue, catalogue.song(*song), catalogue.song(other.0))
            };
            let likest = out[..place].iter().map(like).fold(0.0, f64::max);
            assert_eq!(alike.delta, Score::new(-0.2 * likest));
        }
    }
}
