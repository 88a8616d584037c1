use super::*;
use crate::Error;
use proptest::prelude::*;

fn words_of(text: &str) -> Vec<String> {
    let mut out = Vec::new();
    words::unicode(text, |w| out.push(w.to_owned()));
    out
}

fn same(a: &str, b: &str) {
    let mut analyzer = Analyzer::new(Language::English);
    assert_eq!(analyzer.analyse(a), analyzer.analyse(b), "{a} / {b}");
}

#[test]
fn words_are_found_in_many_kinds_of_text() {
    for (text, expected) in [
        ("the quick brown fox", "the|quick|brown|fox"),
        ("can't 3.14 1,000 U.S. module.function_name key:value", "can't|3.14|1,000|U.S|module|function|name|key|value"),
        ("end.Next http://example.com/a_b", "end|Next|http|example|com|a|b"),
        ("日本語", "日本|本語"),
        ("山", "山"),
        ("Tokyo東京 tower", "Tokyo|東京|tower"),
        ("สวัสดี", "สว|วั|ัส|สด|ดี"),
        ("привет, мир", "привет|мир"),
        ("한국어 문장", "한국어|문장"),
        ("  \n--- ", ""),
    ] {
        assert_eq!(words_of(text).join("|"), expected, "{text}");
    }
}

#[test]
fn a_vocabulary_larger_than_the_cache_keeps_its_terms() {
    let mut kept = Analyzer::new(Language::English);
    let text = |i: u32| (i..i + 500).map(|n| format!("walk{n}ing ")).collect::<String>();
    for i in (0..60_000).step_by(500) {
        kept.analyse(&text(i));
    }
    assert!(kept.cache.len() > CACHE, "the cache has grown");
    for i in (0..60_000).step_by(5_000) {
        assert_eq!(kept.analyse(&text(i)), Analyzer::new(Language::English).analyse(&text(i)), "{i}");
    }
}

proptest! {
    #[test]
    fn ascii_text_has_the_same_words_on_both_paths(text in "[ -~\\n]{0,60}|[a-cA-C0-2.,;:_'@ ]{0,40}") {
        let mut fast = Vec::new();
        words::ascii(&text, |w| fast.push(w.to_owned()));
        prop_assert_eq!(fast, words_of(&text));
    }

    #[test]
    fn any_text_has_terms_in_order_that_do_not_depend_on_what_was_analysed_before(texts in prop::collection::vec("\\PC{0,40}", 1..8)) {
        let mut reused = Analyzer::new(Language::English);
        for text in &texts {
            let terms = reused.analyse(text);
            prop_assert_eq!(&terms, &Analyzer::new(Language::English).analyse(text));
            prop_assert!(terms.terms.is_sorted_by(|a, b| a.0 < b.0));
            prop_assert_eq!(terms.terms.iter().map(|t| u32::from(t.1)).sum::<u32>(), terms.length);
        }
    }
}

#[test]
fn case_inflection_and_stop_words_make_no_difference() {
    same("The boats were SAILING", "boat sails");
    same("Ana's boat", "Ana boat");
    same("Ana\u{2019}s boat", "Ana's boat");
    same("caf\u{e9} society", "cafe society");
    same("\u{FF22}oat \u{FB01}sh", "boat fish");
}

#[test]
fn a_text_of_nothing_but_stop_words_keeps_them() {
    let mut analyzer = Analyzer::new(Language::English);
    assert_eq!(analyzer.analyse("to be or not to be").length, 6);
    assert_eq!(analyzer.analyse("to be a boat").length, 1);
    assert_eq!(analyzer.query_terms("who is it").terms.len(), 3);
    assert_eq!(analyzer.analyse(""), Terms::default());
}

#[test]
fn frequencies_are_counted_and_hashes_never_change() {
    let mut analyzer = Analyzer::new(Language::English);
    let terms = analyzer.analyse("boat, boats and a ship");
    assert_eq!(terms.length, 3);
    let expected = [(xxh3_64(b"boat"), 2), (xxh3_64(b"ship"), 1)];
    assert!(expected.iter().all(|t| terms.terms.contains(t)) && terms.terms.len() == 2);
    // Stored in the region and compared across versions: a change of this number is a change of format.
    assert_eq!(xxh3_64(b"boat"), 6_817_618_695_202_739_206);
}

#[test]
fn languages_are_read_by_name_and_differ() {
    for &language in Language::ALL {
        assert_eq!(language.name().to_uppercase().parse(), Ok(language));
        assert_eq!(language.to_string().parse(), Ok(language));
    }
    assert_eq!(Language::ALL.len(), 19);
    assert_eq!(Language::default(), Language::English);
    assert_eq!("klingon".parse::<Language>(), Err(Error::UnsupportedLanguage("klingon".into())));
    let terms = |language: Language, text: &str| Analyzer::new(language).analyse(text);
    assert_ne!(terms(Language::None, "boats"), terms(Language::English, "boats"));
    assert_eq!(terms(Language::None, "the boats").length, 2);
    assert_ne!(terms(Language::French, "pêche"), terms(Language::French, "peche"));
    assert_eq!(terms(Language::German, "Häuser"), terms(Language::German, "Haus"));
}

#[test]
fn very_long_texts_and_words_saturate_and_do_not_fail() {
    let mut analyzer = Analyzer::new(Language::English);
    let terms = analyzer.analyse(&"boat ".repeat(70_000));
    assert_eq!((terms.terms.len(), terms.terms[0].1, terms.length), (1, u16::MAX, 70_000));
    assert_eq!(analyzer.analyse(&"x".repeat(1 << 20)).length, 1);
}
