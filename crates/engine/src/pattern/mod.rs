//! Patterns: completing one from a part of it, recombining several, and what follows on one.

mod label;

pub use label::Label;
