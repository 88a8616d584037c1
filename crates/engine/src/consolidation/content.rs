//! What a belief says: a sentence of its most central episode, how often, and what else its episodes speak of.
//!
//! The form is `QUOTE (N times; also: TERM, TERM)`, for instance `Maria waters the plants on Fridays. (7 times; also: balcony, tomatoes)`.
//! Terms that stand in the quote already are left out of it; without any the form is `QUOTE (N times)`. The few words
//! around the quote are English whatever the language of the space.

use unicode_segmentation::UnicodeSegmentation;

/// The longest quote, in characters. A longer text is cut after the last sentence that fits, or else after the last word.
pub const LONGEST_QUOTE: usize = 280;

/// Stands where text was cut off.
pub const CUT: &str = " ...";

/// What a belief quotes of a text: all of it on one line, or as much as fits.
pub fn quote(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let Some((limit, _)) = line.char_indices().nth(LONGEST_QUOTE) else {
        return line;
    };
    let ends = |parts: &mut dyn Iterator<Item = (usize, &str)>| {
        parts.map(|(at, part)| at + part.trim_end().len()).take_while(|&end| end <= limit).last()
    };
    let end = ends(&mut line.split_sentence_bound_indices())
        .or_else(|| ends(&mut line.split_word_bound_indices()))
        .filter(|&end| end > 0)
        .unwrap_or(limit);
    format!("{}{CUT}", line[..end].trim_end())
}

/// The content of a belief.
pub fn compose(quote: &str, count: u32, terms: &[String]) -> String {
    let said = quote.to_lowercase();
    let also: Vec<&str> =
        terms.iter().filter(|term| !said.contains(&term.to_lowercase())).map(String::as_str).collect();
    let times = if count == 1 { "1 time".to_owned() } else { format!("{count} times") };
    if also.is_empty() { format!("{quote} ({times})") } else { format!("{quote} ({times}; also: {})", also.join(", ")) }
}

/// Whether a belief quotes a text.
pub fn quotes(belief_quote: &str, text: &str) -> bool {
    quote(text) == belief_quote
}
