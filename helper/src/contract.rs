//! The words between the frontend and the helper: what each command takes, and the facts that come back.
//!
//! A command is run as `helper NAME JSON`, or as `helper NAME @FILE` with the JSON in a file, where it is too long for
//! an argument. The JSON is part of the op and so of its cache key: a field that
//! does not change the output must not be in it, and a new optional field must not appear where it is unset.

use serde::{Deserialize, Serialize};

/// Where the facts lie in the tree that the `facts` command writes, and so in the image.
pub const FACTS_PATH: &str = "/opt/venv/share/wheelbase/facts.json";

/// The modification time of every file, directory and link that we make: 1980-01-01T00:00:00Z, the earliest
/// that a zip archive can hold (Python's `zipfile` refuses 1970).
pub const MTIME: i64 = 315_532_800;

/// `helper facts JSON`: reads what has to be known of a base, and writes the first layer of the image: the
/// user's lines in passwd and group, its home, the skeleton of the environment, the facts themselves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FactsRequest {
    /// Where the tree of the base is mounted, read-only: `/base`.
    pub base: String,
    /// Where the output is mounted: `/out`.
    pub out: String,
    /// The `PATH` of the base's image configuration; the interpreter is looked for along it.
    pub path: String,
    /// The prefix of the environment: `/opt/venv`.
    pub venv: String,
    /// The user that must exist in the image. `None`: the base's users stay as they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<NewUser>,
    /// Where the image without its system packages is mounted, if `base` has packages installed on top of it:
    /// then [`Interpreter::from_packages`] says which of the two the interpreter comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before_packages: Option<String>,
}

/// A user for the image. If passwd already has its name or its number, that line is kept and nothing is added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewUser {
    /// Login name.
    pub name: String,
    /// User number.
    pub uid: u32,
    /// Group number; the group has the user's name.
    pub gid: u32,
    /// Home directory, made with mode 0755 and owned by the user.
    pub home: String,
    /// If the base has a user of this name (`nonroot`), that one serves, and nothing is added.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unless: Option<String>,
}

/// `helper install JSON`: installs wheels into an environment prefix, in the order given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InstallRequest {
    /// Where the wheels are mounted: `/in`.
    pub input: String,
    /// Where the output is mounted: `/out`. The environment is written to `out` + `venv`.
    pub out: String,
    /// The prefix of the environment as the image sees it: `/opt/venv`. Scripts start with
    /// `#!/opt/venv/bin/python`.
    pub venv: String,
    /// The minor version with its ABI flag, as in the name of the library directory: `3.12`, `3.13t`.
    pub python: String,
    /// The directories above `venv` that are not plain (mode 0755, owner 0:0) in the base, outermost first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ancestors: Vec<Directory>,
    /// The wheels, in the order of precedence: of two that write one path, the later wins.
    pub wheels: Vec<WheelInput>,
    /// The interpreter of the exec's own root that compiles bytecode; `None`: no bytecode.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compile_with: Option<String>,
}

/// A wheel to be installed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WheelInput {
    /// Its path below `input`: a `.whl` file, or a directory that holds exactly one.
    pub file: String,
    /// Normalised name (PEP 503) that the wheel must have.
    pub name: String,
    /// Whether it was asked for by name, rather than pulled in: writes `REQUESTED`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub requested: bool,
    /// The content of `direct_url.json` (PEP 610), for what does not come from an index.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub direct_url: Option<serde_json::Value>,
    /// For a wheel that was built here, so that its name is not known before: the tags that fit the target,
    /// of which it must have one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub accepted_tags: Vec<String>,
}

/// `helper directories JSON`: writes directories with exactly the given type, owner and mode, so that a layer
/// that is merged onto a base does not change the base's own directories. BuildKit's mkdir cannot: it masks the
/// mode with 0777.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DirectoriesRequest {
    /// Where the output is mounted: `/out`.
    pub out: String,
    /// What to make, parents before children; parents that are not named are plain (0755, 0:0).
    pub directories: Vec<Directory>,
}

