//! What of some memories activates a standing cue: the same search, scores and rights as those of a recall.

use super::gather::{self, REACH};
use super::question::{Given, Question};
use super::readable;
use super::rows::{self, Conditions};
use super::search::Hit;
use crate::error::Error;
use crate::pg::snapshot::Pinned;
use engram_engine::rank;
use rustc_hash::FxHashSet;

/// Hits that are looked at, at most: in a space where more score above the threshold, the best ones count.
const MOST_REACH: usize = 100 * REACH;

/// Those of `ids` that a recall of the cue would return with a score of at least `threshold` to the current user, best first.
///
/// The search is that of any recall, over the whole space, since a score may depend on what else comes to mind. It is looked further
/// while all that was found scores enough.
pub fn activated(
    name: &str,
    given: &Given<'_>,
    ids: &FxHashSet<[u8; 16]>,
    threshold: f32,
) -> Result<Vec<[u8; 16]>, Error> {
    let space = readable(name)?;
    let snapshot = Pinned::active();
    let mut reach = REACH;
    let found = loop {
        let found = gather::found(name, Question::new(given, &space)?, &snapshot, reach)?;
        let all_score = found.hits.last().is_some_and(|hit| rank::score(&hit.signals) >= threshold);
        if !(all_score && found.cut && reach < MOST_REACH) {
            break found;
        }
        reach *= 10;
    };
    let enough = |hit: &Hit| ids.contains(&hit.id) && rank::score(&hit.signals) >= threshold;
    let hits: Vec<Hit> = found.hits.into_iter().filter(enough).collect();
    let rows = rows::fetch(
        name,
        &hits.iter().collect::<Vec<_>>(),
        &Conditions::new(given),
        COLD_TOO,
        &mut FxHashSet::default(),
    );
    Ok(hits.iter().map(|hit| hit.id).filter(|id| rows.contains_key(id)).collect())
}

const COLD_TOO: bool = true;
