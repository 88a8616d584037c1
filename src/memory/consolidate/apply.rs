//! Writing what a plan changes, and publishing it, in the transaction of the caller.

use super::difference::{self, Action, Change, Difference, Wording};
use super::plan::{Past, Plan};
use crate::crash::{self, Point};
use crate::error::Error;
use crate::memory::metrics;
use crate::memory::supersede::{Supersede, supersede};
use crate::pg::{self, xact};
use crate::store::consolidation::{self as store, Cited, Id, Touch};
use crate::store::usage::{self, Quota};
use crate::store::{access, cold};
use engram_engine::consolidation::How;
use pgrx::Uuid;
use std::collections::{BTreeMap, BTreeSet};

/// What was written.
#[derive(Default)]
pub struct Written {
    /// Beliefs of which nothing was written: somebody has changed them meanwhile.
    pub passed: BTreeSet<Id>,
    /// Beliefs that the quota of the space has no room for.
    pub refused: BTreeSet<Id>,
    /// Those whose memory was edited and stays so.
    pub edited: usize,
    /// Rows of memories.
    pub memories: usize,
    pub resolved: usize,
}

impl Written {
    pub fn left_out(&self, id: &Id) -> bool {
        self.passed.contains(id) || self.refused.contains(id)
    }
}

/// A run at its tables.
pub struct Run<'a> {
    pub space: &'a str,
    pub id: Id,
    pub encoder: Option<&'a str>,
    pub resolve: bool,
    /// Microseconds since the Unix epoch.
    pub started_at: i64,
    pub cause: &'a str,
}

