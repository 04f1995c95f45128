//! Which files of a lock are right for one target: the owner of the lock's format would choose the same.
//!
//! Selection is a function of the lock, of what was asked for and of the target. It fetches nothing.

pub use pep440_rs::Version;

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

/// A name normalised as PEP 503 says: lower case, runs of `-`, `_` and `.` become one `-`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PackageName(String);

impl PackageName {
    /// The normalised name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
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

/// A file that has to be looked up at an index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lookup {
    /// Names of files, where the lock has them, best first; empty: any file with one of the hashes.
    pub filenames: Vec<String>,
    /// sha256, 64 hexadecimal digits each; the file must have one of them.
    pub sha256: Vec<String>,
    /// URL of the index, if not the default.
    pub index: Option<String>,
}
