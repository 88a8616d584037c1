//! `RECALL ANY`: what fulfils conditions, the latest first, without a cue that it could match.

use crate::error::Error;
use crate::memory::recall::question::Given;
use crate::memory::recall::rows::{self, Conditions};
use crate::memory::recall::search::Hit;
use crate::memory::recall::{Cold, Limits, Recalled, every_one_is_there, readable};
use crate::pg;
use crate::pg::spi::{Arg, Cursor};
use rustc_hash::FxHashSet;

/// Memories of the space that fulfil the conditions, at most as many as the limit. Their scores mean nothing.
pub fn latest(name: &str, given: &Given<'_>, limits: &Limits) -> Result<Vec<Recalled>, Error> {
    readable(name)?;
    let conditions = Conditions::new(given);
    let args = [
        Arg::Text(name),
        Arg::text_array_or_null(given.kinds.as_deref()),
        Arg::text_or_null(given.in_context),
        Arg::timestamptz_or_null(given.since),
        Arg::timestamptz_or_null(given.until),
    ];
    let mut cursor = Cursor::open(include_str!("../../../sql/query/query_latest.sql"), &args);
    let mut out: Vec<Recalled> = Vec::new();
    let batch = limits.k.clamp(100, 1000) as u32;
    let mut more = true;
    while more && out.len() < limits.k {
        pg::check_for_interrupts();
        let mut hits = Vec::new();
        more = cursor.fetch(batch, |r| hits.extend(r.uuid(1).map(Hit::of)));
        let mut rows = rows::fetch(
            name,
            &hits.iter().collect::<Vec<_>>(),
            &conditions,
            limits.cold != Cold::Never,
            &mut FxHashSet::default(),
        );
        let found = hits.into_iter().filter_map(|hit| rows.remove(&hit.id).map(|row| (hit, row)));
        let believed = found.filter(|(_, row)| row.belief().mean >= limits.min_confidence);
        out.extend(believed.take(limits.k - out.len()).map(|(hit, row)| Recalled { hit, row, score: 0.0 }));
    }
    if more {
        cursor.close();
    }
    Ok(out)
}

/// What memories say that the caller may see.
pub fn contents(name: &str, ids: &[[u8; 16]]) -> Result<Vec<String>, Error> {
    readable(name)?;
    every_one_is_there(name, ids, None)?;
    let hits: Vec<Hit> = ids.iter().copied().map(Hit::of).collect();
    let conditions = Conditions::new(&Given::default());
    let mut rows = rows::fetch(name, &hits.iter().collect::<Vec<_>>(), &conditions, true, &mut FxHashSet::default());
    Ok(ids.iter().filter_map(|id| rows.remove(id)).map(|row| row.content).collect())
}
