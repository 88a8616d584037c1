//! An explanation as text, in the manner of EXPLAIN: an indented tree, results first, then the counts of the whole.

use super::explain::{Explanation, Result};

/// Characters of a content that are shown.
const SHOWN: usize = 60;

/// The lines of the text.
pub fn text(e: &Explanation) -> Vec<String> {
    let mut out = vec![format!(
        "Recall  (space={} k={} hops={} memories={} rows={})",
        e.space,
        e.k,
        e.hops,
        e.memories,
        e.results.len()
    )];
    for (n, result) in (1..).zip(&e.results) {
        out.push(format!(
            "  ->  {n}. {:.3}  {}  ({})",
            result.row.score,
            beginning(&result.row.row.content),
            signals(result)
        ));
        for line in &result.lines {
            if line.signal == "lexical" && line.share > Some(0.0) {
                out.push(format!("          Words: {:.2} {}", line.value.unwrap_or(0.0), line.detail));
            }
        }
        if let Some(decay) = result.lines.iter().find(|line| line.signal == "decay") {
            out.push(format!("          Decay: retrievability {:.3}; {}", decay.value.unwrap_or(0.0), decay.detail));
        }
        if !result.cues.is_empty() {
            out.push(format!("          Cues: {}", result.cues));
        }
        if let Some(path) = &result.path {
            out.push(format!("          Path: {path}"));
        }
    }
    for line in &e.statement {
        let (name, count) = (capitalised(line.signal), line.value);
        out.push(match count {
            Some(count) => format!("  {name}: {count} {}", line.detail),
            None => format!("  {name}: {}", line.detail),
        });
    }
    out
}

/// `dense=0.41 38%` for each signal that contributes.
fn signals(result: &Result) -> String {
    let contributes = result.lines.iter().filter(|line| line.share > Some(0.0));
    let shown = contributes.map(|line| {
        let (value, share) = (line.value.unwrap_or(0.0), line.share.unwrap_or(0.0));
        // Activation is a small share of a whole: more digits.
        let value =
            if matches!(line.signal, "dense" | "lexical") { format!("{value:.2}") } else { format!("{value:.4}") };
        format!("{}={value} share={:.0}%", line.signal, share * 100.0)
    });
    shown.collect::<Vec<_>>().join(", ")
}

/// The first characters of a content on one line.
fn beginning(content: &str) -> String {
    let mut words = String::new();
    for word in content.split_whitespace() {
        if !words.is_empty() {
            words.push(' ');
        }
        words.push_str(word);
        if words.len() > SHOWN * 4 {
            break;
        }
    }
    match words.char_indices().nth(SHOWN) {
        Some((end, _)) => words[..end].trim_end().to_owned() + "...",
        None => words,
    }
}

fn capitalised(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}
