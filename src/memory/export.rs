//! A space as JSON Lines, and back.
//!
//! Each line says what it is and which space it is of, so that a file may be read in pieces. What is bound to an installation stays
//! there: roles, quotas, the audit log. What is derived is made anew.

use super::space::{self, Given};
use super::{required, space_or_setting};
use crate::error::{Error, Kind};
use crate::store::export::{self, FORMAT, Lines};
use crate::store::{self, access, audit, fault, memory, watch};
use crate::{guc, pg};
use pgrx::Uuid;
use pgrx::notice;
use serde_json::{Map, Value, json};
use std::cell::Cell;
use std::sync::atomic::{AtomicI64, Ordering::Relaxed};

/// Time between two notices of how far an import has come.
const NOTICE_MICROS: i64 = 10_000_000;

thread_local! {
    /// When the last notice was given; goes on over the calls of one statement.
    static NOTICED: Cell<i64> = const { Cell::new(0) };
}

/// The lines of a space that the caller may read.
pub fn export(space: Option<&str>) -> Result<Lines, Error> {
    let name = space_or_setting(space);
    store::space::for_reading(&name)?;
    Ok(export::lines(&name))
}

/// Stores what lines say, into the spaces they name or into `space`. Returns how many of them were not there yet. `first` is the number
/// of the first line, for messages.
pub fn import(lines: Option<Vec<Option<String>>>, space: Option<&str>, first: Option<i64>) -> Result<i64, Error> {
    let lines = required("lines", lines)?;
    let first = required("first_line", first)?;
    let at = AtomicI64::new(first);
    export::with_line(&at, || {
        let mut import = Import { into: space, owned: Vec::new(), stored: 0 };
        for line in &lines {
            pg::check_for_interrupts();
            if let Some(line) = line.as_deref().filter(|line| !line.trim().is_empty()) {
                let said = import.line(line, at.load(Relaxed));
                said.map_err(|e| e.clone().with_message(format!("line {}: {e}", at.load(Relaxed))))?;
            }
            tell(at.load(Relaxed));
            at.fetch_add(1, Relaxed);
        }
        for space in &import.owned {
            audit::note(space, "import", None, &json!({ "lines": lines.len() }));
        }
        Ok(import.stored)
    })
}

fn tell(line: i64) {
    let now = pg::clock_micros();
    if now - NOTICED.get().max(pg::now_micros()) >= NOTICE_MICROS {
        NOTICED.set(now);
        notice!("imported {line} lines");
    }
}

struct Import<'a> {
    into: Option<&'a str>,
    /// Spaces that the caller was found to own.
    owned: Vec<String>,
    stored: i64,
}

