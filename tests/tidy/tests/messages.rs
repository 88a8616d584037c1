//! The wording of what users read: the server's style guide, as far as text shows it.

use engram_tidy::{assert_none, files, is_test, lines_of, literals_of};
use regex::Regex;

/// Error messages are the literals of these files and of `#[error("...")]`-like places.
const SOURCES: &[&str] = &["src/error.rs", "src/error/", "crates/engine/src/error.rs", "crates/region/src/error.rs"];

/// A hint or a detail is a sentence: it begins with a capital letter and ends with a period.
fn is_sentence(text: &str) -> bool {
    text.starts_with(|c: char| c.is_uppercase()) && text.ends_with('.')
}

#[test]
fn a_message_begins_small_and_ends_without_a_period() {
    let acronym = Regex::new(r"^[A-Z]{2,}\b").unwrap();
    let mut found = Vec::new();
    for file in files(&[".rs"]) {
        if !SOURCES.iter().any(|source| file.path.starts_with(source)) {
            continue;
        }
        for (line, literal) in literals_of(&file.text) {
            // One word is a name or a SQLSTATE, no message.
            if !literal.contains(' ') || is_sentence(&literal) {
                continue;
            }
            let shouts = literal.starts_with(|c: char| c.is_uppercase()) && !acronym.is_match(&literal);
            if shouts || literal.ends_with('.') {
                found.push(format!("{}:{line}: {literal}", file.path));
            }
        }
    }
    assert_none("neither a message (small, no period) nor a sentence (Capital, period)", &found);
}

#[test]
fn a_message_has_no_words_the_server_avoids() {
    let avoided = Regex::new(r"(?i)\b(unable|illegal|bad|unknown|oops|sorry|please)\b").unwrap();
    let mut found = Vec::new();
    for file in files(&[".rs"]) {
        if !SOURCES.iter().any(|source| file.path.starts_with(source)) {
            continue;
        }
        for (line, literal) in literals_of(&file.text) {
            if literal.contains(' ') && avoided.is_match(&literal) {
                found.push(format!("{}:{line}: {literal}", file.path));
            }
        }
    }
    assert_none("words that the server's style guide avoids", &found);
}

#[test]
fn an_error_goes_through_the_table_of_errors() {
    // pgrx::error! has no SQLSTATE, and a client could not tell one error from another.
    let bare = Regex::new(r"\b(pgrx::)?error!\(").unwrap();
    let mut found = Vec::new();
    for file in files(&[".rs"]) {
        if !file.path.starts_with("src/") || is_test(&file.path) {
            continue;
        }
        for (index, line) in lines_of(&file.text).iter().enumerate() {
            if bare.is_match(&line.code) {
                found.push(format!("{}:{}: {}", file.path, index + 1, line.code.trim()));
            }
        }
    }
    assert_none("an error without a SQLSTATE", &found);
}