impl Run<'_> {
    /// Writes what differs. None when something is not as it was read: then nothing is written, and it is to be read again.
    pub fn write(&self, plan: &Plan, past: &Past, difference: &Difference<'_>) -> Result<Option<Written>, Error> {
        let mut written = Written::default();
        if self.warm(difference) || !xact::or_nothing(|| self.hold(difference, past)) {
            return Ok(None);
        }
        store::begin(self.space, self.id, self.started_at, self.cause);
        self.touch(plan, past, difference);
        let space = access::find(self.space);
        let mut room = match &space {
            Some(space) if !difference.changes.is_empty() => usage::room(space),
            _ => Quota::default(),
        };
        let mut kept: Vec<(&Change<'_>, Vec<u8>)> = Vec::new();
        for change in &difference.changes {
            pg::check_for_interrupts();
            if let Some(digest) = self.memory(change, &mut room, &mut written) {
                kept.push((change, digest));
            }
        }
        for (change, digest) in &kept {
            pg::check_for_interrupts();
            self.belief(change, digest, &written);
        }
        for (former, _) in &difference.retired {
            pg::check_for_interrupts();
            self.retire(former, &mut written);
        }
        if self.resolve {
            self.resolve(plan, &mut written)?;
        }
        store::touched(self.space, self.id);
        crash::at(Point::consolidate_written);
        Ok(Some(written))
    }

    /// Brings memories of beliefs back that are to be changed and are cold: what is kept for undoing is the whole row. Says whether
    /// there were any, which are others then.
    fn warm(&self, difference: &Difference<'_>) -> bool {
        let changes = difference.changes.iter().filter(|c| c.wording != Wording::Same).filter_map(|c| c.former);
        let former = changes.chain(difference.retired.iter().map(|r| r.0));
        let cold: Vec<Id> = former.filter(|f| f.memory.cold).map(|f| f.id).collect();
        !cold.is_empty() && cold::thaw(self.space, &cold) > 0
    }

    /// Keeps from others what the run changes, and what it cites or has cited: beliefs, evidence, and the state of the space, which is what a
    /// deletion changes before beliefs. Says whether all of it is there. Nothing of it is waited for, and nothing else
    /// later, so that whoever deletes may wait for the run.
    fn hold(&self, difference: &Difference<'_>, past: &Past) -> bool {
        let changed = difference.changes.iter().filter_map(|c| c.former);
        let changed: BTreeSet<Id> = changed.chain(difference.retired.iter().map(|r| r.0)).map(|f| f.id).collect();
        let beliefs: BTreeSet<Id> = past.former.iter().map(|f| f.id).collect();
        let new: BTreeSet<Id> = difference.changes.iter().map(|c| c.made.belief.id).collect();
        let cited = difference.changes.iter().flat_map(|c| &c.made.belief.citations).map(|c| c.evidence);
        let had = difference
            .changes
            .iter()
            .filter(|c| c.cited.is_some())
            .filter_map(|c| past.citations.get(&c.made.belief.id));
        let cited = cited.chain(had.flatten().map(|c| c.evidence));
        let evidence: BTreeSet<Id> = cited.filter(|id| !beliefs.contains(id) && !new.contains(id)).collect();
        let all = |ids: BTreeSet<Id>, hold: fn(&str, &[Id]) -> u64| {
            let ids: Vec<Id> = ids.into_iter().collect();
            ids.chunks(1000).all(|ids| hold(self.space, ids) == ids.len() as u64)
        };
        all(changed, store::hold_beliefs) && all(evidence, store::hold_evidence) && store::hold_space(self.space)
    }

    /// Keeps what is about to change as it is.
    fn touch(&self, plan: &Plan, past: &Past, difference: &Difference<'_>) {
        let mut memories: BTreeSet<Id> = BTreeSet::new();
        let mut beliefs: BTreeSet<Id> = BTreeSet::new();
        let (mut citing, mut cited) = (Vec::new(), Vec::new());
        let (mut children, mut parents) = (Vec::new(), Vec::new());
        for change in &difference.changes {
            let id = change.made.belief.id;
            beliefs.insert(id);
            if change.wording != Wording::Same {
                memories.insert(id);
            }
            if let Some(now) = &change.cited {
                let before = past.citations.get(&id).map_or(&[][..], Vec::as_slice);
                for evidence in differing(before, now) {
                    citing.push(id);
                    cited.push(evidence);
                }
            }
            for parent in &change.made.belief.parents {
                children.push(id);
                parents.push(parent.id);
            }
        }
        for (former, _) in &difference.retired {
            memories.insert(former.id);
            beliefs.insert(former.id);
        }
        if self.resolve {
            memories.extend(plan.contradictions.iter().flat_map(|c| [c.one, c.other]));
        }
        let (memories, beliefs): (Vec<Id>, Vec<Id>) = (memories.into_iter().collect(), beliefs.into_iter().collect());
        let mut entry = 0;
        for what in [
            Touch::Memories(&memories),
            Touch::Beliefs(&beliefs),
            Touch::Citations(&citing, &cited),
            Touch::Lineages(&children, &parents),
        ] {
            entry = store::touch(self.space, self.id, entry, &what);
        }
    }

    /// Writes the memory of a belief. Returns the digest of what a run has written there, or none when the belief is left as it was.
    fn memory(&self, change: &Change<'_>, room: &mut Quota, written: &mut Written) -> Option<Vec<u8>> {
        let belief = &change.made.belief;
        let wording = store::Wording {
            id: belief.id,
            content: &belief.content,
            embedding: &belief.centroid,
            encoder: self.encoder,
            cues: &change.made.cues,
            class: change.made.class.as_deref(),
            evidence: change.evidence,
            occurred_at: belief.last_at,
            metadata: &change.metadata,
        };
        let before = change.former.map_or(0, |f| bytes(&f.memory.content, &f.memory.embedding));
        let grows = bytes(&belief.content, &belief.centroid) - before;
        let digest = match (change.wording, change.former) {
            (Wording::New | Wording::Other, former) if !fits(room, former.is_none(), grows) => {
                written.refused.insert(belief.id);
                return None;
            }
            (Wording::New, _) | (_, None) => store::form(self.space, &wording).map(Vec::from),
            (Wording::Other, Some(f)) => store::reword(self.space, &wording, f.memory.changed).map(Vec::from),
            (Wording::Weighed, Some(f)) => {
                store::weigh(self.space, f.id, change.evidence, f.memory.changed).then(|| f.written.clone())
            }
            (Wording::Same, Some(f)) => return Some(f.written.clone()),
        };
        written.edited += usize::from(change.edited);
        match &digest {
            Some(_) => written.memories += 1,
            None => {
                written.passed.insert(belief.id);
            }
        }
        digest
    }

    /// Writes what is known of a belief, its citations, and where it comes from.
    fn belief(&self, change: &Change<'_>, digest: &[u8], written: &Written) {
        let belief = &change.made.belief;
        store::put(
            self.space,
            &store::Belief {
                id: belief.id,
                retired: false,
                label: &belief.label,
                run: self.id,
                regularity: change.regularity.as_deref(),
                cohesion: belief.cohesion,
                first_at: Some(belief.first_at),
                last_at: Some(belief.last_at),
                count: i32::try_from(belief.count).unwrap_or(i32::MAX),
                contradicts: &belief.contradicts,
                conflicts: &change.conflicts,
                written: digest,
                evidence: (belief.evidence_for, belief.evidence_against),
            },
        );
        if let Some(cited) = &change.cited {
            let there = cited.iter().copied().filter(|c| !written.refused.contains(&c.evidence));
            store::cite(self.space, belief.id, &there.collect());
        }
        for parent in &belief.parents {
            store::descend(self.space, belief.id, parent.id, self.id, parent.descent.name());
        }
    }

    fn retire(&self, former: &store::Former, written: &mut Written) {
        if !former.memory.suppressed && !store::retire(self.space, former.id, former.memory.changed) {
            written.passed.insert(former.id);
            return;
        }
        written.memories += 1;
        store::put(
            self.space,
            &store::Belief {
                id: former.id,
                retired: true,
                label: &former.label,
                run: self.id,
                regularity: former.regularity.as_deref(),
                cohesion: former.cohesion,
                first_at: former.first_at,
                last_at: former.last_at,
                count: former.count,
                contradicts: &[],
                conflicts: "[]",
                written: &former.written,
                evidence: former.evidence,
            },
        );
    }

    /// Replaces beliefs by those that contradict them, where that was decided.
    fn resolve(&self, plan: &Plan, written: &mut Written) -> Result<(), Error> {
        let mut replaced: BTreeSet<Id> = BTreeSet::new();
        for c in &plan.contradictions {
            let Some(keep) = c.resolution.proposal.keep() else { continue };
            let doubtful = if keep == c.one { c.other } else { c.one };
            if replaced.contains(&keep)
                || written.left_out(&keep)
                || written.left_out(&doubtful)
                || !replaced.insert(doubtful)
            {
                continue;
            }
            supersede(Supersede {
                old: Some(Uuid::from_bytes(doubtful)),
                new: Some(Uuid::from_bytes(keep)),
                content: None,
                embedding: None,
                valid_from: None,
                source: None,
                confidence: None,
                space: Some(self.space),
            })?;
            written.resolved += 1;
        }
        Ok(())
    }

    /// Publishes what there is now, with its events. Returns the version, or none when it is the one that was published before.
    pub fn publish(&self, plan: &Plan, written: &Written, version: i64, at: i64) -> Option<i64> {
        let differs = store::publish(self.space, self.id, version + 1);
        let version = version + i64::from(differs);
        for event in plan.events.iter().filter(|e| !written.left_out(&e.belief)) {
            let how = plan.made.binary_search_by_key(&event.belief, |m| m.belief.id);
            let how = how.map_or(How::Kept, |at| plan.made[at].how);
            let event = store::Event {
                belief: event.belief,
                kind: difference::kind(event.kind, how),
                before: event.confidence_before,
                after: event.confidence_after,
                citation_delta: event.citation_delta,
                novelty: event.novelty,
            };
            store::event(self.space, self.id, at, version, &event);
            metrics::count_event(event.kind);
        }
        differs.then_some(version)
    }
}

