//! poetry.lock, lock-version 2.1 (Poetry 2.0 and later): each package says its groups, and for each group by a
//! marker when it is wanted. It has names and checksums of files, but no URLs.
//!
//! Older locks say neither groups nor markers: choosing from them needs Poetry's own resolver.

mod constraint;
mod wire;

use std::collections::BTreeSet;

use self::wire::{LockWire, MarkersWire, PackageWire, SourceWire};
use super::binary::Binary;
use super::model::{
    Archive, Body, Entry, File, FileHash, GitCommit, List, Lock, Package, Place, Source, Tree, When,
};
use super::name::normalise;
use super::unlocked::Indexes;
use super::wire::{Reading, toml};
use super::{DEFAULT_INDEX, Format, Read, Reader, path, place, project, url};
use crate::diag::{Checked, Diagnostic};

/// Reads a poetry.lock.
pub(super) fn read(input: &Reader<'_>) -> Checked<Read> {
    let file = input.file;
    // Asked for first, so that a large lock is not read twice.
    let project = match project::beside(input) {
        Ok(project) => project,
        Err(path) => return Checked::ok(Read::Needs(vec![path])),
    };
    let wire: LockWire<'_> = match toml(file) {
        Ok(wire) => wire,
        Err(error) => return Checked::failed(error),
    };
    if let Err(error) = check_version(&wire, input) {
        return Checked::failed(error);
    }
    let mut reading = Reading::new(file);
    let mut entries: Vec<Entry> =
        wire.package.iter().filter_map(|package| entry(package, &mut reading)).collect();
    entries.extend(project::root(project.as_ref(), input, reading.always()));
    let groups: BTreeSet<String> =
        entries.iter().flat_map(|entry| &entry.when).filter_map(|when| when.group.clone()).collect();
    let alternatives =
        wire.metadata.python_versions.as_deref().map(constraint::alternatives).unwrap_or_default();
    let (requires_python, environments) = match alternatives.as_slice() {
        [one] => (reading.specifiers(Some(one)), vec![]),
        several => {
            let markers: Vec<String> = several.iter().map(|one| constraint::marker(one)).collect();
            (None, markers.iter().map(|marker| reading.marker(Some(marker))).collect())
        }
    };
    let lock = Lock {
        format: Format::Poetry,
        file: file.clone(),
        requires_python,
        environments,
        binary: Binary::default(),
        indexes: Indexes::default(),
        caveat: None,
        body: Body::List(List {
            entries,
            groups: groups.into_iter().collect(),
            extras: wire.extras.keys().map(|extra| normalise(extra)).collect(),
            default_groups: vec![],
            extras_are_groups: false,
        }),
    };
    Checked::new(Read::Locked(lock), reading.found)
}

fn check_version(wire: &LockWire<'_>, input: &Reader<'_>) -> Result<(), Diagnostic> {
    let version = &*wire.metadata.lock_version;
    let mut numbers = version.split('.').map(|number| number.parse::<u32>().unwrap_or(0));
    let (major, minor) = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
    if major == 2 && minor >= 1 {
        return Ok(());
    }
    let file = input.file;
    let message = format!(
        "`{}` has lock-version `{version}`, and 2.1 is the oldest that says what to install",
        file.name()
    );
    let place = place::text(file, "lock-version").unwrap_or_else(|| file.line_span(1));
    let error = Diagnostic::error("lock-version", message).at(place);
    Err(if major > 2 {
        error.help("it is newer than this frontend: use a newer one, or an older Poetry")
    } else {
        error.help("write it anew with Poetry 2 or later: `poetry lock`")
    })
}

fn entry(wire: &PackageWire<'_>, reading: &mut Reading<'_>) -> Option<Entry> {
    let package = Package {
        name: reading.name(&wire.name)?,
        version: reading.version(Some(&wire.version)),
        requires_python: None,
        source: source(wire, reading),
        span: None,
    };
    let mut when = vec![];
    for group in &wire.groups {
        let marker = match &wire.markers {
            MarkersWire::All(marker) => Some(&**marker),
            MarkersWire::ByGroup(markers) => markers.get(&**group).map(|marker| &**marker),
        };
        let marker = reading.marker(marker.filter(|marker| !marker.is_empty()));
        let group = (&**group != "main").then(|| normalise(group));
        when.push(When { group, marker });
    }
    Some(Entry { package, when, requested: false })
}

