//! Which sources are independent: copies of one source are one observation.
//!
//! A text that was copied says what the first one knew. Two statements come from one source when they name the same one, when one cites
//! the other, or when their texts are nearly the same and not both of them name where they come from.

/// Jaccard similarity of the terms of two texts from which on they are nearly the same: one word of ten may differ.
pub const NEARLY_SAME: f64 = 0.8;

/// Where a statement comes from.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    pub name: Option<&'a str>,
    /// Sorted hashes of the terms of its text, each once; none where there is no text.
    pub terms: &'a [u64],
}

/// Whether two statements come from one source.
pub fn are_copies(a: Source<'_>, b: Source<'_>, cited: bool) -> bool {
    cited
        || match (a.name, b.name) {
            (Some(a), Some(b)) => same_name(a, b),
            _ => jaccard(a.terms, b.terms) >= NEARLY_SAME,
        }
}

/// Names of sources are the same whatever their case and the space around them.
pub fn same_name(a: &str, b: &str) -> bool {
    normal_name(a) == normal_name(b)
}

/// The name of a source as it is compared.
pub fn normal_name(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

/// Terms that two texts share, of all they have; 0 where neither has any.
fn jaccard(a: &[u64], b: &[u64]) -> f64 {
    let (mut i, mut j, mut shared) = (0, 0, 0usize);
    while let (Some(x), Some(y)) = (a.get(i), b.get(j)) {
        shared += usize::from(x == y);
        i += usize::from(x <= y);
        j += usize::from(y <= x);
    }
    let all = a.len() + b.len() - shared;
    if all > 0 { shared as f64 / all as f64 } else { 0.0 }
}
