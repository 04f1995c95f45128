//! The daemon, as the rest of the frontend sees it: one small trait.
//!
//! The real one speaks gRPC over the process's own stdin and stdout ([`stdio`]); tests have fakes. `Return` is
//! not here: [`crate::run`] sends the one answer, so "exactly one return, always" is visible in one function.

mod caps;
mod error;
mod paging;
mod pipe;
pub mod stdio;

#[cfg(any(test, feature = "testing"))]
pub mod bridge;
#[cfg(any(test, feature = "testing"))]
pub mod fake;

pub use caps::Caps;
pub use error::GatewayError;

use std::collections::BTreeMap;
use std::future::Future;

use buildkit_proto::pb;

/// A result that the daemon keeps for us. Empty: scratch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefId(pub String);

impl RefId {
    /// Whether nothing is behind it.
    pub fn is_scratch(&self) -> bool {
        self.0.is_empty()
    }
}

/// A graph to be solved.
#[derive(Debug, Clone, Default)]
pub struct SolveRequest {
    /// The graph, with a terminal op; empty for scratch.
    pub definition: pb::Definition,
    /// Where the daemon may look for cached results; must be on every Solve that should find them.
    pub cache_imports: Vec<CacheImport>,
    /// Whether to wait until everything has been run; without it, a Solve is lazy.
    pub evaluate: bool,
}

/// One place of `--cache-from`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CacheImport {
    /// `registry`, `local`, `gha`, …
    pub kind: String,
    /// Its attributes, such as `ref`.
    pub attributes: BTreeMap<String, String>,
}

/// What is asked about an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageRequest {
    /// `docker-image://docker.io/library/python:3.13-slim`, or `oci-layout://…`.
    pub identifier: String,
    /// Attributes of the source, for `oci-layout`.
    pub attributes: BTreeMap<String, String>,
    /// The platform whose configuration is wanted.
    pub platform: pb::Platform,
    /// `default`, `pull` or `local`.
    pub resolve_mode: String,
    /// What people see in the progress.
    pub log_name: String,
}

/// What is known about an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResolvedImage {
    /// The identifier to use; a source policy may have rewritten it.
    pub identifier: String,
    /// `sha256:…`; `None` where the daemon does not tell (images of a classic graph driver).
    pub digest: Option<String>,
    /// The image configuration, JSON.
    pub config: Vec<u8>,
}

/// A warning as the daemon passes it on.
#[derive(Debug, Clone)]
pub struct WarnRequest {
    /// The vertex that it is shown with; one that the daemon has already seen.
    pub digest: String,
    /// One line.
    pub short: String,
    /// More lines.
    pub detail: Vec<String>,
    /// Where to read more.
    pub url: String,
    /// The file, if it is about one.
    pub info: Option<pb::SourceInfo>,
    /// Lines of it, counted from 1.
    pub ranges: Vec<pb::Range>,
}

/// What a file is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileStat {
    /// Path as the daemon gives it.
    pub path: String,
    /// Go's `os.FileMode`, not `st_mode`: directory is bit 31.
    pub mode: u32,
    /// Size in bytes.
    pub size: i64,
}

/// The daemon. All calls may run at the same time.
pub trait Gateway: Send + Sync {
    /// Hands over a graph. Unless `evaluate` is set, its errors come out with the first read or the return.
    fn solve(&self, request: SolveRequest) -> impl Future<Output = Result<RefId, GatewayError>> + Send;

    /// Reads a whole regular file, in as many calls as the daemon's message limit needs. A file that does not
    /// exist is `Ok(None)`.
    fn read_file(
        &self,
        at: &RefId,
        path: &str,
    ) -> impl Future<Output = Result<Option<Vec<u8>>, GatewayError>> + Send;

    /// Reads the first bytes of a regular file, at most `length`: what a file is can be told without loading all
    /// of it. A file that does not exist is `Ok(None)`.
    fn read_start(
        &self,
        at: &RefId,
        path: &str,
        length: usize,
    ) -> impl Future<Output = Result<Option<Vec<u8>>, GatewayError>> + Send;

    /// Lists one directory; names are relative. A directory that does not exist is `Ok(None)`.
    fn read_dir(
        &self,
        at: &RefId,
        path: &str,
    ) -> impl Future<Output = Result<Option<Vec<FileStat>>, GatewayError>> + Send;

    /// Asks for digest and configuration of an image.
    fn resolve_image(
        &self,
        request: ImageRequest,
    ) -> impl Future<Output = Result<ResolvedImage, GatewayError>> + Send;

    /// The graphs that the client gave as inputs (`input:` contexts), by name. None, where the daemon is too old
    /// for inputs.
    fn inputs(&self) -> impl Future<Output = Result<BTreeMap<String, pb::Definition>, GatewayError>> + Send;

    /// Shows a warning to the user, if the daemon is able to.
    fn warn(&self, warning: WarnRequest) -> impl Future<Output = Result<(), GatewayError>> + Send;
}