/// A directory that is not plain: not mode 0755, or not owned by 0:0.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Directory {
    /// Absolute path.
    pub path: String,
    /// Mode bits, with setuid, setgid and sticky: `0o1777`.
    pub mode: u32,
    /// Owner.
    pub uid: u32,
    /// Group.
    pub gid: u32,
}

/// What has to be known of a base image, read from its files; nothing of it is run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// The Python interpreter; `None` if there is none along `PATH`.
    pub interpreter: Option<Interpreter>,
    /// The C library that the interpreter (or, without one, `/bin/sh`) is linked with.
    pub libc: Option<Libc>,
    /// From os-release.
    pub distribution: Option<Distribution>,
    /// Whether `/bin/sh` exists.
    pub shell: bool,
    /// System packages whose maintainer scripts have not run, by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unconfigured: Vec<String>,
    /// Users, in the order of passwd.
    pub users: Vec<User>,
    /// Groups, in the order of group.
    pub groups: Vec<Group>,
    /// Every directory that is not mode 0755 and owned by 0:0, by path.
    pub directories: Vec<Directory>,
    /// Every symbolic link that leads to a directory, by path.
    pub directory_links: Vec<DirectoryLink>,
}

/// A Python interpreter as the files show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interpreter {
    /// The executable, links resolved, absolute in the image: `/usr/local/bin/python3.12`.
    pub path: String,
    /// `cpython` (others are recognised and refused by the frontend): `implementation_name` of PEP 508.
    pub implementation: String,
    /// Full release: `3.12.4`; pre-releases as Python writes them: `3.14.0rc1`.
    pub version: String,
    /// ABI flags: empty, or `t` for free-threaded, `d` for debug.
    pub abi_flags: String,
    /// Machine of the executable, in the words of `uname -m`: `x86_64`, `aarch64`, `armv7l`, `i686`, `ppc64le`,
    /// `s390x`, `riscv64`.
    pub machine: String,
    /// Whether it comes with the system packages rather than with the image below them.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub from_packages: bool,
}

/// A C library and its version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Libc {
    /// GNU: `{"glibc": [2, 36]}`.
    Glibc(u32, u32),
    /// musl: `{"musl": [1, 2]}`.
    Musl(u32, u32),
}

/// What os-release says (os-release(5)).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Distribution {
    /// `ID`: `debian`.
    pub id: String,
    /// `ID_LIKE`, split at spaces.
    #[serde(default)]
    pub like: Vec<String>,
    /// `VERSION_ID`, if any: `12`.
    pub version: Option<String>,
    /// `VERSION_CODENAME`, if any: `bookworm`.
    pub codename: Option<String>,
}

/// A line of passwd.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// Login name.
    pub name: String,
    /// User number.
    pub uid: u32,
    /// Number of its first group.
    pub gid: u32,
    /// Home directory.
    pub home: String,
}

/// A line of group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// Group name.
    pub name: String,
    /// Group number.
    pub gid: u32,
}

/// A symbolic link that leads to a directory.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct DirectoryLink {
    /// Where the link is, absolute, its own parents resolved: `/bin`.
    pub path: String,
    /// The directory that it leads to, absolute, links resolved: `/usr/bin`.
    pub to: String,
}

/// Where the pylock of a resolution lies in the tree that the `resolve` command writes, and so in the image.
pub const PYLOCK_PATH: &str = "/opt/venv/share/wheelbase/pylock.toml";

