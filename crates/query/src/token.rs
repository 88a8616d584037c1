//! Text to tokens. What cannot be one becomes the last token, so that an error before it is reported first.

use crate::fault::Fault;
use crate::params::Params;

/// A token and where it begins, in bytes.
#[derive(Clone, Debug)]
pub struct Token<'a> {
    pub what: What<'a>,
    pub offset: usize,
    /// As it was written.
    pub text: &'a str,
}

#[derive(Clone, Debug)]
pub enum What<'a> {
    /// A keyword or a name.
    Word(&'a str),
    /// What is between quotes.
    Text(String),
    Id([u8; 16]),
    /// As JSON writes it.
    Number(&'a str),
    /// Begins as a date does.
    Time(&'a str),
    Vector(Vec<f32>),
    /// A JSON object.
    Object(&'a str),
    Sign(&'static str),
    Wrong(Box<Fault>),
}

/// Signs, the longer ones first.
const SIGNS: [&str; 11] = ["<=", ">=", "<", ">", "=", ",", ".", ";", "-", "(", ")"];
/// Most elements of a vector, as many as pgvector has.
pub const MOST_ELEMENTS: usize = 16_000;

/// The tokens of a text, with values in place of its parameters.
pub fn tokens<'a>(text: &'a str, params: &'a Params) -> Vec<Token<'a>> {
    let mut out = Vec::new();
    let mut at = 0;
    loop {
        at = past_blanks(text, at);
        let Some(first) = text[at..].chars().next() else { return out };
        if first == '$' {
            let length = 1 + word_length(&text[at + 1..]);
            let token = |what| Token { what, offset: at, text: &text[at..at + length] };
            match params.tokens(&text[at + 1..at + length]) {
                Some(values) => out.extend(values.into_iter().map(token)),
                None => {
                    let fault = Fault::parameter(at, &text[at..at + length]);
                    out.push(token(What::Wrong(Box::new(fault))));
                    return out;
                }
            }
            at += length;
            continue;
        }
        let (what, length) = match token(&text[at..], first) {
            Ok(read) => read,
            Err((inside, message)) => {
                let fault = Fault::syntax(at + inside, message);
                out.push(Token { what: What::Wrong(Box::new(fault)), offset: at, text: &text[at..] });
                return out;
            }
        };
        out.push(Token { what, offset: at, text: &text[at..at + length] });
        at += length;
    }
}

/// The first byte after white space and comments.
fn past_blanks(text: &str, mut at: usize) -> usize {
    loop {
        let rest = &text[at..];
        let blank = rest.len() - rest.trim_start().len();
        if blank > 0 {
            at += blank;
        } else if rest.starts_with("--") {
            at += rest.find('\n').unwrap_or(rest.len());
        } else {
            return at;
        }
    }
}

/// Where in the token, and what is wrong with it.
type Wrong = (usize, String);

fn token(rest: &str, first: char) -> Result<(What<'_>, usize), Wrong> {
    if first.is_ascii_hexdigit()
        && let Some(id) = id(rest)
    {
        return Ok((What::Id(id), 36));
    }
    match first {
        '"' | '\'' => quoted(rest, first),
        '[' => vector(rest),
        '{' => object(rest),
        c if c.is_alphabetic() || c == '_' => {
            let length = word_length(rest);
            Ok((What::Word(&rest[..length]), length))
        }
        c if c.is_ascii_digit() || (c == '-' && rest[1..].starts_with(|c: char| c.is_ascii_digit())) => {
            number_or_time(rest)
        }
        _ => match SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
            Some(sign) => Ok((What::Sign(sign), sign.len())),
            None => Err((0, format!("syntax error at \"{first}\""))),
        },
    }
}

fn word_length(rest: &str) -> usize {
    rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len())
}

/// A text that is a uuid and nothing else.
pub fn whole_id(text: &str) -> Option<[u8; 16]> {
    id(text).filter(|_| text.len() == 36)
}

/// A uuid that does not go on.
fn id(rest: &str) -> Option<[u8; 16]> {
    let text = rest.get(..36)?;
    if rest[36..].starts_with(|c: char| c.is_alphanumeric() || c == '-' || c == '_') {
        return None;
    }
    let mut id = [0; 16];
    let mut digits = 0;
    for (at, byte) in text.bytes().enumerate() {
        if matches!(at, 8 | 13 | 18 | 23) {
            if byte != b'-' {
                return None;
            }
            continue;
        }
        let digit = char::from(byte).to_digit(16)? as u8;
        id[digits / 2] = id[digits / 2] << 4 | digit;
        digits += 1;
    }
    Some(id)
}

/// A text between quotes; a backslash says that the next character is meant, or a line feed, a tab.
fn quoted(rest: &str, quote: char) -> Result<(What<'_>, usize), Wrong> {
    let mut text = String::new();
    let mut chars = rest.char_indices().skip(1);
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some((_, 'n')) => text.push('\n'),
                Some((_, 't')) => text.push('\t'),
                Some((_, 'r')) => text.push('\r'),
                Some((_, c @ ('"' | '\'' | '\\'))) => text.push(c),
                Some((_, other)) => return Err((at, format!("\"\\{other}\" has no meaning in a text"))),
                None => break,
            },
            c if c == quote => return Ok((What::Text(text), at + c.len_utf8())),
            '\0' => return Err((at, "a text cannot hold the character 0".to_owned())),
            c => text.push(c),
        }
    }
    Err((0, "unterminated text".to_owned()))
}

