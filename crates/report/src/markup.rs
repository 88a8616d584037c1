//! A writer of markup that cannot forget to escape.

use std::fmt::{Display, Write};

/// Attributes of an element.
pub type Attributes<'a> = &'a [(&'a str, &'a dyn Display)];

/// Markup that is being written.
#[derive(Default)]
pub struct Markup {
    out: String,
}

impl Markup {
    /// An element with what `inner` writes into it.
    pub fn element(&mut self, name: &str, attributes: Attributes<'_>, inner: impl FnOnce(&mut Markup)) {
        self.start(name, attributes);
        self.out.push('>');
        inner(self);
        // Writing to a string cannot fail.
        let _ = write!(self.out, "</{name}>");
    }

    /// An element with nothing in it.
    pub fn empty(&mut self, name: &str, attributes: Attributes<'_>) {
        self.start(name, attributes);
        self.out.push_str("/>");
    }

    /// An element with text in it.
    pub fn leaf(&mut self, name: &str, attributes: Attributes<'_>, text: impl Display) {
        self.element(name, attributes, |m| m.text(text));
    }

    pub fn text(&mut self, text: impl Display) {
        escape(&mut self.out, &text.to_string());
    }

    /// Goes to another line, for those who read the source.
    pub fn line(&mut self) {
        self.out.push('\n');
    }

    /// A style sheet of ours, as it is: it has none of the characters that would need escaping.
    pub fn style(&mut self, sheet: &'static str) {
        debug_assert!(!sheet.contains(['<', '&']));
        self.element("style", &[], |m| m.out.push_str(sheet));
    }

    pub fn finish(self) -> String {
        self.out
    }

    fn start(&mut self, name: &str, attributes: Attributes<'_>) {
        self.out.push('<');
        self.out.push_str(name);
        for (name, value) in attributes {
            let _ = write!(self.out, " {name}=\"");
            escape(&mut self.out, &value.to_string());
            self.out.push('"');
        }
    }
}

/// Text as it may stand in an element or a quoted attribute. Characters that XML has no place for become U+FFFD.
fn escape(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\t' | '\n' | '\r' => out.push(' '),
            '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            // Would turn what stands beside it around.
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_text_is_read_back_and_is_nothing_but_text(text in any::<String>()) {
            let mut m = Markup::default();
            m.element("p", &[("title", &text)], |m| m.text(&text));
            let written = m.finish();
            let read = roxmltree::Document::parse(&written).unwrap();
            let p = read.root_element();
            prop_assert_eq!(p.children().filter(|c| c.is_element()).count(), 0);
            prop_assert_eq!(p.text().unwrap_or_default().chars().count(), text.chars().count());
            prop_assert_eq!(p.attribute("title").unwrap_or_default(), p.text().unwrap_or_default());
        }
    }
}
