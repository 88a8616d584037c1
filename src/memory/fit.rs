//! What of a space becomes resident when it is loaded, where not all of it fits.
//!
//! A load that entered every row would push out what it entered before. So the size of the space is estimated first; where it
//! exceeds the room, the hottest memories become resident and the others get thin nodes at once, so that a restart with a small
//! hot tier ends in a space that is ready.

use crate::hot::{Hot, Place};
use crate::store::warm;
use engram_engine::tiers::Policy;
use rustc_hash::FxHashSet;

/// Which memories of a space become resident.
pub enum Fit {
    All,
    /// The hottest, as long as there is room.
    Some(Chosen),
}

/// What was chosen before the load.
pub struct Chosen {
    resident: FxHashSet<[u8; 16]>,
    /// Memories whose rows are in engram.warm.
    warm: FxHashSet<[u8; 16]>,
}

/// Bytes of a thin node with its cues and its share of tables: as measured with two to eight cues.
const THIN: f32 = 350.0;
/// Bytes of words of a resident memory for each byte of its content, and those of its code for each dimension: 8 bits and a sign.
const WORDS: f32 = 0.5;
const CODE: f32 = 1.125;
/// Segments are not full to the last byte.
const SLACK: f32 = 1.1;

impl Fit {
    /// Estimates the space as the active snapshot shows it.
    pub fn of(hot: &Hot, place: Place, name: &str) -> Fit {
        if !warm::is_possible() {
            return Fit::All;
        }
        let (capacity, free) = hot.bytes();
        let (memories, content, embedding) = warm::size(name);
        let each = SLACK * (content * WORDS + embedding / 4.0 * CODE);
        let (thin, whole) = (memories as f32 * THIN, memories as f32 * (THIN + each));
        let unowned = Policy::default().room(capacity, free);
        if whole <= unowned as f32 {
            return Fit::All;
        }
        // Beside what is free, a space may take from a larger one until both have the same.
        let others = hot.all().into_iter().filter(|other| other.0 != place);
        let largest = others.filter_map(|other| hot.read(other.0, |s| s.evictable_bytes())).max().unwrap_or(0);
        let room = unowned.max(largest / 2) as f32;
        if whole <= room {
            return Fit::All;
        }
        let most = ((room - thin).max(0.0) / each.max(1.0)) as usize;
        let (mut resident, mut rows) = (FxHashSet::default(), FxHashSet::default());
        warm::hottest(name, most, |id| {
            resident.insert(id);
        });
        warm::all(name, |id| {
            rows.insert(id);
        });
        Fit::Some(Chosen { resident, warm: rows })
    }

    /// Whether a memory becomes resident. Where the estimate was too high, the rest stays outside.
    pub fn is_resident(&self, hot: &Hot, id: &[u8; 16]) -> bool {
        match self {
            Fit::All => true,
            Fit::Some(chosen) => {
                let (capacity, free) = hot.bytes();
                chosen.resident.contains(id) && Policy::default().to_evict(capacity, free) == 0
            }
        }
    }

    /// Whether its row is in engram.warm.
    pub fn is_warm(&self, id: &[u8; 16]) -> bool {
        matches!(self, Fit::Some(chosen) if chosen.warm.contains(id))
    }
}
