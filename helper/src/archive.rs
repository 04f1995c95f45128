//! Reads a zip archive strictly, for wheels.
//!
//! Readers of zip disagree about archives that are not quite right: which of two entries of one name counts,
//! whether something may stand before, between or after. Wheels that rely on it are mistakes or attacks, so
//! here an archive is what its central directory says, that directory ends the file, and the entries are
//! distinct files with relative paths that share no bytes. What an entry unpacks to must have the size and the
//! checksum that the directory names. Only this module knows how a zip looks; it knows nothing of wheels.

mod directory;
mod fields;
mod inflate;

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom, Write};
use std::path::Path;

pub use directory::Entry;
use directory::Method;
use inflate::Inflate;

use crate::error::{Context, Error, Result};

/// Read ahead of the entries, which mostly lie one after the other.
const READ_AHEAD: usize = 256 * 1024;

/// An open archive.
#[derive(Debug)]
pub struct Archive {
    reader: BufReader<File>,
    entries: Vec<Entry>,
    inflate: Inflate,
}

impl Archive {
    /// Opens the archive and checks its directory.
    ///
    /// Errors: not a zip; two entries of one name; a name that is absolute, not UTF-8, or holds `..`, a
    /// backslash or NUL; an entry that is encrypted, a link or a device; a compression other than deflate;
    /// entries that overlap; more unpacked bytes than a file of this size can honestly hold.
    pub fn open(path: &Path) -> Result<Archive> {
        let mut file = File::open(path).context(|| "cannot open it")?;
        let entries = directory::read(&mut file)?;
        Ok(Archive {
            reader: BufReader::with_capacity(READ_AHEAD, file),
            entries,
            inflate: Inflate::default(),
        })
    }

    /// The files of the archive, in the order in which their content lies in it. Directories are left out:
    /// they are what the files need.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Unpacks an entry into `sink`.
    ///
    /// Errors: content whose size or checksum is not what the directory says; a sink that fails.
    pub fn unpack(&mut self, entry: &Entry, sink: &mut dyn Write) -> Result<()> {
        let context = || format!("{} in it is broken", entry.name);
        self.seek_to_content(entry).context(context)?;
        let compressed = (&mut self.reader).take(entry.compressed_size);
        let unpacked = match entry.method {
            Method::Stored => self.inflate.copy(compressed, sink, entry.size),
            Method::Deflated => self.inflate.inflate(compressed, sink, entry.size),
        };
        let checksum = unpacked.context(context)?;
        if checksum != entry.checksum {
            return Err(Error::new(format!("{} in it is broken: its checksum is wrong", entry.name)));
        }
        Ok(())
    }

    /// Unpacks an entry into memory.
    ///
    /// Errors: as [`Archive::unpack`].
    pub fn read(&mut self, entry: &Entry) -> Result<Vec<u8>> {
        let mut content = Vec::new();
        self.unpack(entry, &mut content)?;
        Ok(content)
    }

    /// The first bytes of an entry, `length` at most.
    ///
    /// Errors: content that does not unpack.
    pub fn peek(&mut self, entry: &Entry, length: usize) -> Result<Vec<u8>> {
        let context = || format!("{} in it is broken", entry.name);
        self.seek_to_content(entry).context(context)?;
        let compressed = (&mut self.reader).take(entry.compressed_size);
        match entry.method {
            Method::Stored => {
                let mut start = Vec::new();
                compressed.take(length as u64).read_to_end(&mut start).context(context)?;
                Ok(start)
            }
            Method::Deflated => self.inflate.start(compressed, length).context(context),
        }
    }

    /// Puts the reader behind the entry's local header, which must name the same entry as the directory does.
    fn seek_to_content(&mut self, entry: &Entry) -> Result<()> {
        let failed = || "cannot read it";
        let position = self.reader.stream_position().context(failed)?;
        match i64::try_from(entry.offset).ok().zip(i64::try_from(position).ok()) {
            Some((offset, position)) => self.reader.seek_relative(offset - position).context(failed)?,
            None => self.reader.seek(SeekFrom::Start(entry.offset)).map(drop).context(failed)?,
        }
        let mut header = [0; directory::LOCAL_HEADER_LENGTH];
        self.reader.read_exact(&mut header).context(failed)?;
        let local = directory::local_header(&header)?;
        let mut name = vec![0; local.name_length];
        self.reader.read_exact(&mut name).context(failed)?;
        if local.method != Some(entry.method) || name != entry.name.as_bytes() {
            return Err(Error::new("its local header and the directory of the archive disagree"));
        }
        self.reader.seek_relative(local.extra_length).context(failed)
    }
}
