//! Numbers as people read them.

/// A count with its thousands apart.
pub fn count(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() * 4 / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A count where there is little room: 1234 is 1.2k.
pub fn short(n: f64) -> String {
    let (scaled, unit) = match n.abs() {
        a if a >= 1e9 => (n / 1e9, "G"),
        a if a >= 1e6 => (n / 1e6, "M"),
        a if a >= 1e3 => (n / 1e3, "k"),
        _ => (n, ""),
    };
    format!("{}{unit}", figure(scaled))
}

/// Three digits, without zeros at the end.
pub fn figure(x: f64) -> String {
    if !x.is_finite() {
        return "-".to_owned();
    }
    let decimals = match x.abs() {
        a if a >= 100.0 => 0,
        a if a >= 10.0 => 1,
        a if a >= 1.0 => 2,
        _ => 3,
    };
    let text = format!("{x:.decimals$}");
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

pub fn bytes(n: u64) -> String {
    let mut scaled = n as f64;
    for unit in ["B", "kB", "MB", "GB"] {
        if scaled < 1024.0 {
            return format!("{} {unit}", figure(scaled));
        }
        scaled /= 1024.0;
    }
    format!("{} TB", figure(scaled))
}

/// A duration in the unit that fits.
pub fn seconds(s: f64) -> String {
    match s {
        s if !s.is_finite() => "-".to_owned(),
        s if s <= 0.0 => "0 s".to_owned(),
        s if s < 1e-3 => format!("{} µs", figure(s * 1e6)),
        s if s < 1.0 => format!("{} ms", figure(s * 1e3)),
        s if s < 120.0 => format!("{} s", figure(s)),
        s if s < 7200.0 => format!("{} min", figure(s / 60.0)),
        s if s < 172_800.0 => format!("{} h", figure(s / 3600.0)),
        s => format!("{} days", figure(s / 86_400.0)),
    }
}

pub fn percent(share: f64) -> String {
    if !share.is_finite() {
        return "-".to_owned();
    }
    format!("{} %", figure((share * 1000.0).round() / 10.0))
}

/// The start of a text: at most `n` characters, on one line.
pub fn start(text: &str, n: usize) -> String {
    let mut words = String::new();
    for word in text.split_whitespace() {
        if !words.is_empty() {
            words.push(' ');
        }
        words.push_str(word);
        // Four bytes are the most that a character takes.
        if words.len() > n * 4 {
            break;
        }
    }
    if words.chars().count() <= n {
        return words;
    }
    let mut cut: String = words.chars().take(n.saturating_sub(1)).collect();
    cut.truncate(cut.trim_end().len());
    cut.push('…');
    cut
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        assert_eq!(
            ["0", "999", "1,000", "1,234,567"],
            [0, 999, 1000, 1_234_567].map(count).each_ref().map(String::as_str)
        );
        assert_eq!(["0", "1.23k", "45.6M"], [0.0, 1234.0, 45_600_000.0].map(short).each_ref().map(String::as_str));
        assert_eq!(["0 B", "1.5 kB", "64 MB"], [0, 1536, 64 << 20].map(bytes).each_ref().map(String::as_str));
        assert_eq!(
            ["50 µs", "2.5 ms", "90 s", "2 h", "3 days"],
            [5e-5, 2.5e-3, 90.0, 7200.0, 259_200.0].map(seconds).each_ref().map(String::as_str)
        );
        assert_eq!(["0 %", "12.5 %", "100 %"], [0.0, 0.125, 1.0].map(percent).each_ref().map(String::as_str));
    }

    #[test]
    fn the_start_of_a_text_has_one_line_and_no_half_of_a_character() {
        assert_eq!("one two", start(" one\n\ttwo ", 7));
        assert_eq!("one…", start("one two", 5));
        assert_eq!("ééé…", start("éééééé", 4));
        assert_eq!("", start("", 4));
    }
}