fn source(wire: &PackageWire<'_>, reading: &Reading<'_>) -> Source {
    let lock = reading.file.name();
    let Some(source) = &wire.source else { return files(wire, None) };
    match &*source.kind {
        "legacy" => files(
            wire,
            Some(&source.url).filter(|index| ***index != *DEFAULT_INDEX).map(|index| url::public(index)),
        ),
        "git" => git(source),
        "directory" => match path::beside(lock, &source.url) {
            Some(path) => Source::Tree(Tree { path, editable: wire.develop }),
            None => outside(&source.url),
        },
        "url" => archive(wire, Place::Url { url: (*source.url).to_owned(), name: None }, source),
        "file" => match path::beside(lock, &source.url) {
            Some(path) => archive(wire, Place::Path(path), source),
            None => outside(&source.url),
        },
        kind => Source::Unsupported(format!("its source is of the unknown kind `{kind}`")),
    }
}

fn files(wire: &PackageWire<'_>, index: Option<String>) -> Source {
    let all = wire.files.iter().map(|file| File {
        place: Place::Named((*file.file).to_owned()),
        hash: FileHash::from_prefixed(&file.hash),
        size: None,
    });
    Source::Files(super::model::split_files(index, all))
}

fn archive(wire: &PackageWire<'_>, place: Place, source: &SourceWire<'_>) -> Source {
    let hash = wire.files.first().map(|file| FileHash::from_prefixed(&file.hash)).unwrap_or_default();
    let subdirectory = source.subdirectory.as_deref().map(str::to_owned);
    Source::Archive(Archive { file: File { place, hash, size: None }, subdirectory })
}

fn git(source: &SourceWire<'_>) -> Source {
    match source.resolved_reference.as_deref() {
        Some(commit) => Source::Git(GitCommit {
            url: url::repository(&source.url),
            commit: commit.to_ascii_lowercase(),
            requested: source
                .reference
                .as_deref()
                .filter(|reference| *reference != "HEAD")
                .map(str::to_owned),
            subdirectory: source.subdirectory.as_deref().map(str::to_owned),
        }),
        None => Source::Unsupported("the lock names no commit of its repository".to_owned()),
    }
}

fn outside(path: &str) -> Source {
    Source::Unsupported(format!("`{path}` is outside of the build context"))
}

#[cfg(test)]
mod tests {
    use crate::lock::{self, Others, Read, Request};
    use crate::text::Files;

    const BUILD: &str = "[build-system]\nbuild-backend='poetry.core.masonry.api'\n";

    /// The packages of an empty lock beside a project.
    fn check(pyproject: &str) -> Vec<String> {
        let mut files = Files::default();
        let text = "[metadata]\nlock-version = \"2.1\"\npython-versions = \"*\"\n";
        let file = files.add("a/poetry.lock", text);
        let project = files.add("a/pyproject.toml", pyproject);
        let others = Others::from([("a/pyproject.toml".to_owned(), Some(project))]);
        match lock::read(&file, &others, &Request::default()).into_result().unwrap().0 {
            Read::Locked(lock) => {
                lock.packages().map(|package| format!("{} {:?}", package.name, package.source)).collect()
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_project_itself_is_installed_if_it_is_a_package() {
        let installed = ["shop Tree(Tree { path: \"a\", editable: false })"];
        let scripts = "[tool.poetry]\nname='shop'\n[tool.poetry.scripts]\nshop='shop:main'\n";
        assert_eq!(check(&format!("{scripts}{BUILD}")), installed);
        assert_eq!(
            check(&format!("[project]\nname='shop'\n[project.scripts]\nshop='a:b'\n{BUILD}")),
            installed
        );
        assert_eq!(check(&format!("[tool.poetry]\nname='shop'\npackage-mode=true\n{BUILD}")), installed);
        let apps = [
            "[tool.poetry]\nname='shop'\n",
            "[tool.poetry]\nname='shop'\npackage-mode=false\n[tool.poetry.scripts]\na='b:c'\n",
        ];
        for app in apps {
            assert!(check(&format!("{app}{BUILD}")).is_empty(), "{app}");
        }
        assert!(check(scripts).is_empty());
    }
}
