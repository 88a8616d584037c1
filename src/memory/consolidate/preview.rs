//! What a run would publish now, for whoever asks before the first run has.

use super::difference::rhythm;
use super::plan::Made;
use super::rules::Rules;
use super::{gather, of_owner, think};
use crate::error::Error;
use crate::pg;
use crate::store::consolidation::{self as store, Id};
use crate::store::ledger::Published;
use std::collections::BTreeSet;

/// The beliefs of a run that is not made, the best founded first: those that rest on memories which the caller may all see. Writes
/// nothing.
pub fn preview(space: &str) -> Result<Vec<Published>, Error> {
    let (facts, owner) = of_owner(space)?;
    let made = pg::as_role(owner, || {
        let rules = Rules::of(&facts.settings);
        let mut gathered = gather(space, &facts, &rules, false);
        think(space, &mut gathered, &rules).made
    });
    let cited: BTreeSet<Id> = made.iter().flat_map(|m| m.belief.support()).map(|(id, _)| id).collect();
    let cited: Vec<Id> = cited.into_iter().collect();
    let seen: BTreeSet<Id> = cited.chunks(1000).flat_map(|ids| store::visible(space, ids)).collect();
    let made: Vec<Made> = made.into_iter().filter(|m| m.belief.support().all(|(id, _)| seen.contains(&id))).collect();
    let shown: BTreeSet<Id> = made.iter().map(|m| m.belief.id).collect();
    let mut beliefs: Vec<Published> = made.into_iter().map(|m| published(m, &shown)).collect();
    let founded = |b: &Published| b.evidence.0 - b.evidence.1;
    beliefs.sort_by(|a, b| founded(b).total_cmp(&founded(a)).then_with(|| a.belief.cmp(&b.belief)));
    Ok(beliefs)
}

fn published(made: Made, shown: &BTreeSet<Id>) -> Published {
    let belief = made.belief;
    Published {
        belief: belief.id,
        content: belief.content,
        label: Some(belief.label),
        evidence: (belief.evidence_for, belief.evidence_against),
        citations: i32::try_from(belief.count).unwrap_or(i32::MAX),
        first_at: Some(belief.first_at),
        last_at: Some(belief.last_at),
        regularity: belief.regularity.as_ref().map(|r| rhythm(r).to_string()),
        contradicts: belief.contradicts.into_iter().filter(|id| shown.contains(id)).collect(),
        parents: belief.parents.iter().map(|p| p.id).collect(),
        run: None,
        state: "active".to_owned(),
    }
}
