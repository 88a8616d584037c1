//! The model behind Engram: what a text is about, how well it matches, and how activation spreads.
//!
//! Everything here is a pure function of its arguments. There is no PostgreSQL, no clock, no randomness and no
//! input or output, so that the same tables and the same question give the same answer on every machine.
//! Three habits keep that promise: logarithms and exponentials come from `libm` and not from the system, sums whose
//! order could differ between two storages of the same rows are integer sums, and no result depends on the
//! order in which a hash map iterates.
#![forbid(unsafe_code)]

pub mod bm25;
pub mod code;
pub mod confidence;
pub mod config;
pub mod conformance;
pub mod consolidation;
pub mod cues;
pub mod dynamics;
pub mod encoder;
pub mod error;
pub mod knowing;
pub mod parts;
pub mod pattern;
pub mod plasticity;
pub mod rank;
pub mod spread;
pub mod text;
pub mod tiers;

pub use error::Error;
