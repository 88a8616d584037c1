//! Unsafe code stands in few places, and each block says why it is sound.

use engram_tidy::{assert_none, files, is_test, lines_of};
use regex::Regex;

/// The parts that may hold unsafe code.
const PLACES: &[&str] = &["crates/region/", "src/pg/", "src/hot/"];

/// How many lines above a block its reason may stand.
const REACH: usize = 3;

/// An unsafe block, or an `unsafe impl`: what needs a reason. An `unsafe fn` states its contract in its
/// documentation instead.
fn needs_reason() -> Regex {
    Regex::new(r"\bunsafe\s*(\{|impl\b)").unwrap()
}

#[test]
fn unsafe_code_stays_in_its_places() {
    // The attribute #[unsafe(no_mangle)], which a background worker's entry needs, is no such code.
    let word = Regex::new(r"\bunsafe\b\s*([^(\s]|$)").unwrap();
    let mut found = Vec::new();
    for file in files(&[".rs"]) {
        if PLACES.iter().any(|place| file.path.starts_with(place)) || is_test(&file.path) {
            continue;
        }
        for (index, line) in lines_of(&file.text).iter().enumerate() {
            if word.is_match(&line.code) {
                found.push(format!("{}:{}", file.path, index + 1));
            }
        }
    }
    assert_none("unsafe code outside crates/region, src/pg and src/hot", &found);
}

#[test]
fn every_unsafe_block_says_why_it_is_sound() {
    let block = needs_reason();
    let mut found = Vec::new();
    for file in files(&[".rs"]) {
        if is_test(&file.path) {
            continue;
        }
        let lines = lines_of(&file.text);
        for (index, line) in lines.iter().enumerate() {
            if !block.is_match(&line.code) {
                continue;
            }
            // A reason of several lines, and the head of a statement that rustfmt broke, count as one.
            let mut top = index;
            let mut code_lines = 0;
            while top > 0 && code_lines < REACH {
                if lines[top].comment.contains("SAFETY:") {
                    break;
                }
                top -= 1;
                if lines[top].comment.is_empty() {
                    code_lines += 1;
                }
            }
            if !lines[top..=index].iter().any(|line| line.comment.contains("SAFETY:")) {
                found.push(format!("{}:{}", file.path, index + 1));
            }
        }
    }
    assert_none("unsafe without a SAFETY comment within three lines above", &found);
}

#[test]
fn an_unsafe_function_documents_its_contract() {
    let head = Regex::new(r"^\s*pub(\([a-z]+\))?\s+(const\s+)?unsafe\s+fn\b").unwrap();
    let mut found = Vec::new();
    for file in files(&[".rs"]) {
        if is_test(&file.path) {
            continue;
        }
        let lines = lines_of(&file.text);
        for (index, line) in lines.iter().enumerate() {
            if head.is_match(&line.code) {
                let documented = lines[..index]
                    .iter()
                    .rev()
                    .take_while(|line| !line.comment.is_empty() || line.code.trim_start().starts_with("#["))
                    .any(|line| line.comment.contains("# Safety"));
                if !documented {
                    found.push(format!("{}:{}", file.path, index + 1));
                }
            }
        }
    }
    assert_none("a public unsafe fn without a Safety section", &found);
}
