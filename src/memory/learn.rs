//! Associations that form by themselves: between memories that are recalled together, and between those that are similar.
//!
//! The maintenance worker makes them, each job in its own transaction and as the owner of the tables; `engram.learn` does the same at
//! once. Both are off by default. What is explicit stays as it is.

use super::recall::with_space;
use super::{link, load, space_or_setting};
use crate::crash::{self, Point};
use crate::error::Error;
use crate::guc;
use crate::hot::answers::{self, Waiting};
use crate::pg::snapshot::Pinned;
use crate::pg::{self, xid};
use crate::store::learned::{self, Job, Progress};
use engram_region::dense::Query;
use std::collections::HashMap;

/// Being recalled together alone makes no association as strong as one that somebody made.
const MOST_WEIGHT: f32 = 0.5;
/// Associations a memory learns by being recalled at most; beyond, the weakest are replaced.
const MOST_EDGES: usize = 16;
/// Memories whose neighbours are found in one transaction: about half a second in a space of 100,000.
const PIECE: usize = 64;
/// Memories around one that may count it among their neighbours: more are not looked at.
const AROUND: usize = 1000;

/// Whether there is anything to learn in a space for the worker. `begun` says that associating by similarity was.
pub fn is_due(space: &str, waiting: &Waiting, begun: bool) -> bool {
    waiting.has(space) || guc::similarity_edges() > 0 || begun || link::is_due(space)
}

/// One piece of learning; says whether anything was done.
pub fn step(space: &str) -> bool {
    let horizon = Pinned::active().xmin();
    let (linked, read) = if link::is_due(space) { link::step(space, horizon) } else { (0, 0) };
    let answered = co_recall(space);
    let (cleared, progress) = begin(space);
    let Some(mut progress) = progress else { return linked + answered + cleared > 0 || read > 0 };
    let (changed, looked_at) = similar(space, &mut progress, horizon);
    linked + answered + cleared + changed > 0 || looked_at + read > 0
}

/// Learns all there is in a space, as far as the snapshot sees it. Returns how many associations changed and how many texts got a cue.
pub fn learn(space: Option<&str>) -> Result<i64, Error> {
    let name = space_or_setting(space);
    crate::store::space::for_writing(&name)?;
    let linked = link::link_all(&name);
    let answered = co_recall(&name);
    let (cleared, progress) = begin(&name);
    let mut total = linked + answered + cleared;
    if let Some(mut progress) = progress {
        loop {
            pg::check_for_interrupts();
            let (changed, looked_at) = similar(&name, &mut progress, xid::next_full_xid());
            total += changed;
            if looked_at == 0 {
                break;
            }
        }
    }
    Ok(i64::try_from(total).unwrap_or(i64::MAX))
}

/// Learns from the answers since the last time. Returns how many associations changed.
fn co_recall(space: &str) -> u64 {
    let mut changed = 0;
    if Waiting::now().has(space) {
        learned::lock(space, Job::CoRecall);
    }
    for answer in answers::take_together(space) {
        pg::check_for_interrupts();
        changed += learned::together(space, &answer.ids, answer.rate.clamp(0.0, 1.0), MOST_WEIGHT, MOST_EDGES);
        crash::at(Point::learn_together);
    }
    changed
}

/// Where associating by similarity goes on; none where it is off. Other settings than before begin anew: returns also how many
/// associations were removed for it.
fn begin(space: &str) -> (u64, Option<Progress>) {
    let detail = format!("{} of at least {}", guc::similarity_edges(), guc::similarity_threshold());
    let on = guc::similarity_edges() > 0;
    if !on && learned::progress(space, Job::Similarity).is_none() {
        return (0, None);
    }
    learned::lock(space, Job::Similarity);
    match learned::progress(space, Job::Similarity) {
        Some(progress) if on && progress.detail == detail => (0, Some(progress)),
        _ => {
            let cleared = learned::clear_similar(space);
            if !on {
                learned::drop_progress(space);
            }
            let new = || Progress { through: 0, after: None, whole: Pinned::active().xmin(), detail };
            (cleared, on.then(new))
        }
    }
}

/// Associates the next memories that changed before transaction `until` with those most similar to them. Returns how many
/// associations changed, and how many memories were looked at.
///
/// A memory leads to its nearest ones: so a new memory also enters the lists of those around it, and who loses a neighbour is
/// looked at again. What was there when the job began is only looked at for its own list, since each of the others is, too.
fn similar(space: &str, progress: &mut Progress, until: u64) -> (u64, usize) {
    let (edges, threshold) = (guc::similarity_edges(), guc::similarity_threshold());
    let work = learned::work(space, progress, until, edges, PIECE);
    let Some(last) = work.last() else { return (0, 0) };
    let around = neighbourhoods(space, work.iter().map(|w| w.id).collect(), threshold);
    let mut changed = 0;
    for w in &work {
        pg::check_for_interrupts();
        let around = around.get(&w.id).map_or(&[][..], Vec::as_slice);
        changed += learned::set_neighbours(space, w.id, &around[..edges.min(around.len())], around);
        if w.itself && w.changed >= progress.whole {
            changed += learned::offer_neighbour(space, w.id, around, edges);
        }
    }
    crash::at(Point::learn_similar);
    (progress.through, progress.after) = (last.changed, Some(last.id));
    // Transactions that still run may leave more behind, before what is done: the next time begins with the first of them.
    let kept = progress.up_to(Pinned::active().xmin());
    learned::keep_progress(space, Job::Similarity, &kept);
    crash::at(Point::learn_progress);
    (changed, work.len())
}

/// For each memory those that are similar enough, best first, among the memories whose codes are in the region; nothing for one that
/// is not recalled or has no embedding.
fn neighbourhoods(space: &str, ids: Vec<[u8; 16]>, threshold: f32) -> HashMap<[u8; 16], Vec<([u8; 16], f32)>> {
    let snapshot = Pinned::active();
    let mut found = HashMap::new();
    for record in load::records_of(space, &ids) {
        let Some(code) = record.code else { continue };
        pg::check_for_interrupts();
        let query = Query::new(code);
        let exact = true;
        let around = with_space(space, &snapshot, |reader| {
            if reader.by_id(&record.id).is_none() {
                return Ok(Vec::new());
            }
            let nearest = reader.dense(&query, AROUND, exact, None)?;
            let near = nearest.into_iter().filter(|n| n.1 >= threshold).map(|n| (reader.id_of(n.0), n.1));
            Ok(near.filter(|n| n.0 != record.id).collect())
        });
        found.insert(record.id, around.unwrap_or_default());
    }
    found
}
