//! The estimators, each as the terms it averages.

use serde::Serialize;

use super::sample::Sample;
use super::terms::Terms;

/// A way of estimating a target policy's value. With `w` a decision's importance weight, `r` its reward,
/// `q` the model's expectation of the logged arm, `d` that of the target, and a threshold `l`:
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Estimator {
    /// Mean `r` where a target without chance takes the logged arm (Li et al., WSDM 2011). Unbiased
    /// only where the logging policy draws uniformly.
    Replay,
    /// Mean `w r` (Horvitz and Thompson, JASA 1952). Unbiased.
    Ips,
    /// Mean `min(w, l) r` (Ionides, JCGS 2008). Biased towards 0 where weights are cut.
    ClippedIps,
    /// `sum w r / sum w` (Swaminathan and Joachims, NeurIPS 2015). Consistent.
    Snips,
    /// Mean `d`: the direct method. As biased as the model.
    Direct,
    /// Mean `d + w (r - q)` (Dudik et al., ICML 2011): doubly robust. Unbiased if the model has not
    /// seen the decision.
    Dr,
    /// Mean `d + min(w, l) (r - q)`.
    ClippedDr,
    /// Mean `d`, plus `sum w (r - q) / sum w`. Consistent.
    Sndr,
    /// Mean `d + w (r - q)` where `w <= l`, and `d` elsewhere (Wang et al., ICML 2017).
    SwitchDr,
    /// Mean `d + (l w / (w^2 + l)) (r - q)`: optimistic shrinkage (Su et al., ICML 2020).
    ShrunkDr,
}

impl Estimator {
    /// Every estimator, as they are listed above.
    pub const ALL: [Estimator; 10] = [
        Estimator::Replay,
        Estimator::Ips,
        Estimator::ClippedIps,
        Estimator::Snips,
        Estimator::Direct,
        Estimator::Dr,
        Estimator::ClippedDr,
        Estimator::Sndr,
        Estimator::SwitchDr,
        Estimator::ShrunkDr,
    ];

    /// What it is called in tables.
    pub fn name(self) -> &'static str {
        match self {
            Estimator::Replay => "replay",
            Estimator::Ips => "IPS",
            Estimator::ClippedIps => "clipped IPS",
            Estimator::Snips => "SNIPS",
            Estimator::Direct => "DM",
            Estimator::Dr => "DR",
            Estimator::ClippedDr => "clipped DR",
            Estimator::Sndr => "SNDR",
            Estimator::SwitchDr => "switch-DR",
            Estimator::ShrunkDr => "DR, shrunk",
        }
    }

    /// Whether it needs a reward model.
    pub fn modelled(self) -> bool {
        use Estimator::{ClippedIps, Ips, Replay, Snips};
        !matches!(self, Replay | Ips | ClippedIps | Snips)
    }

    /// Whether it is right on average or in the limit, given that the propensities are right and every
    /// arm of the target has some.
    pub fn consistent(self) -> bool {
        use Estimator::{Dr, Ips, Sndr, Snips};
        matches!(self, Ips | Snips | Dr | Sndr)
    }

    /// What it averages, with weights cut, switched off or shrunk by `threshold`, which is above 0.
    /// `None` where it has no value: without a decision, or where no decision counts.
    pub fn terms(self, samples: &[Sample], threshold: f64) -> Option<Terms> {
        let direct = |sample: &Sample| sample.direct;
        let corrected = |weight: &dyn Fn(&Sample) -> f64| {
            Terms::mean(samples, |s| s.direct + weight(s) * s.surprise())
        };
        match self {
            Estimator::Replay => {
                let chance = |s: &Sample| (SURE..1.0 - SURE).contains(&s.agreement);
                let taken = |s: &Sample| if s.agreement > 0.5 { 1.0 } else { 0.0 };
                let sure = !samples.iter().any(chance);
                sure.then(|| Terms::normalised(samples, |_| 0.0, taken, |s| s.reward))?
            }
            Estimator::Ips => Terms::mean(samples, |s| s.weight * s.reward),
            Estimator::ClippedIps => Terms::mean(samples, |s| s.weight.min(threshold) * s.reward),
            Estimator::Snips => Terms::normalised(samples, |_| 0.0, |s| s.weight, |s| s.reward),
            Estimator::Direct => Terms::mean(samples, direct),
            Estimator::Dr => corrected(&|s| s.weight),
            Estimator::ClippedDr => corrected(&|s| s.weight.min(threshold)),
            Estimator::Sndr => Terms::normalised(samples, direct, |s| s.weight, Sample::surprise),
            Estimator::SwitchDr => {
                corrected(&|s| if s.weight <= threshold { s.weight } else { 0.0 })
            }
            Estimator::ShrunkDr => {
                corrected(&|s| threshold * s.weight / (s.weight * s.weight + threshold))
            }
        }
    }
}

