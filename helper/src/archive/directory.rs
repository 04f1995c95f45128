//! The central directory of a zip: where it is, what it says of each entry, and what we refuse.
//!
//! Follows PKWARE's APPNOTE 6.3, with its 64-bit records. Numbers are little-endian.

use std::collections::BTreeSet;
use std::io::{Read, Seek, SeekFrom};

use super::fields::Fields;
use crate::error::{Context, Error, Result};

/// Length of the fixed part of a local header.
pub(super) const LOCAL_HEADER_LENGTH: usize = 30;

const LOCAL_HEADER: u32 = 0x0403_4b50;
const CENTRAL_HEADER: u32 = 0x0201_4b50;
const END: u32 = 0x0605_4b50;
const END_LENGTH: usize = 22;
const END_64: u32 = 0x0606_4b50;
const END_64_LENGTH: usize = 56;
const LOCATOR_64: u32 = 0x0706_4b50;
const LOCATOR_64_LENGTH: usize = 20;
const LONGEST_COMMENT: u64 = 0xffff;
const ENCRYPTED: u16 = 1;
/// Of the extra field that holds what does not fit 32 bits.
const EXTRA_64: u16 = 1;

/// An honest archive unpacks to no more than this many times its size, plus a little that is always allowed.
/// Deflate reaches a thousand; wheels of real programs stay below thirty.
const HIGHEST_RATIO: u64 = 200;
const ALWAYS_ALLOWED: u64 = 64 << 20;

/// A file in an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Relative path, with `/` between plain names.
    pub name: String,
    /// Size when unpacked.
    pub size: u64,
    /// Whether any of the execute bits is set.
    pub executable: bool,
    pub(super) compressed_size: u64,
    pub(super) checksum: u32,
    pub(super) method: Method,
    pub(super) offset: u64,
}

/// How an entry is compressed. The index takes nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Method {
    Stored,
    Deflated,
}

impl Method {
    fn of(number: u16) -> Option<Method> {
        match number {
            0 => Some(Method::Stored),
            8 => Some(Method::Deflated),
            _ => None,
        }
    }
}

/// What matters of a local header.
pub(super) struct LocalHeader {
    /// `None` for one that we do not know.
    pub(super) method: Option<Method>,
    pub(super) name_length: usize,
    pub(super) extra_length: i64,
}

/// Reads a local header, without the name and the extra fields that follow it.
pub(super) fn local_header(header: &[u8; LOCAL_HEADER_LENGTH]) -> Result<LocalHeader> {
    let mut fields = Fields(header);
    if fields.u32()? != LOCAL_HEADER {
        return Err(Error::new("it has no local header"));
    }
    fields.skip(4)?;
    let method = Method::of(fields.u16()?);
    fields.skip(16)?;
    Ok(LocalHeader {
        method,
        name_length: usize::from(fields.u16()?),
        extra_length: i64::from(fields.u16()?),
    })
}

/// Reads the directory of an archive: its files, in the order of their content.
pub(super) fn read(archive: &mut (impl Read + Seek)) -> Result<Vec<Entry>> {
    let length = archive.seek(SeekFrom::End(0)).context(|| "cannot read it")?;
    let location = locate(archive, length)?;
    let mut bytes = vec![0; usize::try_from(location.size).context(|| "its directory is too long")?];
    archive.seek(SeekFrom::Start(location.offset)).context(|| "cannot read it")?;
    archive.read_exact(&mut bytes).context(|| "cannot read it")?;

    let mut fields = Fields(&bytes);
    let mut names = BTreeSet::new();
    let mut entries = Vec::new();
    let mut count: u64 = 0;
    while !fields.0.is_empty() {
        count += 1;
        let Some(entry) = central_header(&mut fields)? else { continue };
        if !names.insert(entry.name.clone()) {
            return Err(Error::new(format!("it holds {} twice", entry.name)));
        }
        entries.push(entry);
    }
    if count != location.count {
        return Err(Error::new(format!(
            "its directory announces {} entries and has {count}",
            location.count
        )));
    }
    entries.sort_by_key(|entry| entry.offset);
    check_extents(&entries, location.offset)?;
    check_sizes(&entries, length)?;
    Ok(entries)
}

