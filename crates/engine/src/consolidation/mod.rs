//! Episodes become beliefs: pure functions of rows, settings and a moment that is given.
//!
//! A run goes through the files in this order: [`reading`] takes each episode's terms and frames (to be cached by the caller), [`linkage`] finds
//! clusters of similar episodes, which are divided where their members disagree ([`separate`]), [`identify`] says which former belief each is, [`form`] makes the
//! beliefs, [`contradictions`] finds those that cannot both hold and [`oppose`] marks them, [`events`] says what changed and
//! [`signature`] names the outcome. [`schedule`] decides when a space is due and [`health`] how its runs do.

pub mod belief;
pub mod content;
pub mod contradiction;
pub mod events;
pub mod evidence;
pub mod health;
pub mod identity;
pub mod linkage;
pub mod reading;
pub mod regularity;
pub mod schedule;
pub mod signature;
pub mod terms;

pub use belief::{Belief, Citation, Episode, Former, Id, form};
pub use contradiction::{Contradiction, Ground, Proposal, contradictions, oppose, separate};
pub use events::{Event, Kind, events, novelty};
pub use health::{Facts, Health, Report, health};
pub use identity::{How, Identities, Identity, Parent, identify};
pub use reading::{Frame, Reading, read};
pub use regularity::{Regularity, regularity};
pub use schedule::{Schedule, Step};
pub use signature::signature;
pub use terms::Corpus;

#[cfg(test)]
mod tests;
