//! Points in time as a query writes them: ISO 8601, a date alone or with a time of day, with or without an offset; or how long ago.

use jiff::civil::{Date, Time};
use jiff::fmt::temporal::Pieces;
use jiff::tz::Offset;
use std::fmt;

/// A point in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    At(At),
    /// So long before now.
    Ago {
        count: u32,
        unit: Unit,
    },
    /// Now, or the midnight that many days before it.
    Now,
    Today,
    Yesterday,
}

/// A date and a time of day. Without an offset it is one of the time zone of whoever asks; a date alone is its midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct At {
    date: Date,
    time: Option<Time>,
    offset: Option<Offset>,
}

/// A stretch of time that has a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    Second,
    Minute,
    Hour,
    Day,
    Week,
    Month,
    Year,
}

impl Unit {
    const ALL: [Unit; 7] = [Unit::Second, Unit::Minute, Unit::Hour, Unit::Day, Unit::Week, Unit::Month, Unit::Year];

    /// In the singular.
    pub fn name(self) -> &'static str {
        match self {
            Unit::Second => "second",
            Unit::Minute => "minute",
            Unit::Hour => "hour",
            Unit::Day => "day",
            Unit::Week => "week",
            Unit::Month => "month",
            Unit::Year => "year",
        }
    }

    /// The unit that a word names, in the singular or the plural.
    pub fn named(word: &str) -> Option<Unit> {
        let is = |unit: &Unit| {
            let name = unit.name();
            let (head, tail) = word.split_at_checked(name.len()).unwrap_or((word, ""));
            head.eq_ignore_ascii_case(name) && (tail.is_empty() || tail.eq_ignore_ascii_case("s"))
        };
        Unit::ALL.into_iter().find(is)
    }

    /// Seconds of those that have a fixed number of them.
    pub fn seconds(self) -> Option<u64> {
        Some(match self {
            Unit::Second => 1,
            Unit::Minute => 60,
            Unit::Hour => 3600,
            Unit::Day => 86_400,
            Unit::Week => 7 * 86_400,
            Unit::Month | Unit::Year => return None,
        })
    }
}

/// Most units of "ago": as many years as the calendar here has.
const MOST_AGO: u32 = 1_000_000_000;
const MOST_YEARS: f64 = 2_000.0;

impl When {
    /// Reads one; what is wrong otherwise.
    pub fn parse(text: &str) -> Result<When, &'static str> {
        let text = text.trim();
        if let Some(relative) = relative(text) {
            return relative;
        }
        let pieces = Pieces::parse(text).map_err(|_| "is no date or time")?;
        if pieces.time_zone_annotation().is_some() {
            return Err("names a time zone, and only an offset can be read");
        }
        let at = At {
            date: pieces.date(),
            time: pieces.time(),
            offset: pieces.offset().map(|offset| offset.to_numeric_offset()),
        };
        if !(1..=9999).contains(&at.date.year()) {
            return Err("is not in the years 1 to 9999");
        }
        // PostgreSQL takes no offset of 16 hours.
        if at.offset.is_some_and(|o| o.seconds().abs() > 15 * 3600) {
            return Err("has an offset of more than 15 hours");
        }
        Ok(When::At(at))
    }
}

/// `now`, `today`, `yesterday`, or `3 days ago`.
fn relative(text: &str) -> Option<Result<When, &'static str>> {
    let one = [("now", When::Now), ("today", When::Today), ("yesterday", When::Yesterday)];
    if let Some((_, when)) = one.iter().find(|(word, _)| text.eq_ignore_ascii_case(word)) {
        return Some(Ok(*when));
    }
    let mut words = text.split_whitespace();
    let (count, unit, ago) = (words.next()?, words.next()?, words.next()?);
    if words.next().is_some() || !ago.eq_ignore_ascii_case("ago") {
        return None;
    }
    let unit = Unit::named(unit)?;
    let days = match unit {
        Unit::Month => 31.0,
        Unit::Year => 366.0,
        fixed => fixed.seconds().unwrap_or(1) as f64 / 86_400.0,
    };
    Some(match count.parse::<u32>() {
        Ok(count) if count <= MOST_AGO && f64::from(count) * days <= MOST_YEARS * 366.0 => {
            Ok(When::Ago { count, unit })
        }
        Ok(_) => Err("is more than 2000 years ago"),
        Err(_) => Err("is not a whole number of units ago"),
    })
}

impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            When::At(at) => write!(f, "{at}"),
            When::Ago { count, unit } => write!(f, "{count} {}s ago", unit.name()),
            When::Now => f.write_str("now"),
            When::Today => f.write_str("today"),
            When::Yesterday => f.write_str("yesterday"),
        }
    }
}

/// As PostgreSQL reads it too, in every DateStyle.
impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.date)?;
        // An offset alone has no place: midnight is written out.
        if let Some(time) = self.time.or(self.offset.map(|_| Time::midnight())) {
            write!(f, "T{time}")?;
        }
        match self.offset {
            None => Ok(()),
            Some(offset) => {
                let (sign, seconds) = (if offset.seconds() < 0 { '-' } else { '+' }, offset.seconds().abs());
                write!(f, "{sign}{:02}:{:02}", seconds / 3600, seconds / 60 % 60)
            }
        }
    }
}
