//! Reading a file. Everything is checked before it is used; what is wrong with it is said in words, for the log.

use super::{Directory, Entry, FOOT, FORMAT, Head, LONGEST, MAGIC, Name, SECTION_HEAD, checksum, path};
use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::PathBuf;

/// A file whose head and directory are sound. The sections are checked as they are read.
pub struct Reader {
    file: File,
    path: PathBuf,
    ready: PathBuf,
    head: Head,
    directory: Directory,
    bytes: u64,
}

fn number(bytes: &[u8], at: usize) -> u64 {
    u64::from_le_bytes(bytes[at..at + 8].try_into().expect("eight bytes"))
}

fn text(e: std::io::Error) -> String {
    e.to_string()
}

impl Reader {
    /// Opens the file of a database by a name.
    pub fn open(database: u32, name: Name) -> Result<Reader, String> {
        let path = path(database, name);
        let mut file = File::open(&path).map_err(text)?;
        let bytes = file.metadata().map_err(text)?.len();
        let mut start = [0; MAGIC.len() + 12];
        file.read_exact(&mut start).map_err(|_| "it is too short")?;
        if start[..MAGIC.len()] != *MAGIC {
            return Err("it is not a snapshot file".into());
        }
        let length = u32::from_le_bytes(start[16..20].try_into().expect("four bytes"));
        if u64::from(length) > bytes {
            return Err("it is too short".into());
        }
        let mut head = vec![0; length as usize];
        file.read_exact(&mut head).map_err(|_| "it is too short")?;
        if checksum(&head, 0) != number(&start, 20) {
            return Err("the checksum of its head is wrong".into());
        }
        let head: Head = serde_json::from_slice(&head).map_err(|e| format!("its head is not readable: {e}"))?;
        if head.format != FORMAT || head.library != env!("CARGO_PKG_VERSION") {
            return Err(format!("version {} wrote it", head.library));
        }
        let foot_at = bytes.checked_sub(FOOT as u64).ok_or("it is too short")?;
        let mut foot = [0; FOOT];
        file.seek(SeekFrom::Start(foot_at)).map_err(text)?;
        file.read_exact(&mut foot).map_err(text)?;
        let (offset, length, sum, whole) = (number(&foot, 0), number(&foot, 8), number(&foot, 16), number(&foot, 24));
        if foot[32..] != *MAGIC || whole != bytes || offset.checked_add(length) != Some(foot_at) {
            return Err("it ends too early or too late".into());
        }
        let mut directory = vec![0; length as usize];
        file.seek(SeekFrom::Start(offset)).map_err(text)?;
        file.read_exact(&mut directory).map_err(text)?;
        if checksum(&directory, offset) != sum {
            return Err("the checksum of its directory is wrong".into());
        }
        let directory: Directory =
            serde_json::from_slice(&directory).map_err(|e| format!("its directory is not readable: {e}"))?;
        if directory.spaces.iter().any(|s| s.offset > s.end || s.end > offset) {
            return Err("its directory leads out of it".into());
        }
        Ok(Reader { file, path, ready: super::path(database, Name::Ready), head, directory, bytes })
    }

    /// Gives it the name of a file that is being read.
    pub fn begin(&mut self, database: u32) -> Result<(), String> {
        let to = path(database, Name::Read);
        std::fs::rename(&self.path, &to).map_err(text)?;
        self.path = to;
        Ok(())
    }

    pub fn head(&self) -> &Head {
        &self.head
    }

    /// Position in the log that everything in it is older than.
    pub fn position(&self) -> u64 {
        self.directory.position
    }

    /// The spaces in it, the one used last first.
    pub fn spaces(&self) -> &[Entry] {
        &self.directory.spaces
    }

    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Where it lies.
    pub fn path(&self) -> &std::path::Path {
        &self.path
    }

    /// Gives it its name back: it is sound, and serves until another takes its place.
    pub fn keep(self) {
        // Where that fails the next start loads from the tables.
        let _ = std::fs::rename(&self.path, &self.ready);
    }

    /// The sections of a space.
    pub fn sections(&self, space: usize) -> Result<Sections, String> {
        let entry = self.directory.spaces.get(space).ok_or("there is no such space in it")?.clone();
        let mut file = self.file.try_clone().map_err(text)?;
        file.seek(SeekFrom::Start(entry.offset)).map_err(text)?;
        Ok(Sections { file: BufReader::with_capacity(1 << 18, file), at: entry.offset, entry, bytes: Vec::new() })
    }
}

/// The sections of a space, one after the other.
pub struct Sections {
    file: BufReader<File>,
    at: u64,
    entry: Entry,
    bytes: Vec<u8>,
}

impl Sections {
    /// Tag and bytes of the next section; none at the end of the space.
    pub fn next(&mut self) -> Result<Option<(u32, &[u8])>, String> {
        let left = self.entry.end - self.at;
        if left == 0 {
            return Ok(None);
        }
        let mut head = [0; SECTION_HEAD];
        self.file.read_exact(&mut head).map_err(text)?;
        let tag = u32::from_le_bytes(head[..4].try_into().expect("four bytes"));
        let (length, sum) = (number(&head, 4), number(&head, 12));
        if length > left.saturating_sub(SECTION_HEAD as u64) || length > LONGEST {
            return Err("a section leads out of its space".into());
        }
        self.bytes.resize(length as usize, 0);
        self.file.read_exact(&mut self.bytes).map_err(text)?;
        if checksum(&self.bytes, self.at ^ u64::from(tag) << 48) != sum {
            return Err("the checksum of a section is wrong".into());
        }
        self.at += SECTION_HEAD as u64 + length;
        Ok(Some((tag, &self.bytes)))
    }
}