/// `helper resolve JSON`: has uv resolve requirements into a pylock (PEP 751), the only thing that it writes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResolveRequest {
    /// The uv executable: `/uv/bin/uv`.
    pub uv: String,
    /// Where the output is mounted: `/out`.
    pub out: String,
    /// The interpreter of the exec's own root that is resolved for.
    pub interpreter: String,
    /// Its minor version with its ABI flag: wheels that were compiled for others are not kept.
    pub python: String,
    /// The machine that is resolved for, in the words of `uname -m`: wheels of others are not kept.
    pub machine: String,
    /// What is resolved for.
    pub extent: Extent,
    /// Lines of a requirements file (pip's format, without includes and index options).
    pub requirements: Vec<String>,
    /// Lines of a constraints file.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub constraints: Vec<String>,
    /// Where the directories lie that requirements name by path, mounted so that it can be written: `/src`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<String>,
    /// URLs of pages with links to files (`--find-links`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub find_links: Vec<String>,
    /// Whether only those pages count (`--no-index`).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub no_index: bool,
    /// Whether pre-releases are as good as releases (`--pre`).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub prereleases: bool,
    /// Packages that are never built; `:all:` for all (`--only-binary`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub only_binary: Vec<String>,
    /// Packages whose wheels do not count; `:all:` for all (`--no-binary`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub no_binary: Vec<String>,
    /// Whether the requirements are complete, so that the dependencies of packages are not looked at.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub complete: bool,
    /// Indexes, the default one first; empty: uv's own default.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub indexes: Vec<IndexInput>,
    /// The directories above the environment that are not plain in the base, outermost first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ancestors: Vec<Directory>,
}

/// See [`ResolveRequest::extent`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
pub enum Extent {
    /// The interpreter where it is: of each package, the one file that fits best.
    Interpreter,
    /// The interpreter's version on another platform, in uv's words: `aarch64-manylinux_2_36`.
    Platform(String),
    /// Every platform: of each package, all files.
    Everything,
}

/// `helper build JSON`: has uv build one wheel from an sdist or a source tree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BuildRequest {
    /// The uv executable: `/uv/bin/uv`.
    pub uv: String,
    /// The archive or the directory with the sources.
    pub source: String,
    /// Where the output is mounted; the wheel is written to its root.
    pub out: String,
    /// The app's minor version with its ABI flag, so that `python3.12` is looked for along `PATH`: `3.12`, `3.13t`.
    pub python: String,
    /// The app's C library, which a native wheel must fit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub libc: Option<Libc>,
    /// Normalised name of the package.
    pub name: String,
    /// Indexes for what the build itself requires, the default one first; empty: uv's own default.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub indexes: Vec<IndexInput>,
}

/// `helper sync JSON`: has uv install a whole environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SyncRequest {
    /// The uv executable: `/uv/bin/uv`.
    pub uv: String,
    /// Where the project is mounted: `/src`.
    pub project: String,
    /// Where the output is mounted: `/out`.
    pub out: String,
    /// The prefix of the environment as the image sees it: `/opt/venv`.
    pub venv: String,
    /// The minor version with its ABI flag, as in the name of the library directory: `3.12`, `3.13t`.
    pub python: String,
    /// The interpreter of the exec's own root.
    pub interpreter: String,
    /// What is installed.
    pub what: SyncWhat,
    /// Whether bytecode is compiled.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub bytecode: bool,
    /// URLs of pages with links to files (`--find-links`), beside those that a requirements file names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub find_links: Vec<String>,
    /// Whether only those pages count (`--no-index`).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub no_index: bool,
    /// Indexes, the default one first; empty: uv's own default.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub indexes: Vec<IndexInput>,
    /// The directories above the environment that are not plain in the base, outermost first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ancestors: Vec<Directory>,
}

/// See [`SyncRequest::what`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
pub enum SyncWhat {
    /// What a uv.lock says.
    Project {
        /// Groups.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        groups: Vec<String>,
        /// Extras.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        extras: Vec<String>,
        /// The member of the workspace; the root without it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        member: Option<String>,
    },
    /// What a requirements file or a pylock says, by its path in the project.
    File(String),
}

/// A package index that uv asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IndexInput {
    /// Where it is, without credentials.
    pub url: String,
    /// The mounted secret with the value of the `Authorization` header: `Basic …` (RFC 7617).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authorization: Option<String>,
}
