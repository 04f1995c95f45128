//! The plan: what every stage of an image is made of, decided, as pure data.
//!
//! A plan is made from a description, a selection and the facts of the base; it can be shown as JSON, compared,
//! and lowered to LLB without asking anybody anything. It holds no secret values and no clock. Nothing here
//! knows LLB.

mod bases;
mod config;
mod copies;
mod environment;
mod groups;
mod indexes;
mod ingredients;
mod order;
mod packages;
mod place;
mod runs;
mod shell;
mod snapshot;
mod stages;
mod users;
mod variables;

use std::collections::BTreeMap;

use serde::Serialize;
use wheelbase_helper::contract::{Directory, FactsRequest, InstallRequest, Libc, SyncRequest};

use crate::lock::GitCommit;
use crate::text::Span;

pub use bases::{compile_base, default_base};
pub use copies::lands;
pub use environment::{Dependencies, Synced, library_version, wheels_to_build};
pub use groups::{BUCKETS, Grouped, group};
pub use indexes::{Download, Index, Indexes};
pub use ingredients::Ingredients;
pub use order::{Edge, needed, stage_or};
pub use packages::{Packages, bottoms, look, unconfigured};
pub use place::{Place, place};
pub use stages::{plan, prepare};
pub use users::AppUser;

/// The prefix of the environment, in every image.
pub const VENV: &str = "/opt/venv";

/// A whole plan: the stages that the target needs, dependencies first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Plan {
    /// The platform that the image is for, such as `linux/amd64`.
    pub platform: String,
    /// The stage that is built.
    pub target: String,
    /// The stages, each after those that it needs.
    pub stages: Vec<Stage>,
    /// Stages that must have succeeded before the target is done, though nothing of them is in it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub gates: Vec<String>,
    /// The wheels that have to be built, by the id that groups name them with.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub builds: BTreeMap<String, WheelBuild>,
    /// The indexes that builds of wheels ask for what they require. Empty: the usual one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub indexes: Vec<Index>,
}

impl Plan {
    /// A plan whose last stage ends before its facts, so that there is nothing yet that depends on them.
    fn before_facts(platform: &str, target: String, stages: Vec<Stage>) -> Self {
        let platform = platform.to_owned();
        Self { platform, target, stages, gates: vec![], builds: BTreeMap::new(), indexes: vec![] }
    }
}

/// A stage: parts in the order in which they are carried out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Stage {
    /// Its name.
    pub name: String,
    /// What it starts from.
    pub base: Base,
    /// Environment variables of its steps, on top of the base's, in order.
    pub env: Vec<(String, String)>,
    /// The working directory of its steps.
    pub workdir: String,
    /// System packages.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub packages: Option<Packages>,
    /// The first layer of our own: users, skeleton of the environment, facts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub facts: Option<FactsLayer>,
    /// Layers of wheels.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<Group>,
    /// The one step that installs everything, instead of groups (`mode = "uv"`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sync: Option<Sync>,
    /// Directories with an owner or a mode of their own.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub directories: Vec<Directory>,
    /// Files from elsewhere.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub copies: Vec<CopyStep>,
    /// Commands.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub runs: Vec<RunStep>,
    /// Where the stage is described.
    #[serde(skip)]
    pub origin: Option<Span>,
    /// Whether caches are not to be used (`--no-cache`, `--no-cache-filter`).
    #[serde(skip)]
    pub ignore_cache: bool,
    /// Whether the interpreter comes with the system packages rather than with the base.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub interpreter_from_packages: bool,
    /// Whether it runs on the builder's own platform, whatever the image's is.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub native: bool,
}

/// What a stage starts from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Base {
    /// Nothing.
    Scratch,
    /// An image or a named context, by the name under which the driver has found it.
    Source(String),
    /// Another stage of the plan.
    Stage(String),
}

/// The layer that the helper's `facts` command writes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FactsLayer {
    /// What the helper is asked.
    pub request: FactsRequest,
    /// The list of requirements that was resolved for this image, if it had no lock: its pylock is a layer too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resolution: Option<Resolution>,
}

/// A resolution by uv: of requirements that are not locked, or of the URLs of files that a lock knows by hash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Resolution {
    /// The requirements, one a line, sorted: the key of the step.
    pub requirements: Vec<String>,
    /// Lines that constrain but do not ask (`-c`).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub constraints: Vec<String>,
    /// Directories of the build context among the requirements.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub trees: Vec<String>,
    /// Pages with links to files.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub find_links: Vec<String>,
    /// Whether only those pages count.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub no_index: bool,
    /// Whether pre-releases are as good as releases.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub prereleases: bool,
    /// Packages that are never built: `--only-binary`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub only_binary: Vec<String>,
    /// Packages that are always built: `--no-binary`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub no_binary: Vec<String>,
    /// Whether the list is complete as it is, so that no dependencies are added.
    pub complete: bool,
    /// Interpreter to resolve for, as the base has it.
    pub interpreter: String,
    /// Its minor version, with its ABI flag: `3.12`, `3.13t`.
    pub python: String,
    /// Its machine: `x86_64`.
    pub machine: String,
    /// Its platform in uv's words, for a step that runs on another one. `None`: uv has no word for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub platform: Option<String>,
    /// Whether the step needs the system packages of the stage, and so runs anew when they change.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub needs_packages: bool,
    /// The indexes, the default one first. Empty: the usual one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub indexes: Vec<Index>,
    /// The directories above the environment that are not plain in the base, outermost first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ancestors: Vec<Directory>,
    /// Where the requirements are written.
    #[serde(skip)]
    pub origin: Option<Span>,
}

