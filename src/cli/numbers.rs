//! Numbers as a person reads them: a zero has no sign, and an interval that there is not is a dash.

use melody_core::score::no_minus_zero;

/// With so many decimals.
pub(super) fn plain(value: f64, decimals: usize) -> String {
    format!("{:.decimals$}", no_minus_zero(value, decimals))
}

/// With so many decimals and a sign: of a difference.
pub(super) fn signed(value: f64, decimals: usize) -> String {
    format!("{:+.decimals$}", no_minus_zero(value, decimals))
}

/// Both ends with their signs.
pub(super) fn interval(ends: Option<[f64; 2]>, decimals: usize) -> String {
    let [low, high] = match ends {
        Some(ends) => ends.map(|end| signed(end, decimals)),
        None => return "-".into(),
    };
    format!("{low} to {high}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_less_than_nothing_by_nothing() {
        assert_eq!((plain(-0.0, 4), plain(-0.000_04, 4)), ("0.0000".into(), "0.0000".into()));
        assert_eq!((signed(-0.004, 2), signed(-0.006, 2)), ("+0.00".into(), "-0.01".into()));
        assert_eq!(interval(Some([-0.000_01, 0.5]), 2), "+0.00 to +0.50");
        assert_eq!(interval(None, 2), "-");
    }
}
