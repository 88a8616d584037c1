//! Which tier a memory belongs to, and how much moves at once: the one policy of all tier moves.
//!
//! *Hot* is in the region, with codes and words; *warm* is in the table with a row of `engram.warm` to find it by; *cold* is compressed.
//! Room decides between hot and warm, age and disuse between warm and cold. Times are microseconds since any one moment.
//!
//! The region works between marks, each a share of it that is free. Below `ahead` the rows of the least active are written to
//! `engram.warm`, so that they can leave without being missed. Below `low` they leave, until `high` is free: the distance between the two
//! keeps a region that is just full from evicting with every write.

/// Where a memory is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tier {
    Hot,
    Warm,
    Cold,
}

impl Tier {
    /// The name that SQL has for it.
    pub fn name(self) -> &'static str {
        match self {
            Tier::Hot => "hot",
            Tier::Warm => "warm",
            Tier::Cold => "cold",
        }
    }
}

impl std::str::FromStr for Tier {
    type Err = ();

    fn from_str(name: &str) -> Result<Tier, ()> {
        [Tier::Hot, Tier::Warm, Tier::Cold].into_iter().find(|tier| tier.name() == name).ok_or(())
    }
}

/// When memories change their tier.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Policy {
    /// Free share of the region below which rows are written ahead of eviction.
    pub ahead: f32,
    /// Below which memories are evicted.
    pub low: f32,
    /// Until which they are.
    pub high: f32,
    /// Age from which a memory may be cold, in microseconds; none: it never is by itself.
    pub cold_age: Option<i64>,
    /// Time without a use from which it may.
    pub cold_disuse: i64,
}

/// Marks that leave a writer the room of several segments: a full segment of 4,096 memories takes about 4 MB.
impl Default for Policy {
    fn default() -> Policy {
        Policy { ahead: 0.15, low: 0.05, high: 0.10, cold_age: None, cold_disuse: 0 }
    }
}

impl Policy {
    /// Bytes of the region that should be free of memories that cannot be evicted at once: those of the least active whose rows are not
    /// in `engram.warm`, as many as this many bytes hold, are to be written. Zero where there is room enough.
    pub fn to_write(&self, capacity: u64, free: u64) -> u64 {
        share(capacity, self.ahead.max(self.high)).saturating_sub(free)
    }

    /// Bytes to evict, zero above the low mark.
    pub fn to_evict(&self, capacity: u64, free: u64) -> u64 {
        if free >= share(capacity, self.low) {
            0
        } else {
            share(capacity, self.high.max(self.low)).saturating_sub(free)
        }
    }

    /// Whether a memory that was recalled may come back: it does not push anything out by that, but may take the room that was kept
    /// above the low mark, so that the least active leaves in its stead next.
    pub fn may_return(&self, capacity: u64, free: u64, bytes: u64) -> bool {
        bytes <= free && free - bytes >= share(capacity, self.low)
    }

    /// Bytes that may be filled before the high mark is reached.
    pub fn room(&self, capacity: u64, free: u64) -> u64 {
        free.saturating_sub(share(capacity, self.high.max(self.low)))
    }

    /// Whether a memory is old and out of use. A use after `now` (clocks go back) counts as one at `now`.
    pub fn is_cold(&self, now: i64, created_at: i64, last_used: Option<i64>, pinned: bool) -> bool {
        let Some(age) = self.cold_age else { return false };
        let old = now.saturating_sub(created_at) >= age;
        let unused = now.saturating_sub(last_used.unwrap_or(created_at).max(created_at)) >= self.cold_disuse;
        old && unused && !pinned
    }

    /// Where a memory belongs. `cutoff` is the last use of the least active memory that the region has room for; none: for all.
    pub fn tier(&self, now: i64, created_at: i64, last_used: Option<i64>, pinned: bool, cutoff: Option<i64>) -> Tier {
        let used = last_used.unwrap_or(created_at);
        match self.is_cold(now, created_at, last_used, pinned) {
            true => Tier::Cold,
            false if pinned || cutoff.is_none_or(|least| used >= least) => Tier::Hot,
            false => Tier::Warm,
        }
    }
}

fn share(capacity: u64, part: f32) -> u64 {
    (capacity as f64 * f64::from(part.clamp(0.0, 1.0))) as u64
}

#[cfg(test)]
mod tests;
