//! Confidence: what is believed of one statement, of several together, and of an answer as a whole.

mod answer;
mod beta;
mod combine;
mod sources;
#[cfg(test)]
mod tests;

pub use answer::{Answer, Evidence, answer};
pub use beta::{Belief, LEAST_EVIDENCE, belief, mean};
pub use combine::{and, not, or};
pub use sources::{NEARLY_SAME, Source, are_copies, normal_name, same_name};
