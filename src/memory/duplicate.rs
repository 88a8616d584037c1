//! Recognising what is remembered already, without scanning the table.
//!
//! The region proposes ids: by the digest of text and context, by what recall has returned lately, and, where the caller asks for
//! it, by embedding. The rows, read under the caller's rights, decide; a memory that the caller may not see is none. What the
//! transaction itself has stored is known from its commit queue. Two transactions that run at the same time do not see each
//! other: both store.

use super::complete::names_in;
use super::recall::with_space;
use super::reinforce;
use crate::error::Error;
use crate::hot::{self, Hot, answers, clock, private, queue, record, search};
use crate::memory::load;
use crate::pg::snapshot::Pinned;
use crate::store::{self, access, fault};
use crate::{guc, pg};
use engram_engine::code::{Code, NEARLY_SAME, quantise};
use engram_engine::{cues, encoder, text};
use engram_region::State;
use engram_region::dense::Query;

/// What is done about a memory that is there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnDuplicate {
    /// It is stored all the same.
    Store,
    /// The one that is there is strengthened.
    Reinforce,
    /// Nothing.
    Skip,
}

impl OnDuplicate {
    /// The choice with this name; none where the caller leaves it to us.
    pub fn parse(name: Option<&str>) -> Result<Option<OnDuplicate>, Error> {
        Ok(Some(match name {
            None => return Ok(None),
            Some("store") => OnDuplicate::Store,
            Some("reinforce") => OnDuplicate::Reinforce,
            Some("skip") => OnDuplicate::Skip,
            Some(other) => {
                return Err(fault::invalid(
                    format!("on_duplicate \"{other}\" does not exist"),
                    "The choices are store, reinforce and skip.",
                ));
            }
        }))
    }
}

/// Most similar memories that are looked at for one.
const NEAREST: usize = 32;
/// While the hot tier loads a space of more memories than this, nobody waits for a private copy unless asked to.
const MOST_COPIED: i32 = 1_000;

/// What a text is recognised by.
#[derive(Clone, Debug)]
pub struct Text {
    /// Of the normal form.
    digest: u64,
    /// Of the normal form and the context.
    key: u32,
    context: Option<String>,
}

impl Text {
    pub fn new(content: &str, context: Option<&str>) -> Text {
        let digest = text::digest(content);
        let key = record::digest(digest, record::context_hash(context));
        Text { digest, key, context: context.map(str::to_owned) }
    }

    /// Whether two texts say the same in one context.
    pub fn is_same(&self, other: &Text) -> bool {
        (self.digest, &self.context) == (other.digest, &other.context)
    }

    /// A number that is the same for texts that say the same in one context.
    pub fn key(&self) -> u32 {
        self.key
    }
}

/// The meaning and the cues of a memory that is to be stored.
pub struct Meaning {
    code: Code,
    /// Sorted hashes.
    cues: Vec<u64>,
}

impl Meaning {
    /// As it would be stored in the space; none without an embedding that has a direction. `given` are the caller's cues, beside those
    /// in the text.
    pub fn new(space: &str, embedding: Option<&[f32]>, given: &[String], content: &str) -> Option<Meaning> {
        let built_in = || encoder::embed(content).filter(|_| store::space::embeds(space));
        let code = match embedding {
            Some(embedding) => quantise(embedding),
            None => quantise(&built_in()?),
        };
        let mut names = cues::merge(given, content);
        if guc::known_cues() {
            names_in(space, &mut names, content);
        }
        let aliases = store::alias::of(space);
        let hash = |name: &String| {
            let hash = cues::hash(name);
            aliases.get(&hash).copied().unwrap_or(hash)
        };
        let (code, mut cues): (Code, Vec<u64>) = (code.ok()?, names.iter().map(hash).collect());
        cues.sort_unstable();
        cues.dedup();
        Some(Meaning { code, cues })
    }

    /// Whether two memories that are to be stored say the same.
    pub fn is_near(&self, other: &Meaning) -> bool {
        let (a, b) = (&self.code, &other.code);
        let similar =
            || engram_engine::code::similarity(engram_engine::code::dot(&a.values, &b.values), a.scale, b.scale);
        self.cues == other.cues && a.values.len() == b.values.len() && similar() >= NEARLY_SAME
    }
}

/// For each text the memory of the space that says the same: in the same context, or told to the caller a moment ago.
/// `thorough` waits for a space that is not loaded.
pub fn same_texts(space: &str, texts: &[Text], thorough: bool) -> Vec<Option<[u8; 16]>> {
    let keys: Vec<u32> = texts.iter().map(|t| t.key).collect();
    let mut proposed = in_region(space, &keys, thorough);
    let mut all: Vec<[u8; 16]> = Vec::new();
    for (text, ids) in texts.iter().zip(&mut proposed) {
        ids.extend(queue::with(|q| q.same_digest(space, text.key)));
        ids.extend(answers::same_text(space, text.digest));
        all.extend_from_slice(ids);
    }
    let mut found = vec![None; texts.len()];
    if all.is_empty() {
        return found;
    }
    all.sort_unstable();
    all.dedup();
    let mut rows: Vec<([u8; 16], Text)> = Vec::new();
    store::memory::recallable(space, &all, |id, content, context| rows.push((id, Text::new(content, context))));
    for ((text, ids), found) in texts.iter().zip(&proposed).zip(&mut found) {
        let said = rows.iter().filter(|(id, row)| row.digest == text.digest && ids.contains(id));
        // The oldest of the same context; of others only what was told is among the proposed.
        *found = said.min_by_key(|(id, row)| (row.context != text.context, *id)).map(|(id, _)| *id);
    }
    found
}

