//! What a description says, as types. Plain data: how it is read is in the other files of this module, what it
//! means for a build is decided by the plan.

use std::collections::BTreeMap;

use crate::text::{Span, Spanned};

/// A whole description. `stages` always holds `app`.
#[derive(Debug, Clone, Default)]
pub struct Spec {
    /// `python`: a version (`3.12`, `3.12.4`) or a requirement (`>=3.12,<3.14`), as written.
    pub python: Option<Spanned<String>>,
    /// `variant`: which of the official images of that Python.
    pub variant: Option<Spanned<Variant>>,
    /// `locked = true`: dependencies that are not locked are an error, not a warning.
    pub locked: bool,
    /// `builtin-ignore = false`: only `.dockerignore` decides what of the context is left out. `None`: true.
    pub builtin_ignore: Option<bool>,
    /// `[[index]]`, in the order of the file.
    pub indexes: Vec<Index>,
    /// `[args]`: the value in force (the build argument, else the default), by name.
    pub args: BTreeMap<String, Spanned<String>>,
    /// Stages by name. The top level is the stage `app`.
    pub stages: BTreeMap<String, Stage>,
}

/// Which of the official Python images.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Variant {
    /// `python:3.12-slim`.
    #[default]
    Slim,
    /// `python:3.12-slim-bookworm`.
    SlimBookworm,
    /// `python:3.12-alpine`.
    Alpine,
    /// `python:3.12`.
    Full,
}

/// A package index besides the default one.
#[derive(Debug, Clone)]
pub struct Index {
    /// `name`.
    pub name: Spanned<String>,
    /// `url`, without credentials.
    pub url: Spanned<String>,
    /// `secret`: the id of the build secret that holds the credentials (`user:password` or a token).
    pub secret: Option<Spanned<String>>,
    /// `mirror`: the URL prefix that is fetched instead of `url`, under the same checksums.
    pub mirror: Option<Spanned<String>>,
}

/// One stage. `None` and empty mean: not written.
#[derive(Debug, Clone, Default)]
pub struct Stage {
    /// The name in `[stages.NAME]`; nothing for the top level.
    pub header: Option<Span>,
    /// Where each key that was written stands, by its name in the file.
    pub keys: BTreeMap<&'static str, Span>,
    /// `from`: an image, a stage, a named context or `scratch`.
    pub from: Option<Spanned<String>>,
    /// `platform = "build"`: runs on the builder's own platform.
    pub native: bool,
    /// `env`, in the order of the file.
    pub env: Vec<(Spanned<String>, Spanned<String>)>,
    /// `workdir`: absolute.
    pub workdir: Option<Spanned<String>>,
    /// `user`: `name`, `uid` or `uid:gid`, as written.
    pub user: Option<Spanned<String>>,
    /// `packages`: system packages.
    pub packages: Vec<Spanned<String>>,
    /// `snapshot` of `packages`: the day whose package lists are used, as `2026-11-21`.
    pub snapshot: Option<Spanned<String>>,
    /// `dependencies`.
    pub dependencies: Option<Dependencies>,
    /// `copy`; `Some(vec![])` for an empty list, which is not the default.
    pub copy: Option<Vec<Copy>>,
    /// `run`, in order.
    pub run: Vec<Run>,
    /// `expose`: `5000/tcp`.
    pub expose: Vec<Spanned<String>>,
    /// `volumes`: absolute paths.
    pub volumes: Vec<Spanned<String>>,
    /// `writable`: directories that the user may write, relative to `workdir` or absolute.
    pub writable: Vec<Spanned<String>>,
    /// `labels`, in the order of the file.
    pub labels: Vec<(Spanned<String>, Spanned<String>)>,
    /// `healthcheck`.
    pub healthcheck: Option<Spanned<Healthcheck>>,
    /// `stop-signal`: `SIGINT`, or a number.
    pub stop_signal: Option<Spanned<String>>,
    /// `init = true`: a tiny init as PID 1.
    pub init: bool,
    /// `entrypoint`: argv.
    pub entrypoint: Option<Spanned<Vec<String>>>,
    /// `cmd`: argv.
    pub cmd: Option<Spanned<Vec<String>>>,
    /// `gate = true` (known stage `test`): the app image waits for it.
    pub gate: bool,
}

/// `dependencies`: which lock, and what of it.
#[derive(Debug, Clone, Default)]
pub struct Dependencies {
    /// Where it is written.
    pub span: Option<Span>,
    /// `dependencies = false`: none, whatever files the project has.
    pub none: bool,
    /// `file`: relative to the context; `None`: detected.
    pub file: Option<Spanned<String>>,
    /// `groups` (PEP 735).
    pub groups: Vec<Spanned<String>>,
    /// `extras` of the project.
    pub extras: Vec<Spanned<String>>,
    /// `member` of a workspace.
    pub member: Option<Spanned<String>>,
    /// `layers`: at most this many groups of wheels.
    pub layers: Option<Spanned<u32>>,
    /// `bytecode = false`: no `.pyc` files.
    pub bytecode: Option<bool>,
    /// `only-binary`: packages (or `:all:`) that must come as wheels.
    pub only_binary: Vec<Spanned<String>>,
    /// `no-binary`: packages (or `:all:`) that must be built.
    pub no_binary: Vec<Spanned<String>>,
    /// `mode = "uv"`: one plain `uv` step instead of the graph.
    pub mode: Option<Spanned<Mode>>,
}

