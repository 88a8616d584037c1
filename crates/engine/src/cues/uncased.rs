//! Text in scripts without capitals, where names do not show: its words are cues, and the rare ones carry.
//!
//! A mention weighs ln(1 + N/df) and a cue that many memories share passes little on, so what is frequent does no harm; which
//! words are rare need not be known when a memory is written.

use super::normalise;
use crate::text;

/// The most cues of one text.
const MOST: usize = 48;

/// Words of three or more letters without case, and pairs of characters where a script has no spaces, with their places.
pub(super) fn names(text: &str, found: &mut Vec<(usize, String)>) {
    if text.is_ascii() {
        return;
    }
    let mut left = MOST;
    text::each_word(text, |word| {
        let letters = word.chars().count();
        let long_enough = letters >= if text::is_dense_script(word) { 2 } else { 3 };
        if left > 0 && long_enough && word.chars().all(is_uncased) {
            let name = normalise(word);
            if !found.iter().any(|f| f.1 == name) {
                // The word is a part of the text.
                found.push((word.as_ptr() as usize - text.as_ptr() as usize, name));
                left -= 1;
            }
        }
    });
}

/// A letter or a mark of a script that has no capitals.
fn is_uncased(c: char) -> bool {
    !(c.is_ascii() || c.is_numeric() || c.is_uppercase() || c.is_lowercase())
}
