//! Scores and weights as exact decimals.
//!
//! A ledger promises that its parts add up to the final score, and a person must be able to check that with a pencil. Binary
//! floating point cannot promise it: the sum depends on the order. So every number that enters a ledger is a whole count of
//! millionths. The model's outputs are rounded to the same grid when they leave it, which also hides the last-bit differences
//! between vector units.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Neg, Sub};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

const SCALE: f64 = 1e6;

/// The largest value that is read; far beyond any real one and far from where sums would overflow.
const LARGEST: f64 = 1e9;

/// A score, weight or ratio in whole millionths. Addition is exact in any order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Score(i64);

impl Score {
    /// Nothing.
    pub const ZERO: Score = Score(0);
    /// One whole.
    pub const ONE: Score = Score(1_000_000);

    /// Whether it is nothing.
    pub fn is_zero(&self) -> bool {
        *self == Score::ZERO
    }

    /// Rounds to the nearest millionth (ties away from zero). NaN becomes zero; the model never emits it.
    pub fn new(value: f64) -> Self {
        Score((value * SCALE).round() as i64)
    }

    /// A score of so many millionths.
    #[inline]
    pub const fn from_millionths(millionths: i64) -> Self {
        Score(millionths)
    }

    /// The whole number it is.
    #[inline]
    pub fn millionths(self) -> i64 {
        self.0
    }

    /// As a float, for display and for what is not a ledger.
    #[inline]
    pub fn value(self) -> f64 {
        self.0 as f64 / SCALE
    }

    /// `self * factor`, rounded once.
    pub fn times(self, factor: Score) -> Self {
        Score::new(self.value() * factor.value())
    }

    /// Without its sign.
    #[inline]
    pub fn abs(self) -> Self {
        Score(self.0.abs())
    }
}

impl Add for Score {
    type Output = Score;
    #[inline]
    fn add(self, other: Score) -> Score {
        Score(self.0 + other.0)
    }
}

impl AddAssign for Score {
    #[inline]
    fn add_assign(&mut self, other: Score) {
        self.0 += other.0;
    }
}

impl Sub for Score {
    type Output = Score;
    #[inline]
    fn sub(self, other: Score) -> Score {
        Score(self.0 - other.0)
    }
}

impl Neg for Score {
    type Output = Score;
    #[inline]
    fn neg(self) -> Score {
        Score(-self.0)
    }
}

impl Sum for Score {
    fn sum<I: Iterator<Item = Score>>(scores: I) -> Score {
        Score(scores.map(|s| s.0).sum())
    }
}

/// The value, or plain zero where so many decimals show nothing else: `-0.00` would tell of something below
/// nothing.
pub fn no_minus_zero(value: f64, decimals: usize) -> f64 {
    if value.is_sign_positive() || !value.is_finite() {
        return value;
    }
    let shown = format!("{value:.decimals$}");
    let something = shown.chars().any(|digit| ('1'..='9').contains(&digit));
    if something { value } else { 0.0 }
}

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = f.precision().unwrap_or(6);
        let value = no_minus_zero(self.value(), decimals);
        if f.sign_plus() {
            write!(f, "{value:+.decimals$}")
        } else {
            write!(f, "{value:.decimals$}")
        }
    }
}

/// A plain JSON number: the shortest decimal that reads back as the same count of millionths.
impl Serialize for Score {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.value())
    }
}

impl<'de> Deserialize<'de> for Score {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = f64::deserialize(deserializer)?;
        if value.abs() <= LARGEST {
            Ok(Score::new(value))
        } else {
            Err(serde::de::Error::custom(format!("{value} is no score, weight or ratio")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn json_keeps_every_millionth(millionths in -5_000_000_000i64..5_000_000_000) {
            let score = Score::from_millionths(millionths);
            let json = serde_json::to_string(&score).unwrap();
            prop_assert_eq!(serde_json::from_str::<Score>(&json).unwrap(), score);
        }

        #[test]
        fn sums_do_not_depend_on_order(mut parts in prop::collection::vec(-10.0f64..10.0, 0..20)) {
            let forwards: Score = parts.iter().map(|p| Score::new(*p)).sum();
            parts.reverse();
            let backwards: Score = parts.iter().map(|p| Score::new(*p)).sum();
            prop_assert_eq!(forwards, backwards);
        }
    }
}