/// How dependencies are installed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mode {
    /// One source op a wheel, one exec op a group.
    #[default]
    Graph,
    /// One `uv` step with a cache mount.
    Uv,
}

/// One entry of `copy`.
#[derive(Debug, Clone)]
pub struct Copy {
    /// The whole entry.
    pub span: Span,
    /// `from`: a stage, an image or a named context; `None`: the build context.
    pub from: Option<Spanned<String>>,
    /// `src`: path or glob below the source, clean, never escaping; `.` for all of it; a last `/` means the content
    /// of a directory.
    pub src: Spanned<String>,
    /// `dest`, as written: relative to `workdir` or absolute; a trailing `/` means "into this directory".
    /// `None`: `src`'s own path below `workdir`.
    pub dest: Option<Spanned<String>>,
    /// `include` patterns.
    pub include: Vec<Spanned<String>>,
    /// `exclude` patterns.
    pub exclude: Vec<Spanned<String>>,
    /// `chmod`: mode bits.
    pub chmod: Option<Spanned<u32>>,
    /// `chown`: `name`, `uid`, `name:group` or `uid:gid`, as written.
    pub chown: Option<Spanned<String>>,
}

/// One entry of `run`.
#[derive(Debug, Clone)]
pub struct Run {
    /// The whole entry.
    pub span: Span,
    /// What is run.
    pub cmd: Command,
    /// `cache`: directories kept between builds.
    pub cache: Vec<CacheMount>,
    /// `secrets`.
    pub secrets: Vec<SecretMount>,
    /// `ssh`: ids of agents; `default` for `true`.
    pub ssh: Vec<Spanned<String>>,
    /// `tmpfs`: directories in memory.
    pub tmpfs: Vec<Spanned<String>>,
    /// `mounts`: parts of other stages, images or contexts.
    pub mounts: Vec<BindMount>,
    /// `network`.
    pub network: Option<Spanned<Network>>,
    /// `env` of this step only.
    pub env: Vec<(Spanned<String>, Spanned<String>)>,
    /// `user` of this step only; root without it.
    pub user: Option<Spanned<String>>,
}

/// A command: a line for the shell, or an argv.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Run by `/bin/sh -c`.
    Shell(String),
    /// Run as it is.
    Argv(Vec<String>),
}

/// A directory kept between builds.
#[derive(Debug, Clone)]
pub struct CacheMount {
    /// Where it is mounted.
    pub target: Spanned<String>,
    /// `id`; `None`: made from target, platform and interpreter.
    pub id: Option<Spanned<String>>,
    /// `sharing`: `shared` (default), `private` or `locked`.
    pub sharing: Sharing,
}

/// Whether builds may use a cache mount at the same time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sharing {
    /// At the same time.
    #[default]
    Shared,
    /// Each its own copy.
    Private,
    /// One after the other.
    Locked,
}

/// A build secret that a step may read. There is no value here, ever.
#[derive(Debug, Clone)]
pub struct SecretMount {
    /// The id that `--secret id=…` gives.
    pub id: Spanned<String>,
    /// The file where it is mounted; `None` with no `env`: `/run/secrets/ID`.
    pub target: Option<Spanned<String>>,
    /// The environment variable that holds it.
    pub env: Option<Spanned<String>>,
    /// Whether the build fails without it (default) or goes on.
    pub required: bool,
}

/// A part of another stage, an image or a context, mounted read-only.
#[derive(Debug, Clone)]
pub struct BindMount {
    /// The stage, image or named context; `None`: the build context.
    pub from: Option<Spanned<String>>,
    /// Path in it.
    pub src: Spanned<String>,
    /// Where it is mounted.
    pub target: Spanned<String>,
}

/// The network of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Network {
    /// The daemon's default network.
    #[default]
    Default,
    /// None.
    None,
    /// The host's (needs an entitlement).
    Host,
}

/// `healthcheck` (the OCI configuration's `Healthcheck`). Durations in nanoseconds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Healthcheck {
    /// `cmd`: argv; empty for `healthcheck = false`, which switches off the base's.
    pub cmd: Vec<String>,
    /// `interval`.
    pub interval: Option<u64>,
    /// `timeout`.
    pub timeout: Option<u64>,
    /// `start-period`.
    pub start_period: Option<u64>,
    /// `start-interval`.
    pub start_interval: Option<u64>,
    /// `retries`.
    pub retries: Option<u32>,
}