/// The memory of the space that means the same and has the same cues, in any context, or any cues if the caller was told it a
/// moment ago. Looks among the memories whose codes are in the region.
pub fn near(space: &str, meaning: &Meaning) -> Option<[u8; 16]> {
    let dimensions = access::find(space)?.dimensions?;
    if usize::try_from(dimensions) != Ok(meaning.code.values.len()) {
        return None;
    }
    let told = answers::lately(space);
    let query = Query::new(meaning.code.clone());
    let ids: Vec<[u8; 16]> = {
        let snapshot = Pinned::latest();
        let found = with_space(space, &snapshot, |reader| {
            let nearest = reader.dense(&query, NEAREST, guc::exact(), None)?;
            let near = nearest.into_iter().filter(|n| n.1 >= NEARLY_SAME).map(|n| (n.0, reader.id_of(n.0)));
            let same = near.filter(|(node, id)| told.contains(id) || reader.cue_hashes(*node) == meaning.cues);
            Ok(same.map(|s| s.1).collect())
        });
        // A space that does not fit anywhere is no reason not to remember.
        found.unwrap_or_default()
    };
    let mut seen = Vec::new();
    if !ids.is_empty() {
        store::memory::recallable(space, &ids, |id, _, _| seen.push(id));
    }
    ids.into_iter().find(|id| seen.contains(id))
}

/// Does about a memory that is there what the caller has chosen. False when it was deleted in the meantime.
pub fn treat(space: &str, id: [u8; 16], how: Option<OnDuplicate>) -> bool {
    if how == Some(OnDuplicate::Skip) {
        return true;
    }
    if let Some((hot, place)) = hot::find(space) {
        hot.read(place, |s| s.touch_memories(&[id], clock()));
    }
    let there = reinforce::use_now(space, id);
    if there && store::cold::is_away(space, id) {
        hot::returns::note(space, [id].into_iter());
    }
    there
}

/// What the commit queue no longer notes by itself after many changes.
pub fn note_stored(space: &str, text: &Text, id: [u8; 16]) {
    queue::with(|q| {
        if q.is_collapsed(space) {
            q.note(space, pg::xact::current_subxact(), text.key, id);
        }
    });
}

/// For each digest the ids that the region has for it.
fn in_region(space: &str, keys: &[u32], thorough: bool) -> Vec<Vec<[u8; 16]>> {
    let mut out = vec![Vec::new(); keys.len()];
    let mut asked: Vec<usize> = (0..keys.len()).collect();
    let shared = hot::find(space);
    let glanced = shared.is_some_and(|(hot, place)| glance(&hot, place, keys, &mut asked));
    if asked.is_empty() {
        return out;
    }
    let mut take = |found: Vec<Vec<[u8; 16]>>| asked.iter().zip(found).for_each(|(i, ids)| out[*i] = ids);
    let wanted: Vec<u32> = asked.iter().map(|i| keys[*i]).collect();
    if glanced {
        let snapshot = Pinned::latest();
        let found = with_space(space, &snapshot, |r| Ok(wanted.iter().map(|k| r.same_digest(*k)).collect()));
        take(found.unwrap_or_default());
    } else {
        take(in_private_copy(space, &wanted, thorough || Hot::shared().is_none()).unwrap_or_default());
    }
    out
}

/// Leaves in `asked` what the shared region may know. False when the space is not loaded there.
fn glance(hot: &Hot, place: hot::Place, keys: &[u32], asked: &mut Vec<usize>) -> bool {
    const PIECE: usize = 256;
    let mut known = Vec::new();
    for part in asked.chunks(PIECE) {
        let ready = hot.read(place, |s| {
            let ready = s.state() == State::Ready;
            if ready {
                known.extend(part.iter().filter(|i| s.may_have_digest(keys[**i])));
            }
            ready
        });
        if ready != Some(true) {
            return false;
        }
    }
    *asked = known;
    true
}

/// The same where the shared region does not answer; none where that would take long and the caller does not wait.
fn in_private_copy(space: &str, keys: &[u32], patient: bool) -> Option<Vec<Vec<[u8; 16]>>> {
    let own = queue::with(|q| q.touches(space));
    let snapshot = Pinned::active();
    let known = private::known(space).filter(|fresh| !fresh.dirty);
    let (hot, place) = match known {
        // What the transaction has stored since is in its queue: the copy need not be made anew for it.
        Some(fresh) if own => (private::region(), fresh.place),
        // A copy with its own changes would serve this once, and be made again for the next one.
        _ if own => return None,
        _ => {
            if known.is_none() {
                let size = store::memory::count_up_to(space, MOST_COPIED + 1);
                if size == 0 || (size > i64::from(MOST_COPIED) && !patient) {
                    return None;
                }
            }
            load::private_space(space, &snapshot, own).ok()?
        }
    };
    let search = |r: &mut engram_region::Reader<'static, search::LockPause>| {
        Ok(keys.iter().map(|k| r.same_digest(*k)).collect())
    };
    search::with_reader(&hot, place, &snapshot, search).ok()
}