impl Import<'_> {
    fn line(&mut self, line: &str, number: i64) -> Result<(), Error> {
        let said: Map<String, Value> = serde_json::from_str(line).map_err(|e| {
            fault::invalid(
                format!("a line is not a JSON object: {e}"),
                "Take lines as engram_export gives them; COPY in its text format doubles backslashes.",
            )
        })?;
        let kind = text(&said, "type")?;
        let space = match self.into {
            Some(space) => space,
            None => text(&said, "space")?,
        };
        match kind {
            "space" => self.space(space, &said, line),
            "end" => ended(&said, number),
            _ => self.row(kind, space, &said, line),
        }
    }

    /// Makes the space, or gives its settings to one that is empty.
    fn space(&mut self, name: &str, said: &Map<String, Value>, line: &str) -> Result<(), Error> {
        let format = said.get("format").and_then(Value::as_i64);
        if format != Some(FORMAT) {
            let format = format.map_or_else(|| "none".to_owned(), |f| f.to_string());
            return Err(Error::not_supported(format!("format {format} of an export is not supported"))
                .with_hint(format!("This version reads format {FORMAT}.")));
        }
        let dimensions = said.get("dimensions").and_then(Value::as_i64).and_then(|d| i32::try_from(d).ok());
        let option = |key| said.get(key).and_then(Value::as_str);
        let given = Given {
            space: Some(name),
            dimensions: dimensions.filter(|_| option("encoder") != Some(store::space::NO_ENCODER)),
            language: option("language"),
            owner: None,
            readers: None,
            writers: None,
            encoder: option("encoder"),
            quotas: store::space::Quotas::default(),
            consolidation: Default::default(),
        };
        let found = access::find(name);
        if found.is_none() {
            space::create(given)?;
        } else {
            self.own(name)?;
            if memory::count_up_to(name, 1) > 0 {
                return fits(found.as_deref(), dimensions, option("encoder"));
            }
            space::configure(given)?;
        }
        export::store("space", name, line);
        // The snapshot of the statement does not show the space it has made.
        access::find_again(name);
        self.stored += i64::from(found.is_none());
        Ok(())
    }

    fn row(&mut self, kind: &str, space: &str, said: &Map<String, Value>, line: &str) -> Result<(), Error> {
        self.own(space)?;
        let stored = export::store(kind, space, line).ok_or_else(|| {
            Error::not_supported(format!("lines of type \"{kind}\" are not supported"))
                .with_hint("The export was made by a later version of the extension.")
        })?;
        if kind == "watch" && stored {
            watch::fit(space, guc::max_watches())?;
        }
        if !stored {
            same(kind, space, said, line)?;
        }
        self.stored += i64::from(stored);
        Ok(())
    }

    /// The caller owns the space: an import writes what nobody writes directly.
    fn own(&mut self, name: &str) -> Result<(), Error> {
        if self.owned.iter().any(|owned| owned == name) {
            return Ok(());
        }
        let space = store::space::for_reading(name)?;
        if !space.owner {
            return Err(fault::space_denied(name));
        }
        self.owned.push(name.to_owned());
        Ok(())
    }
}

/// What is there under the key of a line says the same. A memory and its versions are compared by content; of all else what is there stays.
fn same(kind: &str, space: &str, said: &Map<String, Value>, line: &str) -> Result<(), Error> {
    if kind != "memory" && kind != "history" {
        return Ok(());
    }
    let id: Uuid = uuid(text(said, "id")?)?;
    let same = match kind {
        "memory" => memory::same(space, id, text(said, "content")?),
        _ => export::same_version(space, line),
    };
    if same { Ok(()) } else { Err(fault::memory_taken(id)) }
}

fn fits(space: Option<&access::Space>, dimensions: Option<i32>, encoder: Option<&str>) -> Result<(), Error> {
    let Some(space) = space else { return Ok(()) };
    let differ = |a: Option<&str>, b: Option<&str>| a.zip(b).is_some_and(|(a, b)| a != b);
    let dims = space.dimensions.zip(dimensions).is_some_and(|(a, b)| a != b);
    if !dims && !differ(space.encoder.as_deref(), encoder) {
        return Ok(());
    }
    Err(Error::not_in_prerequisite_state(format!("space \"{}\" has memories with other embeddings", space.name))
        .with_hint("Import into another space, and use engram_reembed there."))
}

fn ended(said: &Map<String, Value>, number: i64) -> Result<(), Error> {
    match said.get("lines").and_then(Value::as_i64) {
        Some(lines) if lines != number => {
            Err(Error::new(Kind::Data, format!("the export has {lines} lines, not {number}"))
                .with_hint("Import whole files, and give first_line where they come in pieces."))
        }
        _ => Ok(()),
    }
}

fn text<'a>(said: &'a Map<String, Value>, key: &str) -> Result<&'a str, Error> {
    said.get(key).and_then(Value::as_str).ok_or_else(|| {
        fault::invalid(format!("a line has no text \"{key}\""), "Take lines as engram_export gives them.")
    })
}

fn uuid(text: &str) -> Result<Uuid, Error> {
    let parsed = uuid::Uuid::parse_str(text)
        .map_err(|_| fault::invalid(format!("\"{text}\" is not a uuid"), "Take lines as engram_export gives them."))?;
    Ok(Uuid::from_bytes(*parsed.as_bytes()))
}
