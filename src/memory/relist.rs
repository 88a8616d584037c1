//! Terms of memories outside the hot tier, after their space came from a snapshot file: the file names them and not their words.

use super::load::{Sink, records_of};
use crate::pg;
use crate::store::warm;
use engram_region::Record;
use engram_region::outside::Out;

/// Memories whose words are read at once.
const BATCH: usize = 1_000;
/// Rows entered under one hold of the lock: about 100 us.
const PIECE: usize = 8;

/// Lists what `engram.warm` and the cold tier have of the memories outside. What neither has stays without: a search reads its row, and
/// the worker looks after it later.
pub fn run(sink: &mut Sink<'_>) {
    if !warm::is_possible() {
        return;
    }
    let mut from = Some(0);
    while let Some(at) = from {
        let mut found: Vec<Out> = Vec::new();
        from = None;
        sink.step(|space, _| {
            from = space.out_from(at, &mut found, |out| !out.listed && (out.warm || out.cold));
            Ok(())
        });
        for part in found.chunks(BATCH) {
            pg::check_for_interrupts();
            list(sink, part);
        }
        if sink.has_failed() {
            return;
        }
    }
}

fn list(sink: &mut Sink<'_>, outside: &[Out]) {
    let of = |cold: bool| -> Vec<[u8; 16]> { outside.iter().filter(|o| o.cold == cold).map(|o| o.id).collect() };
    let (warm, cold) = (of(false), of(true));
    let mut rows: Vec<Record> = Vec::with_capacity(outside.len());
    warm::words(sink.name(), &warm, |id, changed, words| {
        rows.push(Record { id, changed, terms: words.terms, length: words.length, ..Record::default() });
    });
    if !cold.is_empty() {
        rows.extend(records_of(sink.name(), &cold));
    }
    for part in rows.chunks(PIECE) {
        sink.step(|space, _| {
            space.list_rows(part);
            Ok(())
        });
    }
    // The table may have been emptied since: these are found by their rows until it has them again.
    let mut gone: Vec<[u8; 16]> = warm;
    gone.retain(|id| !rows.iter().any(|row| row.id == *id));
    if !gone.is_empty() {
        sink.step(|space, _| {
            space.unmark_warm(&gone);
            Ok(())
        });
    }
}
