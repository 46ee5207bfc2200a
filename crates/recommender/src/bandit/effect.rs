//! What the moment adds to what a promoted song is worth, told by many listeners under arms drawn by lot.
//!
//! A promoted song after four others is not worth what the first one was, and who has a good time minds it less.
//! One listener hears a handful of them, too few to tell that; all listeners together do. So it is estimated once,
//! where experience is gathered, as a regression within listeners (each listener's own means taken off, since who
//! hears many promoted songs is another kind of listener), of what plays were worth on
//!
//! ```text
//! promoted (by . context)  +  controls . context
//! ```
//!
//! `by` is what is kept. Weights are held at 0 by a ridge, as a normal prior of deviation a quarter would.

use nalgebra::{DMatrix, DVector};

use super::context::CONTEXT;

/// By how much each feature of a context moves what a promoted song is worth.
pub type ByContext = [f64; CONTEXT.len()];

/// Standard deviation of what single songs are worth, about; in units of the reward.
pub(super) const SPREAD: f64 = 0.55;

/// Deviation of a weight, as far as nothing is known.
const WEIGHT: f64 = 0.25;

/// A play, as it tells of promoted songs.
#[derive(Clone, Debug, PartialEq)]
pub struct Told {
    /// Of the decision that queued it.
    pub context: Vec<f64>,
    /// Whether its song was promoted.
    pub promoted: bool,
    /// In units of the reward.
    pub worth: f64,
}

/// Plays of many listeners.
#[derive(Clone, Debug)]
pub struct Effects {
    gram: DMatrix<f64>,
    moments: DVector<f64>,
    /// Promoted plays, and the sum of their contexts.
    songs: f64,
    contexts: ByContext,
}

const D: usize = CONTEXT.len();

impl Default for Effects {
    fn default() -> Self {
        let size = 2 * D - 1;
        Effects {
            gram: DMatrix::zeros(size, size),
            moments: DVector::zeros(size),
            songs: 0.0,
            contexts: [0.0; D],
        }
    }
}

impl Effects {
    /// Takes in what one listener heard. Whoever heard no promoted song, or nothing else, tells nothing.
    pub fn add(&mut self, plays: &[Told]) {
        let promoted = plays.iter().filter(|play| play.promoted).count();
        if promoted == 0 || promoted == plays.len() {
            return;
        }
        let rows: Vec<DVector<f64>> = plays.iter().map(row).collect();
        let n = plays.len() as f64;
        let mean = rows.iter().sum::<DVector<f64>>() / n;
        let usual = plays.iter().map(|play| play.worth).sum::<f64>() / n;
        for (play, row) in plays.iter().zip(rows) {
            let row = row - &mean;
            self.gram.ger(1.0, &row, &row, 1.0);
            self.moments.axpy(play.worth - usual, &row, 1.0);
        }
        self.songs += promoted as f64;
        for play in plays.iter().filter(|play| play.promoted) {
            self.contexts.iter_mut().zip(&play.context).for_each(|(sum, x)| *sum += x);
        }
    }

    /// The weights, in as many decimals as a file has. The first is such that they add nothing to the promoted plays on the whole: what these are worth
    /// there is each segment's to tell.
    pub fn by_context(&self) -> ByContext {
        let mut by = [0.0; D];
        if self.songs == 0.0 {
            return by;
        }
        let ridge = (SPREAD / WEIGHT).powi(2);
        let size = self.gram.nrows();
        let held = &self.gram + DMatrix::identity(size, size) * ridge;
        let Some(factor) = held.cholesky() else { return by };
        let weights = factor.solve(&self.moments);
        for (place, weight) in by.iter_mut().enumerate().skip(1) {
            *weight = weights[place];
        }
        by[0] = -(1..D).map(|place| by[place] * self.contexts[place] / self.songs).sum::<f64>();
        by.map(rounded)
    }
}

/// In four decimals: more would only make a file longer.
pub(super) fn rounded(value: f64) -> f64 {
    (value * 1e4).round() / 1e4
}

/// The regressors of a play: its context if it was promoted, then its context but for what is always 1.
fn row(play: &Told) -> DVector<f64> {
    let promoted = play.context.iter().map(|x| if play.promoted { *x } else { 0.0 });
    let controls = play.context.iter().skip(1).copied();
    DVector::from_iterator(2 * D - 1, promoted.chain(controls))
}

#[cfg(test)]
mod tests {
    use super::*;
    use melody_core::rng::{Purpose, generator};
    use rand::RngExt;

    /// Listeners whose level goes with how much is promoted to them, and a feature that matters to promoted songs
    /// alone, one that matters to all plays alike, and eight that matter to none.
    #[test]
    fn what_moves_promoted_songs_alone_is_told_apart_from_what_moves_all() {
        let mut rng = generator(5, Purpose::Reaction, 0);
        let mut effects = Effects::default();
        for _ in 0..2_000 {
            let level: f64 = rng.random_range(-0.5..0.5);
            let plays: Vec<Told> = (0..12)
                .map(|_| {
                    let mut context: Vec<f64> =
                        (0..D).map(|_| rng.random_range(-1.0..1.0)).collect();
                    context[0] = 1.0;
                    context[3] += 0.5;
                    let promoted = rng.random_bool((0.3 + 0.4 * level).clamp(0.0, 1.0));
                    let effect = if promoted { -0.1 - 0.3 * context[3] } else { 0.0 };
                    let noise = rng.random_range(-0.5..0.5);
                    Told { worth: level + 0.4 * context[5] + effect + noise, context, promoted }
                })
                .collect();
            effects.add(&plays);
        }
        let by = effects.by_context();
        assert!((by[3] + 0.3).abs() < 0.02, "{by:?}");
        assert!((by[0] - 0.15).abs() < 0.02, "it adds nothing on the whole: {by:?}");
        for (place, weight) in by.iter().enumerate().filter(|(place, _)| ![0, 3].contains(place)) {
            assert!(weight.abs() < 0.03, "feature {place}: {weight}");
        }
    }

    #[test]
    fn who_heard_one_kind_alone_tells_nothing() {
        let mut effects = Effects::default();
        let play = |promoted| Told { context: vec![1.0; D], promoted, worth: 0.5 };
        effects.add(&[play(true), play(true)]);
        effects.add(&[play(false)]);
        effects.add(&[]);
        assert_eq!(effects.by_context(), [0.0; D]);
    }
}
