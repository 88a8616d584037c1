//! Points in time as a query writes them: ISO 8601, a date alone or with a time of day, with or without an offset.

use jiff::civil::{Date, Time};
use jiff::fmt::temporal::Pieces;
use jiff::tz::Offset;
use std::fmt;

/// A point in time. Without an offset it is one of the time zone of whoever asks; a date alone is its midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct When {
    date: Date,
    time: Option<Time>,
    offset: Option<Offset>,
}

impl When {
    /// Reads one; what is wrong otherwise.
    pub fn parse(text: &str) -> Result<When, &'static str> {
        let pieces = Pieces::parse(text.trim()).map_err(|_| "is no date or time of ISO 8601")?;
        if pieces.time_zone_annotation().is_some() {
            return Err("names a time zone, and only an offset can be read");
        }
        let when = When {
            date: pieces.date(),
            time: pieces.time(),
            offset: pieces.offset().map(|offset| offset.to_numeric_offset()),
        };
        if !(1..=9999).contains(&when.date.year()) {
            return Err("is not in the years 1 to 9999");
        }
        // Neither PostgreSQL nor anybody else has an offset of a day.
        if when.offset.is_some_and(|o| o.seconds().abs() > 15 * 3600) {
            return Err("has an offset of more than 15 hours");
        }
        Ok(when)
    }
}

/// As PostgreSQL reads it too, in every DateStyle.
impl fmt::Display for When {
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
