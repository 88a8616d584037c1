//! From a question to rows in order of score: the search, and the rows of its hits as the caller may see them.

use super::dynamics;
use super::interference;
use super::outside::{self, Outside};
use super::past::Past;
use super::priming;
use super::question::Question;
use super::rows::{self, Conditions, Row};
use super::search::{self, Found, Hit, Outcome, Want};
use super::select::Selection;
use super::trace::Trace;
use super::{Account, Cold, Limits, Recalled, discard, with_space};
use crate::error::Error;
use crate::hot::governor;
use crate::hot::primes::Activated;
use crate::memory;
use crate::pg;
use crate::pg::snapshot::Pinned;
use crate::store::cold;
use engram_engine::rank;
use rustc_hash::{FxHashMap, FxHashSet};

/// Fewest candidates of each arm.
pub const REACH: usize = 100;

/// Most rows read at once.
const MOST_BATCH: usize = 1_000;
/// The same where the recall is limited: a row may have a megabyte, and a policy take its time.
const SMALL_BATCH: usize = 64;
/// What is kept of an evicted memory, about.
const SPILLED_BYTES: usize = 1024;

/// How gathering went, beside the rows, which are in the selection.
pub struct Gathered {
    /// The work limit ended spreading early.
    pub limited: bool,
    /// What follows scores less than `min_score`.
    pub ended: bool,
    /// There may be more that matches, beyond what is looked at.
    pub cut: bool,
    /// Rows that the caller may see and that fulfil the conditions.
    pub passed: usize,
    /// Cold memories were among what was searched.
    pub cold: bool,
    /// Ids that the caller may see, as far as they were looked up.
    pub known: FxHashSet<[u8; 16]>,
    /// What activation reached, where it is to prime what comes next.
    pub reached: Vec<Activated>,
    pub trace: Option<Trace>,
}

/// Offers the rows that answer a question to `selection`, best first, until it is full or none are left. As many are looked at as
/// a search proposes: four times `k`, and at least a hundred. Cold memories are looked for where they are asked for, or where the
/// others leave `k` unfilled.
pub fn gather(
    name: &str,
    question: Question,
    conditions: &Conditions,
    limits: &Limits,
    account: Account,
    selection: &mut Selection,
) -> Result<Gathered, Error> {
    let want = Want {
        reach: REACH.max(limits.k * 4),
        codes: if limits.max_tokens.is_some() { usize::MAX } else { 2 * interference::compared() },
        trace: account == Account::Full,
        cold: false,
    };
    let snapshot = Pinned::active();
    let past = conditions.as_of.map(|at| Past::load(name, at)).transpose()?;
    let mut search = Search {
        name,
        snapshot: &snapshot,
        past: past.as_ref(),
        question,
        outside: Outside::default(),
        conditions,
        limits,
        want,
        now: memory::now(),
    };
    let mut gathered = search.gather(limits.cold == Cold::Always, selection)?;
    if limits.cold == Cold::WhenUnfilled
        && gathered.passed < limits.k
        && !selection.is_full()
        && !governor::is_over()
        && cold::count_up_to(name, 1) > 0
    {
        selection.restart();
        let limited = gathered.limited;
        gathered = search.gather(COLD_TOO, selection)?;
        gathered.limited |= limited;
    }
    Ok(gathered)
}

const COLD_TOO: bool = true;

/// One question in one space.
struct Search<'a> {
    name: &'a str,
    snapshot: &'a Pinned,
    /// Where to search instead of the present.
    past: Option<&'a Past>,
    question: Question,
    outside: Outside,
    conditions: &'a Conditions,
    limits: &'a Limits,
    want: Want,
    /// Microseconds since the Unix epoch.
    now: i64,
}

