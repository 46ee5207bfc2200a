//! Figures of predictions, with the uncertainty that comes of having asked these listeners.
//!
//! Plays of one listener are alike, so that a hundred plays of one tell less than a play of each of a
//! hundred. Confidence intervals therefore draw whole listeners again, and never plays (Davison and
//! Hinkley, Bootstrap Methods and their Application, 1997, section 3.8). Of one listener every draw is the
//! same, and of few there are few draws to tell: those have no interval.

use std::collections::BTreeMap;

use rand::RngExt;
use serde::{Deserialize, Serialize};

use super::binary::{Labelled, auc};
use super::calibration::bin;
use melody_core::rng::{Purpose, generator};

/// Bins of the calibration error.
pub const CALIBRATION_BINS: usize = 15;

/// Figures of one way of predicting a label.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Figures {
    /// Area under the ROC curve, in [0, 1]; one half is chance.
    pub auc: f64,
    /// Mean negative log likelihood, in nats.
    pub log_loss: f64,
    /// Expected calibration error over fifteen bins.
    pub calibration_error: f64,
    /// Mean squared error of the probabilities. Reports of older versions have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub brier: Option<f64>,
    /// Mean of the listeners' own AUCs, weighted by their plays. Who always did the same has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grouped_auc: Option<f64>,
}

/// 95 % confidence intervals of [`Figures`]; absent are those of figures that do not differ from draw to
/// draw, or that too few draws have.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Intervals {
    /// Lower and upper bound, as of all that follow.
    pub auc: Option<[f64; 2]>,
    /// In nats.
    pub log_loss: Option<[f64; 2]>,
    /// In [0, 1], unless of differences.
    pub calibration_error: Option<[f64; 2]>,
    /// In [0, 1], unless of differences.
    pub brier: Option<[f64; 2]>,
    /// Absent where no listener has an AUC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grouped_auc: Option<[f64; 2]>,
}

impl Intervals {
    /// Of `values`, in the order of [`Clustered::weighted`], from what each was in every resample; of
    /// `differences`, which may be negative, or of figures. `None` where no figure has one.
    pub fn basic(
        values: [f64; FIGURES],
        resampled: impl Fn(usize) -> Vec<f64>,
        differences: bool,
    ) -> Option<Self> {
        let any = [f64::NEG_INFINITY, f64::INFINITY];
        let (share, loss) =
            if differences { (any, any) } else { ([0.0, 1.0], [0.0, f64::INFINITY]) };
        let of = |figure: usize, range| basic_interval(values[figure], &resampled(figure), range);
        let found = [of(0, share), of(1, loss), of(2, share), of(3, share), of(4, share)];
        let [auc, log_loss, calibration_error, brier, grouped_auc] = found;
        let any = found.iter().any(Option::is_some);
        any.then_some(Intervals { auc, log_loss, calibration_error, brier, grouped_auc })
    }
}

/// One prediction: whose it is, the probability, and whether it came true.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Prediction {
    /// A number of the listener's own.
    pub listener: u32,
    /// In [0, 1].
    pub score: f64,
    /// Whether it came true.
    pub label: bool,
}

/// Predictions arranged so that their figures can be worked out many times, with listeners counting
/// more or less.
pub struct Clustered {
    /// By rising score.
    order: Vec<Placed>,
    sums: Vec<Sums>,
    bins: Vec<Bin>,
}

struct Placed {
    listener: u32,
    label: bool,
    /// The next one has the same score.
    tied: bool,
}

/// Over the plays of one listener.
struct Sums {
    listener: u32,
    plays: f64,
    log_loss: f64,
    squared: f64,
    auc: Option<f64>,
}

/// Over the plays of one listener in one bin of predicted probability.
struct Bin {
    listener: u32,
    bin: usize,
    /// Predicted less observed.
    gap: f64,
}

impl Clustered {
    /// `None` where only one class is present: there is no AUC then.
    pub fn new(mut predictions: Vec<Prediction>) -> Option<Self> {
        let positives = predictions.iter().filter(|p| p.label).count();
        if positives == 0 || positives == predictions.len() {
            return None;
        }
        predictions.sort_by(|a, b| a.score.total_cmp(&b.score));
        let next = predictions.iter().skip(1).map(|p| Some(p.score)).chain([None]);
        let order = predictions.iter().zip(next).map(|(p, next)| Placed {
            listener: p.listener,
            label: p.label,
            tied: next == Some(p.score),
        });
        let order = order.collect();

        let mut of_listener: BTreeMap<u32, Vec<Labelled>> = BTreeMap::new();
        for p in &predictions {
            of_listener.entry(p.listener).or_default().push(Labelled::new(p.score, p.label));
        }
        let mut sums = Vec::with_capacity(of_listener.len());
        let mut bins = Vec::new();
        for (listener, plays) in of_listener {
            let total = |of: &dyn Fn(&Labelled) -> f64| plays.iter().map(of).sum::<f64>();
            sums.push(Sums {
                listener,
                plays: plays.len() as f64,
                log_loss: total(&Labelled::log_loss),
                squared: total(&Labelled::squared_error),
                auc: auc(&plays),
            });
            let mut gaps = [0.0; CALIBRATION_BINS];
            for play in &plays {
                gaps[bin(play.score, CALIBRATION_BINS)] += play.score - play.observed();
            }
            let some = gaps.into_iter().enumerate().filter(|(_, gap)| *gap != 0.0);
            bins.extend(some.map(|(bin, gap)| Bin { listener, bin, gap }));
        }
        Some(Clustered { order, sums, bins })
    }