/// Where the central directory is.
struct Location {
    offset: u64,
    size: u64,
    count: u64,
}

/// Finds the directory from the end of the file, and makes sure that nothing but its end records follow it.
fn locate(archive: &mut (impl Read + Seek), length: u64) -> Result<Location> {
    let no_zip = || Error::new("it is not a zip archive");
    let tail_start = length.saturating_sub(END_LENGTH as u64 + LONGEST_COMMENT + LOCATOR_64_LENGTH as u64);
    let mut tail = Vec::new();
    archive.seek(SeekFrom::Start(tail_start)).context(|| "cannot read it")?;
    archive.read_to_end(&mut tail).context(|| "cannot read it")?;

    let is_end = |at: &usize| {
        let mut fields = Fields(&tail[*at..]);
        let comment = tail.len() - at - END_LENGTH;
        fields.u32() == Ok(END)
            && fields.skip(16).is_ok()
            && fields.u16().is_ok_and(|told| usize::from(told) == comment)
    };
    let last = tail.len().checked_sub(END_LENGTH).ok_or_else(no_zip)?;
    let at = (0..=last).rev().find(is_end).ok_or_else(no_zip)?;
    let mut fields = Fields(&tail[at + 4..]);
    let disks = (fields.u16()?, fields.u16()?);
    let counts = (fields.u16()?, fields.u16()?);
    let mut location = Location {
        count: u64::from(counts.0),
        size: u64::from(fields.u32()?),
        offset: u64::from(fields.u32()?),
    };
    let mut end = tail_start + at as u64;
    let is_part = disks != (0, 0) && disks != (0xffff, 0xffff);
    if is_part || counts.0 != counts.1 {
        return Err(Error::new("it is one part of several"));
    }
    let locator = at.checked_sub(LOCATOR_64_LENGTH).map(|start| &tail[start..at]);
    if let Some(position) = locator.and_then(locator_64) {
        (location, end) = (end_64(archive, position, end)?, position);
    }
    if location.offset.checked_add(location.size) != Some(end) {
        return Err(Error::new("there is something before its first entry or after its directory"));
    }
    Ok(location)
}

/// The position that the 64-bit locator tells, if it is one.
fn locator_64(bytes: &[u8]) -> Option<u64> {
    let mut fields = Fields(bytes);
    if fields.u32().ok()? != LOCATOR_64 {
        return None;
    }
    fields.skip(4).ok()?;
    fields.u64().ok()
}

/// The 64-bit end record at `position`, which must reach up to its locator, which reaches up to `end`.
fn end_64(archive: &mut (impl Read + Seek), position: u64, end: u64) -> Result<Location> {
    if position.checked_add((END_64_LENGTH + LOCATOR_64_LENGTH) as u64) != Some(end) {
        return Err(Error::new("its 64-bit end record is not where it should be"));
    }
    let mut bytes = [0; END_64_LENGTH];
    archive.seek(SeekFrom::Start(position)).context(|| "cannot read it")?;
    archive.read_exact(&mut bytes).context(|| "cannot read it")?;
    let mut fields = Fields(&bytes);
    if fields.u32()? != END_64 {
        return Err(Error::new("its 64-bit end record is not where it should be"));
    }
    fields.skip(20)?;
    let counts = (fields.u64()?, fields.u64()?);
    if counts.0 != counts.1 {
        return Err(Error::new("it is one part of several"));
    }
    Ok(Location { count: counts.0, size: fields.u64()?, offset: fields.u64()? })
}

