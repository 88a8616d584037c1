//! Replaced by the merge of `run`.
use crate::error::Error;
pub enum Cause { Worker }
pub struct Done { pub episodes: u64, pub beliefs: u64 }
pub fn run(_space: &str, _cause: Cause) -> Result<Option<Done>, Error> { Ok(Some(Done { episodes: 0, beliefs: 0 })) }
