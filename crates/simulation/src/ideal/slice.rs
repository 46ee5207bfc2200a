//! Elliptical slice sampling.

use std::f64::consts::TAU;
use std::ops::Range;

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

/// Moves a block of `z`, standard normals given a likelihood, so that their joint distribution stays as it is
/// (Murray, Adams and MacKay 2010). `now` is the log likelihood of `z`, which must be finite; gives
/// that of where it moved to, which is
/// what `log_likelihood` was asked for last.
pub(super) fn slice(
    z: &mut [f64],
    block: Range<usize>,
    now: f64,
    rng: &mut ChaCha8Rng,
    mut log_likelihood: impl FnMut(&[f64]) -> f64,
) -> f64 {
    let from = z[block.clone()].to_vec();
    let towards: Vec<f64> = from.iter().map(|_| StandardNormal.sample(rng)).collect();
    let level = now + rng.random::<f64>().ln();
    let mut angle = TAU * rng.random::<f64>();
    let (mut low, mut high) = (angle - TAU, angle);
    loop {
        let (sin, cos) = angle.sin_cos();
        for (z, (a, b)) in z[block.clone()].iter_mut().zip(from.iter().zip(&towards)) {
            *z = a * cos + b * sin;
        }
        let here = log_likelihood(z);
        if here > level {
            return here;
        }
        if angle < 0.0 {
            low = angle;
        } else {
            high = angle;
        }
        angle = low + (high - low) * rng.random::<f64>();
        // The bracket has shrunk to where it came from.
        if high - low < 1e-9 {
            z[block].copy_from_slice(&from);
            return log_likelihood(z);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use melody_core::rng::{Purpose, generator};

    /// A standard normal seen once with noise of variance 1/4 at 1 has mean 0.8 and variance 0.2.
    #[test]
    fn the_conjugate_case_comes_out() {
        let mut rng = generator(3, Purpose::Ideal, 0);
        let seen = |z: &[f64]| -2.0 * (z[0] - 1.0).powi(2);
        let mut z = [0.0];
        let mut now = seen(&z);
        let draws: Vec<f64> = (0..20_000)
            .map(|_| {
                now = slice(&mut z, 0..1, now, &mut rng, seen);
                z[0]
            })
            .collect();
        let mean = draws.iter().sum::<f64>() / draws.len() as f64;
        let variance = draws.iter().map(|d| (d - mean).powi(2)).sum::<f64>() / draws.len() as f64;
        assert!((mean - 0.8).abs() < 0.02, "{mean}");
        assert!((variance - 0.2).abs() < 0.02, "{variance}");
    }
}
