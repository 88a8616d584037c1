//! Writing a file.

use super::{
    DIRECTORY, Directory, Entry, FOOT, Head, MAGIC, Name, SECTION_HEAD, checksum, path, remove, sync_directory,
};
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::PathBuf;

/// Whether bytes reach the disk before a step counts as done, as the setting `fsync` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    Synced,
    Left,
}

/// A file that is being written. It goes when this is dropped, unless it was published.
pub struct Writer {
    file: BufWriter<File>,
    path: PathBuf,
    ready: PathBuf,
    durability: Durability,
    /// Bytes written so far.
    at: u64,
    directory: Directory,
    open: Option<Entry>,
    published: bool,
}

impl Writer {
    /// Begins a file of the database that `head` names.
    pub fn begin(head: &Head, name: Name, synced: bool) -> io::Result<Writer> {
        if let Err(e) = DirBuilder::new().mode(0o700).create(DIRECTORY)
            && e.kind() != io::ErrorKind::AlreadyExists
        {
            return Err(e);
        }
        let path = path(head.database, name);
        let file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&path)?;
        let mut writer = Writer {
            file: BufWriter::with_capacity(1 << 18, file),
            path,
            ready: super::path(head.database, Name::Ready),
            durability: if synced { Durability::Synced } else { Durability::Left },
            at: 0,
            directory: Directory::default(),
            open: None,
            published: false,
        };
        let head = serde_json::to_vec(head)?;
        writer.put(MAGIC)?;
        writer.put(&(head.len() as u32).to_le_bytes())?;
        writer.put(&checksum(&head, 0).to_le_bytes())?;
        writer.put(&head)?;
        Ok(writer)
    }

    fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)?;
        self.at += bytes.len() as u64;
        Ok(())
    }

    /// Begins a space. `used`: when it last answered.
    pub fn begin_space(&mut self, name: &str, used: u32) {
        let entry = Entry { name: name.to_owned(), offset: self.at, end: self.at, sections: 0, memories: 0, used };
        self.open = Some(entry);
    }

    /// Adds a section to the space.
    pub fn section(&mut self, tag: u32, bytes: &[u8]) -> io::Result<()> {
        let mut head = [0; SECTION_HEAD];
        head[..4].copy_from_slice(&tag.to_le_bytes());
        head[4..12].copy_from_slice(&(bytes.len() as u64).to_le_bytes());
        let sum = checksum(bytes, self.at ^ u64::from(tag) << 48);
        head[12..].copy_from_slice(&sum.to_le_bytes());
        self.put(&head)?;
        self.put(bytes)?;
        if let Some(entry) = &mut self.open {
            entry.sections += 1;
        }
        Ok(())
    }

    /// Ends the space.
    pub fn end_space(&mut self, memories: u64) {
        if let Some(entry) = self.open.take() {
            self.directory.spaces.push(Entry { end: self.at, memories, ..entry });
        }
    }

    /// Takes back what was written of the space.
    pub fn drop_space(&mut self) -> io::Result<()> {
        if let Some(entry) = self.open.take() {
            self.file.flush()?;
            self.file.get_ref().set_len(entry.offset)?;
            self.file.seek(SeekFrom::Start(entry.offset))?;
            self.at = entry.offset;
        }
        Ok(())
    }

    /// Spaces written so far.
    pub fn spaces(&self) -> usize {
        self.directory.spaces.len()
    }

    /// Bytes written so far.
    pub fn bytes(&self) -> u64 {
        self.at
    }

    /// Writes the directory and sees to it that all bytes are on disk. `position`: everything in the file is older.
    pub fn finish(&mut self, position: u64) -> io::Result<()> {
        self.directory.position = position;
        let directory = serde_json::to_vec(&self.directory)?;
        let offset = self.at;
        self.put(&directory)?;
        let whole = self.at + FOOT as u64;
        let numbers = [offset, directory.len() as u64, checksum(&directory, offset), whole];
        let foot: Vec<u8> = numbers.iter().flat_map(|n| n.to_le_bytes()).chain(*MAGIC).collect();
        self.put(&foot)?;
        self.file.flush()?;
        match self.durability {
            Durability::Synced => self.file.get_ref().sync_all(),
            Durability::Left => Ok(()),
        }
    }

    /// Puts the finished file in the place of the former one. Its token must be committed by now.
    pub fn publish(mut self) -> io::Result<()> {
        // From here on a crash leaves a file that the next start finds by its token.
        self.published = true;
        std::fs::rename(&self.path, &self.ready)?;
        match self.durability {
            Durability::Synced => sync_directory(),
            Durability::Left => Ok(()),
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        if !self.published {
            remove(&self.path);
        }
    }
}
