//! Functions of every lane at once.

use macerator::{Scalar, Simd, Vector};

use super::lanes::{Lanes, add, max, mul, mul_add, splat};

/// Added to a variance before its root is taken, as in burn and PyTorch.
const EPSILON: f32 = 1.0e-5;

/// e to the power of `x`, within 2e-7 of its value; `x` is taken as at least -87 and at most 88,
/// beyond which a 32-bit float has no room.
///
/// `x = n ln 2 + r` with a whole number n and |r| <= ln 2 / 2 (Cody and Waite 1980), where the Taylor
/// series to the seventh power is off by less than 6e-9; n is then added to the exponent's bits.
#[inline(always)]
pub(crate) fn exp<S: Simd>(x: Vector<S, f32>) -> Vector<S, f32> {
    /// Adding it leaves a whole number, rounded to even, in the low bits: 1.5 times two to the 23rd.
    const ROUND: f32 = 12_582_912.0;
    /// Natural logarithm of two in two parts; few enough bits in the first for exact products.
    const LN_2: [f32; 2] = [0.693_359_4, -2.121_944_4e-4];
    let x = x.max((-87.0).splat()).min(88.0.splat());
    let whole = x.mul_add(std::f32::consts::LOG2_E.splat(), ROUND.splat());
    let n = whole - ROUND.splat();
    let r = n.mul_add((-LN_2[0]).splat(), x);
    let r = n.mul_add((-LN_2[1]).splat(), r);
    let mut sum: Vector<S, f32> = (1.0 / 5040.0).splat();
    for coefficient in [1.0 / 720.0, 1.0 / 120.0, 1.0 / 24.0, 1.0 / 6.0, 0.5, 1.0, 1.0] {
        sum = sum.mul_add(r, coefficient.splat());
    }
    let exponent = S::typed::<i32>(*whole) << 23;
    S::typed(*(S::typed::<i32>(*sum) + exponent))
}

/// The normal distribution's tail beyond `size`, which is not negative, and `exp(-size^2 / 2)`.
///
/// The error function is 7.1.26 of Abramowitz and Stegun, Handbook of Mathematical Functions (1964),
/// off by at most 1.5e-7.
#[inline(always)]
fn tail<S: Simd>(size: Vector<S, f32>) -> [Vector<S, f32>; 2] {
    const P: f32 = 0.327_591_1 * std::f32::consts::FRAC_1_SQRT_2;
    let one: Vector<S, f32> = 1.0.splat();
    let t = one / size.mul_add(P.splat(), one);
    // Halved: half of the complementary error function is the tail of the normal distribution.
    let mut sum: Vector<S, f32> = (0.5 * 1.061_405_4).splat();
    for coefficient in [-0.5 * 1.453_152_1, 0.5 * 1.421_413_8, -0.5 * 0.284_496_72, 0.127_414_8] {
        sum = sum.mul_add(t, coefficient.splat());
    }
    let bell = exp::<S>(size * size * (-0.5).splat());
    [sum * t * bell, bell]
}

/// `x` times the normal distribution function of `x`, the exact GELU, within 4e-7.
#[inline(always)]
pub(crate) fn gelu<S: Simd>(x: Vector<S, f32>) -> Vector<S, f32> {
    let size = x.max(x * (-1.0).splat());
    let [tail, _] = tail::<S>(size);
    // With the tail q of |x|: x (1 - q) for positive x, x q for negative x.
    x.max(0.0.splat()) - size * tail
}

/// [`gelu`] and its slope, the distribution function plus `x` times its density.
#[inline(always)]
pub(crate) fn gelu_and_slope<S: Simd>(x: Vector<S, f32>) -> [Vector<S, f32>; 2] {
    /// One over the square root of two pi.
    const DENSITY: f32 = 0.398_942_3;
    let size = x.max(x * (-1.0).splat());
    let [tail, bell] = tail::<S>(size);
    let one: Vector<S, f32> = 1.0.splat();
    // 1 for positive x, 0 for others, but for numbers so near to zero that both sides are 1/2.
    let positive = (x * 1.0e30.splat()).max(0.0.splat()).min(one);
    // q for negative x, 1 - q for positive x.
    let below = tail + positive * (one - tail - tail);
    [x.max(0.0.splat()) - size * tail, (x * DENSITY.splat()).mul_add(bell, below)]
}

/// Negative numbers become zero.
#[inline(always)]
pub(crate) fn relu<S: Simd>(strip: &mut [Lanes<S>]) {
    for feature in strip {
        *feature = max::<S>(*feature, splat::<S>(0.0));
    }
}

/// [`gelu`] of every number.
#[inline(always)]
pub(crate) fn gelu_all<S: Simd>(strip: &mut [Lanes<S>]) {
    for feature in strip {
        *feature = [gelu::<S>(feature[0]), gelu::<S>(feature[1])];
    }
}

