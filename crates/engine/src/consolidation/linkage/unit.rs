//! Unit vectors in fixed point.

/// One, in fixed point: the length of a unit vector.
pub const ONE: i32 = 32_767;

/// A code as a unit vector of 16-bit numbers.
///
/// The length comes from the values and not from [`crate::code::Code::scale`], so that no stored number can make products
/// overflow. Square root, product and quotient of `f64` are rounded as IEEE 754 demands: the same bits on every machine.
/// A rounded element is off by half a step at most, which moves a cosine by about 1e-5, a hundredth of what the code itself cost.
pub(super) fn unit(values: &[i8]) -> impl Iterator<Item = i16> {
    let squares: i64 = values.iter().map(|&v| i64::from(v) * i64::from(v)).sum();
    let length = (squares.max(1) as f64).sqrt();
    values.iter().map(move |&v| (f64::from(v) * f64::from(ONE) / length).round() as i16)
}

/// The sum over `pairs` pairs from which on their mean reaches the threshold.
pub(super) fn floor(threshold: f32) -> i64 {
    let threshold = f64::from(threshold.min(super::Rules::FINEST));
    ((threshold * f64::from(ONE) * f64::from(ONE)).ceil() as i64).max(1)
}

/// Mean cosine over the pairs of `n` vectors, from the square of their sum and the sum of their squares.
pub(super) fn cohesion(n: usize, square_of_sum: i64, sum_of_squares: i64) -> f32 {
    if n < 2 {
        return 1.0;
    }
    let pairs = n as f64 * (n - 1) as f64;
    let mean = (square_of_sum - sum_of_squares) as f64 / pairs / (f64::from(ONE) * f64::from(ONE));
    mean.clamp(-1.0, 1.0) as f32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::code::{MAX_DIMENSIONS, dot, quantise, similarity};

    #[test]
    fn products_of_units_are_cosines_of_codes() {
        let a: Vec<f32> = (0..384).map(|i| ((i * 37 % 101) as f32 - 50.0) / 50.0).collect();
        let b: Vec<f32> = (0..384).map(|i| ((i * 53 % 97) as f32 - 40.0) / 50.0).collect();
        let (a, b) = (quantise(&a).unwrap(), quantise(&b).unwrap());
        let product: i64 = unit(&a.values).zip(unit(&b.values)).map(|(a, b)| i64::from(a) * i64::from(b)).sum();
        let cosine = product as f64 / f64::from(ONE) / f64::from(ONE);
        assert!((cosine as f32 - similarity(dot(&a.values, &b.values), a.scale, b.scale)).abs() < 2e-5);
    }

    #[test]
    fn no_unit_is_too_long_for_its_square() {
        for values in [vec![127; MAX_DIMENSIONS], vec![-127], vec![1; 7], vec![0; 3]] {
            let square: i64 = unit(&values).map(|a| i64::from(a) * i64::from(a)).sum();
            assert!(square < 1 << 31, "{square}");
        }
    }

    #[test]
    fn copies_reach_the_finest_threshold() {
        for dims in [1, 2, 17, 256, 1536, 16_000] {
            let vector: Vec<f32> = (0..dims).map(|i| ((i * 7919 % 263) as f32 - 130.5) / 131.0).collect();
            let values = quantise(&vector).unwrap().values;
            let square: i64 = unit(&values).map(|a| i64::from(a) * i64::from(a)).sum();
            assert!(square >= floor(1.0), "{dims} dimensions: {square}");
        }
    }
}
