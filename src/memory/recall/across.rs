//! Recall from several spaces in one statement: each is asked by itself, and the rows are merged by their scores.
//!
//! A score is a function of the raw signals of a row, so scores of several spaces compare. Every space is checked before the
//! first is searched: a space that the caller may not read fails the call as a missing one does.

use super::dynamics;
use super::gather::gather;
use super::question::{Given, Question};
use super::rows::{self, Conditions};
use super::select::Selection;
use super::{Account, Cold, Limits, Recalled, hide_paths, priming, readable, touch};
use crate::error::Error;
use crate::hot::governor::{self, Met};
use crate::memory::metrics::limited as count_limit;
use crate::store::{access, cold};
use crate::{memory, pg};
use pgrx::Uuid;
use rustc_hash::FxHashSet;
use std::rc::Rc;

/// Rows of several spaces, each with its space, best first.
pub struct Answer {
    pub recalled: Vec<(String, Recalled)>,
    /// The work limit ended spreading early in some space.
    pub limited: bool,
    /// A limit of time or memory ended it early.
    pub partial: Option<Met>,
}

/// Recalls from each of `names`, a space named twice once.
pub fn recall(names: &[String], given: &Given<'_>, limits: &Limits) -> Result<Answer, Error> {
    let mut spaces: Vec<Rc<access::Space>> = Vec::new();
    for name in names {
        if !spaces.iter().any(|s| s.name == *name) {
            spaces.push(readable(name)?);
        }
    }
    if let Some(embedding) = given.embedding {
        for space in &spaces {
            if let Some(dims) = space.dimensions.filter(|d| *d as usize != embedding.len()) {
                return Err(Error::dimension_mismatch_in(&space.name, dims as usize, embedding.len()));
            }
        }
    }
    let named = named_memories(&spaces, &given.ids, given.as_of)?;
    let conditions = Conditions::new(given);
    // A budget is one for all spaces: rows of each are left out or taken after merging.
    let most = if limits.max_tokens.is_some() { usize::MAX } else { limits.k };
    let mut merged: Vec<(Recalled, usize)> = Vec::new();
    let (mut known, mut reached) = (Vec::new(), Vec::new());
    let mut limited = false;
    let mut ask = |cold: Cold| {
        let limits = Limits { cold, ..*limits };
        merged.clear();
        known.clear();
        reached.clear();
        for (at, space) in spaces.iter().enumerate() {
            let mut question = Question::new(given, space)?;
            question.ids.retain(|id| named[at].contains(id));
            let mut selection = Selection::new(most, None);
            let gathered = gather(&space.name, question, &conditions, &limits, Account::None, &mut selection)?;
            limited |= gathered.limited;
            known.push(gathered.known);
            reached.push(gathered.reached);
            merged.extend(selection.into_rows().into_iter().map(|row| (row, at)));
        }
        Ok(merged.len())
    };
    let _governed = governor::begin();
    // All spaces together leave k unfilled, or do not.
    let first = if limits.cold == Cold::WhenUnfilled { Cold::Never } else { limits.cold };
    let found = ask(first)?;
    let unfilled = limits.cold == Cold::WhenUnfilled && found < limits.k;
    if unfilled && !governor::is_over() && spaces.iter().any(|space| cold::count_up_to(&space.name, 1) > 0) {
        ask(Cold::Always)?;
    }
    let partial = governor::met().inspect(count_limit);
    let name = |at: usize| spaces[at].name.as_str();
    merged.sort_by(|(a, a_at), (b, b_at)| {
        b.score.total_cmp(&a.score).then_with(|| name(*a_at).cmp(name(*b_at))).then_with(|| rank_within(a, b))
    });
    let mut selection = Selection::new(limits.k, limits.max_tokens);
    let mut places = Vec::new();
    for (row, at) in merged {
        let before = selection.taken();
        selection.offer(row);
        if selection.taken() > before {
            places.push(at);
        }
    }
    let mut by_space: Vec<Vec<Recalled>> = spaces.iter().map(|_| Vec::new()).collect();
    for (row, at) in selection.into_rows().into_iter().zip(&places) {
        by_space[*at].push(row);
    }
    for ((rows, space), (known, reached)) in by_space.iter_mut().zip(&spaces).zip(known.into_iter().zip(reached)) {
        hide_paths(&space.name, rows, known, given.as_of);
        if limits.primes {
            priming::leave(&space.name, rows, reached, memory::now());
        }
        if limits.reinforce && !pg::in_recovery() && !rows.is_empty() {
            touch(&space.name, rows);
        }
    }
    let mut rows: Vec<_> = by_space.into_iter().map(Vec::into_iter).collect();
    let in_order = places.into_iter().filter_map(|at| Some((name(at).to_owned(), rows[at].next()?)));
    Ok(Answer { recalled: in_order.collect(), limited, partial })
}

/// Rows of one space with the same score: as a recall from it alone has them, which orders by evidence. Evidence tells apart what
/// the score, close to 1, no longer does.
fn rank_within(a: &Recalled, b: &Recalled) -> std::cmp::Ordering {
    dynamics::order(&a.hit, &b.hit)
}

/// Those of `ids` that each space has. One that the caller may see in none of them is an error, as in a recall.
fn named_memories(
    spaces: &[Rc<access::Space>],
    ids: &[[u8; 16]],
    as_of: Option<i64>,
) -> Result<Vec<FxHashSet<[u8; 16]>>, Error> {
    if ids.is_empty() {
        return Ok(spaces.iter().map(|_| FxHashSet::default()).collect());
    }
    let found: Vec<FxHashSet<[u8; 16]>> = spaces.iter().map(|s| rows::visible_at(&s.name, ids, as_of)).collect();
    match ids.iter().find(|id| !found.iter().any(|f| f.contains(*id))) {
        None => Ok(found),
        Some(missing) => {
            let names: Vec<String> = spaces.iter().map(|s| format!("\"{}\"", s.name)).collect();
            Err(Error::unknown_memory_in_any(Uuid::from_bytes(*missing), &names.join(", ")))
        }
    }
}
