//! An opened wheel: the archive, and what its metadata directory says about how it is to be installed.

use std::collections::BTreeMap;
use std::path::Path;

use super::entry_points::{self, EntryPoint};
use super::file_name::{WheelName, normalized};
use super::record::{self, Hashed};
use crate::archive::{Archive, Entry};
use crate::contract::WheelInput;
use crate::error::{Context, Error, Result};

/// Metadata that is read whole; nothing honest is longer.
const LONGEST_METADATA: u64 = 64 << 20;

/// A wheel that may be installed.
#[derive(Debug)]
pub(crate) struct Wheel {
    pub(crate) archive: Archive,
    pub(crate) name: WheelName,
    /// The directory `NAME-VERSION.dist-info`, without a slash.
    pub(crate) dist_info: String,
    /// The commands that are made from entry points.
    pub(crate) commands: BTreeMap<String, EntryPoint>,
    /// The hashes that its RECORD has.
    pub(crate) hashes: BTreeMap<String, Hashed>,
}

/// Where a file of a wheel belongs.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Part<'a> {
    /// The directory of packages.
    Package,
    /// `.data/KEY/PATH`.
    Data { key: &'a str, path: &'a str },
    /// Metadata that the installer writes itself, or that is void once it has.
    Installers,
}

impl Wheel {
    /// Opens the file `path` and checks that it is the wheel that was asked for.
    ///
    /// Errors: what is not a wheel, has another name, is of a format that we do not know, or fits none of the
    /// accepted tags.
    pub(crate) fn open(path: &Path, file_name: &str, input: &WheelInput, python: &str) -> Result<Wheel> {
        let name = WheelName::parse(file_name)?;
        if name.name != input.name {
            return Err(Error::new(format!("it is {}, not {}", name.name, input.name)));
        }
        check_tags(&name.tags, &input.accepted_tags, python)?;
        let mut archive = Archive::open(path)?;
        let dist_info = find_dist_info(archive.entries(), &name.name)?;
        let text = read_text(&mut archive, &format!("{dist_info}/WHEEL"))?
            .ok_or_else(|| Error::new("it has no WHEEL file"))?;
        check_version(&text)?;
        let commands = match read_text(&mut archive, &format!("{dist_info}/entry_points.txt"))? {
            Some(text) => entry_points::parse(&text, python)?,
            None => BTreeMap::new(),
        };
        let hashes = read_text(&mut archive, &format!("{dist_info}/RECORD"))?;
        let hashes = hashes.map(|text| record::parse(&text)).unwrap_or_default();
        Ok(Wheel { archive, name, dist_info, commands, hashes })
    }

    /// Where the file `path` of the wheel belongs.
    ///
    /// Errors: a file that lies in `.data` itself.
    pub(crate) fn part<'a>(&self, path: &'a str) -> Result<Part<'a>> {
        let Some((top, rest)) = path.split_once('/') else { return Ok(Part::Package) };
        if top == self.dist_info {
            let is_installers = matches!(
                rest,
                "RECORD" | "RECORD.jws" | "RECORD.p7s" | "INSTALLER" | "REQUESTED" | "direct_url.json"
            );
            return Ok(if is_installers { Part::Installers } else { Part::Package });
        }
        let is_data = top
            .strip_suffix(".data")
            // From the right, as for `.dist-info`: old names may hold a `-`.
            .and_then(|stem| stem.rsplit_once('-'))
            .is_some_and(|(name, _)| normalized(name) == self.name.name);
        match rest.split_once('/') {
            _ if !is_data => Ok(Part::Package),
            Some((key, path)) => Ok(Part::Data { key, path }),
            None => Err(Error::new(format!("its file {path} belongs to no part of .data"))),
        }
    }
}

/// A wheel that was built here must fit the image; one that was chosen by its name has no tags to accept.
fn check_tags(tags: &[String], accepted: &[String], python: &str) -> Result<()> {
    if accepted.is_empty() || tags.iter().any(|tag| accepted.contains(tag)) {
        return Ok(());
    }
    let best = accepted.first().map(String::as_str).unwrap_or_default();
    Err(Error::new(format!(
        "it was built for {}, which does not fit the image (Python {python}; {best} would): build it on an image \
         with the same Python and the same or an older C library",
        tags.join(", ")
    )))
}

/// The one top directory `NAME-VERSION.dist-info` whose name is that of the wheel.
fn find_dist_info(entries: &[Entry], name: &str) -> Result<String> {
    let mut found: Vec<&str> = entries
        .iter()
        .filter_map(|entry| entry.name.split_once('/'))
        .map(|(top, _)| top)
        .filter(|top| {
            let stem = top.strip_suffix(".dist-info").and_then(|stem| stem.rsplit_once('-'));
            stem.is_some_and(|(found, _)| normalized(found) == name)
        })
        .collect();
    found.sort_unstable();
    found.dedup();
    match found.as_slice() {
        [one] => Ok((*one).to_owned()),
        [] => Err(Error::new(format!("it has no {name}-VERSION.dist-info directory"))),
        several => Err(Error::new(format!("it has several metadata directories: {}", several.join(", ")))),
    }
}

fn read_text(archive: &mut Archive, path: &str) -> Result<Option<String>> {
    let Some(entry) = archive.entries().iter().find(|entry| entry.name == path).cloned() else {
        return Ok(None);
    };
    if entry.size > LONGEST_METADATA {
        return Err(Error::new(format!("its {path} is too long")));
    }
    let content = archive.read(&entry)?;
    String::from_utf8(content).map(Some).context(|| format!("its {path} is not UTF-8"))
}

/// Version 1.x is what PEP 427 defines; a later 1.x may be installed, another major version may not.
fn check_version(text: &str) -> Result<()> {
    let version = text.lines().find_map(|line| {
        let (key, value) = line.split_once(':')?;
        key.trim().eq_ignore_ascii_case("wheel-version").then(|| value.trim())
    });
    match version {
        Some(version) if version.split('.').next() == Some("1") => Ok(()),
        Some(version) => Err(Error::new(format!("its format is version {version}; 1.0 is known"))),
        None => Err(Error::new("its WHEEL file names no Wheel-Version")),
    }
}
