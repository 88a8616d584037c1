//! The snapshot file: what the hot tier held of one database, in the data directory. Files and bytes only: what goes in and when is
//! decided by `memory::warm`.
//!
//! ```text
//! magic | length and checksum of the head | head (JSON: whose file this is)
//! sections: tag, length, checksum | bytes ...        one space after the other, the one used last first
//! directory (JSON: where each space lies, and the position in the log that all of it is older than)
//! offset, length and checksum of the directory | length of the file | magic
//! ```
//!
//! Checksums are xxh3, seeded with the offset, so that a section in a wrong place is noticed too. A file is written under another name,
//! flushed, and renamed; before it is read it is renamed again, so that one that brings the server down is not read twice. Names begin with
//! `pgsql_tmp`, which base backups, pgBackRest and pg_rewind leave out, and lie in a directory of our own, since some of them look for
//! the prefix behind a slash. No mapping: a mapped file that is cut off ends the process with SIGBUS (docs/decisions/0019).

mod read;
mod write;

pub use read::{Reader, Sections};
pub use write::Writer;

use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

const MAGIC: &[u8; 16] = b"engram snapshot\n";
/// Raised when older libraries must not read what is written.
const FORMAT: u32 = 1;
/// Bytes of the tag, length and checksum of a section.
const SECTION_HEAD: usize = 20;
/// Bytes of the offset, length and checksum of the directory, and the length of the file.
const FOOT: usize = 4 * 8 + MAGIC.len();
/// The longest section that is read: above what 4,096 texts of 1 MB give.
const LONGEST: u64 = 1 << 32;
/// The directory of all files, in the data directory.
const DIRECTORY: &str = "engram";
const PREFIX: &str = "pgsql_tmp_engram_";

/// Whose file it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    pub format: u32,
    /// Version of the library that wrote it: another may analyse texts differently.
    pub library: String,
    pub system: u64,
    pub timeline: u32,
    pub database: u32,
    pub table: u32,
    /// What transactions before this one did is in the file, all of it.
    pub xmin: u64,
    /// The id that the next transaction would have got.
    pub next_xid: u64,
    pub token: [u8; 16],
    /// Microseconds since the Unix epoch.
    pub written_at: i64,
}

impl Head {
    /// With the format and version of this library.
    pub fn new(system: u64, timeline: u32, database: u32, table: u32) -> Head {
        Head {
            format: FORMAT,
            library: env!("CARGO_PKG_VERSION").to_owned(),
            system,
            timeline,
            database,
            table,
            xmin: 0,
            next_xid: 0,
            token: [0; 16],
            written_at: 0,
        }
    }
}

/// A space in a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    pub name: String,
    pub offset: u64,
    pub end: u64,
    pub sections: u32,
    pub memories: u64,
    /// When the space last answered, seconds since 2020.
    pub used: u32,
}

/// The end of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
struct Directory {
    /// Position in the log: everything in the file is older.
    position: u64,
    spaces: Vec<Entry>,
}

/// The names a file goes by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Name {
    /// Complete, and its token was committed.
    Ready,
    /// Being written by a worker, or complete and its token committed a moment before the end.
    Written,
    /// Being written at the stop of the server.
    AtStop,
    /// Being read.
    Read,
}

/// Path of a file of a database, from the data directory, which is where every process of the server works.
pub fn path(database: u32, name: Name) -> PathBuf {
    let end = match name {
        Name::Ready => "",
        Name::Written => ".new",
        Name::AtStop => ".stop",
        Name::Read => ".read",
    };
    Path::new(DIRECTORY).join(format!("{PREFIX}{database}{end}"))
}

/// Removes a file; says whether there was one.
pub fn remove(path: &Path) -> bool {
    std::fs::remove_file(path).is_ok()
}

/// Removes the files of databases that are not there any more.
pub fn remove_others(databases: &[u32]) {
    let Ok(files) = std::fs::read_dir(DIRECTORY) else { return };
    for file in files.flatten() {
        let name = file.file_name();
        let number = name.to_str().and_then(|n| n.strip_prefix(PREFIX)).map(|n| n.split('.').next().unwrap_or(n));
        if number.and_then(|n| n.parse().ok()).is_some_and(|n: u32| !databases.contains(&n)) {
            remove(&file.path());
        }
    }
}

fn checksum(bytes: &[u8], seed: u64) -> u64 {
    xxhash_rust::xxh3::xxh3_64_with_seed(bytes, seed)
}

/// Makes the last change of names in the directory last.
fn sync_directory() -> std::io::Result<()> {
    std::fs::File::open(DIRECTORY)?.sync_all()
}
