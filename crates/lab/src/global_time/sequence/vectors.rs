//! Vectors of songs, learned a few rows at a time.
//!
//! A step is about a few thousand songs of up to a hundred thousand. An optimiser that goes over all of them would take most of the time
//! to move what has no gradient, so these vectors are not the network's: each step is given the rows it asks for, and Adam (Kingma and Ba,
//! ICLR 2015) goes on for these alone, each by how often it has been asked for.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::network::WIDTH;

const LEARNING_RATE: f32 = 1e-3;
const FIRST: f32 = 0.9;
const SECOND: f32 = 0.98;
const TINY: f32 = 1e-8;
/// First values lie between plus and minus this.
const SPREAD: f32 = 0.05;

/// A vector for each song.
#[derive(Clone)]
pub(super) struct Vectors {
    /// Row by row.
    values: Vec<f32>,
    /// Means of gradients, and of their squares.
    means: [Vec<f32>; 2],
    /// How often a row was learned.
    times: Vec<i32>,
}

impl Vectors {
    /// First values for so many songs.
    pub(super) fn new(songs: usize, rng: &mut ChaCha8Rng) -> Self {
        let all = songs * WIDTH;
        Vectors {
            values: (0..all).map(|_| rng.random_range(-SPREAD..=SPREAD)).collect(),
            means: [vec![0.0; all], vec![0.0; all]],
            times: vec![0; songs],
        }
    }

    /// A song's.
    pub(super) fn of(&self, song: usize) -> &[f32] {
        &self.values[song * WIDTH..(song + 1) * WIDTH]
    }

    /// Those of some songs, one after the other.
    pub(super) fn rows(&self, songs: &[u32]) -> Vec<f32> {
        songs.iter().flat_map(|&song| self.of(song as usize)).copied().collect()
    }

    /// Learns of the gradient of [`Vectors::rows`].
    pub(super) fn learn(&mut self, songs: &[u32], gradient: &[f32]) {
        for (&song, gradient) in songs.iter().zip(gradient.chunks_exact(WIDTH)) {
            let song = song as usize;
            self.times[song] += 1;
            let times = self.times[song];
            let [first, second] = [FIRST, SECOND].map(|keep| 1.0 / (1.0 - keep.powi(times)));
            let at = song * WIDTH..(song + 1) * WIDTH;
            let [means, squares] = &mut self.means;
            let means = means[at.clone()].iter_mut().zip(&mut squares[at.clone()]);
            for ((value, (mean, square)), g) in self.values[at].iter_mut().zip(means).zip(gradient)
            {
                *mean = FIRST * *mean + (1.0 - FIRST) * g;
                *square = SECOND * *square + (1.0 - SECOND) * g * g;
                *value -= LEARNING_RATE * (*mean * first) / ((*square * second).sqrt() + TINY);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use melody_core::rng::{Purpose, generator};

    #[test]
    fn only_what_was_asked_for_moves_and_against_its_gradient() {
        let mut vectors = Vectors::new(5, &mut generator(1, Purpose::Sequence, 0));
        let before = vectors.clone();
        let songs = [1, 3];
        let gradient: Vec<f32> =
            (0..2 * WIDTH).map(|at| if at < WIDTH { 2.0 } else { -0.001 }).collect();
        vectors.learn(&songs, &gradient);
        for song in 0..5 {
            let moved = vectors.of(song).iter().zip(before.of(song)).map(|(is, was)| is - was);
            // Adam's first step is as long whatever the gradient.
            let wanted = [0.0, -LEARNING_RATE, 0.0, LEARNING_RATE, 0.0][song];
            for moved in moved {
                assert!((moved - wanted).abs() < 1e-5, "{song}: {moved}");
            }
        }
        assert_eq!(vectors.rows(&[3, 1])[..WIDTH], *vectors.of(3));
    }
}
