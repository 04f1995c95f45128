//! pylock.toml (PEP 751, version 1.0): each package says by a marker when it is wanted.
//!
//! Two writers need care. `pip lock` writes only the files for the machine that it ran on. `pipenv` invents file
//! names and URLs, so that only its versions and checksums can be used.

mod wire;

use std::collections::{BTreeMap, BTreeSet};

use self::wire::{FileWire, LockWire, PackageWire, VcsWire};
use super::binary::Binary;
use super::model::{
    Archive, Body, Entry, File, FileHash, Files, GitCommit, Hashes, List, Lock, Package, Place, Source, Tree,
    When,
};
use super::name::normalise;
use super::unlocked::Indexes;
use super::wire::{Reading, Text, toml};
use super::{DEFAULT_INDEX, Format, Reader, path, url};
use crate::diag::{Checked, Diagnostic};

/// Reads a pylock.toml.
pub(super) fn read(input: &Reader<'_>) -> Checked<super::Read> {
    let file = input.file;
    let wire: LockWire<'_> = match toml(file) {
        Ok(wire) => wire,
        Err(error) => return Checked::failed(error),
    };
    // PEP 751: an unknown major version must be refused, an unknown minor one may be read.
    if wire.lock_version.split('.').next() != Some("1") {
        let message =
            format!("`{}` has lock-version `{}`, and only 1.x is known", file.name(), &*wire.lock_version);
        let place = super::place::text(file, "lock-version").unwrap_or_else(|| file.line_span(1));
        return Checked::failed(
            Diagnostic::error("lock-version", message)
                .at(place)
                .help(format!("write it anew, as 1.0: `{}`", super::row(Format::Pylock).command)),
        );
    }
    let mut reading = Reading::new(file);
    let invented = wire.invents_files();
    let entries = wire.packages.iter().filter_map(|package| entry(package, invented, &mut reading)).collect();
    let lock = Lock {
        format: Format::Pylock,
        file: file.clone(),
        requires_python: reading.specifiers(wire.requires_python.as_deref()),
        environments: wire.environments.iter().map(|marker| reading.marker(Some(marker))).collect(),
        binary: Binary::default(),
        indexes: Indexes::default(),
        caveat: (&*wire.created_by == "pip").then(|| {
            "`pip lock` writes only the files for the machine that it ran on; `uv export --format pylock.toml` \
             and `pdm lock` write locks for all"
                .to_owned()
        }),
        body: Body::List(List {
            entries,
            groups: names(&wire.dependency_groups),
            extras: names(&wire.extras),
            default_groups: names(&wire.default_groups),
            extras_are_groups: false,
        }),
    };
    Checked::new(super::Read::Locked(lock), reading.found)
}

fn names(texts: &[Text<'_>]) -> Vec<String> {
    texts.iter().map(|text| normalise(text)).collect()
}

impl LockWire<'_> {
    /// Whether file names and URLs cannot be trusted: one name stands for several checksums.
    fn invents_files(&self) -> bool {
        let repeats = |package: &PackageWire<'_>| {
            let mut seen: BTreeMap<String, &str> = BTreeMap::new();
            package.wheels.iter().any(|wheel| {
                let hash = wheel.hashes.get("sha256").map_or("", |hash| &**hash);
                wheel
                    .file_name()
                    .is_some_and(|name| seen.insert(name, hash).is_some_and(|other| other != hash))
            })
        };
        &*self.created_by == "pipenv" || self.packages.iter().any(repeats)
    }
}

impl FileWire<'_> {
    fn file_name(&self) -> Option<String> {
        let (name, url, path) = (self.name.as_deref(), self.url.as_deref(), self.path.as_deref());
        name.map(str::to_owned).or_else(|| url.or(path).map(|at| url::filename(at).into_owned()))
    }
}

fn entry(wire: &PackageWire<'_>, invented: bool, reading: &mut Reading<'_>) -> Option<Entry> {
    let package = Package {
        name: reading.name(&wire.name)?,
        version: reading.version(wire.version.as_deref()),
        requires_python: reading.specifiers(wire.requires_python.as_deref()),
        source: source(wire, invented, reading)?,
        span: None,
    };
    let when = vec![When { group: None, marker: reading.marker(wire.marker.as_deref()) }];
    Some(Entry { package, when, requested: false })
}

