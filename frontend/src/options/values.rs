//! The types of single values.

use std::net::IpAddr;

/// Which steps must run again although they are cached.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum NoCache {
    /// None: the cache is used.
    #[default]
    Nothing,
    /// All.
    All,
    /// Those of these stages; names in lower case.
    Stages(Vec<String>),
}

impl NoCache {
    /// Whether the steps of a stage must run again. Case does not matter.
    pub fn contains(&self, stage: &str) -> bool {
        match self {
            Self::Nothing => false,
            Self::All => true,
            Self::Stages(stages) => stages.contains(&stage.to_lowercase()),
        }
    }
}

/// Where the daemon looks for images.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ResolveMode {
    /// As the daemon likes.
    #[default]
    Default,
    /// The registry, always (`--pull`).
    Pull,
    /// Its own store first.
    Local,
}

impl ResolveMode {
    /// The word of the protocol.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Pull => "pull",
            Self::Local => "local",
        }
    }
}

/// The network of steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum NetworkMode {
    /// A network of their own.
    #[default]
    Sandbox,
    /// The host's; needs an entitlement.
    Host,
    /// None.
    None,
}

/// A line of `/etc/hosts` in steps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExtraHost {
    /// In lower case.
    pub host: String,
    /// Its address.
    pub ip: IpAddr,
}

/// A limit of steps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ulimit {
    /// `nofile`, …
    pub name: String,
    /// -1: none.
    pub soft: i64,
    /// -1: none.
    pub hard: i64,
}

/// Names of limits that the daemon knows.
pub(super) const ULIMITS: &[&str] = &[
    "as",
    "core",
    "cpu",
    "data",
    "fsize",
    "locks",
    "memlock",
    "msgqueue",
    "nice",
    "nofile",
    "nproc",
    "rss",
    "rtprio",
    "rttime",
    "sigpending",
    "stack",
];

/// Proxies of steps. They are no part of any cache key and reach no image.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ProxyEnv {
    /// `HTTP_PROXY`.
    pub http: String,
    /// `HTTPS_PROXY`.
    pub https: String,
    /// `FTP_PROXY`.
    pub ftp: String,
    /// `NO_PROXY`.
    pub no: String,
    /// `ALL_PROXY`.
    pub all: String,
}

impl ProxyEnv {
    /// Takes a build argument if it is a proxy's; case does not matter.
    pub(super) fn set(&mut self, name: &str, value: &str) -> bool {
        let slot = match name.to_uppercase().as_str() {
            "HTTP_PROXY" => &mut self.http,
            "HTTPS_PROXY" => &mut self.https,
            "FTP_PROXY" => &mut self.ftp,
            "NO_PROXY" => &mut self.no,
            "ALL_PROXY" => &mut self.all,
            _ => return false,
        };
        value.clone_into(slot);
        true
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// What the client knows of the repository that it runs in. Must not enter any cache key.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Vcs {
    /// The repository's URL.
    pub source: String,
    /// The commit; ends in `-dirty` if files are changed.
    pub revision: String,
}

/// A truth value as Go reads it, which all of BuildKit does.
pub(crate) fn boolean(text: &str) -> Result<bool, String> {
    match text {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Ok(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Ok(false),
        _ => Err(format!("`{text}` is neither `true` nor `false`")),
    }
}
