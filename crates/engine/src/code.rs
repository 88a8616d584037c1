//! 8-bit codes of vectors: what every similarity in a score is computed from.
//!
//! A code is a pure function of the stored vector, and the dot product of two codes is an integer, so similarity is the
//! same on every processor, in whatever order a kernel adds up. A code keeps 384 dimensions in 388 bytes and
//! costs less than one per cent of the exact ten nearest neighbours. The sign words are a coarser code for a first scan.

use crate::Error;

/// The most dimensions a code may have: beyond it a dot product could leave `i32` (127 * 127 * 133,144 < 2^31).
pub const MAX_DIMENSIONS: usize = 133_144;

/// From this similarity on two memories say nearly the same: other words for one thing, not two things of one kind.
pub const NEARLY_SAME: f32 = 0.97;

/// A quantised vector.
#[derive(Clone, Debug, PartialEq)]
pub struct Code {
    /// The reciprocal of the length of `values`, so that a code is at similarity 1 to itself.
    pub scale: f32,
    /// One value for each dimension, -127 to 127; the largest by magnitude is always 127 or -127.
    pub values: Vec<i8>,
    /// Bit `i % 64` of word `i / 64` is set when value `i` is above zero. Bits past the last dimension are zero.
    pub signs: Vec<u64>,
}

/// Quantises a vector: symmetric, 127 steps to its largest element by magnitude, halves rounded away from zero.
///
/// The length of the vector does not matter, only its direction.
///
/// # Errors
/// [`Error::EmptyVector`], [`Error::TooManyDimensions`], [`Error::NotFinite`], [`Error::ZeroVector`].
pub fn quantise(vector: &[f32]) -> Result<Code, Error> {
    if vector.is_empty() {
        return Err(Error::EmptyVector);
    }
    if vector.len() > MAX_DIMENSIONS {
        return Err(Error::TooManyDimensions(vector.len()));
    }
    if let Some(at) = vector.iter().position(|x| !x.is_finite()) {
        return Err(Error::NotFinite(at + 1));
    }
    let largest = vector.iter().fold(0f32, |m, x| m.max(x.abs()));
    if largest == 0.0 {
        return Err(Error::ZeroVector);
    }
    // In f64 a quotient of two f32 cannot overflow, not even of subnormal numbers.
    let largest = f64::from(largest);
    let values: Vec<i8> = vector.iter().map(|&x| (f64::from(x) / largest * 127.0).round() as i8).collect();
    let squares: i64 = values.iter().map(|&v| i64::from(v) * i64::from(v)).sum();
    let signs = signs(&values);
    Ok(Code { scale: (1.0 / (squares as f64).sqrt()) as f32, values, signs })
}

impl Code {
    /// A code from its stored parts.
    pub fn of_values(values: &[i8], scale: f32) -> Code {
        Code { scale, values: values.to_vec(), signs: signs(values) }
    }
}

/// Sign words of a code, a bit for each value above zero.
pub fn signs(values: &[i8]) -> Vec<u64> {
    let mut signs = vec![0u64; values.len().div_ceil(64)];
    for (i, &v) in values.iter().enumerate() {
        signs[i / 64] |= u64::from(v > 0) << (i % 64);
    }
    signs
}

/// The integer dot product of two codes of the same dimensions. The reference for the kernels elsewhere.
pub fn dot(a: &[i8], b: &[i8]) -> i32 {
    a.iter().zip(b).map(|(&x, &y)| i32::from(x) * i32::from(y)).sum()
}

/// Cosine similarity of two codes, -1 to 1, from their dot product and scales.
pub fn similarity(dot: i32, scale_a: f32, scale_b: f32) -> f32 {
    let cosine = f64::from(dot) * f64::from(scale_a) * f64::from(scale_b);
    cosine.clamp(-1.0, 1.0) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn between(a: &[f32], b: &[f32]) -> f32 {
        let (a, b) = (quantise(a).unwrap(), quantise(b).unwrap());
        similarity(dot(&a.values, &b.values), a.scale, b.scale)
    }

    #[test]
    fn a_vector_without_a_direction_is_refused() {
        assert_eq!(quantise(&[]), Err(Error::EmptyVector));
        assert_eq!(quantise(&[0.0, -0.0]), Err(Error::ZeroVector));
        assert_eq!(quantise(&[1.0, f32::NAN]), Err(Error::NotFinite(2)));
        assert_eq!(quantise(&[f32::INFINITY]), Err(Error::NotFinite(1)));
        let long = vec![1.0; MAX_DIMENSIONS + 1];
        assert_eq!(quantise(&long), Err(Error::TooManyDimensions(MAX_DIMENSIONS + 1)));
    }

    #[test]
    fn the_longest_code_does_not_overflow_a_dot_product() {
        let code = quantise(&vec![1.0; MAX_DIMENSIONS]).unwrap();
        assert_eq!(i64::from(dot(&code.values, &code.values)), 127 * 127 * MAX_DIMENSIONS as i64);
    }

    #[test]
    fn halves_round_away_from_zero_and_signs_follow_the_values() {
        let code = quantise(&[127.0, 0.5, -0.5, 1.49, -127.0, 0.0]).unwrap();
        assert_eq!(code.values, [127, 1, -1, 1, -127, 0]);
        assert_eq!(code.signs, [0b001011]);
        let long: Vec<f32> = (0..130).map(|i| if i == 64 { 1.0 } else { -1.0 }).collect();
        assert_eq!(quantise(&long).unwrap().signs, [0, 1, 0]);
        assert_eq!(Code::of_values(&code.values, code.scale), code);
    }

    #[test]
    fn only_direction_counts() {
        let v = [0.3, -0.2, 0.9, 0.01];
        let tiny: Vec<f32> = v.iter().map(|x| x * 1e-40).collect();
        let code = quantise(&v).unwrap();
        assert_eq!(quantise(&v.map(|x| x * 4096.0)).unwrap(), code);
        assert_eq!(quantise(&tiny).unwrap().signs, code.signs);
        assert!((between(&v, &v) - 1.0).abs() < 1e-6);
        assert!((between(&v, &v.map(|x| -x)) + 1.0).abs() < 1e-6);
        assert_eq!(between(&[1.0, 0.0], &[0.0, 1.0]), 0.0);
    }

    #[test]
    fn similarity_is_close_to_the_exact_cosine() {
        let a: Vec<f32> = (0..384).map(|i| ((i * 37 % 101) as f32 - 50.0) / 50.0).collect();
        let b: Vec<f32> = (0..384).map(|i| ((i * 53 % 97) as f32 - 40.0) / 50.0).collect();
        let exact = |x: &[f32], y: &[f32]| x.iter().zip(y).map(|(x, y)| x * y).sum::<f32>();
        let cosine = exact(&a, &b) / (exact(&a, &a) * exact(&b, &b)).sqrt();
        assert!((between(&a, &b) - cosine).abs() < 0.003);
    }
}