    /// How many predictions there are.
    pub fn plays(&self) -> usize {
        self.order.len()
    }

    /// Whose they are.
    pub fn listeners(&self) -> usize {
        self.sums.len()
    }

    /// How many of them came true.
    pub fn positives(&self) -> usize {
        self.order.iter().filter(|p| p.label).count()
    }

    /// The figures with every listener counting once.
    pub fn figures(&self) -> Figures {
        let [auc, log_loss, calibration_error, brier, grouped] = self.weighted(&|_| 1.0);
        Figures {
            auc,
            log_loss,
            calibration_error,
            brier: Some(brier),
            grouped_auc: Some(grouped).filter(|g| g.is_finite()),
        }
    }

    /// AUC, log loss, calibration error, Brier score and grouped AUC with listeners counting `weight`
    /// times. What does not exist is NaN.
    pub fn weighted(&self, weight: &dyn Fn(u32) -> f64) -> [f64; FIGURES] {
        let mut plays = 0.0;
        let (mut log_loss, mut squared) = (0.0, 0.0);
        let (mut own, mut with_own) = (0.0, 0.0);
        for sums in &self.sums {
            let w = weight(sums.listener);
            plays += w * sums.plays;
            log_loss += w * sums.log_loss;
            squared += w * sums.squared;
            if let Some(auc) = sums.auc {
                own += w * sums.plays * auc;
                with_own += w * sums.plays;
            }
        }
        let mut gaps = [0.0; CALIBRATION_BINS];
        for bin in &self.bins {
            gaps[bin.bin] += weight(bin.listener) * bin.gap;
        }
        let gap: f64 = gaps.iter().map(|gap| gap.abs()).sum();
        [self.auc(weight), log_loss / plays, gap / plays, squared / plays, own / with_own]
    }

    /// As [`auc`], in one pass over what is in order already.
    fn auc(&self, weight: &dyn Fn(u32) -> f64) -> f64 {
        let (mut wins, mut below, mut positives) = (0.0, 0.0, 0.0);
        let (mut up, mut down) = (0.0, 0.0);
        for placed in &self.order {
            let w = weight(placed.listener);
            if placed.label {
                up += w;
            } else {
                down += w;
            }
            if !placed.tied {
                wins += up * (below + down / 2.0);
                below += down;
                positives += up;
                (up, down) = (0.0, 0.0);
            }
        }
        wins / (positives * below)
    }
}

/// Figures that [`Clustered::weighted`] works out.
pub const FIGURES: usize = 5;

/// Fewer units than this cannot be drawn again in forty ways that differ, of which the outer ones would be
/// the ends of a 95 % interval: of four there are 35 ways, of five 126.
pub const FEWEST_UNITS: usize = 5;

/// How often each of `listeners` is drawn when as many are drawn with replacement.
pub fn resample(seed: u64, number: u64, listeners: usize) -> Vec<f64> {
    let mut times = vec![0.0; listeners];
    let mut rng = generator(seed, Purpose::Bootstrap, number);
    for _ in 0..listeners {
        times[rng.random_range(0..listeners)] += 1.0;
    }
    times
}

/// The basic bootstrap's 95 % interval of `value` (Davison and Hinkley, equation 5.6), held inside
/// `range`: what resampling adds to a figure, as it does to a calibration error, is taken off again.
/// `None` where fewer than nine in ten resamples have the figure, and where it is the same in all.
pub fn basic_interval(value: f64, resampled: &[f64], range: [f64; 2]) -> Option<[f64; 2]> {
    let [low, high] = percentile_interval(resampled).filter(|_| value.is_finite())?;
    let held = |v: f64| v.clamp(range[0], range[1]);
    Some([held(2.0 * value - high), held(2.0 * value - low)])
}

/// What rounding may make of no spread at all, as a share of the value.
const ROUNDING: f64 = 1e-12;

/// The percentile bootstrap's 95 % interval (Davison and Hinkley, section 5.3.1): the middle of the
/// resamples. `None` where fewer than nine in ten resamples have the figure, and where it is the same in
/// all: no spread is no certainty.
pub fn percentile_interval(resampled: &[f64]) -> Option<[f64; 2]> {
    let mut sorted: Vec<f64> = resampled.iter().copied().filter(|v| v.is_finite()).collect();
    if sorted.is_empty() || sorted.len() * 10 < resampled.len() * 9 {
        return None;
    }
    sorted.sort_by(f64::total_cmp);
    let quantile = |p: f64| {
        let place = p * (sorted.len() - 1) as f64;
        let (low, part) = (place.floor() as usize, place.fract());
        sorted[low] + part * (sorted[(low + 1).min(sorted.len() - 1)] - sorted[low])
    };
    let [low, high] = [quantile(0.025), quantile(0.975)];
    (high - low > ROUNDING * low.abs().max(high.abs())).then_some([low, high])
}
