//! Rows side by side in vector registers.
//!
//! Everything here is computed for a *strip* of rows (songs, or events of a history) at once. A strip
//! holds, for each feature, one number per row, and one row keeps one lane of the registers all the
//! way through the network. So no step ever mixes rows: what comes out for a row is the same to the
//! last bit whatever the other lanes hold, and however many strips and threads there are.

use macerator::{Scalar, Simd, Vector, with_simd};

/// Registers per feature. Two times four outputs keep a product's sums in registers (see
/// [`product`](crate::inference::dense::product)).
const REGISTERS: usize = 2;

/// One feature of a strip of rows.
pub(crate) type Lanes<S> = [Vector<S, f32>; REGISTERS];

/// Rows of a strip.
#[inline(always)]
pub(crate) fn lanes<S: Simd>() -> usize {
    REGISTERS * f32::lanes::<S>()
}

/// Rows of a strip on this machine.
#[with_simd]
pub fn strip_width<S: Simd>() -> usize {
    lanes::<S>()
}

/// The same number in every lane.
#[inline(always)]
pub(crate) fn splat<S: Simd>(value: f32) -> Lanes<S> {
    [value.splat(); REGISTERS]
}

#[inline(always)]
pub(crate) fn add<S: Simd>(a: Lanes<S>, b: Lanes<S>) -> Lanes<S> {
    [a[0] + b[0], a[1] + b[1]]
}

#[inline(always)]
pub(crate) fn mul<S: Simd>(a: Lanes<S>, b: Lanes<S>) -> Lanes<S> {
    [a[0] * b[0], a[1] * b[1]]
}

/// `a * b + c`.
#[inline(always)]
pub(crate) fn mul_add<S: Simd>(a: Lanes<S>, b: Lanes<S>, c: Lanes<S>) -> Lanes<S> {
    [a[0].mul_add(b[0], c[0]), a[1].mul_add(b[1], c[1])]
}

#[inline(always)]
pub(crate) fn max<S: Simd>(a: Lanes<S>, b: Lanes<S>) -> Lanes<S> {
    [a[0].max(b[0]), a[1].max(b[1])]
}

/// A strip as numbers: feature `f` of row `r` is number `f * lanes + r`.
#[inline(always)]
pub(crate) fn numbers<S: Simd>(strip: &[Lanes<S>]) -> &[f32] {
    bytemuck::cast_slice(strip)
}

#[inline(always)]
pub(crate) fn numbers_mut<S: Simd>(strip: &mut [Lanes<S>]) -> &mut [f32] {
    bytemuck::cast_slice_mut(strip)
}

/// Puts a row into its lane.
#[inline(always)]
pub(crate) fn put<S: Simd>(strip: &mut [Lanes<S>], lane: usize, row: &[f32]) {
    let width = lanes::<S>();
    for (feature, &value) in numbers_mut::<S>(strip).chunks_exact_mut(width).zip(row) {
        feature[lane] = value;
    }
}

/// Adds a row to what its lane holds.
#[inline(always)]
pub(crate) fn add_to<S: Simd>(strip: &mut [Lanes<S>], lane: usize, row: &[f32]) {
    let width = lanes::<S>();
    for (feature, &value) in numbers_mut::<S>(strip).chunks_exact_mut(width).zip(row) {
        feature[lane] += value;
    }
}

/// Takes a row out of its lane.
#[inline(always)]
pub(crate) fn take<S: Simd>(strip: &[Lanes<S>], lane: usize, row: &mut [f32]) {
    let width = lanes::<S>();
    for (feature, value) in numbers::<S>(strip).chunks_exact(width).zip(row) {
        *value = feature[lane];
    }
}
