//! Simulated listening beside real listening.
//!
//! The real figures are constants, as their data may not be passed on. The two services do not agree
//! with each other: KKBox members choose what they play and complete most of it, Spotify's logged
//! sessions are of streams that half the time are skipped. A simulated listener cannot fit both; the
//! response model was set by KKBox's.

use serde::Serialize;

use super::figures::Figures;

/// One figure beside its real counterpart.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Check {
    /// The figure in words.
    pub what: &'static str,
    /// A share in [0, 1].
    pub real: f64,
    /// The data that the real figure was derived from.
    pub source: &'static str,
    /// Through the engine, under the policy and model asked about.
    pub simulated: f64,
    /// Under the logging policy that training data come from.
    pub logged: f64,
    /// Simulated minus real.
    pub simulated_off: f64,
    /// Logged minus real.
    pub logged_off: f64,
}

/// A share within this of the real one counts as close.
pub const CLOSE: f64 = 0.05;

/// KKBox members' plays over 90 days: 1,000 members, 1,566,254 plays, derived from the WSDM Cup 2018
/// data. Early is below a quarter of the song, completed from 98.5 % on.
const KKBOX: &str = "KKBox, WSDM Cup 2018";
/// Music Streaming Sessions Dataset (Brost, Mehrotra and Jehan, WSDM 2019). The dataset does not say
/// where "very briefly" and "briefly" end; a tenth and a quarter are taken here.
const MSSD: &str = "Spotify MSSD, WSDM 2019";

/// A real figure and where to find its counterpart.
struct Real {
    what: &'static str,
    value: f64,
    source: &'static str,
    of: fn(&Figures) -> f64,
}

const fn real(
    what: &'static str,
    value: f64,
    source: &'static str,
    of: fn(&Figures) -> f64,
) -> Real {
    Real { what, value, source, of }
}

const REAL: &[Real] = &[
    real("completion by listener, lower quartile", 0.41, KKBOX, |f| f.completion_by_listener.lower),
    real("completion by listener, median", 0.67, KKBOX, |f| f.completion_by_listener.median),
    real("completion by listener, upper quartile", 0.82, KKBOX, |f| f.completion_by_listener.upper),
    real("early skips by listener, lower quartile", 0.04, KKBOX, |f| {
        f.early_skip_by_listener.lower
    }),
    real("early skips by listener, median", 0.13, KKBOX, |f| f.early_skip_by_listener.median),
    real("early skips by listener, upper quartile", 0.23, KKBOX, |f| {
        f.early_skip_by_listener.upper
    }),
    real("plays that end below 25 %", 0.162, KKBOX, |f| f.play_ratio_bins[0]),
    real("plays that end at 25 to 50 %", 0.040, KKBOX, |f| f.play_ratio_bins[1]),
    real("plays that end at 50 to 75 %", 0.026, KKBOX, |f| f.play_ratio_bins[2]),
    real("plays that end at 75 to 98.5 %", 0.028, KKBOX, |f| f.play_ratio_bins[3]),
    real("plays that end at 98.5 % or later", 0.744, KKBOX, |f| f.play_ratio_bins[4]),
    real("skipped very early (below 10 %)", 0.34, MSSD, |f| f.very_early_skip),
    real("skipped early (below 25 %)", 0.41, MSSD, |f| f.early_skip),
    real("skipped before the end", 0.53, MSSD, |f| 1.0 - f.completion),
    real("played through", 0.45, MSSD, |f| f.completion),
];

/// Every figure there is a real counterpart of.
pub fn checks(simulated: &Figures, logged: &Figures) -> Vec<Check> {
    REAL.iter()
        .map(|real| {
            let (ours, logs) = ((real.of)(simulated), (real.of)(logged));
            Check {
                what: real.what,
                real: real.value,
                source: real.source,
                simulated: ours,
                logged: logs,
                simulated_off: ours - real.value,
                logged_off: logs - real.value,
            }
        })
        .collect()
}
