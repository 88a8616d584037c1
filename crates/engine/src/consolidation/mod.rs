//! Consolidation: how episodes that say the same thing become a belief.
//!
//! Every part is a pure function of rows and settings: the same episodes give the same bytes on every machine.

pub mod linkage;
