//! The one model behind all lock formats. Readers make it, selection reads it; nothing of a format's own
//! spelling is left in it.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use pep440_rs::{Version, VersionSpecifiers};

use super::Format;
use super::binary::Binary;
use super::marker::Marker;
use super::name::PackageName;
use super::unlocked::Indexes;
use crate::text::{SourceFile, Span};

/// A lock of any format.
#[derive(Debug, Clone)]
pub struct Lock {
    /// The format that it was read from.
    pub format: Format,
    /// The file that it was read from (the outermost, if it includes others).
    pub file: SourceFile,
    /// The Pythons that it was made for. Outside of them its markers mean nothing.
    pub requires_python: Option<VersionSpecifiers>,
    /// The environments that it was made for: one of them must hold. Empty: all.
    pub environments: Vec<Arc<Marker>>,
    /// What the lock itself says about wheels and sdists.
    pub binary: Binary,
    /// The indexes that the lock names as a whole (packages may name their own).
    pub indexes: Indexes,
    /// What there is to say about this lock where something does not fit the target.
    pub caveat: Option<String>,
    /// Its packages, and how they are chosen.
    pub body: Body,
}

/// How the packages of a lock are chosen.
#[derive(Debug, Clone)]
pub enum Body {
    /// By walking from roots along dependencies (uv.lock).
    Graph(Graph),
    /// Each entry says by itself when it is wanted (all other formats).
    List(List),
}

/// A lock whose packages are found by walking.
#[derive(Debug, Clone, Default)]
pub struct Graph {
    /// The packages; edges hold positions in this list.
    pub nodes: Vec<Node>,
    /// The project at the lock's own place, if there is one.
    pub root: Option<usize>,
    /// The members of the workspace, the root among them.
    pub members: Vec<usize>,
    /// What is wanted without a project: the dependencies of a script.
    pub requirements: Vec<RootEdge>,
    /// Groups of a workspace root that is not a project.
    pub groups: BTreeMap<String, Vec<RootEdge>>,
    /// Sets of which at most one item may be on.
    pub conflicts: Vec<Vec<ConflictItem>>,
}

/// A package and what it needs.
#[derive(Debug, Clone)]
pub struct Node {
    /// The package.
    pub package: Package,
    /// Its dependencies.
    pub dependencies: Vec<Edge>,
    /// The dependencies that each of its extras adds.
    pub extras: BTreeMap<String, Vec<Edge>>,
    /// The dependencies of each of its groups (PEP 735); for members.
    pub groups: BTreeMap<String, Vec<Edge>>,
    /// Which fork of the resolution it belongs to: one must hold. Empty: all.
    pub forks: Vec<Arc<Marker>>,
}

/// A dependency on one package.
#[derive(Debug, Clone)]
pub struct Edge {
    /// Position of the package.
    pub to: usize,
    /// The extras of it that are wanted.
    pub extras: Vec<String>,
    /// When.
    pub marker: Arc<Marker>,
}

/// A dependency on a name that several packages may have, one of them for each fork.
#[derive(Debug, Clone)]
pub struct RootEdge {
    /// Positions of the packages of that name.
    pub candidates: Vec<usize>,
    /// The extras of it that are wanted.
    pub extras: Vec<String>,
    /// When.
    pub marker: Arc<Marker>,
}

/// One side of a conflict: an extra or a group of a package, or the package's own dependencies.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ConflictItem {
    /// The package.
    pub package: PackageName,
    /// What of it.
    pub kind: ConflictKind,
}

/// See [`ConflictItem`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum ConflictKind {
    /// An extra.
    Extra(String),
    /// A group.
    Group(String),
    /// Its dependencies without extras and groups.
    Project,
}

/// A lock whose entries say by themselves when they are wanted.
#[derive(Debug, Clone, Default)]
pub struct List {
    /// The entries.
    pub entries: Vec<Entry>,
    /// The groups that there are, normalised.
    pub groups: Vec<String>,
    /// The extras that there are, normalised.
    pub extras: Vec<String>,
    /// Groups that are on without being asked for (PEP 751).
    pub default_groups: Vec<String>,
    /// Whether the format does not tell extras from groups (pdm.lock): either is asked for by either word.
    pub extras_are_groups: bool,
}

/// A package and when it is wanted.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The package.
    pub package: Package,
    /// One of these must hold.
    pub when: Vec<When>,
    /// Whether the lock says that somebody asked for it by name.
    pub requested: bool,
}

/// One reason to want a package.
#[derive(Debug, Clone)]
pub struct When {
    /// The group that must be on; `None`: the project's own dependencies, always on.
    pub group: Option<String>,
    /// What must hold besides.
    pub marker: Arc<Marker>,
}

/// One package of a lock.
#[derive(Debug, Clone)]
pub struct Package {
    /// Its name.
    pub name: PackageName,
    /// Its version; unknown for trees whose version is dynamic.
    pub version: Option<Version>,
    /// Pythons that it supports, where the format says so and asks to check it (PEP 751).
    pub requires_python: Option<VersionSpecifiers>,
    /// What it can be installed from.
    pub source: Source,
    /// Where the lock speaks of it, if the reader noticed; else it is searched for when it is needed.
    pub span: Option<Span>,
}

