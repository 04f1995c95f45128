//! Which files of a lock are right for one target: the owner of the lock's format would choose the same.
//!
//! Selection is a function of the lock, of what was asked for and of the target. It fetches nothing.

mod graph;
mod list;
mod lookup;
mod misfit;
mod pick;
mod remote;
mod tags;
mod target;
mod wheel;

use pep440_rs::Version;

use crate::diag::{Checked, Diagnostic};
use crate::lock::marker::{Active, Truth};
use crate::lock::name::PackageName;
use crate::lock::{Body, GitCommit, Lock, Package, Request, Source, Tree, place};

pub use lookup::apply_lookup;
pub use tags::Tags;
pub use target::Target;
pub use wheel::WheelName;

/// What was chosen, sorted by name: one entry a package.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Selection {
    /// The chosen packages.
    pub packages: Vec<Chosen>,
}

/// One chosen package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chosen {
    /// Normalised name (PEP 503).
    pub name: PackageName,
    /// Its version, if the lock knows it.
    pub version: Option<Version>,
    /// The file, repository or tree that it is installed from.
    pub artifact: Artifact,
    /// Whether it was asked for by name, rather than pulled in by another package.
    pub requested: bool,
}

/// What a package is installed from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Artifact {
    /// A wheel, fetched from an index or a URL.
    Wheel(RemoteFile),
    /// An sdist (or another archive of sources), fetched, then built.
    Sdist(RemoteFile),
    /// A wheel in the build context; the sha256 if the lock has it.
    LocalWheel(LocalFile),
    /// An sdist in the build context.
    LocalSdist(LocalFile),
    /// A commit of a git repository, built.
    Git(GitCommit),
    /// A directory of the build context, built: the project itself, a workspace member, a path dependency.
    Tree(Tree),
    /// A file known by version and hashes only (Pipfile.lock, requirements with hashes, poetry.lock): its URL
    /// has to be looked up at the index, and the file found must have one of these hashes.
    Lookup(Lookup),
}

/// A file at a URL, with its checksum.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemoteFile {
    /// Where; without credentials and fragment.
    pub url: String,
    /// Its name, decoded (`%2B` is `+`).
    pub filename: String,
    /// 64 hexadecimal digits, lower case.
    pub sha256: String,
    /// Bytes, if the lock says so.
    pub size: Option<u64>,
    /// Whether it is a direct URL reference (PEP 610) rather than a file of an index.
    pub direct: bool,
    /// The subdirectory of the archive that holds the project, if not its root.
    pub subdirectory: Option<String>,
}

/// A file of the build context.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalFile {
    /// Relative to the context.
    pub path: String,
    /// 64 hexadecimal digits, lower case, if the lock has them.
    pub sha256: Option<String>,
}

/// A file that has to be looked up at an index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lookup {
    /// Names of files, where the lock has them, best first; empty: any file with one of the hashes.
    pub filenames: Vec<String>,
    /// sha256, 64 hexadecimal digits each; the file must have one of them. With `filenames`, the one at the
    /// same position.
    pub sha256: Vec<String>,
    /// URL of the index, if not the default.
    pub index: Option<String>,
}

/// A package that selection has decided to install, before its file is chosen.
struct Picked<'l> {
    package: &'l Package,
    requested: bool,
}

/// Chooses what the owner of the lock's format would choose for this target.
///
/// # Errors
/// Everything that does not fit, in one go: `lock-python`, `lock-environment` if the lock was not made for the
/// target; `unknown-group`, `unknown-extra`, `unknown-member`, `conflicting-extras` for what was asked;
/// `no-file`, `no-checksum`, `unsupported-source`, `two-versions` for a package.
///
/// A warning (`kernel-marker`) for a marker that asks what only the kernel of the machine knows that will run
/// the image; it is taken not to hold.
pub fn select(lock: &Lock, request: &Request, target: &Target) -> Checked<Selection> {
    let mut found = vec![];
    check_target(lock, target, &mut found);
    if !found.is_empty() {
        // Elsewhere its markers mean nothing, so that every further word would be wrong.
        return Checked::none(found);
    }
    let mut asking = Asking { lock, target, found };
    let picked = match &lock.body {
        Body::Graph(graph) => graph::walk(graph, request, &mut asking),
        Body::List(list) => list::filter(list, request, &mut asking),
    };
    let mut found = asking.found;
    let tags = target.tags();
    let picker = pick::Picker { lock, request, target, tags: &tags };
    let mut packages: Vec<Chosen> = vec![];
    for Picked { package, requested } in picked {
        if let Source::Virtual = package.source {
            continue;
        }
        match picker.artifact(package) {
            Ok(artifact) => {
                let (name, version) = (package.name.clone(), package.version.clone());
                packages.push(Chosen { name, version, artifact, requested });
            }
            Err(misfit) => found.push(*misfit),
        }
    }
    packages.sort_by(|a, b| (&a.name, &a.version).cmp(&(&b.name, &b.version)));
    let packages = unique(packages, lock, &mut found);
    Checked::new(Selection { packages }, found).limited()
}

