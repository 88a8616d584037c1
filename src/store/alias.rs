//! Other names of cues, by hash: what stands in engram.cue_alias.

use super::access;
use crate::pg::{
    self,
    spi::{self, Arg},
};
use engram_engine::cues;
use rustc_hash::FxHashMap;
use std::cell::RefCell;
use std::rc::Rc;

/// From the hash of an alias to that of the cue it stands for.
pub type Aliases = Rc<FxHashMap<u64, u64>>;

/// Spaces whose aliases a backend keeps.
const KEPT: usize = 64;
/// Aliases of aliases that are followed; a longer chain, or a circle, ends there.
const CHAIN: usize = 4;

thread_local! {
    /// Aliases by space, as of a change of its row in engram.space: each change of an alias changes that row.
    static KNOWN: RefCell<FxHashMap<String, (u64, Aliases)>> = RefCell::default();
}

/// Forgets what is kept. Called after each change of engram.cue_alias by this backend.
pub fn forget() {
    KNOWN.with_borrow_mut(FxHashMap::clear);
}

/// The aliases of a space; none for a space that does not exist.
pub fn of(name: &str) -> Aliases {
    match access::find(name).filter(|space| space.has_aliases) {
        Some(space) => of_version(name, space.changed),
        None => Aliases::default(),
    }
}

fn of_version(name: &str, changed: u64) -> Aliases {
    let kept = KNOWN.with_borrow(|known| known.get(name).filter(|k| k.0 == changed).map(|k| k.1.clone()));
    kept.unwrap_or_else(|| {
        let aliases = Rc::new(read(name));
        KNOWN.with_borrow_mut(|known| {
            if known.len() >= KEPT {
                known.clear();
            }
            known.insert(name.to_owned(), (changed, aliases.clone()));
        });
        aliases
    })
}

fn read(name: &str) -> FxHashMap<u64, u64> {
    let mut direct = FxHashMap::default();
    pg::as_owner(|| {
        spi::select(include_str!("../../sql/query/alias_list.sql"), &[Arg::Text(name)], |row| {
            let (alias, cue) = (row.text(1).unwrap_or_default(), row.text(2).unwrap_or_default());
            direct.insert(cues::hash(alias), cues::hash(cue));
        });
    });
    let end = |cue: u64| (0..CHAIN).fold(cue, |cue, _| direct.get(&cue).copied().unwrap_or(cue));
    direct.iter().map(|(alias, cue)| (*alias, end(*cue))).collect()
}

/// Marks the space as changed, so that every session reads its aliases again. Once in a transaction is enough.
pub fn touch(name: &str) {
    access::forget();
    pg::as_owner(|| spi::execute(include_str!("../../sql/query/space_touch.sql"), &[Arg::Text(name)]));
}
