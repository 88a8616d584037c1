//! What memories around one memory say, for a picture of them.

use crate::pg::spi::{self, Arg};

/// A memory that the caller may see.
pub struct Seen {
    pub id: [u8; 16],
    pub content: String,
    pub kind: String,
    pub cues: Vec<String>,
}

/// Those of `ids` that the caller may see.
pub fn seen(space: &str, ids: &[[u8; 16]]) -> Vec<Seen> {
    let mut seen = Vec::new();
    let args = [Arg::Text(space), Arg::UuidArray(ids)];
    spi::select(include_str!("../../sql/query/neighbourhood_seen.sql"), &args, |r| {
        let Some(id) = r.uuid(1) else { return };
        let cues = r.text_array(4).unwrap_or_default().into_iter().map(str::to_owned).collect();
        let text = |column| r.text(column).unwrap_or_default().to_owned();
        seen.push(Seen { id, content: text(2), kind: text(3), cues });
    });
    seen
}
