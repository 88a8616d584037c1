//! How full a space with a quota is, and refusing what does not fit.
//!
//! engram.usage holds a count of the space and, for each statement since, the change it made: rows are only added, so writers never wait
//! for each other and never fail to serialise. Whoever holds the lock of the space's account may fold them or count anew. A space that was
//! never counted, as after a restore, is counted by its next writer.
//!
//! A transaction knows what was committed when it first wrote, and adds what it does itself. Far from the quota that is enough as long as
//! it adds little: all transactions that can run at once then add no more than a twentieth of the quota. Otherwise it takes the lock,
//! to the end of the transaction, and looks again: among those the quota is exact.
//!
//! Replicated rows, rows of a restore and those of workers are counted and never refused.

use super::tally::{self, Tally};
use super::{access, fault, memory};
use crate::error::Error;
use crate::pg::lock::{self, Object};
use crate::pg::snapshot::Pinned;
use crate::pg::{
    self,
    spi::{self, Arg},
    xact, xid,
};
use std::cell::RefCell;
use std::collections::HashMap;
use xxhash_rust::xxh3::xxh3_64;

/// Transactions that took no lock together add at most this part of the quota beyond it.
const MOST_OVER: i64 = 20;
/// Nine of so many tenths full, a space is near its quota.
const TENTHS: i64 = 10;
/// Rows of a space that are worth folding.
const MANY: i64 = 256;

/// What a space may hold; none is no limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Quota {
    pub memories: Option<i64>,
    pub bytes: Option<i64>,
}

impl Quota {
    pub fn is_set(self) -> bool {
        self.memories.is_some() || self.bytes.is_some()
    }
}

/// What a transaction knows of a space.
#[derive(Clone, Copy, Debug, Default)]
struct Known {
    /// Committed when it was looked up, and what the transaction has entered since.
    memories: i64,
    bytes: i64,
    /// Added by the transaction, what it has taken back again included.
    own: (i64, i64),
    /// The lock is held, so what is known stays true.
    exact: bool,
    /// Void since a rollback to a savepoint.
    stale: bool,
}

thread_local! {
    static KNOWN: RefCell<HashMap<String, Known>> = RefCell::new(HashMap::new());
}

/// Installs the callbacks. Called once, when the library is loaded.
pub fn init() {
    xact::on_xact(|_| KNOWN.with_borrow_mut(HashMap::clear));
    xact::on_subxact(|event, _, _| {
        if event == xact::SubEvent::Abort {
            // What was entered, and the lock, may be gone.
            KNOWN.with_borrow_mut(|all| all.values_mut().for_each(|k| (k.stale, k.exact) = (true, false)));
        }
    });
}

/// Whether the catalog of this database has what is needed: those of 0.1.0 and 0.2.0 have not.
pub fn is_possible() -> bool {
    pg::has_table(c"usage")
}

/// Looks how full a space is, before the running statement has written its first row there: what it writes must not be in a count.
pub fn prepare(space: &access::Space) {
    let name = space.name.as_str();
    if !space.quota.is_set() || pg::replicating() || pg::acting_as_owner() {
        return;
    }
    let former = KNOWN.with_borrow(|all| all.get(name).copied());
    if former.is_none_or(|known| known.stale) && is_possible() {
        let known = look_up(name, former.unwrap_or_default());
        KNOWN.with_borrow_mut(|all| all.insert(name.to_owned(), known));
    }
}

/// Looks whether what the running statement has added to a space fits its quota.
pub fn check(space: &access::Space) -> Result<(), Error> {
    let (memories, bytes, restoring) = tally::growth(&space.name);
    if (memories <= 0 && bytes <= 0) || restoring || pg::acting_as_owner() || !is_possible() {
        return Ok(());
    }
    let name = space.name.as_str();
    let mut known = match KNOWN.with_borrow(|all| all.get(name).copied()) {
        Some(known) if !known.stale => known,
        former => sum(name).known(former.unwrap_or_default()),
    };
    let near = |limit: Option<i64>, held: i64, own: i64, more: i64| {
        limit.is_some_and(|limit| {
            held + more > limit / TENTHS * (TENTHS - 1)
                || own + more > limit / MOST_OVER / i64::from(pg::most_backends())
        })
    };
    if !known.exact
        && (near(space.quota.memories, known.memories, known.own.0, memories)
            || near(space.quota.bytes, known.bytes, known.own.1, bytes))
    {
        lock::exclusive(Object::Usage, hash(name), true);
        known = Known { exact: true, ..sum(name).known(known) };
    }
    KNOWN.with_borrow_mut(|all| all.insert(name.to_owned(), known));
    let over = |limit: Option<i64>, held: i64, more: i64| {
        limit.filter(|&limit| more > 0 && held + more > limit).map(|limit| (held + more, limit))
    };
    if let Some((held, limit)) = over(space.quota.memories, known.memories, memories) {
        return Err(fault::quota_exceeded(name, held, limit, "memories"));
    }
    if let Some((held, limit)) = over(space.quota.bytes, known.bytes, bytes) {
        return Err(fault::quota_exceeded(name, held, limit, "bytes"));
    }
    Ok(())
}

