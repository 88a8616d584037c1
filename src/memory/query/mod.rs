//! The query language: what a statement asks for, as arguments of the verbs.

mod fault;
mod latest;
mod plan;
mod times;

pub use latest::{contents, latest};
pub use plan::{Call, Conditions, plan};