/// Probabilities this close to 0 or 1 are taken for it.
const SURE: f64 = 1e-9;

#[cfg(test)]
mod tests {
    use super::super::terms::Units;
    use super::*;

    /// Two arms taken as often, the target without chance; the model is right of the first arm only.
    fn samples(target: [f64; 2]) -> Vec<Sample> {
        let model = [0.5, 0.0];
        let logged = [(0, 0.5), (1, 0.1), (0, 0.7), (1, 0.3), (0, 0.3), (1, 0.2)];
        let one = |(arm, reward)| Sample::new(arm, 0.5, reward, &target, &model);
        logged.into_iter().map(one).collect()
    }

    fn value(estimator: Estimator, samples: &[Sample], threshold: f64) -> f64 {
        estimator.terms(samples, threshold).unwrap().value()
    }

    #[test]
    fn replay_is_the_mean_where_the_target_did_the_same() {
        let taken = value(Estimator::Replay, &samples([0.0, 1.0]), 10.0);
        assert!((taken - 0.2).abs() < 1e-12);
        assert_eq!(Estimator::Replay.terms(&samples([0.5, 0.5]), 10.0), None, "it leaves chance");
    }

    #[test]
    fn what_is_never_taken_has_no_normalised_value() {
        let never = Sample::new(0, 1.0, 0.5, &[0.0, 1.0], &[0.0, 0.0]);
        assert_eq!(Estimator::Snips.terms(&[never], 10.0), None);
        assert_eq!(Estimator::Replay.terms(&[never], 10.0), None);
        assert_eq!(Estimator::Ips.terms(&[], 10.0), None);
        // One decision that counts has a value, but nothing to tell how sure it is.
        let once = Sample::new(1, 0.5, 0.5, &[0.0, 1.0], &[0.0, 0.0]);
        let terms = Estimator::Snips.terms(&[never, once, never], 10.0).unwrap();
        assert_eq!((terms.value(), terms.interval(Units::Decisions)), (0.5, None));
    }

    #[test]
    fn a_threshold_goes_from_the_model_alone_to_no_cut_at_all() {
        let samples = samples([0.2, 0.8]);
        let same = |a: Estimator, threshold: f64, b: Estimator| {
            let (a, b) = (value(a, &samples, threshold), value(b, &samples, threshold));
            assert!((a - b).abs() < 1e-6, "{a} {b}");
        };
        same(Estimator::SwitchDr, 1e9, Estimator::Dr);
        same(Estimator::ShrunkDr, 1e9, Estimator::Dr);
        same(Estimator::ClippedDr, 1e9, Estimator::Dr);
        same(Estimator::ClippedIps, 1e9, Estimator::Ips);
        same(Estimator::SwitchDr, 1e-9, Estimator::Direct);
        same(Estimator::ShrunkDr, 1e-9, Estimator::Direct);
        same(Estimator::ClippedDr, 1e-9, Estimator::Direct);
    }

    #[test]
    fn doubly_robust_mends_a_model_that_is_wrong() {
        // Weights are balanced here, so that IPS is right, and DR with it, whatever the model.
        let samples = samples([0.0, 1.0]);
        assert!((value(Estimator::Direct, &samples, 10.0) - 0.0).abs() < 1e-12);
        assert!((value(Estimator::Dr, &samples, 10.0) - 0.2).abs() < 1e-12);
        assert!((value(Estimator::Sndr, &samples, 10.0) - 0.2).abs() < 1e-12);
    }
}
