//! What a package of uv.lock is installed from.

use super::wire::{FileWire, PackageWire, SourceWire};
use crate::lock::model::{Archive, File, FileHash, Files, GitCommit, Place, Source, Tree};
use crate::lock::wire::Reading;
use crate::lock::{DEFAULT_INDEX, path, url};

impl SourceWire<'_> {
    /// Whether this is the project beside the lock.
    pub(super) fn is_root(&self) -> bool {
        [&self.directory, &self.editable, &self.r#virtual].into_iter().flatten().any(|path| &**path == ".")
    }
}

/// The source of a package; `None` after an error was noted.
pub(super) fn source(wire: &PackageWire<'_>, reading: &mut Reading<'_>) -> Option<Source> {
    let source = &wire.source;
    let lock = reading.file.name();
    if let Some(registry) = &source.registry {
        let place = |file: &FileWire<'_>| registry_place(lock, registry, file);
        let files = |files: &mut dyn Iterator<Item = &FileWire<'_>>| -> Vec<File> {
            files.filter_map(|wire| Some(file(wire, place(wire)?))).collect()
        };
        let index = (**registry != *DEFAULT_INDEX && registry.contains("://")).then(|| url::public(registry));
        return Some(Source::Files(Files {
            index,
            wheels: files(&mut wire.wheels.iter()),
            sdists: files(&mut wire.sdist.iter()),
        }));
    }
    if let Some(git) = &source.git {
        let Some(commit) = git_commit(git) else {
            reading.broken(git, format!("`{}` names no commit of 40 hexadecimal digits", &**git));
            return None;
        };
        return Some(Source::Git(commit));
    }
    if let Some(direct) = &source.url {
        let wire = wire.wheels.first().or(wire.sdist.as_ref());
        let place = Place::Url { url: (**direct).to_owned(), name: None };
        let file = match wire {
            Some(wire) => file(wire, place),
            None => File { place, hash: FileHash::default(), size: None },
        };
        let subdirectory = source.subdirectory.as_ref().map(|path| (**path).to_owned());
        return Some(Source::Archive(Archive { file, subdirectory }));
    }
    if let Some(local) = &source.path {
        return Some(match path::beside(lock, local) {
            Some(clean) => {
                let place = Place::Path(clean);
                let file = match wire.wheels.first().or(wire.sdist.as_ref()) {
                    Some(wire) => file(wire, place),
                    None => File { place, hash: FileHash::default(), size: None },
                };
                Source::Archive(Archive { file, subdirectory: None })
            }
            None => outside(local),
        });
    }
    if source.r#virtual.is_some() {
        return Some(Source::Virtual);
    }
    let (directory, editable) = match (&source.editable, &source.directory) {
        (Some(directory), _) => (directory, true),
        (None, Some(directory)) => (directory, false),
        (None, None) => {
            let name = &*wire.name;
            reading
                .broken(&format!("name = \"{name}\""), format!("`{name}` has a source of an unknown kind"));
            return None;
        }
    };
    Some(match path::beside(lock, directory) {
        Some(path) => Source::Tree(Tree { path, editable }),
        None => outside(directory),
    })
}

fn outside(path: &str) -> Source {
    Source::Unsupported(format!("`{path}` is outside of the build context"))
}

fn file(wire: &FileWire<'_>, place: Place) -> File {
    let hash = wire.hash.as_deref().map(FileHash::from_prefixed).unwrap_or_default();
    File { place, hash, size: wire.size }
}

/// A file of an index, or of a directory that serves as one (`--find-links`).
fn registry_place(lock: &str, registry: &str, file: &FileWire<'_>) -> Option<Place> {
    if let Some(url) = &file.url {
        return Some(Place::Url { url: (**url).to_owned(), name: None });
    }
    match (&file.path, &file.filename) {
        (Some(name), _) => path::beside(lock, &format!("{registry}/{}", &**name)).map(Place::Path),
        (None, Some(name)) => Some(Place::Named((**name).to_owned())),
        (None, None) => None,
    }
}

/// `https://host/repo?rev=v1&subdirectory=x#<commit>`
fn git_commit(text: &str) -> Option<GitCommit> {
    let (before, commit) = text.split_once('#')?;
    let whole = matches!(commit.len(), 40 | 64) && commit.bytes().all(|byte| byte.is_ascii_hexdigit());
    let (repository, query) = before.split_once('?').unwrap_or((before, ""));
    let requested = ["tag", "branch", "rev"].into_iter().find_map(|key| url::parameter(query, key));
    whole.then(|| GitCommit {
        url: url::public(repository),
        commit: commit.to_ascii_lowercase(),
        requested,
        subdirectory: url::parameter(query, "subdirectory"),
    })
}
