//! Figures of the whole server, for monitors: how long operations take, how often they fail, and what recalls return.

use crate::chart::{Bar, bars, columns};
use crate::figures::{Operation, Server};
use crate::format::{count, figure, percent, seconds, short};
use crate::latency::strips;
use crate::markup::Markup;
use crate::section::{Cell, section, table};

/// How long operations took, and what became of them.
pub fn latency(m: &mut Markup, server: &Server) {
    let called: Vec<&Operation> = server.operations.iter().filter(|o| o.duration.count > 0).collect();
    section(m, "Latency by operation", |m| {
        if called.is_empty() {
            m.leaf("p", &[("class", &"soft")], format!("No operation was called since {}.", server.counted_since));
            return;
        }
        m.element("div", &[("class", &"grid")], |m| {
            let note = "Share of calls by duration; the darker, the more. The bold line: half of the calls took at most so long; \
                        the broken one: 95 %";
            strips(m, "How long calls took", note, &called);
            m.element("div", &[], |m| {
                operations(m, &called);
                if !server.errors.is_empty() {
                    let rows = server.errors.iter().map(|(class, n)| Bar {
                        label: named(class),
                        value: *n as f64,
                        shown: count(*n),
                    });
                    bars(m, "Errors by class", "Calls that ended by an error, by class of SQLSTATE", &rows.collect::<Vec<_>>());
                }
            });
        });
        let since = format!("Counted in all databases of the server since {}.", server.counted_since);
        m.leaf("p", &[("class", &"note")], since);
    });
}

/// A class of SQLSTATE with what it mostly means here.
fn named(class: &str) -> String {
    let meaning = match class {
        "0A" => "not possible",
        "22" => "bad value",
        "23" => "constraint",
        "40" => "conflict",
        "42" => "unknown",
        "53" => "no room",
        "54" => "too large",
        "55" => "not ready",
        "57" => "cancelled",
        "XX" => "a bug",
        _ => return class.to_owned(),
    };
    format!("{class} {meaning}")
}

fn operations(m: &mut Markup, called: &[&Operation]) {
    let rows = called.iter().map(|o| {
        let d = &o.duration;
        let failed = if o.failures == 0 { Cell::number("0") } else { Cell::bad_number(count(o.failures)) };
        let share = percent(o.failures as f64 / d.count as f64);
        vec![
            Cell::text(&o.name),
            Cell::number(count(d.count)),
            failed.told(share),
            Cell::number(count(o.rows)),
            Cell::number(seconds(d.sum / d.count as f64)),
        ]
    });
    let heads = ["operation", "calls#", "failed#", "rows#", "mean#"];
    table(m, &heads, rows.collect());
}

/// What recalls returned.
pub fn recalls(m: &mut Markup, server: &Server) {
    let calls: Vec<Bar> = server
        .operations
        .iter()
        .filter(|o| o.duration.count > 0)
        .map(|o| Bar { label: o.name.clone(), value: o.duration.count as f64, shown: short(o.duration.count as f64) })
        .collect();
    if !calls.is_empty() {
        bars(m, "Calls by operation", "In all databases", &calls);
    }
    let origins: Vec<Bar> = server
        .origins
        .iter()
        .filter(|o| o.1 > 0)
        .map(|(name, n)| Bar { label: name.clone(), value: *n as f64, shown: short(*n as f64) })
        .collect();
    if !origins.is_empty() {
        bars(m, "What recalls returned, by origin", "Memories returned", &origins);
    }
    let h = &server.confidence;
    if h.count > 0 {
        let parts = h.parts();
        let rows: Vec<(String, f64)> =
            h.bounds.iter().zip(&parts).map(|(bound, n)| (format!("≤ {}", figure(*bound)), *n as f64)).collect();
        columns(m, "How sure recalls were", "Memories returned, by confidence from 0 to 1", "memories", &rows);
    }
}
