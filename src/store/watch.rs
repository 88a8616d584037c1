//! Rows of engram.watch: standing cues, each with the role whose rights it has.

use super::fault;
use crate::error::Error;
use crate::guc::Event;
use crate::pg::{
    self,
    spi::{self, Arg},
};
use std::borrow::Cow;
use xxhash_rust::xxh3::xxh3_64;

/// A watch as it is made.
pub struct NewWatch<'a> {
    pub id: [u8; 16],
    pub cue: Option<&'a str>,
    pub embedding: Option<&'a [f32]>,
    /// JSON text of an object.
    pub filter: Option<&'a str>,
    pub threshold: f32,
    pub channel: &'a str,
    pub name: Option<&'a str>,
    pub events: &'a [String],
}

/// Makes a watch of the current user; no more than `most` in the space.
pub fn insert(space: &str, watch: &NewWatch<'_>, most: usize) -> Result<(), Error> {
    let owner = pg::current_user();
    let args = [
        Arg::Text(space),
        Arg::Uuid(watch.id),
        Arg::Oid(owner),
        Arg::text_or_null(watch.cue),
        Arg::vector_or_null(watch.embedding),
        Arg::jsonb_or_null(watch.filter),
        Arg::Float4(watch.threshold),
        Arg::Text(watch.channel),
        Arg::text_or_null(watch.name),
        Arg::TextArray(watch.events),
    ];
    // The row of the space keeps others from making one meanwhile.
    super::space::lock(space);
    pg::as_owner(|| spi::execute(include_str!("../../sql/query/watch_insert.sql"), &args));
    fit(space, most)
}

/// A space has no more watches than `most`.
pub fn fit(space: &str, most: usize) -> Result<(), Error> {
    let mut made = 0;
    pg::as_owner(|| {
        spi::execute_returning(include_str!("../../sql/query/watch_count.sql"), &[Arg::Text(space)], |row| {
            made = row.int8(1).unwrap_or(0);
        });
    });
    if usize::try_from(made).is_ok_and(|made| made <= most) {
        return Ok(());
    }
    Err(fault::too_many_watches(space, most))
}

/// Name of the role that owns a watch; none where there is no such watch.
pub fn owner(space: &str, id: [u8; 16]) -> Option<String> {
    let mut owner = None;
    let args = [Arg::Text(space), Arg::Uuid(id)];
    pg::as_owner(|| {
        spi::execute_returning(include_str!("../../sql/query/watch_owner.sql"), &args, |row| {
            owner = row.text(1).map(str::to_owned);
        });
    });
    owner
}

/// Removes a watch. Returns whether it was there.
pub fn delete(space: &str, id: [u8; 16]) -> bool {
    let args = [Arg::Text(space), Arg::Uuid(id)];
    pg::as_owner(|| spi::execute(include_str!("../../sql/query/watch_delete.sql"), &args)) > 0
}

/// A watch as it stands.
pub struct Watch {
    pub id: [u8; 16],
    pub owner: String,
    pub cue: Option<String>,
    pub embedding: Option<Vec<f32>>,
    /// JSON text; none where it asks for nothing.
    pub filter: Option<String>,
    pub threshold: f32,
    pub channel: String,
    pub events: Vec<Event>,
}

/// The watches of a space.
pub fn all(space: &str) -> Vec<Watch> {
    let mut watches = Vec::new();
    pg::as_owner(|| {
        spi::select(include_str!("../../sql/query/watch_list.sql"), &[Arg::Text(space)], |row| {
            let text = |column| row.text(column).unwrap_or_default().to_owned();
            let Some(id) = row.uuid(1) else { return };
            watches.push(Watch {
                id,
                owner: text(2),
                cue: row.text(3).map(str::to_owned),
                embedding: row.vector(4).map(<[f32]>::to_vec),
                filter: row.text(5).filter(|filter| *filter != "{}").map(str::to_owned),
                threshold: row.float4(6).unwrap_or(1.0),
                channel: text(7),
                events: row.text_array(8).into_iter().flatten().filter_map(Event::named).collect(),
            });
        });
    });
    watches
}

/// The longest name of a channel, in bytes: that of an identifier.
const LONGEST_CHANNEL: usize = 63;
/// Bytes of the name that a channel begins with where the name is too long; a dot and sixteen digits of its hash follow.
const HEAD: usize = LONGEST_CHANNEL - PREFIX.len() - 17;
const PREFIX: &str = "engram_";

/// The channel of a space.
pub fn channel(space: &str) -> String {
    let short = PREFIX.len() + space.len() <= LONGEST_CHANNEL;
    let name: Cow<'_, str> = match short {
        true => Cow::Borrowed(space),
        false => {
            let end = (0..=HEAD).rev().find(|end| space.is_char_boundary(*end)).unwrap_or(0);
            Cow::Owned(format!("{}.{:016x}", &space[..end], xxh3_64(space.as_bytes())))
        }
    };
    format!("{PREFIX}{name}")
}
