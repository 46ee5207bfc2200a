//! How estimates over many logs lie about the truth.

use melody::evaluation::off_policy::Estimate;
use serde::Serialize;

/// One estimator of one target's value, over many logs.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tally {
    logs: f64,
    error: f64,
    squared: f64,
    width: f64,
    covered: f64,
}

/// What a tally says.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Summary {
    pub logs: u64,
    /// Mean error, and its own standard error.
    pub bias: f64,
    pub bias_error: f64,
    pub rmse: f64,
    /// Mean width of the 95 % intervals.
    pub width: f64,
    /// Share of the intervals that hold the truth, with its own 95 % interval (Wilson's).
    pub coverage: f64,
    pub coverage_interval: [f64; 2],
}

impl Tally {
    /// Takes in one log's estimate; one without an interval covers nothing.
    pub(crate) fn add(&mut self, estimate: &Estimate, truth: f64) {
        let error = estimate.value - truth;
        self.logs += 1.0;
        self.error += error;
        self.squared += error * error;
        if let Some([low, high]) = estimate.interval {
            self.width += high - low;
            self.covered += if (low..=high).contains(&truth) { 1.0 } else { 0.0 };
        }
    }

    /// `None` of no log.
    pub(crate) fn summary(&self) -> Option<Summary> {
        let n = self.logs;
        let (bias, square) = (self.error / n, self.squared / n);
        let coverage = self.covered / n;
        (n > 0.0).then(|| Summary {
            logs: n as u64,
            bias,
            bias_error: ((square - bias * bias).max(0.0) / n).sqrt(),
            rmse: square.sqrt(),
            width: self.width / n,
            coverage,
            coverage_interval: wilson(coverage, n),
        })
    }
}

/// The 95 % interval of a share seen in `n` trials (Wilson, JASA 1927).
fn wilson(share: f64, n: f64) -> [f64; 2] {
    const Z: f64 = 1.959_963_984_540_054;
    let scale = 1.0 + Z * Z / n;
    let centre = (share + Z * Z / (2.0 * n)) / scale;
    let half = Z / scale * (share * (1.0 - share) / n + Z * Z / (4.0 * n * n)).sqrt();
    [centre - half, centre + half]
}
