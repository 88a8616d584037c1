//! How sure the answer to a question is as a whole: what a recall returns, put together by [`engram_engine::confidence::answer`].

use super::question::Given;
use super::{Limits, recall};
use crate::error::Error;
use engram_engine::confidence::{Answer, Evidence, answer};
use engram_engine::parts::Parts;

/// The confidence in the answer, and how many memories it rests on. Nothing counts as used.
pub fn of(name: &str, given: &Given<'_>, limits: &Limits) -> Result<(Answer, i32), Error> {
    let limits = Limits { reinforce: false, ..*limits };
    let recalled = recall(name, given, &limits)?.recalled;
    let rows: Vec<Evidence> = recalled
        .iter()
        .map(|r| {
            let (evidence_for, evidence_against) = r.row.evidence();
            let parts = Parts::of(&r.hit.signals);
            let arrived = parts.cue + parts.contiguity + parts.association;
            let matched = arrived + parts.dense + parts.lexical;
            Evidence {
                evidence_for,
                evidence_against,
                score: r.score,
                decay: r.hit.signals.effects.decay,
                spread: if matched > 0.0 { arrived / matched } else { 0.0 },
            }
        })
        .collect();
    Ok((answer(&rows), rows.len() as i32))
}