/// What walking and filtering share: the lock, the target and what was noticed.
struct Asking<'l> {
    lock: &'l Lock,
    target: &'l Target,
    found: Vec<Diagnostic>,
}

impl Asking<'_> {
    /// Whether a marker holds; one that depends on the kernel is told of and does not.
    fn holds(&mut self, marker: &crate::lock::marker::Marker, active: Active<'_>, of: &PackageName) -> bool {
        if marker.is_always() {
            return true;
        }
        let truth = marker.evaluate(self.target.environment(), active);
        if truth == Truth::Unknown {
            let message = format!(
                "whether `{of}` is needed depends on the kernel that will run the image (`{marker}`); it is left out"
            );
            let warning = Diagnostic::warning("kernel-marker", message);
            let warning = warning.at(place::text(&self.lock.file, &marker.to_string()));
            if !self.found.contains(&warning) {
                self.found.push(warning);
            }
        }
        truth == Truth::Yes
    }
}

/// The lock must have been made for the target: elsewhere its markers mean nothing.
fn check_target(lock: &Lock, target: &Target, found: &mut Vec<Diagnostic>) {
    let name = lock.file.name();
    let command = crate::lock::row(lock.format).command;
    if let Some(python) = &lock.requires_python
        && !python.contains(target.python())
    {
        let message = format!("`{name}` is for Python {python}, and the image has {}", target.python());
        let error = Diagnostic::error("lock-python", message).help(format!(
            "choose another Python (`python = \"…\"`), or change `requires-python` and run `{command}`"
        ));
        found.push(at_text(error, lock, &["requires-python", "requires_python"]));
    }
    let holds = |marker: &crate::lock::marker::Marker| {
        marker.evaluate(target.environment(), Active::NONE) != Truth::No
    };
    if !lock.environments.is_empty() && !lock.environments.iter().any(|marker| holds(marker)) {
        let message = format!("`{name}` was not made for {target}");
        let listed: Vec<String> = lock.environments.iter().map(|marker| format!("`{marker}`")).collect();
        let error = Diagnostic::error("lock-environment", message)
            .help(format!("it is only for {}", listed.join(", ")))
            .help(format!("add the environment of the image and run `{command}`"));
        found.push(at_text(error, lock, &["supported-markers", "environments"]));
    }
}

fn at_text(error: Diagnostic, lock: &Lock, texts: &[&str]) -> Diagnostic {
    error.at(texts.iter().find_map(|text| place::text(&lock.file, text)))
}

/// One entry a package. The same version twice (a package and its extra in pdm.lock, a requirement in two
/// files) is one; two versions cannot be installed beside each other.
fn unique(packages: Vec<Chosen>, lock: &Lock, found: &mut Vec<Diagnostic>) -> Vec<Chosen> {
    let mut unique: Vec<Chosen> = Vec::with_capacity(packages.len());
    for chosen in packages {
        let Some(last) = unique.last_mut().filter(|last| last.name == chosen.name) else {
            unique.push(chosen);
            continue;
        };
        if last.artifact == chosen.artifact && last.version == chosen.version {
            last.requested |= chosen.requested;
            continue;
        }
        let name = &chosen.name;
        let version =
            |chosen: &Chosen| chosen.version.as_ref().map_or("no version".to_owned(), |v| v.to_string());
        let message = format!(
            "`{name}` is wanted twice, as {} and as {}, and an environment holds only one",
            version(last),
            version(&chosen)
        );
        let error = Diagnostic::error("two-versions", message);
        let span = place::named(&lock.file, name.as_str(), chosen.version.as_ref().map(|v| v.to_string()));
        found.push(error.at(span));
    }
    unique
}
