//! A context with the products of its features.

/// Features of a context of `d` with all products: the context itself, then the products, squares
/// among them, of all but the first feature, which is always 1.
pub(super) fn count(d: usize) -> usize {
    d + d * d.saturating_sub(1) / 2
}

/// The context, then `x_i x_j` for `1 <= j <= i`.
pub(super) fn with_products(context: &[f64]) -> Vec<f64> {
    let rest = context.get(1..).unwrap_or_default();
    let products = rest.iter().enumerate().flat_map(|(i, x)| rest[..=i].iter().map(move |y| x * y));
    context.iter().copied().chain(products).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_follow_the_context() {
        assert_eq!(with_products(&[1.0, 2.0, 3.0]), [1.0, 2.0, 3.0, 4.0, 6.0, 9.0]);
        for d in [0, 1, 2, 8, 10] {
            assert_eq!(with_products(&vec![1.0; d]).len(), count(d));
        }
    }
}
