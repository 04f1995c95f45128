//! Lock files: bytes of any format become one [`Lock`], or the requirements that have to be resolved first.
//!
//! One file here is one format: a private wire type that is as loose as the files in the world are, and one door
//! out of it. What is chosen from a lock, and for which machine, is [`crate::select`]'s business.

pub mod detect;
pub mod marker;
pub mod name;
pub mod project;
pub mod python;
pub mod requirement;

mod binary;
mod model;
pub(crate) mod path;
mod pdm;
mod pipfile;
pub mod place;
mod poetry;
mod pylock;
mod request;
mod requirements;
mod stale;
mod unlocked;
pub(crate) mod url;
mod uv;
mod wire;

use std::collections::BTreeMap;

pub use binary::{Binary, Names};
pub use model::*;
pub use request::Request;
pub use stale::stale;
pub use unlocked::{Indexes, Unlocked};

use crate::diag::{Checked, Diagnostic};
use crate::spec::secrets;
use crate::text::SourceFile;

/// The index that is meant where none is named.
pub const DEFAULT_INDEX: &str = "https://pypi.org/simple";

/// A format that can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Format {
    /// uv.lock.
    Uv,
    /// pylock.toml (PEP 751).
    Pylock,
    /// poetry.lock.
    Poetry,
    /// pdm.lock.
    Pdm,
    /// Pipfile.lock.
    Pipfile,
    /// requirements.txt.
    Requirements,
}

/// One row of [`FORMATS`].
pub struct FormatRow {
    /// Which.
    pub format: Format,
    /// The name that its files usually have.
    pub name: &'static str,
    /// Whether a file name (without directories) is one of its.
    pub matches: fn(&str) -> bool,
    /// Reads it.
    pub read: fn(&Reader<'_>) -> Checked<Read>,
    /// One line of documentation.
    pub doc: &'static str,
    /// The command that makes such a lock.
    pub command: &'static str,
}

/// Every format, the one that says most first.
pub const FORMATS: &[FormatRow] = &[
    FormatRow {
        format: Format::Uv,
        name: "uv.lock",
        matches: |name| name == "uv.lock",
        read: uv::read,
        doc: "uv's lock: a graph for all platforms, with members, groups, extras, URLs and checksums",
        command: "uv lock",
    },
    FormatRow {
        format: Format::Pylock,
        name: "pylock.toml",
        matches: |name| {
            name == "pylock.toml"
                || name
                    .strip_prefix("pylock.")
                    .and_then(|rest| rest.strip_suffix(".toml"))
                    .is_some_and(|middle| !middle.is_empty() && !middle.contains('.'))
        },
        read: pylock::read,
        doc: "the standard lock (PEP 751), with URLs and checksums",
        command: "uv export --format pylock.toml --output-file pylock.toml",
    },
    FormatRow {
        format: Format::Poetry,
        name: "poetry.lock",
        matches: |name| name == "poetry.lock",
        read: poetry::read,
        doc: "Poetry's lock (2.1): groups, extras, names and checksums of files",
        command: "poetry lock",
    },
    FormatRow {
        format: Format::Pdm,
        name: "pdm.lock",
        matches: |name| name == "pdm.lock",
        read: pdm::read,
        doc: "PDM's lock: groups, names and checksums of files, URLs with the strategy `static_urls`",
        command: "pdm lock",
    },
    FormatRow {
        format: Format::Pipfile,
        name: "Pipfile.lock",
        matches: |name| name == "Pipfile.lock",
        read: pipfile::read,
        doc: "pipenv's lock: categories, versions and checksums, for one Python",
        command: "pipenv lock",
    },
    FormatRow {
        format: Format::Requirements,
        name: "requirements.txt",
        matches: |name| name.ends_with(".txt") || name.ends_with(".in"),
        read: requirements::read,
        doc: "pip's list of requirements; a lock if every line is pinned and has hashes",
        command: "uv pip compile --universal --generate-hashes requirements.in --output-file requirements.txt",
    },
];

/// What a reader is given.
pub struct Reader<'a> {
    /// The file to read.
    pub file: &'a SourceFile,
    /// Other files of the context, as far as they were asked for.
    pub others: &'a Others,
    /// What is wanted.
    pub request: &'a Request,
}

/// Files of the build context by path; `None`: looked for, and not there.
pub type Others = BTreeMap<String, Option<SourceFile>>;

/// What a dependency file turned out to be.
#[derive(Debug, Clone)]
pub enum Read {
    /// A lock.
    Locked(Lock),
    /// Requirements that somebody has to resolve.
    Unlocked(Unlocked),
    /// Not known before these files of the context are read too: give them (or that they are missing) to
    /// [`read`] again, in [`Others`].
    Needs(Vec<String>),
}

/// The row of a format.
pub fn row(format: Format) -> &'static FormatRow {
    FORMATS.iter().find(|row| row.format == format).expect("every format has its row: a test counts them")
}

/// The format that a path's file name stands for.
pub fn format_of(path: &str) -> Option<&'static FormatRow> {
    let name = path.rsplit('/').next().unwrap_or_default();
    FORMATS.iter().find(|row| (row.matches)(name))
}

/// Reads a dependency file, of the format that its name stands for; `pyproject.toml` gives the project's own
/// requirements.
///
/// `others` is empty at first; [`Read::Needs`] says which files have to be in it.
///
/// # Errors
/// `lock-format` for a name that stands for no format, and those of the format: `lock-syntax`, `lock-version`,
/// `lock-broken`.
pub fn read(file: &SourceFile, others: &Others, request: &Request) -> Checked<Read> {
    let input = Reader { file, others, request };
    let hidden = |read: Checked<Read>| {
        let mut found = vec![];
        let read = read.limited().drain_into(&mut found);
        if !found.is_empty() {
            others.values().flatten().chain([file]).for_each(|file| secrets::hide(file, &mut found));
        }
        match read {
            Some(read) => Checked::new(read, found),
            None => Checked::none(found),
        }
    };
    if file.name().rsplit('/').next() == Some("pyproject.toml") {
        return hidden(unlocked::pyproject(&input));
    }
    match format_of(file.name()) {
        Some(row) => hidden((row.read)(&input)),
        None => {
            let names: Vec<String> = FORMATS.iter().map(|row| format!("`{}`", row.name)).collect();
            let message = format!("`{}` has the name of no dependency file", file.name());
            Checked::failed(
                Diagnostic::error("lock-format", message)
                    .at(file.span(0..0))
                    .help(format!("known are {} and `pyproject.toml`", names.join(", "))),
            )
        }
    }
}