/// What still fits into a space; none where there is no limit. Nobody else who comes near its quota adds to it until the end of the
/// transaction.
pub fn room(space: &access::Space) -> Quota {
    let name = space.name.as_str();
    if !space.quota.is_set() || pg::acting_as_owner() || !is_possible() {
        return Quota::default();
    }
    prepare(space);
    lock::exclusive(Object::Usage, hash(name), true);
    let former = KNOWN.with_borrow(|all| all.get(name).copied()).unwrap_or_default();
    let known = Known { exact: true, stale: false, ..sum(name).known(former) };
    KNOWN.with_borrow_mut(|all| all.insert(name.to_owned(), known));
    let left = |limit: Option<i64>, held: i64| limit.map(|limit| (limit - held).max(0));
    Quota { memories: left(space.quota.memories, known.memories), bytes: left(space.quota.bytes, known.bytes) }
}

/// Enters what a statement did to a space with a quota.
pub fn enter(tally: &Tally) {
    let (memories, bytes) = (tally.inserted - tally.deleted, tally.bytes);
    let limited = || access::find(&tally.space).is_some_and(|space| space.quota.is_set());
    if (memories == 0 && bytes == 0) || !limited() || !is_possible() {
        return;
    }
    let args =
        [Arg::Text(&tally.space), Arg::Uuid(*memory::new_id().as_bytes()), Arg::Int8(memories), Arg::Int8(bytes)];
    pg::as_owner(|| spi::execute(include_str!("../../sql/query/usage_enter.sql"), &args));
    KNOWN.with_borrow_mut(|all| {
        if let Some(known) = all.get_mut(&tally.space) {
            known.memories += memories;
            known.bytes += bytes;
            known.own.0 += memories.max(0);
            known.own.1 += bytes.max(0);
        }
    });
}

/// Counts a space anew, when a quota is set.
pub fn count(name: &str) {
    if is_possible() {
        lock::exclusive(Object::Usage, hash(name), true);
        recount(name, Settling::Later);
        forget(name);
    }
}

/// Gives up the account of a space that has no quota any more, or is gone.
pub fn drop(name: &str) {
    if is_possible() {
        pg::as_owner(|| spi::execute(include_str!("../../sql/query/usage_drop.sql"), &[Arg::Text(name)]));
        forget(name);
    }
}

/// Gives up all accounts, with all memories.
pub fn drop_all() {
    if is_possible() {
        pg::as_owner(|| spi::execute(include_str!("../../sql/query/usage_drop_all.sql"), &[]));
        KNOWN.with_borrow_mut(|all| all.values_mut().for_each(|k| k.stale = true));
    }
}

fn forget(name: &str) {
    KNOWN.with_borrow_mut(|all| all.entry(name.to_owned()).or_default().stale = true);
}

/// What the rows of the account say.
#[derive(Default)]
struct Sum {
    rows: i64,
    memories: i64,
    bytes: i64,
    /// The count may have missed what has ended since.
    unsettled: bool,
}

impl Sum {
    fn known(&self, former: Known) -> Known {
        Known { memories: self.memories, bytes: self.bytes, stale: false, ..former }
    }
}

/// What is committed now. Folds, counts and counts anew where that is due.
fn look_up(name: &str, former: Known) -> Known {
    let mut sum = sum(name);
    if sum.rows == 0 {
        lock::exclusive(Object::Usage, hash(name), true);
        // Somebody else may have counted meanwhile.
        sum = self::sum(name);
        if sum.rows == 0 {
            recount(name, Settling::Later);
            sum = self::sum(name);
        }
    } else if (sum.unsettled || sum.rows > MANY)
        && !pg::xact::is_snapshot_fixed()
        && lock::exclusive(Object::Usage, hash(name), false)
    {
        if sum.unsettled {
            recount(name, Settling::Done);
        } else {
            let args = [Arg::Text(name), Arg::Uuid(*memory::new_id().as_bytes())];
            pg::as_owner(|| spi::execute(include_str!("../../sql/query/usage_fold.sql"), &args));
        }
        sum = self::sum(name);
    }
    sum.known(former)
}

fn sum(name: &str) -> Sum {
    // Whatever the isolation level, what others have committed counts.
    let _snapshot = Pinned::latest();
    let mut found = Sum::default();
    pg::as_owner(|| {
        spi::select(include_str!("../../sql/query/usage_sum.sql"), &[Arg::Text(name)], |row| {
            let number = |column| row.int8(column).unwrap_or(0);
            found =
                Sum { rows: number(1), memories: number(2), bytes: number(3), unsettled: row.bool(4).unwrap_or(false) };
        });
    });
    found
}

/// Whether writers that know nothing of the quota may still be at work.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Settling {
    Later,
    Done,
}

/// Puts a count in the place of what the account says. Needs its lock.
fn recount(name: &str, settling: Settling) {
    let settles = match settling {
        Settling::Later => Arg::Xid8(xid::next_full_xid()),
        Settling::Done => Arg::Null(pgrx::pg_sys::XID8OID),
    };
    let args = [Arg::Text(name), Arg::Uuid(*memory::new_id().as_bytes()), settles];
    pg::as_owner(|| spi::execute(include_str!("../../sql/query/usage_count.sql"), &args));
}

fn hash(name: &str) -> u32 {
    xxh3_64(name.as_bytes()) as u32
}
