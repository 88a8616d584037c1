//! The encoder's tokens are those of the reference: on languages, on every character, on random text, and on a file.

use engram_encoder_test::Reference;
use engram_engine::encoder::token_ids;
use proptest::prelude::*;
use std::sync::LazyLock;

static REFERENCE: LazyLock<Reference> = LazyLock::new(Reference::new);

#[track_caller]
fn check(text: &str) {
    assert_eq!(token_ids(text), REFERENCE.token_ids(text), "{text:?}");
}

#[test]
fn sentences_in_many_languages() {
    let corpus = include_str!("../data/languages.txt");
    assert!(corpus.lines().count() >= 40);
    corpus.lines().for_each(check);
    check(corpus);
}

#[test]
fn every_character_by_itself_and_between_others() {
    // Beyond plane 3 only a few are assigned: of the rest (unassigned, private) a sample suffices here.
    let assigned = (0..0x40000).chain(0xE0000..0xE1000);
    for c in assigned.chain((0x40000..=0x10FFFF).step_by(257)).filter_map(char::from_u32) {
        check(&format!("{c} a{c}b {c}{c}e\u{301}{c} x\u{302e}{c}\u{300}.{c}"));
    }
}

#[test]
fn every_word_of_the_vocabulary_alone_and_in_a_longer_word() {
    for word in include_str!("../data/vocab.txt").lines() {
        let bare = word.strip_prefix("##").unwrap_or(word);
        check(bare);
        check(&format!("un{bare}{bare}"));
    }
}

#[test]
fn the_longest_word_has_a_hundred_characters() {
    for n in [99, 100, 101, 250] {
        for piece in ["a", "\u{e9}", "\u{4f60}", "\u{1d5}", "\u{10400}", "\u{130}", "\u{df}"] {
            check(&piece.repeat(n));
            check(&format!("{}\u{301}\u{ad}", piece.repeat(n)));
            check(&format!("so {},{} it", piece.repeat(n), piece.repeat(n)));
        }
    }
}

#[test]
fn controls_and_marks_out_of_order() {
    check("e\u{1}\u{301}\u{302e}\u{7f}\u{327}x");
    check("\u{0}\u{b}a\u{c}b\u{85}c\u{2028}d\u{a0}e\u{200b}f\u{feff}g\u{fffd}h\u{e000}i");
    check("I\u{307}stanbul \u{130}stanbul \u{3a3}\u{399}\u{3a3} \u{1e9e} \u{212a}m \u{fb01}n");
    check("don't stop\u{2014}ever\u{2026} [SEP] [UNK] \u{ff01}\u{3002}\u{1f600}\u{200d}\u{1f468}");
}

/// For a run by hand on a large corpus: `ENCODER_CORPUS=FILE cargo test --release -p engram-encoder-test corpus -- --nocapture`.
#[test]
fn the_lines_of_a_corpus() {
    let Some(path) = std::env::var_os("ENCODER_CORPUS") else { return };
    let bytes = std::fs::read(path).unwrap();
    let corpus = String::from_utf8_lossy(&bytes);
    let (mut lines, mut tokens, mut unknown) = (0, 0, 0);
    for line in corpus.lines() {
        check(line);
        let ids = token_ids(line);
        lines += 1;
        tokens += ids.len();
        unknown += ids.iter().filter(|&&id| id == 100).count();
    }
    println!("{lines} lines, {tokens} tokens, {unknown} of them unknown: all equal");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_text(text in "\\PC{0,60}") {
        check(&text);
    }

    #[test]
    fn random_code_points(chars in proptest::collection::vec(any::<char>(), 0..60)) {
        check(&chars.into_iter().collect::<String>());
    }

    #[test]
    fn random_words_with_accents_and_controls(text in "([a-zA-Z0-9 .,'\u{c0}-\u{24f}\u{300}-\u{36f}\u{1}-\u{20}\u{590}-\u{6ff}\u{900}-\u{e7f}\u{1100}-\u{11ff}\u{302a}-\u{30ff}\u{ac00}-\u{acff}]){0,40}") {
        check(&text);
    }
}