/// What is told of a run that is done: beliefs that were left out are told of as such.
pub fn told(actions: Vec<Action>, written: &Written) -> Vec<Action> {
    let tell = |mut action: Action| {
        if written.refused.contains(&action.belief) {
            action.action = "refused";
            action.detail = "the quota of the space has no room for it".to_owned();
        } else if written.passed.contains(&action.belief) {
            action.action = "passed";
            action.detail = "somebody has changed it meanwhile; the next run looks again".to_owned();
        }
        action
    };
    actions.into_iter().map(tell).collect()
}

/// Evidence whose citation is added, changed or removed.
fn differing(before: &[Cited], now: &[Cited]) -> BTreeSet<Id> {
    let of = |cited: &[Cited]| cited.iter().map(|c| (c.evidence, *c)).collect::<BTreeMap<Id, Cited>>();
    let (before, now) = (of(before), of(now));
    let both = before.keys().chain(now.keys());
    both.filter(|id| before.get(*id) != now.get(*id)).copied().collect()
}

fn bytes(content: &str, embedding: &[f32]) -> i64 {
    (content.len() + size_of_val(embedding)) as i64
}

/// Takes the room that a belief needs; false where there is not so much.
fn fits(room: &mut Quota, new: bool, grows: i64) -> bool {
    let takes = |left: Option<i64>, more: i64| left.is_none_or(|left| more <= left.max(0) || more <= 0);
    if !takes(room.memories, i64::from(new)) || !takes(room.bytes, grows) {
        return false;
    }
    room.memories = room.memories.map(|left| left - i64::from(new));
    room.bytes = room.bytes.map(|left| left - grows);
    true
}
