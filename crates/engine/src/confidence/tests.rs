use super::*;
use proptest::prelude::*;

/// Evidence as it occurs: from next to none to thousands of observations.
fn weight() -> impl Strategy<Value = f32> {
    prop_oneof![Just(0.0f32), 0.01f32..2.0, 2.0f32..50.0, 50.0f32..5000.0]
}

fn opinion() -> impl Strategy<Value = Belief> {
    (weight(), weight()).prop_map(|(a, b)| belief(a, b))
}

fn row() -> impl Strategy<Value = Evidence> {
    let unit = || 0.0f32..=1.0;
    (weight(), weight(), unit(), unit(), unit()).prop_map(|(evidence_for, evidence_against, score, decay, spread)| {
        Evidence { evidence_for, evidence_against, score, decay, spread }
    })
}

fn is_proper(x: &Belief) -> bool {
    0.0 <= x.low && x.low <= x.mean && x.mean <= x.high && x.high <= 1.0
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn confidence_stays_in_bounds_and_moves_with_the_evidence(a in weight(), b in weight(), more in 0.05f32..100.0) {
        let before = belief(a, b);
        prop_assert!(is_proper(&before), "{before:?}");
        let (confirmed, contradicted) = (belief(a + more, b), belief(a, b + more));
        prop_assert!(is_proper(&confirmed) && is_proper(&contradicted));
        prop_assert!(confirmed.mean >= before.mean && contradicted.mean <= before.mean);
        prop_assert!(confirmed.mean > before.mean || before.mean > 0.999);
        prop_assert!(contradicted.mean < before.mean || before.mean < 0.001);
        // Numbers this close together are the same one to the search for a quantile.
        prop_assert!(confirmed.low >= before.low - 1e-6 && confirmed.high >= before.high - 1e-6);
        prop_assert!(contradicted.low <= before.low + 1e-6 && contradicted.high <= before.high + 1e-6);
    }

    #[test]
    fn the_interval_shrinks_with_evidence_of_the_same_kind(a in 1.0f32..50.0, b in 1.0f32..50.0, times in 1.5f32..50.0) {
        let (few, many) = (belief(a, b), belief(a * times, b * times));
        prop_assert!((few.mean - many.mean).abs() < 1e-5);
        prop_assert!(many.high - many.low < few.high - few.low, "{few:?} {many:?}");
    }

    #[test]
    fn combinations_stay_in_bounds_and_obey_de_morgan(a in opinion(), b in opinion()) {
        let (both, either) = (and(a, b), or(a, b));
        prop_assert!(is_proper(&both) && is_proper(&either) && is_proper(&not(a)));
        prop_assert!(both.mean <= a.mean.min(b.mean) && either.mean >= a.mean.max(b.mean) - 1e-6);
        let dual = not(and(not(a), not(b)));
        prop_assert!((dual.mean - either.mean).abs() < 1e-5 && (dual.low - either.low).abs() < 1e-5);
        prop_assert_eq!(and(a, b), and(b, a));
        prop_assert_eq!(or(a, b), or(b, a));
    }

    #[test]
    fn an_answer_is_proper_and_its_causes_are_shares(rows in prop::collection::vec(row(), 0..12)) {
        let whole = answer(&rows);
        prop_assert!(is_proper(&whole.belief), "{whole:?}");
        for share in [whole.decay, whole.spread, whole.evidence] {
            prop_assert!((0.0..=1.0).contains(&share), "{whole:?}");
        }
        prop_assert!((whole.decay + whole.spread + whole.evidence - 1.0).abs() < 1e-5);
    }

    #[test]
    fn an_answer_lies_between_its_rows_and_ignorance(rows in prop::collection::vec(row(), 1..12)) {
        let means = rows.iter().map(|r| mean(r.evidence_for, r.evidence_against)).chain([0.5]);
        let (low, high) = means.fold((1.0f32, 0.0f32), |(l, h), m| (l.min(m), h.max(m)));
        let whole = answer(&rows).belief;
        prop_assert!(low - 0.01 <= whole.mean && whole.mean <= high + 0.01, "{low} {whole:?} {high}");
    }
}

fn sure(decay: f32, spread: f32) -> Evidence {
    Evidence { evidence_for: 18.0, evidence_against: 2.0, score: 0.6, decay, spread }
}

#[test]
fn an_answer_of_one_strong_row_is_as_sure_as_the_row() {
    let whole = answer(&[sure(0.0, 0.0)]);
    assert_eq!(whole.belief, belief(18.0, 2.0));
    assert_eq!((whole.decay, whole.spread, whole.evidence), (0.0, 0.0, 1.0));
    // More of the same is no more evidence.
    assert_eq!(answer(&[sure(0.0, 0.0); 3]).belief.mean, whole.belief.mean);
}

#[test]
fn forgetting_and_association_make_an_answer_less_sure() {
    let width = |rows: &[Evidence]| width_of(&answer(rows).belief);
    let mut last = 0.0;
    for decay in [0.0, 0.2, 0.5, 0.9, 1.0] {
        let now = width(&[sure(decay, 0.0)]);
        assert!(now > last, "{decay}");
        last = now;
    }
    assert!(width(&[sure(0.0, 1.0)]) > width(&[sure(0.0, 0.5)]));
    let by_decay = answer(&[sure(0.8, 0.1)]);
    assert!(by_decay.decay > by_decay.spread && by_decay.spread > 0.0);
    // What is forgotten altogether says nothing.
    assert_eq!(answer(&[sure(1.0, 0.0)]).belief, belief(1.0, 1.0));
}

#[test]
fn an_answer_without_rows_knows_nothing() {
    let none = answer(&[]);
    assert_eq!(none.belief, belief(1.0, 1.0));
    assert_eq!((none.decay, none.spread, none.evidence), (0.0, 0.0, 1.0));
}

fn width_of(belief: &Belief) -> f32 {
    belief.high - belief.low
}

#[test]
fn copies_of_one_source_are_told_from_independent_ones() {
    let terms: Vec<u64> = (1..=10).collect();
    let near: Vec<u64> = (1..=11).collect();
    let other: Vec<u64> = (6..=15).collect();
    let source = |name, terms| Source { name, terms };
    let check = |a, b, cited, expected| {
        assert_eq!(are_copies(a, b, cited), expected, "{a:?} {b:?} {cited}");
        assert_eq!(are_copies(b, a, cited), expected);
    };
    check(source(Some("The  Times"), &terms), source(Some("the times"), &other), false, true);
    check(source(Some("the times"), &terms), source(Some("the post"), &terms), false, false);
    check(source(None, &terms), source(None, &near), false, true);
    check(source(None, &terms), source(Some("the post"), &near), false, true);
    check(source(None, &terms), source(None, &other), false, false);
    check(source(None, &[]), source(None, &[]), false, false);
    check(source(Some("the times"), &terms), source(Some("the post"), &other), true, true);
}