impl Search<'_> {
    fn gather(&mut self, cold: bool, selection: &mut Selection) -> Result<Gathered, Error> {
        let limits = self.limits;
        self.question.filter.allowed = None;
        self.outside.all = false;
        self.want.cold = cold;
        let mut found = self.find()?;
        let mut checked = self.check(cold, &mut found, selection);
        let is_short = |checked: &Checked, selection: &Selection| {
            checked.passed < limits.k && !checked.ended && !selection.is_full() && !governor::is_over()
        };
        if is_short(&checked, selection) && (found.cut || checked.dropped) {
            // Conditions that only the tables can judge left too little: search among what fulfils them.
            let allowed = rows::allowed(self.name, self.conditions, cold, limits.min_confidence);
            self.question.filter.allowed = Some(allowed);
            let limited = found.limited;
            found = self.find()?;
            found.limited = limited;
            selection.restart();
            checked = self.check(cold, &mut found, selection);
            if is_short(&checked, selection) && found.approximate {
                // What was proposed is not enough: every memory outside that fulfils them is looked at.
                self.outside.all = true;
                found = self.find()?;
                found.limited = limited;
                selection.restart();
                checked = self.check(cold, &mut found, selection);
            }
        }
        let reached = if limits.primes { priming::reached(&found.hits) } else { Vec::new() };
        let Found { limited, cut, trace, .. } = found;
        let Checked { passed, ended, known, .. } = checked;
        Ok(Gathered { limited, ended, cut, passed, cold, known, reached, trace })
    }

    fn find(&mut self) -> Result<Found, Error> {
        let mut found = find(self.name, (self.snapshot, self.past), &self.question, &mut self.outside, self.want)?;
        dynamics::apply(self.name, &mut found, self.first(), self.now);
        Ok(found)
    }

    /// The hits that are mostly enough, and those that compete.
    fn first(&self) -> usize {
        self.limits.k.max(interference::compared())
    }

    /// Reads the rows of hits in order until the selection is full. Those that compete are read before the order is settled: what the
    /// caller may not see competes with nothing.
    fn check(&self, cold: bool, found: &mut Found, selection: &mut Selection) -> Checked {
        let limits = self.limits;
        let mut out = Checked { passed: 0, dropped: false, ended: false, known: FxHashSet::default() };
        let hits = &mut found.hits;
        let (mut rows, mut asked) = (FxHashMap::default(), FxHashSet::default());
        let mut read = |part: &[Hit], rows: &mut FxHashMap<[u8; 16], Row>| {
            let new: Vec<&Hit> = part.iter().filter(|hit| asked.insert(hit.id)).collect();
            if new.is_empty() {
                return;
            }
            pg::check_for_interrupts();
            let new = rows::fetch(self.name, &new, self.conditions, cold, &mut out.known);
            governor::take(new.values().map(Row::bytes).sum());
            rows.extend(new);
        };
        // Mostly the first k are those that are returned.
        let most = if governor::is_limited() { SMALL_BATCH } else { MOST_BATCH.max(limits.k) };
        let mut batch = limits.k.min(most);
        let compared = interference::compared().min(hits.len());
        if compared > 1 && interference::entangled(hits) {
            read(&hits[..batch.max(compared).min(hits.len())], &mut rows);
        }
        dynamics::relate(hits, |hit| rows.contains_key(&hit.id));
        let mut next = 0;
        // Whatever has run out, the best of what was found are read.
        while !selection.is_full() && !out.ended && next < hits.len() && (next == 0 || !governor::is_over()) {
            if next + batch > self.first() {
                dynamics::complete(self.name, &mut hits[next..], self.now);
            }
            let part = &hits[next..(next + batch).min(hits.len())];
            next += part.len();
            batch = (batch * 2).min(most);
            read(part, &mut rows);
            for hit in part {
                if selection.is_full() {
                    break;
                }
                let score = rank::score(&hit.signals);
                if score < limits.min_score {
                    out.ended = true;
                    break;
                }
                if !self.conditions.narrow.is_near(hit.signals.similarity) {
                    continue;
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
}

/// What a recall of the whole space finds, cold memories as well, in the order of its rows; rights are still to be asked.
pub fn found(name: &str, question: Question, snapshot: &Pinned, reach: usize) -> Result<Found, Error> {
    let want = Want { reach, codes: interference::compared(), trace: false, cold: true };
    let mut found = find(name, (snapshot, None), &question, &mut Outside::default(), want)?;
    dynamics::apply(name, &mut found, usize::MAX, memory::now());
    Ok(found)
}

/// Searches the present, or the past where there is one, and reads what the search needs of memories outside the hot tier.
pub fn find(
    name: &str,
    (snapshot, past): (&Pinned, Option<&Past>),
    question: &Question,
    outside: &mut Outside,
    want: Want,
) -> Result<Found, Error> {
    loop {
        let outcome = match past {
            None => with_space(name, snapshot, |reader| search::search(reader, question, outside, want))?,
            Some(past) => past.search(name, snapshot, |reader| search::search(reader, question, outside, want))?,
        };
        match outcome {
            Outcome::Done(found) => return Ok(found),
            Outcome::NeedsProposals(ask) => outside.proposed = Some(outside::propose(name, question, &ask)),
            Outcome::NeedsRows(ids) => {
                pg::check_for_interrupts();
                governor::take(ids.len() * SPILLED_BYTES);
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