/// A layer of wheels.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Group {
    /// What people see.
    pub name: String,
    /// The wheels, by the file name that the request gives them.
    pub wheels: Vec<(String, WheelSource)>,
    /// What the helper is asked.
    pub request: InstallRequest,
}

/// Where a wheel comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum WheelSource {
    /// Fetched by the daemon under its checksum.
    Remote(Download),
    /// A file of the build context.
    Context(String),
    /// Built in the stage `wheels`: an id of [`Plan::builds`].
    Built(String),
}

/// A step in which uv installs a whole environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Sync {
    /// What the helper is asked, without the indexes.
    pub request: SyncRequest,
    /// The indexes that uv asks: those of the description, and those of the project.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub indexes: Vec<Index>,
    /// Patterns of the files of the context that it sees.
    pub files: Vec<String>,
    /// Where that is written.
    #[serde(skip)]
    pub origin: Option<Span>,
}

/// A wheel that has to be built.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WheelBuild {
    /// Normalised name.
    pub package: String,
    /// What people see: `mysqlclient 2.2.7`.
    pub title: String,
    /// The sources.
    pub source: BuildSource,
    /// The app's minor version of Python, with its ABI flag: `3.12`, `3.13t`.
    pub python: String,
    /// The app's C library.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub libc: Option<Libc>,
}

/// The sources of a wheel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum BuildSource {
    /// An archive, fetched under its checksum.
    Remote(Download),
    /// An archive of the build context.
    Context(String),
    /// A commit.
    #[serde(serialize_with = "show_git")]
    Git(GitCommit),
    /// A directory of the build context.
    Tree(String),
}

/// Files from elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CopyStep {
    /// From where.
    pub from: CopySource,
    /// Path or glob in the source, absolute and clean.
    pub src: String,
    /// Whether directories that the pattern matches keep their names, rather than only their content being taken.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub by_name: bool,
    /// Where to.
    pub place: Place,
    /// Patterns of what is taken; empty: all.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub include: Vec<String>,
    /// Patterns of what is left out.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub exclude: Vec<String>,
    /// Mode bits for everything copied; `None`: as in the source.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<u32>,
    /// Owner and group numbers.
    pub owner: (u32, u32),
    /// Where it is written; `None` for the default copy.
    #[serde(skip)]
    pub origin: Option<Span>,
}

/// Where files come from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum CopySource {
    /// The build context.
    Context,
    /// An image or a named context, by the name under which the driver has found it.
    Source(String),
    /// Another stage.
    Stage(String),
}

/// A command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RunStep {
    /// What is run.
    pub argv: Vec<String>,
    /// What people see.
    pub title: String,
    /// Environment variables of this step alone, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub env: Vec<(String, String)>,
    /// `uid:gid` or a name of the stage's own passwd.
    pub user: String,
    /// `default`, `none` or `host`.
    pub network: &'static str,
    /// What is mounted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub mounts: Vec<RunMount>,
    /// Where it is written.
    #[serde(skip)]
    pub origin: Span,
}

/// Something mounted into a command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum RunMount {
    /// A directory kept between builds.
    Cache {
        /// Where.
        target: String,
        /// Its identity.
        id: String,
        /// `shared`, `private` or `locked`.
        sharing: &'static str,
    },
    /// A secret as a file.
    SecretFile {
        /// The id that `--secret` gives.
        id: String,
        /// Where.
        target: String,
        /// Whether the step fails without it.
        required: bool,
    },
    /// A secret as an environment variable.
    SecretEnv {
        /// The id that `--secret` gives.
        id: String,
        /// The variable.
        name: String,
        /// Whether the step fails without it.
        required: bool,
    },
    /// An ssh agent.
    Ssh {
        /// The id that `--ssh` gives.
        id: String,
    },
    /// A directory in memory.
    Tmpfs {
        /// Where.
        target: String,
    },
    /// Files from elsewhere, read-only.
    Bind {
        /// From where.
        from: CopySource,
        /// Path in it, absolute and clean.
        src: String,
        /// Where.
        target: String,
    },
}

impl RunMount {
    /// Where it is mounted, if it is at a place.
    pub fn target(&self) -> Option<&str> {
        match self {
            Self::Cache { target, .. }
            | Self::SecretFile { target, .. }
            | Self::Tmpfs { target }
            | Self::Bind { target, .. } => Some(target),
            Self::SecretEnv { .. } | Self::Ssh { .. } => None,
        }
    }
}

fn show_git<S: serde::Serializer>(git: &GitCommit, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&format_args!("{}@{}", git.url, git.commit))
}
