//! pdm.lock (4.x, strategy `inherit_metadata`, PDM's default): each package says its groups and by a marker when
//! it is wanted. URLs are there only with the strategy `static_urls`.
//!
//! PDM knows extras of the project and groups by one kind of name; here either word asks for them.

mod wire;

use self::wire::{LockWire, PackageWire, TargetWire};
use super::binary::Binary;
use super::model::{
    Archive, Body, Entry, File, FileHash, GitCommit, List, Lock, Package, Place, Source, Tree, When,
};
use super::name::normalise;
use super::unlocked::Indexes;
use super::wire::{Reading, toml};
use super::{Format, Read, Reader, path, place, project, url};
use crate::diag::{Checked, Diagnostic};

/// Reads a pdm.lock.
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
    let metadata = &wire.metadata;
    let problem = |message: String, near: &str| {
        let place = place::text(file, near).unwrap_or_else(|| file.line_span(1));
        Checked::failed(
            Diagnostic::error("lock-version", message)
                .at(place)
                .help("write it anew with PDM 2.17 or later: `pdm lock`"),
        )
    };
    if metadata.lock_version.split('.').next() != Some("4") {
        let message = format!(
            "`{}` has lock_version `{}`, and only 4.x is known",
            file.name(),
            &*metadata.lock_version
        );
        return problem(message, "lock_version");
    }
    if !metadata.strategy.iter().any(|strategy| &**strategy == "inherit_metadata") {
        let message = format!(
            "`{}` was made without the strategy `inherit_metadata`: it does not say what to install",
            file.name()
        );
        return problem(message, "strategy");
    }
    let mut reading = Reading::new(file);
    let mut entries: Vec<Entry> =
        wire.package.iter().filter_map(|package| entry(package, &mut reading)).collect();
    entries.extend(project::root(project.as_ref(), input, reading.always()));
    let markers: Vec<Option<String>> =
        metadata.targets.iter().map(|target| target.marker(&mut reading)).collect();
    let lock = Lock {
        format: Format::Pdm,
        file: file.clone(),
        requires_python: None,
        // A target without conditions is for all.
        environments: match markers.iter().cloned().collect::<Option<Vec<String>>>() {
            Some(markers) => markers.iter().map(|marker| reading.marker(Some(marker))).collect(),
            None => vec![],
        },
        binary: Binary::default(),
        indexes: Indexes::default(),
        caveat: None,
        body: Body::List(List {
            entries,
            groups: metadata
                .groups
                .iter()
                .map(|group| normalise(group))
                .filter(|group| group != "default")
                .collect(),
            extras: vec![],
            default_groups: vec![],
            extras_are_groups: true,
        }),
    };
    Checked::new(Read::Locked(lock), reading.found)
}

impl TargetWire<'_> {
    /// What it was locked for, as a marker; `None`: for all.
    fn marker(&self, reading: &mut Reading<'_>) -> Option<String> {
        let python = reading
            .specifiers(self.requires_python.as_deref().filter(|text| !text.is_empty() && *text != "*"));
        let mut tests: Vec<String> = vec![];
        for specifier in python.iter().flat_map(|python| python.iter()) {
            let text = specifier.to_string();
            let end = text.find(|c: char| c.is_ascii_digit()).unwrap_or(text.len());
            tests.push(format!("python_full_version {} '{}'", text[..end].trim(), text[end..].trim()));
        }
        if let Some(implementation) = &self.implementation {
            tests.push(format!("implementation_name == '{}'", implementation.to_lowercase()));
        }
        if let Some(platform) = &self.platform {
            tests.push(platform_marker(platform));
        }
        (!tests.is_empty()).then(|| tests.join(" and "))
    }
}

/// `linux`, `manylinux_2_17_x86_64`, `macos_14_0_arm64`, `windows_amd64` and the like, as PDM writes them.
fn platform_marker(platform: &str) -> String {
    let linux = platform.contains("linux");
    let machines = ["x86_64", "aarch64", "armv7l", "i686", "ppc64le", "s390x", "riscv64"];
    match machines.into_iter().find(|machine| linux && platform.ends_with(machine)) {
        Some(machine) => format!("sys_platform == 'linux' and platform_machine == '{machine}'"),
        None if platform == "linux" => "sys_platform == 'linux' and platform_machine == 'x86_64'".to_owned(),
        None if linux => "sys_platform == 'linux'".to_owned(),
        None => "sys_platform != 'linux'".to_owned(),
    }
}

fn entry(wire: &PackageWire<'_>, reading: &mut Reading<'_>) -> Option<Entry> {
    let package = Package {
        name: reading.name(&wire.name)?,
        version: reading.version(wire.version.as_deref()),
        requires_python: None,
        source: source(wire, reading),
        span: None,
    };
    let marker = reading.marker(wire.marker.as_deref());
    let groups = wire.groups.iter().map(|group| normalise(group));
    let when =
        groups.map(|group| When { group: (group != "default").then_some(group), marker: marker.clone() });
    Some(Entry { package, when: when.collect(), requested: false })
}

fn source(wire: &PackageWire<'_>, reading: &Reading<'_>) -> Source {
    let lock = reading.file.name();
    let subdirectory = wire.subdirectory.as_deref().map(str::to_owned);
    if let Some(repository) = &wire.git {
        return match wire.revision.as_deref() {
            Some(commit) => Source::Git(GitCommit {
                url: url::repository(repository),
                commit: commit.to_ascii_lowercase(),
                requested: wire.reference.as_deref().map(str::to_owned),
                subdirectory,
            }),
            None => Source::Unsupported("the lock names no commit of its repository".to_owned()),
        };
    }
    let hash = wire.files.first().map(|file| FileHash::from_prefixed(&file.hash)).unwrap_or_default();
    if let Some(direct) = &wire.url {
        let place = Place::Url { url: (**direct).to_owned(), name: None };
        return Source::Archive(Archive { file: File { place, hash, size: None }, subdirectory });
    }
    if let Some(local) = &wire.path {
        let Some(path) = path::beside(lock, local) else {
            return Source::Unsupported(format!("`{}` is outside of the build context", &**local));
        };
        let archive = path::is_archive(&path);
        return if archive {
            Source::Archive(Archive {
                file: File { place: Place::Path(path), hash, size: None },
                subdirectory,
            })
        } else {
            Source::Tree(Tree { path, editable: wire.editable })
        };
    }
    let all = wire.files.iter().filter_map(|file| {
        let place = match (&file.url, &file.file) {
            (Some(url), name) => {
                Place::Url { url: (**url).to_owned(), name: name.as_deref().map(str::to_owned) }
            }
            (None, Some(name)) => Place::Named((**name).to_owned()),
            (None, None) => return None,
        };
        Some(File { place, hash: FileHash::from_prefixed(&file.hash), size: None })
    });
    Source::Files(super::model::split_files(None, all))
}
