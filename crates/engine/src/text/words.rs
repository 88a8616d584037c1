//! Word boundaries.

use unicode_segmentation::UnicodeSegmentation;

/// Calls `word` for each word of a text known to be ASCII, in order, in the case it has.
///
/// The same boundaries as [`unicode`] by a single pass over bytes: a word is a run of letters and digits, which an apostrophe
/// joins between letters, a comma or semicolon between digits, and a period between digits or single letters.
pub(super) fn ascii<'t>(text: &'t str, mut word: impl FnMut(&'t str)) {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        if !bytes[at].is_ascii_alphanumeric() {
            at += 1;
            continue;
        }
        let start = at;
        let mut dotted = false;
        loop {
            while at < bytes.len() && bytes[at].is_ascii_alphanumeric() {
                at += 1;
            }
            match (bytes.get(at), bytes.get(at + 1)) {
                (Some(&joiner), Some(&next)) if joins(bytes[at - 1], joiner, next) => {
                    dotted |= joiner == b'.';
                    at += 1;
                }
                _ => break,
            }
        }
        if dotted {
            split(&text[start..at], &mut word);
        } else {
            word(&text[start..at]);
        }
    }
}

/// Rules WB6, WB7, WB11 and WB12 of annex 29 for ASCII, without the colon, which always splits here.
fn joins(before: u8, joiner: u8, after: u8) -> bool {
    let letters = before.is_ascii_alphabetic() && after.is_ascii_alphabetic();
    let digits = before.is_ascii_digit() && after.is_ascii_digit();
    match joiner {
        b'\'' | b'.' => letters || digits,
        b',' | b';' => digits,
        _ => false,
    }
}

/// Calls `word` for each word of any text, in order; runs of a script without spaces as overlapping pairs of characters.
pub(super) fn unicode<'t>(text: &'t str, mut word: impl FnMut(&'t str)) {
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let dense = is_dense(first);
        let end = rest.char_indices().find(|&(_, c)| is_dense(c) != dense).map_or(rest.len(), |(at, _)| at);
        let (run, after) = rest.split_at(end);
        if dense {
            pairs(run, &mut word);
        } else {
            for segment in run.unicode_words() {
                if segment.bytes().any(|b| matches!(b, b'.' | b':' | b'_')) {
                    for part in segment.split([':', '_']) {
                        split(part, &mut word);
                    }
                } else {
                    word(segment);
                }
            }
        }
        rest = after;
    }
}

/// Splits at periods unless every part is a number or a single letter.
fn split<'t>(segment: &'t str, word: &mut impl FnMut(&'t str)) {
    let whole =
        |part: &str| part.bytes().all(|b| b.is_ascii_digit() || b == b',' || b == b';') || part.chars().count() == 1;
    if !segment.is_empty() && segment.split('.').all(whole) {
        word(segment);
    } else {
        segment.split('.').filter(|part| !part.is_empty()).for_each(word);
    }
}

fn pairs<'t>(run: &'t str, word: &mut impl FnMut(&'t str)) {
    let mut starts = run.char_indices().map(|(at, _)| at).chain([run.len()]);
    let (Some(mut first), Some(mut second)) = (starts.next(), starts.next()) else {
        return;
    };
    let mut alone = true;
    for third in starts {
        word(&run[first..third]);
        (first, second) = (second, third);
        alone = false;
    }
    if alone {
        word(&run[first..second]);
    }
}

/// Letters of the scripts that are written without spaces between words.
pub(super) fn is_dense(c: char) -> bool {
    matches!(c,
        '\u{0E01}'..='\u{0E4E}' // Thai
        | '\u{0E81}'..='\u{0ECD}' | '\u{0EDC}'..='\u{0EDF}' // Lao
        | '\u{1000}'..='\u{103F}' | '\u{1050}'..='\u{108F}' // Myanmar
        | '\u{1780}'..='\u{17D3}' // Khmer
        | '\u{3005}' | '\u{3007}' | '\u{3041}'..='\u{309F}' | '\u{30A1}'..='\u{30FA}' | '\u{30FC}'..='\u{30FF}' // Kana
        | '\u{31F0}'..='\u{31FF}'
        | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{323AF}' // Han
    )
}
