//! What is known of a memory that is to be completed.

use crate::error::Error;
use serde_json::{Map, Value};

/// Part of a memory. A field that is none, or a key that is not there, is to be filled in.
#[derive(Default)]
pub struct Partial {
    /// Words of its content.
    pub what: Option<String>,
    pub who: Option<Value>,
    pub place: Option<Value>,
    /// Microseconds since the Unix epoch.
    pub when: Option<i64>,
    pub context: Option<String>,
    pub kind: Option<String>,
    pub source: Option<String>,
    /// Keys of metadata but `who` and `where`.
    pub metadata: Map<String, Value>,
    /// Elements of its embedding, those that are none to be filled in.
    pub elements: Option<Vec<Option<f32>>>,
    /// An embedding to start from, of which nothing is held to be certain.
    pub embedding: Option<Vec<f32>>,
}

impl Partial {
    /// From a JSON object with the keys what, who, where, when, context, kind, source, metadata and embedding.
    pub fn from_json(_json: Value) -> Result<Partial, Error> {
        Err(Error::not_supported("completion is being built"))
    }
}