/// What a package can be installed from.
#[derive(Debug, Clone)]
pub enum Source {
    /// Files of an index.
    Files(Files),
    /// Files of an index that are known by checksum alone.
    Hashes(Hashes),
    /// One wheel or sdist, given directly.
    Archive(Archive),
    /// A commit of a git repository.
    Git(GitCommit),
    /// A directory of the build context.
    Tree(Tree),
    /// Nothing is installed: only its dependencies are wanted.
    Virtual,
    /// Something that cannot be installed here; the text says why.
    Unsupported(String),
}

/// Files of an index.
#[derive(Debug, Clone, Default)]
pub struct Files {
    /// The index, if the lock names one that is not the default.
    pub index: Option<String>,
    /// Wheels.
    pub wheels: Vec<File>,
    /// Sdists, best first (there is more than one only in formats that list all files of a release).
    pub sdists: Vec<File>,
}

/// Files known by checksum alone.
#[derive(Debug, Clone, Default)]
pub struct Hashes {
    /// The index, if the lock names one that is not the default.
    pub index: Option<String>,
    /// sha256 of wheels and sdists, 64 hexadecimal digits each.
    pub sha256: Vec<String>,
}

/// A commit of a git repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GitCommit {
    /// The repository, `https://…` or `ssh://…`, without credentials.
    pub url: String,
    /// The full commit id.
    pub commit: String,
    /// The branch or tag that was asked for, if any (PEP 610 records it).
    pub requested: Option<String>,
    /// The directory that holds the project, if not the root.
    pub subdirectory: Option<String>,
}

/// A directory of the build context.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tree {
    /// Relative to the context; `.` for all of it.
    pub path: String,
    /// Whether the lock says editable (in an image it is installed like any other).
    pub editable: bool,
}

/// One file, given directly.
#[derive(Debug, Clone)]
pub struct Archive {
    /// The file.
    pub file: File,
    /// The directory in it that holds the project, if not its root.
    pub subdirectory: Option<String>,
}

/// One file.
#[derive(Debug, Clone)]
pub struct File {
    /// Where it is.
    pub place: Place,
    /// Its checksum.
    pub hash: FileHash,
    /// Bytes, if known.
    pub size: Option<u64>,
}

/// Where a file is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// At a URL; the name is the last part of its path unless given.
    Url {
        /// As the lock has it.
        url: String,
        /// The file's name, if the lock has it apart from the URL.
        name: Option<String>,
    },
    /// In the build context, relative to it.
    Path(String),
    /// At the index, under this name.
    Named(String),
}

/// The checksum of a file, as the lock has it; looked at only if the file is chosen.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FileHash(String);

impl FileHash {
    /// From `sha256:…`, as most locks write it.
    pub fn from_prefixed(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// From an algorithm and its digest.
    pub fn from_pair(algorithm: &str, digest: &str) -> Self {
        Self(format!("{algorithm}:{digest}"))
    }

    /// 64 hexadecimal digits, lower case, if it is a sha256.
    pub fn sha256(&self) -> Option<String> {
        let digest = self.0.strip_prefix("sha256:")?;
        let whole = digest.len() == 64 && digest.bytes().all(|byte| byte.is_ascii_hexdigit());
        whole.then(|| digest.to_ascii_lowercase())
    }

    /// The name of the algorithm; `None` without a checksum.
    pub fn algorithm(&self) -> Option<&str> {
        self.0.split_once(':').map(|(algorithm, _)| algorithm)
    }
}

/// The files of a release, as formats list them in any order: wheels apart from sdists, `.tar.gz` before other
/// sdists.
pub(super) fn split_files(index: Option<String>, all: impl Iterator<Item = File>) -> Files {
    let (wheels, mut sdists): (Vec<File>, Vec<File>) = all.partition(|file| file.name().ends_with(".whl"));
    sdists.sort_by_key(|file| !file.name().ends_with(".tar.gz"));
    Files { index, wheels, sdists }
}

impl Lock {
    /// All packages, in the order of the lock.
    pub fn packages(&self) -> impl Iterator<Item = &Package> {
        let (nodes, entries) = match &self.body {
            Body::Graph(graph) => (graph.nodes.as_slice(), [].as_slice()),
            Body::List(list) => ([].as_slice(), list.entries.as_slice()),
        };
        nodes.iter().map(|node| &node.package).chain(entries.iter().map(|entry| &entry.package))
    }
}

impl File {
    /// Its name, decoded (`%2B` is `+`).
    pub fn name(&self) -> Cow<'_, str> {
        match &self.place {
            Place::Url { name: Some(name), .. } | Place::Named(name) => name.into(),
            Place::Url { url, name: None } => super::url::filename(url),
            Place::Path(path) => path.rsplit('/').next().unwrap_or_default().into(),
        }
    }
}