/// Each row less its mean, over its standard deviation: a layer norm without its own weights, which
/// are part of the layer that follows ([`Dense::after_norm`](crate::inference::dense::Dense::after_norm)).
#[inline(always)]
pub(crate) fn normalise<S: Simd>(x: &[Lanes<S>], out: &mut [Lanes<S>]) {
    let share = splat::<S>(1.0 / x.len() as f32);
    let mut sum = splat::<S>(0.0);
    for &feature in x {
        sum = add::<S>(sum, feature);
    }
    let less = mul::<S>(sum, mul::<S>(share, splat::<S>(-1.0)));
    let mut squares = splat::<S>(0.0);
    for (out, &feature) in out.iter_mut().zip(x) {
        *out = add::<S>(feature, less);
        squares = mul_add::<S>(*out, *out, squares);
    }
    let variance = mul_add::<S>(squares, share, splat::<S>(EPSILON));
    let one: Vector<S, f32> = 1.0.splat();
    let inverse = [one / variance[0].sqrt(), one / variance[1].sqrt()];
    for out in &mut out[..x.len()] {
        *out = mul::<S>(*out, inverse);
    }
}

/// Makes scores exponentials of their distance to the largest, `most`, and returns one over their sum
/// with `sum` added.
#[inline(always)]
pub(crate) fn exponentials<S: Simd>(
    scores: &mut [Lanes<S>],
    most: Lanes<S>,
    sum: Lanes<S>,
) -> Lanes<S> {
    let mut sum = sum;
    for score in scores {
        *score = [exp::<S>(score[0] - most[0]), exp::<S>(score[1] - most[1])];
        sum = add::<S>(sum, *score);
    }
    let one: Vector<S, f32> = 1.0.splat();
    [one / sum[0], one / sum[1]]
}

/// Softmax over the features.
#[inline(always)]
pub(crate) fn softmax<S: Simd>(scores: &mut [Lanes<S>]) {
    let mut most = scores[0];
    for &score in &scores[1..] {
        most = max::<S>(most, score);
    }
    let inverse = exponentials::<S>(scores, most, splat::<S>(0.0));
    for score in scores {
        *score = mul::<S>(*score, inverse);
    }
}

#[cfg(test)]
mod tests {
    use macerator::with_simd;

    use super::super::lanes::{lanes, numbers, numbers_mut};
    use super::*;

    /// Applies a function to many numbers.
    fn each<S: Simd>(xs: &[f32], function: impl Fn(Vector<S, f32>) -> Vector<S, f32>) -> Vec<f32> {
        let mut strip = vec![splat::<S>(0.0); xs.len().div_ceil(lanes::<S>())];
        numbers_mut::<S>(&mut strip)[..xs.len()].copy_from_slice(xs);
        for feature in &mut strip {
            *feature = [function(feature[0]), function(feature[1])];
        }
        numbers::<S>(&strip)[..xs.len()].to_vec()
    }

    #[with_simd]
    fn exps<S: Simd>(xs: &[f32]) -> Vec<f32> {
        each::<S>(xs, exp::<S>)
    }

    #[with_simd]
    fn gelus<S: Simd>(xs: &[f32]) -> Vec<f32> {
        each::<S>(xs, gelu::<S>)
    }

    fn grid(from: f32, to: f32, count: usize) -> Vec<f32> {
        (0..=count).map(|i| from + (to - from) * i as f32 / count as f32).collect()
    }

    #[test]
    fn exponentials_are_within_their_stated_error() {
        let xs = grid(-87.0, 88.0, 200_000);
        for (x, found) in xs.iter().zip(exps(&xs)) {
            let exact = f64::from(*x).exp();
            let off = (f64::from(found) / exact - 1.0).abs();
            assert!(off <= 2.0e-7, "exp({x}) = {found}, off by {off:e}");
        }
        let far = exps(&[-1.0e9, f32::NEG_INFINITY, -87.0, 0.0, 1.0e9]);
        assert!(far[0] == far[2] && far[1] == far[2] && far[2] < 2.0e-38);
        assert_eq!(far[3], 1.0);
        assert!(far[4].is_finite());
    }

    #[test]
    fn gelu_is_within_its_stated_error() {
        let xs = grid(-12.0, 12.0, 200_000);
        for (x, found) in xs.iter().zip(gelus(&xs)) {
            let x = f64::from(*x);
            let exact = 0.5 * x * statrs::function::erf::erfc(-x / std::f64::consts::SQRT_2);
            let off = (f64::from(found) - exact).abs();
            // The largest values of 32 bits are 5e-7 apart at 12.
            assert!(off <= 4.0e-7 + 6.0e-8 * x.abs(), "gelu({x}) = {found}, off by {off:e}");
        }
        let far = gelus(&[0.0, 1.0e6, -1.0e6]);
        assert_eq!(far[..2], [0.0, 1.0e6]);
        assert!(far[2].abs() < 1e-30, "{far:?}");
    }
}
