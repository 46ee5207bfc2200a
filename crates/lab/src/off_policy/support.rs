//! Whether a log can tell of a target policy at all.

use serde::Serialize;

use super::sample::Sample;

/// How far the logging policy did what the target would do.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Support {
    /// In the log.
    pub decisions: usize,
    /// Kish's effective sample size `(sum w)^2 / sum w^2`: as many decisions, all of weight one, would
    /// tell as much. In [0, decisions].
    pub effective: f64,
    /// Near 1 where propensities are right and support is full.
    pub mean_weight: f64,
    /// 0 where there is no decision.
    pub largest_weight: f64,
    /// Share of the weights above the threshold that cuts or switches them off.
    pub above_threshold: f64,
    /// Decisions at which the target may take an arm that the logging policy never takes.
    pub unsupported: usize,
    /// The target's mean probability of such an arm, over all decisions.
    pub missing: f64,
}

impl Support {
    /// Of decisions as the target sees them. `unsupported` has, for each, the target's probability of
    /// arms that the logging policy never takes there.
    pub fn new(samples: &[Sample], unsupported: &[f64], threshold: f64) -> Self {
        let n = samples.len().max(1) as f64;
        let sum: f64 = samples.iter().map(|s| s.weight).sum();
        let squares: f64 = samples.iter().map(|s| s.weight * s.weight).sum();
        let above = samples.iter().filter(|s| s.weight > threshold).count();
        Support {
            decisions: samples.len(),
            effective: if squares > 0.0 { sum * sum / squares } else { 0.0 },
            mean_weight: sum / n,
            largest_weight: samples.iter().map(|s| s.weight).fold(0.0, f64::max),
            above_threshold: above as f64 / n,
            unsupported: unsupported.iter().filter(|&&p| p > NEVER).count(),
            missing: unsupported.iter().sum::<f64>() / n,
        }
    }

    /// Whether the log tells too little for an interval to be believed.
    pub fn too_few(&self) -> bool {
        self.effective < FEWEST
    }

    /// What a reader must know before believing an estimate; empty if nothing.
    pub fn warnings(&self) -> Vec<String> {
        let mut warnings: Vec<String> = self.missed().into_iter().collect();
        if self.too_few() {
            warnings.push(format!(
                "too few: worth {:.1} decisions, below {FEWEST}; the intervals are not to be believed",
                self.effective
            ));
        }
        warnings
    }

    /// That there is no support, where that is so.
    pub fn missed(&self) -> Option<String> {
        (self.unsupported > 0).then(|| {
            format!(
                "no support at {} of {} decisions: the target takes arms there that the logging policy \
                 never takes, {:.1} % of its choices",
                self.unsupported,
                self.decisions,
                100.0 * self.missing
            )
        })
    }
}

/// Probabilities up to this are none.
const NEVER: f64 = 1e-9;

/// Effective decisions below which the normal approximation of an interval is not to be trusted.
pub const FEWEST: f64 = 30.0;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_large_weight_is_worth_one_decision() {
        let sample = |target: f64| Sample::new(0, 0.01, 0.0, &[target, 1.0 - target], &[0.0, 0.0]);
        let even = Support::new(&vec![sample(0.01); 50], &[0.0; 50], 5.0);
        assert!((even.effective - 50.0).abs() < 1e-9);
        assert_eq!((even.above_threshold, even.warnings()), (0.0, Vec::new()));

        let mut samples = vec![sample(0.0); 49];
        samples.push(sample(1.0));
        let one = Support::new(&samples, &[0.0; 50], 5.0);
        assert!((one.effective - 1.0).abs() < 1e-9);
        assert!((one.largest_weight - 100.0).abs() < 1e-9);
        assert!(one.warnings()[0].starts_with("too few"), "{:?}", one.warnings());
    }

    #[test]
    fn arms_that_are_never_logged_are_missed() {
        let sample = Sample::new(0, 1.0, 0.3, &[0.4, 0.6], &[0.0, 0.0]);
        let support = Support::new(&[sample; 100], &[0.6; 100], 5.0);
        assert_eq!((support.unsupported, support.decisions), (100, 100));
        assert!((support.missing - 0.6).abs() < 1e-12 && (support.mean_weight - 0.4).abs() < 1e-12);
        assert!(support.warnings()[0].starts_with("no support at 100 of 100"));
    }
}