/// Takes one header off `fields`; `None` for a directory.
fn central_header(fields: &mut Fields<'_>) -> Result<Option<Entry>> {
    if fields.u32()? != CENTRAL_HEADER {
        return Err(Error::new("its directory is broken"));
    }
    fields.skip(4)?;
    let flags = fields.u16()?;
    let number = fields.u16()?;
    fields.skip(4)?;
    let checksum = fields.u32()?;
    let sizes = (fields.u32()?, fields.u32()?);
    let lengths = (fields.u16()?, fields.u16()?, fields.u16()?);
    fields.skip(4)?;
    let mode = fields.u32()? >> 16;
    let offset = fields.u32()?;
    let name = fields.take(usize::from(lengths.0))?;
    let extra = fields.take(usize::from(lengths.1))?;
    fields.skip(usize::from(lengths.2))?;

    let name = std::str::from_utf8(name)
        .map_err(|_| Error::new(format!("a name in it is not UTF-8: {}", name.escape_ascii())))?;
    let is_directory = name.ends_with('/');
    check_name(name.strip_suffix('/').unwrap_or(name))?;
    if is_directory {
        return Ok(None);
    }
    check_kind(name, mode)?;
    if flags & ENCRYPTED != 0 {
        return Err(Error::new(format!("{name} in it is encrypted")));
    }
    let method = Method::of(number).ok_or_else(|| {
        Error::new(format!("{name} in it is compressed by method {number}; wheels are stored or deflated"))
    })?;
    let mut wide = Wide(extra_64(extra));
    Ok(Some(Entry {
        name: name.to_owned(),
        // The order of the 64-bit field: each is there only if the 32-bit one is full.
        size: wide.or(sizes.1)?,
        compressed_size: wide.or(sizes.0)?,
        offset: wide.or(offset)?,
        executable: mode & 0o111 != 0,
        checksum,
        method,
    }))
}

/// A name must stay below wherever it is unpacked, on any system.
fn check_name(name: &str) -> Result<()> {
    let plain = |part: &str| !part.is_empty() && part != "." && part != "..";
    if !name.split('/').all(plain) || name.contains(['\\', '\0']) {
        return Err(Error::new(format!("`{}` in it is not a plain relative path", name.escape_debug())));
    }
    Ok(())
}

/// The type bits of a Unix mode: a regular file, or nothing said.
fn check_kind(name: &str, mode: u32) -> Result<()> {
    match mode & 0o170_000 {
        0 | 0o100_000 => Ok(()),
        0o120_000 => Err(Error::new(format!("{name} in it is a symbolic link, which wheels cannot hold"))),
        _ => Err(Error::new(format!("{name} in it is not a regular file"))),
    }
}

/// Entries share no bytes with each other or with the directory: a small file cannot stand for many big ones.
fn check_extents(entries: &[Entry], directory: u64) -> Result<()> {
    let ends = entries.iter().skip(1).map(|next| next.offset).chain([directory]);
    for (entry, limit) in entries.iter().zip(ends) {
        let header = (LOCAL_HEADER_LENGTH + entry.name.len()) as u64;
        let end = entry.offset.checked_add(header).and_then(|start| start.checked_add(entry.compressed_size));
        if end.is_none_or(|end| end > limit) {
            return Err(Error::new(format!("{} in it overlaps what follows it", entry.name)));
        }
    }
    Ok(())
}

fn check_sizes(entries: &[Entry], length: u64) -> Result<()> {
    let total = entries.iter().fold(0, |sum: u64, entry| sum.saturating_add(entry.size));
    if total > length.saturating_mul(HIGHEST_RATIO).saturating_add(ALWAYS_ALLOWED) {
        return Err(Error::new(format!(
            "its {length} bytes would unpack to {total}: that is no honest wheel"
        )));
    }
    Ok(())
}

/// The content of the 64-bit extra field; empty if there is none.
fn extra_64(extra: &[u8]) -> Fields<'_> {
    let mut fields = Fields(extra);
    while let (Ok(kind), Ok(length)) = (fields.u16(), fields.u16()) {
        match fields.take(usize::from(length)) {
            Ok(content) if kind == EXTRA_64 => return Fields(content),
            Ok(_) => {}
            Err(_) => break,
        }
    }
    Fields(&[])
}

/// Numbers that stand in the 64-bit field because their 32 bits are full.
struct Wide<'a>(Fields<'a>);

impl Wide<'_> {
    fn or(&mut self, narrow: u32) -> Result<u64> {
        if narrow == u32::MAX { self.0.u64() } else { Ok(u64::from(narrow)) }
    }
}
