//! Taking Rust source apart into code, comments and string literals, without a parser.

/// One line of Rust source.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct Line {
    /// What is code; each string literal is left as `""`.
    pub code: String,
    /// What is comment, with its slashes.
    pub comment: String,
    /// The string literals that begin on this line.
    pub literals: Vec<String>,
}

/// The lines of `text`, up to its own unit tests (a `#[cfg(test)]` at the left margin): what follows
/// is test code.
pub fn lines_of(text: &str) -> Vec<Line> {
    let end = text.find("\n#[cfg(test)]").map_or(text.len(), |at| at + 1);
    Scanner::new(&text[..end]).run()
}

/// The string literals of `text` outside its own unit tests, with the number of the line each begins on.
pub fn literals_of(text: &str) -> Vec<(usize, String)> {
    let lines = lines_of(text).into_iter().enumerate();
    lines.flat_map(|(index, line)| line.literals.into_iter().map(move |literal| (index + 1, literal))).collect()
}

struct Scanner<'a> {
    rest: &'a str,
    lines: Vec<Line>,
    depth_of_comment: usize,
}

impl<'a> Scanner<'a> {
    fn new(text: &'a str) -> Scanner<'a> {
        Scanner { rest: text, lines: vec![Line::default()], depth_of_comment: 0 }
    }

    fn run(mut self) -> Vec<Line> {
        while !self.rest.is_empty() {
            if self.depth_of_comment > 0 {
                self.block_comment();
            } else if self.rest.starts_with("//") {
                let end = self.rest.find('\n').unwrap_or(self.rest.len());
                let comment = self.take(end);
                self.line().comment.push_str(comment);
            } else if self.rest.starts_with("/*") {
                self.depth_of_comment = 1;
                let open = self.take(2);
                self.line().comment.push_str(open);
            } else if let Some((prefix, closing)) = self.opening_of_raw_string() {
                self.literal(prefix, &closing, false);
            } else if self.rest.starts_with('"') {
                self.literal(1, "\"", true);
            } else if let Some(length) = self.char_literal() {
                let _ = self.take(length);
                self.line().code.push_str("' '");
            } else {
                self.code();
            }
        }
        self.lines
    }

    fn line(&mut self) -> &mut Line {
        self.lines.last_mut().expect("there is always a line")
    }

    fn take(&mut self, length: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at(length);
        self.rest = rest;
        taken
    }

    fn code(&mut self) {
        let width = self.rest.chars().next().map_or(1, char::len_utf8);
        match self.take(width) {
            "\n" => self.lines.push(Line::default()),
            other => self.line().code.push_str(other),
        }
    }

    fn block_comment(&mut self) {
        if self.rest.starts_with("/*") {
            self.depth_of_comment += 1;
            let _ = self.take(2);
        } else if self.rest.starts_with("*/") {
            self.depth_of_comment -= 1;
            let _ = self.take(2);
        } else {
            let width = self.rest.chars().next().map_or(1, char::len_utf8);
            match self.take(width) {
                "\n" => self.lines.push(Line::default()),
                other => self.line().comment.push_str(other),
            }
        }
    }

    /// The length of `r#"` and what closes it, where a raw string begins here and no word goes on.
    fn opening_of_raw_string(&mut self) -> Option<(usize, String)> {
        if self.line().code.ends_with(|c: char| c.is_alphanumeric() || c == '_') && !self.rest.starts_with('"') {
            let ends_with_prefix = self.line().code.ends_with('b') || self.line().code.ends_with('c');
            if !ends_with_prefix {
                return None;
            }
        }
        let after = self.rest.strip_prefix('r')?;
        let hashes = after.bytes().take_while(|byte| *byte == b'#').count();
        after[hashes..].starts_with('"').then(|| (hashes + 2, format!("\"{}", "#".repeat(hashes))))
    }

    fn literal(&mut self, prefix: usize, closing: &str, escapes: bool) {
        let _ = self.take(prefix);
        let start = self.rest;
        let mut length = 0;
        while length < start.len() && !start[length..].starts_with(closing) {
            let mut width = start[length..].chars().next().map_or(1, char::len_utf8);
            if escapes && start[length..].starts_with('\\') {
                width += start[length + 1..].chars().next().map_or(0, char::len_utf8);
            }
            length += width;
        }
        let text = self.take(length.min(start.len()));
        let _ = self.take(closing.len().min(self.rest.len()));
        let line = self.line();
        line.code.push_str("\"\"");
        line.literals.push(text.to_string());
        for _ in 0..text.matches('\n').count() {
            self.lines.push(Line::default());
        }
    }

    /// The length of a character literal that begins here; a lifetime is none.
    fn char_literal(&self) -> Option<usize> {
        let after = self.rest.strip_prefix('\'')?;
        let mut chars = after.char_indices();
        let (_, first) = chars.next()?;
        if first == '\\' {
            // The escaped character may itself be a quote.
            let (at, escaped) = chars.next()?;
            let from = at + escaped.len_utf8();
            return after[from..].find('\'').map(|end| 1 + from + end + 1);
        }
        let (end, quote) = chars.next()?;
        (quote == '\'').then_some(1 + end + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_comments_and_literals_are_told_apart() {
        let text = "let a = \"// no\"; // yes\nlet b = r#\"x \" y\"#; /* one\ntwo */ let c = '\"';\nlet d: &'a str = b\"\\\"q\";";
        let lines = lines_of(text);
        assert_eq!(lines[0].code, "let a = \"\"; ");
        assert_eq!(lines[0].comment, "// yes");
        assert_eq!(lines[0].literals, ["// no"]);
        assert_eq!(lines[1].literals, ["x \" y"]);
        assert_eq!(lines[2].code, " let c = ' ';");
        assert_eq!(lines[3].code, "let d: &'a str = b\"\";");
        assert_eq!(lines[3].literals, ["\\\"q"]);
    }

    #[test]
    fn a_literal_of_many_lines_keeps_the_count() {
        let lines = lines_of("let a = \"one\ntwo\";\nunsafe {}");
        assert_eq!(lines[2].code, "unsafe {}");
    }

    #[test]
    fn unit_tests_are_left_out() {
        assert_eq!(literals_of("const A: &str = \"a\";\n#[cfg(test)]\nmod tests { const B: &str = \"b\"; }").len(), 1);
    }
}