/// Numbers between brackets.
fn vector(rest: &str) -> Result<(What<'_>, usize), Wrong> {
    let mut elements = Vec::new();
    let mut at = past_blanks(rest, 1);
    loop {
        let length = number_length(&rest[at..]);
        let element = rest[at..at + length].parse::<f32>();
        match element {
            Ok(element) if length > 0 && element.is_finite() => elements.push(element),
            Ok(_) if length > 0 => return Err((at, format!("{} is too large", &rest[at..at + length]))),
            _ => return Err((at, "a vector consists of numbers".to_owned())),
        }
        if elements.len() > MOST_ELEMENTS {
            return Err((at, format!("a vector has at most {MOST_ELEMENTS} elements")));
        }
        at = past_blanks(rest, at + length);
        match rest[at..].chars().next() {
            Some(',') => at = past_blanks(rest, at + 1),
            Some(']') => return Ok((What::Vector(elements), at + 1)),
            Some(_) => return Err((at, "elements of a vector are separated by commas".to_owned())),
            None => return Err((0, "unterminated vector".to_owned())),
        }
    }
}

/// A JSON object.
fn object(rest: &str) -> Result<(What<'_>, usize), Wrong> {
    let mut values = serde_json::Deserializer::from_str(rest).into_iter::<serde_json::Value>();
    match values.next() {
        Some(Ok(_)) => {
            let length = values.byte_offset();
            Ok((What::Object(&rest[..length]), length))
        }
        Some(Err(e)) if e.is_eof() => Err((0, "unterminated JSON object".to_owned())),
        Some(Err(e)) => {
            let before: usize = rest.split_inclusive('\n').take(e.line().saturating_sub(1)).map(str::len).sum();
            let mut at = (before + e.column().saturating_sub(1)).min(rest.len());
            while !rest.is_char_boundary(at) {
                at -= 1;
            }
            let reason = e.to_string();
            let reason = reason.split(" at line ").next().unwrap_or(&reason);
            Err((at, format!("invalid JSON: {reason}")))
        }
        None => Err((0, "unterminated JSON object".to_owned())),
    }
}

fn number_or_time(rest: &str) -> Result<(What<'_>, usize), Wrong> {
    let word = rest[1..].find(|c: char| !(c.is_alphanumeric() || "._:+-".contains(c))).map_or(rest.len(), |n| n + 1);
    let word = rest[..word].find("--").unwrap_or(word);
    let word = &rest[..word];
    let digits = word.bytes().take_while(u8::is_ascii_digit).count();
    if digits >= 4 && word[digits..].starts_with('-') {
        return Ok((What::Time(word), word.len()));
    }
    let length = number_length(rest);
    if length == word.len() {
        return Ok((What::Number(word), length));
    }
    Err((0, format!("\"{word}\" is no number, date or id")))
}

/// Bytes of the number that a text begins with, as JSON writes numbers; zero for none.
fn number_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let digits = |from: usize| bytes[from..].iter().take_while(|b| b.is_ascii_digit()).count();
    let mut at = usize::from(bytes.first() == Some(&b'-'));
    let whole = digits(at);
    if whole == 0 || (whole > 1 && bytes[at] == b'0') {
        return 0;
    }
    at += whole;
    if bytes.get(at) == Some(&b'.') {
        let fraction = digits(at + 1);
        if fraction == 0 {
            return 0;
        }
        at += 1 + fraction;
    }
    if let Some(b'e' | b'E') = bytes.get(at) {
        let sign = usize::from(matches!(bytes.get(at + 1), Some(b'+' | b'-')));
        let exponent = digits(at + 1 + sign);
        if exponent == 0 {
            return 0;
        }
        at += 1 + sign + exponent;
    }
    at
}