/// Exactly one of: `vcs`, `directory`, `archive`, or `wheels` and `sdist`.
fn source(wire: &PackageWire<'_>, invented: bool, reading: &mut Reading<'_>) -> Option<Source> {
    let files = !wire.wheels.is_empty() || wire.sdist.is_some();
    let kinds = [wire.vcs.is_some(), wire.directory.is_some(), wire.archive.is_some(), files];
    if kinds.iter().filter(|&&kind| kind).count() != 1 {
        let name = &*wire.name;
        let message = format!(
            "`{name}` must have exactly one of `vcs`, `directory`, `archive`, or `wheels` and `sdist` (PEP 751)"
        );
        reading.broken(&format!("name = \"{name}\""), message);
        return None;
    }
    let lock = reading.file.name();
    if let Some(vcs) = &wire.vcs {
        return Some(git(vcs));
    }
    if let Some(directory) = &wire.directory {
        return Some(match path::beside(lock, &below(&directory.path, directory.subdirectory.as_deref())) {
            Some(path) => Source::Tree(Tree { path, editable: directory.editable }),
            None => outside(&directory.path),
        });
    }
    let index = wire.index.as_deref().filter(|index| **index != *DEFAULT_INDEX).map(url::public);
    if let Some(archive) = &wire.archive {
        let subdirectory = archive.subdirectory.as_deref().map(str::to_owned);
        return Some(match file(archive, lock) {
            Some(file) => Source::Archive(Archive { file, subdirectory }),
            None => outside(archive.path.as_deref().unwrap_or_default()),
        });
    }
    if invented {
        let all = wire.wheels.iter().chain(&wire.sdist);
        let sha256: BTreeSet<String> = all.filter_map(|file| file_hash(file).sha256()).collect();
        return Some(Source::Hashes(Hashes { index, sha256: sha256.into_iter().collect() }));
    }
    Some(Source::Files(Files {
        index,
        wheels: wire.wheels.iter().filter_map(|wheel| file(wheel, lock)).collect(),
        sdists: wire.sdist.iter().filter_map(|sdist| file(sdist, lock)).collect(),
    }))
}

fn git(vcs: &VcsWire<'_>) -> Source {
    if &*vcs.kind != "git" {
        return Source::Unsupported(format!(
            "it comes from a `{}` repository; only git is supported",
            &*vcs.kind
        ));
    }
    match vcs.url.as_deref() {
        Some(repository) => Source::Git(GitCommit {
            url: url::public(repository.strip_prefix("git+").unwrap_or(repository)),
            commit: vcs.commit_id.to_ascii_lowercase(),
            requested: vcs.requested_revision.as_deref().map(str::to_owned),
            subdirectory: vcs.subdirectory.as_deref().map(str::to_owned),
        }),
        None => Source::Unsupported("its repository is a local path".to_owned()),
    }
}

fn below(path: &str, subdirectory: Option<&str>) -> String {
    format!("{path}/{}", subdirectory.unwrap_or("."))
}

fn outside(path: &str) -> Source {
    Source::Unsupported(format!("`{path}` is outside of the build context"))
}

/// A file; the URL is used where a path is given too, so that the context need not hold wheels.
fn file(wire: &FileWire<'_>, lock: &str) -> Option<File> {
    let place = match (&wire.url, &wire.path) {
        (Some(url), _) => {
            Place::Url { url: (**url).to_owned(), name: wire.name.as_deref().map(str::to_owned) }
        }
        (None, Some(local)) => Place::Path(path::beside(lock, local)?),
        (None, None) => Place::Named(wire.name.as_deref()?.to_owned()),
    };
    Some(File { place, hash: file_hash(wire), size: wire.size })
}

/// The sha256, else whatever there is.
fn file_hash(wire: &FileWire<'_>) -> FileHash {
    let sha256 = wire.hashes.get_key_value("sha256");
    match sha256.or_else(|| wire.hashes.iter().next()) {
        Some((algorithm, digest)) => FileHash::from_pair(algorithm, digest),
        None => FileHash::default(),
    }
}
