//! From a question to rows in order of score: the search, and the rows of its hits as the caller may see them.

use super::outside::{self, Outside};
use super::question::Question;
use super::rows::{self, Conditions};
use super::search::{self, Found, Outcome, Want};
use super::select::Selection;
use super::trace::Trace;
use super::{Account, Limits, Recalled, discard, with_space};
use crate::error::Error;
use crate::pg;
use crate::pg::snapshot::Pinned;
use engram_engine::rank;
use rustc_hash::FxHashSet;

/// Fewest candidates of each arm.
pub const REACH: usize = 100;

/// Most rows read at once.
const MOST_BATCH: usize = 1_000;

/// How gathering went, beside the rows, which are in the selection.
pub struct Gathered {
    /// The work limit ended spreading early.
    pub limited: bool,
    /// What follows scores less than `min_score`.
    pub ended: bool,
    /// There may be more that matches, beyond what is looked at.
    pub cut: bool,
    /// Ids that the caller may see, as far as they were looked up.
    pub known: FxHashSet<[u8; 16]>,
    pub trace: Option<Trace>,
}

/// Offers the rows that answer a question to `selection`, best first, until it is full or none are left. As many are looked at as
/// a search proposes: four times `k`, and at least a hundred.
pub fn gather(
    name: &str,
    mut question: Question,
    conditions: &Conditions,
    limits: &Limits,
    account: Account,
    selection: &mut Selection,
) -> Result<Gathered, Error> {
    let snapshot = Pinned::active();
    let mut outside = Outside::default();
    let want = Want {
        reach: REACH.max(limits.k * 4),
        codes: limits.max_tokens.is_some(),
        trace: account == Account::Full,
        cold: false,
    };
    let mut found = find(name, &snapshot, &question, &mut outside, want)?;
    let mut checked = check(name, conditions, &found, limits, selection);
    let is_short =
        |checked: &Checked, selection: &Selection| checked.passed < limits.k && !checked.ended && !selection.is_full();
    if is_short(&checked, selection) && (found.cut || checked.dropped) {
        // Conditions that only the tables can judge left too little: search among what fulfils them.
        question.filter.allowed = Some(rows::allowed(name, conditions, limits.min_confidence));
        let limited = found.limited;
        found = find(name, &snapshot, &question, &mut outside, want)?;
        found.limited = limited;
        selection.restart();
        checked = check(name, conditions, &found, limits, selection);
        if is_short(&checked, selection) && found.approximate {
            // What was proposed is not enough: every memory outside that fulfils them is looked at.
            outside.all = true;
            found = find(name, &snapshot, &question, &mut outside, want)?;
            found.limited = limited;
            selection.restart();
            checked = check(name, conditions, &found, limits, selection);
        }
    }
    let Found { limited, cut, trace, .. } = found;
    Ok(Gathered { limited, ended: checked.ended, cut, known: checked.known, trace })
}

/// Searches, and reads what the search needs of memories outside the hot tier.
pub fn find(
    name: &str,
    snapshot: &Pinned,
    question: &Question,
    outside: &mut Outside,
    want: Want,
) -> Result<Found, Error> {
    loop {
        let outcome = with_space(name, snapshot, |reader| search::search(reader, question, outside, want))?;
        match outcome {
            Outcome::Done(found) => return Ok(found),
            Outcome::NeedsProposals(ask) => outside.proposed = Some(outside::propose(name, question, &ask)),
            Outcome::NeedsRows(ids) => {
                pg::check_for_interrupts();
                if !outside.read(name, &ids) {
                    // The region lists memories that the tables do not have: it is out of step, and is loaded anew.
                    discard(name);
                }
            }
        }
    }
}

/// Hits that were looked at.
struct Checked {
    /// How many of them the caller may see and fulfil the conditions.
    passed: usize,
    /// The row of some hit does not fulfil the conditions.
    dropped: bool,
    /// The score met its limit, so what has not been looked at would not be taken either.
    ended: bool,
    known: FxHashSet<[u8; 16]>,
}

/// Reads the rows of hits in order until the selection is full.
fn check(name: &str, conditions: &Conditions, found: &Found, limits: &Limits, selection: &mut Selection) -> Checked {
    let mut out = Checked { passed: 0, dropped: false, ended: false, known: FxHashSet::default() };
    let hits = &found.hits;
    let mut next = 0;
    // Mostly the first k are those that are returned.
    let mut batch = limits.k;
    while !selection.is_full() && !out.ended && next < hits.len() {
        let part = &hits[next..(next + batch).min(hits.len())];
        next += part.len();
        batch = (batch * 2).min(MOST_BATCH.max(limits.k));
        pg::check_for_interrupts();
        let mut rows = rows::fetch(name, part, conditions, &mut out.known);
        for hit in part {
            if selection.is_full() {
                break;
            }
            let score = rank::score(&hit.signals);
            if score < limits.min_score {
                out.ended = true;
                break;
            }
            let row = rows.remove(&hit.id).filter(|row| row.belief().mean >= limits.min_confidence);
            let Some(row) = row else {
                out.dropped = true;
                continue;
            };
            out.passed += 1;
            selection.offer(Recalled { hit: hit.clone(), row, score });
        }
    }
    out
}
