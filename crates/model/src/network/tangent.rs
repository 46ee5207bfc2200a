//! GELU and the exponential of many numbers, with gradients.
//!
//! burn's CPU backend takes both one number at a time, and they would be a third of a training step. Here
//! they are taken in vector registers together with their slopes, and burn is given the tangent at
//! each number: `value + slope (x - x)`, which has the function's value exactly, and its gradient.

use burn::tensor::activation;
use burn::tensor::{DType, Tensor, TensorData};
use macerator::{Simd, Vector, with_simd};

use crate::kernels::lanes::{lanes, numbers, numbers_mut, splat};
use crate::kernels::math;

/// `x` times the normal distribution function of `x`: the exact GELU, within 4e-7.
pub(super) fn gelu<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    tangent(x, gelus, activation::gelu)
}

/// e to the power of `x`, within 2e-7 of its value, for `x` from -87 to 88.
pub(super) fn exp<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    tangent(x, exps, Tensor::exp)
}

/// `function` gives values and slopes; `plain` stands in for it where numbers are not of 32 bits.
fn tangent<const D: usize>(
    x: Tensor<D>,
    function: fn(&[f32]) -> [Vec<f32>; 2],
    plain: fn(Tensor<D>) -> Tensor<D>,
) -> Tensor<D> {
    if x.dtype() != DType::F32 {
        return plain(x);
    }
    let (shape, device) = (x.dims(), x.device());
    let at = x.clone().inner();
    let [values, slopes] = {
        let data = at.clone().into_data();
        function(data.as_slice::<f32>().expect("the numbers are of 32 bits"))
    };
    let tensor =
        |numbers: Vec<f32>| Tensor::<D>::from_data(TensorData::new(numbers, shape), &device);
    if !x.is_autodiff() {
        return tensor(values);
    }
    (x - Tensor::from_inner(at)) * tensor(slopes) + tensor(values)
}

#[with_simd]
fn gelus<S: Simd>(xs: &[f32]) -> [Vec<f32>; 2] {
    each::<S>(xs, math::gelu_and_slope::<S>)
}

#[with_simd]
fn exps<S: Simd>(xs: &[f32]) -> [Vec<f32>; 2] {
    each::<S>(xs, |x| {
        let value = math::exp::<S>(x);
        [value, value]
    })
}

/// The two results of a function at every number.
#[inline(always)]
fn each<S: Simd>(
    xs: &[f32],
    function: impl Fn(Vector<S, f32>) -> [Vector<S, f32>; 2],
) -> [Vec<f32>; 2] {
    let mut first = vec![splat::<S>(0.0); xs.len().div_ceil(lanes::<S>())];
    numbers_mut::<S>(&mut first)[..xs.len()].copy_from_slice(xs);
    let mut second = first.clone();
    for (first, second) in first.iter_mut().zip(&mut second) {
        for (x, other) in first.iter_mut().zip(second) {
            [*x, *other] = function(*x);
        }
    }
    [first, second].map(|all| numbers::<S>(&all)[..xs.len()].to_vec())
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;

    use super::*;

    fn check(
        function: fn(Tensor<1>) -> Tensor<1>,
        value: impl Fn(f64) -> f64,
        slope: impl Fn(f64) -> f64,
        xs: impl Iterator<Item = f32>,
    ) {
        let xs: Vec<f32> = xs.collect();
        let x = Tensor::<1>::from_data(xs.as_slice(), &Device::flex().autodiff()).require_grad();
        let y = function(x.clone());
        let gradients = y.clone().sum().backward();
        let slopes = x.grad(&gradients).unwrap().into_data();
        let values = y.into_data();
        let plain = function(Tensor::from_data(xs.as_slice(), &Device::flex())).into_data();
        assert_eq!(values.as_slice::<f32>().unwrap(), plain.as_slice::<f32>().unwrap());
        for (i, &x) in xs.iter().enumerate() {
            let (exact, steep) = (value(x.into()), slope(x.into()));
            let found = f64::from(values.as_slice::<f32>().unwrap()[i]);
            let found_slope = f64::from(slopes.as_slice::<f32>().unwrap()[i]);
            assert!((found - exact).abs() <= 1e-6 * (1.0 + exact.abs()), "{x}: {found}, {exact}");
            let off = (found_slope - steep).abs();
            assert!(off <= 1e-6 * (1.0 + steep.abs()), "slope at {x}: {found_slope}, {steep}");
        }
    }

    fn bell(x: f64) -> f64 {
        (-0.5 * x * x).exp() / (2.0 * std::f64::consts::PI).sqrt()
    }

    fn below(x: f64) -> f64 {
        0.5 * statrs::function::erf::erfc(-x / std::f64::consts::SQRT_2)
    }

    #[test]
    fn gelu_has_its_value_and_slope() {
        let xs = (-3000..=3000).map(|i| i as f32 / 250.0);
        check(gelu, |x| x * below(x), |x| below(x) + x * bell(x), xs);
    }

    #[test]
    fn the_exponential_is_its_own_slope() {
        check(exp, f64::exp, f64::exp, (-8000..=100).map(|i| i as f32 / 100.0));
        let hidden = Tensor::<1>::from_data([-1.0e9, 0.0], &Device::flex());
        let shares = exp(hidden).into_data();
        assert!(shares.as_slice::<f32>().unwrap()[0] < 1e-37);
    }
}
