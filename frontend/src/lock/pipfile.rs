//! Pipfile.lock: versions and checksums by category, made for one Python. It has neither file names nor URLs.
//!
//! The category `default` is always installed; `develop` and others are groups.

mod wire;

use std::collections::BTreeMap;

use pep440_rs::Version;

use self::wire::{EntryWire, LockWire, MetaWire};
use super::binary::Binary;
use super::model::{
    Archive, Body, Entry, File, FileHash, GitCommit, Hashes, List, Lock, Package, Place, Source, Tree, When,
};
use super::name::normalise;
use super::requirement::{Requirement, Wanted};
use super::unlocked::Indexes;
use super::wire::{Reading, json};
use super::{DEFAULT_INDEX, Format, Read, Reader, path, place, url};
use crate::diag::{Checked, Diagnostic};

/// The specification that we know.
const SPEC: u64 = 6;

/// Reads a Pipfile.lock.
pub(super) fn read(input: &Reader<'_>) -> Checked<Read> {
    let file = input.file;
    let wire: LockWire<'_> = match json(file) {
        Ok(wire) => wire,
        Err(error) => return Checked::failed(error),
    };
    if wire.meta.pipfile_spec != SPEC {
        let message = format!(
            "`{}` has pipfile-spec {}, and only {SPEC} is known",
            file.name(),
            wire.meta.pipfile_spec
        );
        let place = place::text(file, "pipfile-spec").unwrap_or_else(|| file.line_span(1));
        let error = Diagnostic::error("lock-version", message).at(place);
        return Checked::failed(error.help("write it anew with a current pipenv: `pipenv lock`"));
    }
    let mut reading = Reading::new(file);
    let indexes = indexes(&wire.meta, &mut reading);
    let mut entries = vec![];
    for (category, packages) in &wire.categories {
        let group = (&**category != "default").then(|| normalise(category));
        for (name, package) in packages {
            entries.extend(entry(name, package, group.as_deref(), &indexes, &mut reading));
        }
    }
    let python = wire.meta.requires.python();
    let lock = Lock {
        format: Format::Pipfile,
        file: file.clone(),
        requires_python: reading.specifiers(python.as_deref()),
        environments: vec![],
        binary: Binary::default(),
        indexes: Indexes { index: indexes.default.clone(), ..Indexes::default() },
        caveat: Some("`pipenv lock` writes a lock for the machine that it ran on".to_owned()),
        body: Body::List(List {
            entries,
            groups: wire
                .categories
                .keys()
                .filter(|name| &***name != "default")
                .map(|name| normalise(name))
                .collect(),
            ..List::default()
        }),
    };
    Checked::new(Read::Locked(lock), reading.found)
}

/// The indexes by name; the first is that of packages that name none.
struct Sources {
    default: Option<String>,
    by_name: BTreeMap<String, String>,
}

fn indexes(meta: &MetaWire<'_>, reading: &mut Reading<'_>) -> Sources {
    let mut sources = Sources { default: None, by_name: BTreeMap::new() };
    for (position, source) in meta.sources.iter().enumerate() {
        let url = source.url.trim_end_matches('/');
        if url::credentials(url).is_some() || url.contains("${") {
            let error = Diagnostic::error("index-credentials", "this URL of an index holds credentials");
            let error = error
                .help("take them out of the Pipfile, lock again, and name a build secret in `[[index]]`");
            reading.found.push(error.at(place::text(reading.file, &source.url)));
        }
        if position == 0 && url != DEFAULT_INDEX {
            sources.default = Some(url.to_owned());
        }
        sources.by_name.insert((*source.name).to_owned(), url.to_owned());
    }
    sources
}

fn entry(
    name: &str,
    wire: &EntryWire<'_>,
    group: Option<&str>,
    indexes: &Sources,
    reading: &mut Reading<'_>,
) -> Option<Entry> {
    let version = wire.version.as_deref().and_then(|text| pinned(name, text));
    let source = match (&version, wire.version.as_deref()) {
        // pipenv writes `*` for what its own machine did not need, so that nothing was resolved.
        (None, Some(text)) => Source::Unsupported(format!(
            "its version in the lock is `{text}`: pipenv did not need it on the machine that it ran on"
        )),
        _ => source(wire, indexes, reading.file.name()),
    };
    let package = Package { name: reading.name(name)?, version, requires_python: None, source, span: None };
    let when =
        vec![When { group: group.map(str::to_owned), marker: reading.marker(wire.markers.as_deref()) }];
    Some(Entry { package, when, requested: false })
}

/// The version in `==1.0`.
fn pinned(name: &str, text: &str) -> Option<Version> {
    let requirement: Requirement = format!("{name}{text}").parse().ok()?;
    match requirement.wanted {
        Wanted::Versions(versions) => versions.iter().next().map(|specifier| specifier.version().clone()),
        Wanted::Url(_) => None,
    }
}

fn source(wire: &EntryWire<'_>, indexes: &Sources, lock: &str) -> Source {
    let mut hashes = wire.hashes.iter().map(|hash| FileHash::from_prefixed(hash));
    if let Some(repository) = &wire.git {
        let Some(commit) = wire.reference.as_deref() else {
            return Source::Unsupported("the lock names no commit of its repository".to_owned());
        };
        return Source::Git(GitCommit {
            url: url::repository(repository),
            commit: commit.to_ascii_lowercase(),
            requested: None,
            subdirectory: wire.subdirectory.as_deref().map(str::to_owned),
        });
    }
    if let Some(at) = wire.file.as_deref().or(wire.path.as_deref()) {
        let hash = hashes.find(|hash| hash.sha256().is_some()).unwrap_or_default();
        let place = if at.contains("://") {
            Place::Url { url: at.to_owned(), name: None }
        } else {
            match path::beside(lock, at) {
                Some(path) if !path::is_archive(&path) => {
                    return Source::Tree(Tree { path, editable: wire.editable });
                }
                Some(path) => Place::Path(path),
                None => return Source::Unsupported(format!("`{at}` is outside of the build context")),
            }
        };
        let subdirectory = wire.subdirectory.as_deref().map(str::to_owned);
        return Source::Archive(Archive { file: File { place, hash, size: None }, subdirectory });
    }
    let mut sha256: Vec<String> = hashes.filter_map(|hash| hash.sha256()).collect();
    sha256.sort();
    sha256.dedup();
    let index =
        wire.index.as_deref().and_then(|name| indexes.by_name.get(name)).filter(|url| *url != DEFAULT_INDEX);
    Source::Hashes(Hashes { index: index.cloned(), sha256 })
}
