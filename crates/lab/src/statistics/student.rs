//! Student's t distribution (Student 1908), for any number of degrees of freedom.
//!
//! With many of them it is the normal distribution but for a few small terms, and those are what is summed here: a continued
//! fraction of fixed length, which does for few, loses its digits from some hundred thousand on (`findings/statrs_beta_of_millions.sh`).

use statrs::distribution::{ContinuousCDF, Normal, StudentsT};

/// Degrees of freedom from which on the expansions are used: what they leave out is of the order of 1 over their cube.
const MANY: f64 = 10_000.0;

/// Where a share `below` of the distribution ends, for `freedom` above 0; infinite where that is not.
pub fn t_quantile(below: f64, freedom: f64) -> f64 {
    if freedom < MANY {
        return StudentsT::new(0.0, 1.0, freedom).map_or(f64::INFINITY, |t| t.inverse_cdf(below));
    }
    // Abramowitz and Stegun 26.7.5, the first three terms.
    let z = Normal::standard().inverse_cdf(below);
    let first = (z.powi(3) + z) / 4.0;
    let second = (5.0 * z.powi(5) + 16.0 * z.powi(3) + 3.0 * z) / 96.0;
    z + first / freedom + second / freedom.powi(2)
}

/// The chance of being as far from 0 as `t` or farther, on either side; NaN for `freedom` that is not above 0.
pub fn t_two_sided(t: f64, freedom: f64) -> f64 {
    let t = t.abs();
    if freedom < MANY {
        return StudentsT::new(0.0, 1.0, freedom).map_or(f64::NAN, |own| 2.0 * own.sf(t));
    }
    // Wallace (1959): the normal deviate of a t of many degrees of freedom.
    let z = (freedom * (t * t / freedom).ln_1p()).sqrt() * (8.0 * freedom + 1.0)
        / (8.0 * freedom + 3.0);
    2.0 * Normal::standard().sf(z)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// SciPy 1.17's.
    const QUANTILES: [(f64, f64, f64); 6] = [
        (1e3, 1.9623390808264083, 2.580754698065951),
        (9_999.0, 1.960201263621357, 2.5763210958565974),
        (1e4, 1.960201239890626, 2.5763210466685282),
        (1e6, 1.959966356814107, 2.5758342201053344),
        (1e7, 1.959964221767205, 2.5758297952037488),
        // Of the rows of the Open Bandit data set's largest part.
        (12_357_200.0, 1.959964176514891, 2.5758297014180225),
    ];

    #[test]
    fn quantiles_are_those_of_any_number_of_degrees() {
        for (freedom, narrow, wide) in QUANTILES {
            for (below, expected) in [(0.975, narrow), (0.995, wide)] {
                let found = t_quantile(below, freedom);
                assert!((found - expected).abs() < 1e-8, "{freedom}: {found}, not {expected}");
                assert!((t_quantile(1.0 - below, freedom) + found).abs() < 1e-8);
            }
        }
        assert_eq!(t_quantile(0.975, 0.0), f64::INFINITY);
    }

    #[test]
    fn chances_are_those_of_any_number_of_degrees() {
        // SciPy's, of 2.5 and of 6.
        for (freedom, near, far) in [
            (1e3, 0.012578567801090807, 2.7553691733774752e-9),
            (9_999.0, 0.012435221140020176, 2.0416254188515925e-9),
            (1e4, 0.012435219550583698, 2.0416184729226213e-9),
            (1e6, 0.012419489502163254, 1.97384981235443e-9),
            (12_357_200.0, 0.012419343506426712, 1.973229868056662e-9),
        ] {
            for (t, expected) in [(2.5, near), (6.0, far), (-6.0, far)] {
                let off = (t_two_sided(t, freedom) / expected - 1.0).abs();
                assert!(off < 1e-5, "{t} of {freedom}: off by {off}");
            }
        }
    }
}
