//! BM25 (Robertson and Zaragoza 2009, "The Probabilistic Relevance Framework"), in the form whose idf is never negative.
//!
//! The score of a memory is the sum over the terms of the question of idf times a saturated term frequency. Each such product is
//! rounded to fixed point ([`contribution`]) before it is added, so that the sum is the same in whatever order postings are
//! stored and read, and a row that lives outside the hot tier gets the score it would have inside.

/// The parameters of BM25.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Params {
    /// How slowly repeated words stop counting, 0 or more; at 0 only presence counts.
    pub k1: f32,
    /// How much long memories are held against themselves, 0 (not at all) to 1 (in proportion).
    pub b: f32,
}

impl Default for Params {
    fn default() -> Self {
        Params { k1: 1.2, b: 0.75 }
    }
}

/// How many units of an accumulated score make 1.0. The largest contribution is below 60, so 1,000 terms fit in `u32`.
pub const UNITS: f32 = 65_536.0;

/// Inverse document frequency, in nats: ln(1 + (N - df + 0.5) / (df + 0.5)). Above zero; at least that of a term that is in every
/// memory, also where statistics lag and `df` exceeds `n_docs`.
pub fn idf(n_docs: u32, df: u32) -> f32 {
    let n = f64::from(n_docs.max(df));
    let df = f64::from(df);
    libm::log1p((n - df + 0.5) / (df + 0.5)) as f32
}

/// The saturated term frequency, 0 to k1 + 1: what idf is multiplied by.
///
/// `length` and `average_length` are in tokens kept. An average of zero or less (an empty space) counts as `length` itself.
pub fn weight(tf: u16, length: u32, average_length: f32, params: Params) -> f32 {
    let ratio = if average_length > 0.0 { length as f32 / average_length } else { 1.0 };
    let tf = f32::from(tf);
    if tf == 0.0 {
        return 0.0;
    }
    tf * (params.k1 + 1.0) / (tf + params.k1 * (1.0 - params.b + params.b * ratio))
}

/// What one term adds to the score of one memory, in units of 1/65536, rounded to nearest, but at least one unit for a
/// term that is there: a word that every memory holds still matches. Sum them with `saturating_add`.
pub fn contribution(idf: f32, weight: f32) -> u32 {
    if weight > 0.0 { ((idf * weight * UNITS + 0.5) as u32).max(1) } else { 0 }
}

/// An accumulated score as a number.
pub fn score(units: u32) -> f32 {
    units as f32 / UNITS
}

/// The score no memory can exceed for a question whose distinct terms have these idfs: the sum of idf times (k1 + 1).
///
/// Terms that no memory has belong to it, with the idf of frequency 0: a question of which half is unheard of is matched by half at best.
/// The idfs are added in the order given: pass them in ascending order of term hash.
pub fn maximum(idfs: impl IntoIterator<Item = f32>, params: Params) -> f32 {
    idfs.into_iter().fold(0.0, |sum, idf| sum + idf) * (params.k1 + 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn idf_falls_with_frequency_and_stays_positive() {
        assert!((idf(100, 10) - 2.2637).abs() < 1e-3);
        assert!(idf(100, 1) > idf(100, 2));
        assert!(idf(100, 100) > 0.0);
        assert_eq!(idf(100, 200), idf(200, 200));
        assert!(idf(0, 0) > 0.0);
        assert!(idf(u32::MAX, 0).is_finite());
    }

    #[test]
    fn repeated_words_saturate_and_long_memories_count_less() {
        let p = Params::default();
        let at_average = |tf| weight(tf, 100, 100.0, p);
        assert!((at_average(1) - 1.0).abs() < 1e-6);
        assert!(at_average(2) > at_average(1));
        assert!(at_average(u16::MAX) < p.k1 + 1.0);
        assert!(weight(1, 200, 100.0, p) < at_average(1));
        assert_eq!(weight(0, 100, 100.0, p), 0.0);
        assert_eq!(weight(1, 10, 0.0, p), 1.0);
        assert_eq!(weight(0, 0, 0.0, Params { k1: 0.0, b: 0.0 }), 0.0);
    }

    #[test]
    fn the_sum_of_contributions_does_not_depend_on_their_order() {
        let parts: Vec<u32> = (1..50).map(|i| contribution(idf(1000, i), 1.0 + 1.0 / i as f32)).collect();
        let forward = parts.iter().fold(0u32, |s, &c| s.saturating_add(c));
        let backward = parts.iter().rev().fold(0u32, |s, &c| s.saturating_add(c));
        assert_eq!(forward, backward);
        assert!((score(contribution(2.5, 1.5)) - 3.75).abs() < 1e-4);
    }

    #[test]
    fn no_score_exceeds_the_maximum() {
        let p = Params::default();
        let idfs = [idf(50, 1), idf(50, 7), idf(50, 50)];
        let best = idfs.iter().fold(0u32, |s, &i| s.saturating_add(contribution(i, weight(u16::MAX, 0, 100.0, p))));
        assert!(score(best) <= maximum(idfs, p));
    }
}
