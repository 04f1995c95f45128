//! Keys of the options that a frontend is started with.
//!
//! Options come as `BUILDKIT_FRONTEND_OPT_<n>=<key>=<value>`, one variable each, in any order. Clients may send
//! keys that a frontend has never heard of; it ignores them.

/// Environment variables with which the daemon starts a frontend container.
pub mod env {
    /// Prefix of the variables that hold one option each; the value is `key=value`, split at the first `=`.
    pub const OPTION_PREFIX: &str = "BUILDKIT_FRONTEND_OPT_";
    /// The client's session, from which local directories are read.
    pub const SESSION_ID: &str = "BUILDKIT_SESSION_ID";
    /// JSON array of workers; the first platform of the first one is the platform that builds run on.
    pub const WORKERS: &str = "BUILDKIT_WORKERS";
    /// What the daemon is called in messages such as "please update docker"; often empty.
    pub const EXPORTED_PRODUCT: &str = "BUILDKIT_EXPORTEDPRODUCT";
    /// Where the graph of the frontend's own image is mounted: a serialised `pb.Definition`.
    pub const FRONTEND_DEFINITION: &str = "/run/config/buildkit/metadata/frontend.bin";
}

/// The image reference of the frontend itself.
pub const SOURCE: &str = "source";
/// The whole value of the `# syntax=` line: the reference and whatever follows it.
pub const CMDLINE: &str = "cmdline";
/// A subrequest (`frontend.lint`, …) instead of a build.
pub const REQUEST_ID: &str = "requestid";
/// Capabilities that this build requires of the frontend, separated by commas.
pub const FRONTEND_CAPS: &str = "frontend.caps";

/// Path of the build file inside the local or remote context that holds it; default `Dockerfile`.
pub const FILENAME: &str = "filename";
/// The local source that holds the build file, even where the context is remote.
pub const DOCKERFILE_KEY: &str = "dockerfilekey";
/// The option key under which the URL of a remote context is found; default [`CONTEXT`].
pub const CONTEXT_KEY: &str = "contextkey";
/// URL of a remote context: git, http(s), or `http://buildkit-session/<id>`.
pub const CONTEXT: &str = "context";
/// Directory of a remote or input context to which the build is confined.
pub const CONTEXT_SUBDIR: &str = "contextsubdir";

/// The stage to build.
pub const TARGET: &str = "target";
/// Target platforms, separated by commas.
pub const PLATFORM: &str = "platform";
/// Whether the result is a map of platforms even if there is one only.
pub const MULTI_PLATFORM: &str = "multi-platform";
/// Empty: no cache at all; otherwise the stages that must run again, separated by commas.
pub const NO_CACHE: &str = "no-cache";
/// `default`, `pull` or `local`.
pub const IMAGE_RESOLVE_MODE: &str = "image-resolve-mode";
/// `host`, `none` or `sandbox` for every step.
pub const FORCE_NETWORK_MODE: &str = "force-network-mode";
/// `host=ip`, separated by commas.
pub const ADD_HOSTS: &str = "add-hosts";
/// `name=soft:hard`, separated by commas; -1 is unlimited.
pub const ULIMIT: &str = "ulimit";
/// Parent cgroup of every step.
pub const CGROUP_PARENT: &str = "cgroup-parent";
/// Size of `/dev/shm` in bytes.
pub const SHM_SIZE: &str = "shm-size";
/// Host name of the steps.
pub const HOSTNAME: &str = "hostname";

/// JSON array of `{"Type", "Attrs"}`: where cached results may be found. Goes into every Solve.
pub const CACHE_IMPORTS: &str = "cache-imports";
/// The older form of [`CACHE_IMPORTS`]: image references, separated by commas.
pub const CACHE_FROM: &str = "cache-from";

/// Prefix of build arguments.
pub const BUILD_ARG_PREFIX: &str = "build-arg:";
/// Prefix of image labels.
pub const LABEL_PREFIX: &str = "label:";
/// Prefix of named contexts: `context:NAME` or `context:NAME::PLATFORM`.
pub const NAMED_CONTEXT_PREFIX: &str = "context:";
/// Prefix of the metadata (image configuration) of an input, JSON of base64 values.
pub const INPUT_METADATA_PREFIX: &str = "input-metadata:";
/// Prefix of the original URL of an input; informational.
pub const INPUT_PREFIX: &str = "input:";
/// Prefix of a session to be used for one local source instead of the build's own.
pub const LOCAL_SESSION_ID_PREFIX: &str = "local-sessionid:";
/// Prefix of an extra hint for the shared key of a named local context.
pub const SHARED_KEY_LOCAL_DIR_PREFIX: &str = "sharedkey:localdir:";
/// Prefix of attestations that are asked for.
pub const ATTEST_PREFIX: &str = "attest:";
/// An SBOM is wanted; the value names a generator and its parameters.
pub const ATTEST_SBOM: &str = "attest:sbom";
/// Provenance is wanted; the daemon makes it, a frontend ignores the key.
pub const ATTEST_PROVENANCE: &str = "attest:provenance";

/// URL of the repository that the client builds from.
pub const VCS_SOURCE: &str = "vcs:source";
/// Revision of that repository.
pub const VCS_REVISION: &str = "vcs:revision";
/// Prefix of the path, inside its repository, of a local source.
pub const VCS_LOCAL_DIR_PREFIX: &str = "vcs:localdir:";

/// Names of the local sources that clients offer by default.
pub mod local {
    /// The main context.
    pub const CONTEXT: &str = "context";
    /// The directory that holds the build file.
    pub const DOCKERFILE: &str = "dockerfile";
}

/// Build arguments that BuildKit's clients and frontends agree upon, without [`BUILD_ARG_PREFIX`].
pub mod build_arg {
    /// Proxy settings, in any case; they belong into the proxy environment of a step, which is not part of its
    /// cache key, and never into its environment.
    pub const PROXIES: [&str; 5] = ["HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "NO_PROXY", "ALL_PROXY"];
    /// As the option `multi-platform`.
    pub const MULTI_PLATFORM: &str = "BUILDKIT_MULTI_PLATFORM";
    /// Prefix of the ids of cache mounts: `<ns>/<id>`.
    pub const CACHE_MOUNT_NS: &str = "BUILDKIT_CACHE_MOUNT_NS";
    /// As the option `hostname`, and stronger.
    pub const SANDBOX_HOSTNAME: &str = "BUILDKIT_SANDBOX_HOSTNAME";
    /// Whether the `.git` directory of a git context is kept.
    pub const CONTEXT_KEEP_GIT_DIR: &str = "BUILDKIT_CONTEXT_KEEP_GIT_DIR";
    /// Options of the lint: `skip=…;error=true;experimental=…`.
    pub const DOCKERFILE_CHECK: &str = "BUILDKIT_DOCKERFILE_CHECK";
    /// The frontend that the client chose; nothing to do when it is us.
    pub const SYNTAX: &str = "BUILDKIT_SYNTAX";
    /// Asks for inline cache; the client has turned it into an export.
    pub const INLINE_CACHE: &str = "BUILDKIT_INLINE_CACHE";
    /// Prefix of attestations for clients without the flag; the rest is lower-cased.
    pub const ATTEST_PREFIX: &str = "BUILDKIT_ATTEST_";
    /// Whether the context is scanned for the SBOM as well.
    pub const SBOM_SCAN_CONTEXT: &str = "BUILDKIT_SBOM_SCAN_CONTEXT";
    /// Which stages are scanned for the SBOM as well.
    pub const SBOM_SCAN_STAGE: &str = "BUILDKIT_SBOM_SCAN_STAGE";
    /// Seconds since 1970 that clamp every timestamp of the exported image.
    pub const SOURCE_DATE_EPOCH: &str = "SOURCE_DATE_EPOCH";
    /// Predefined arguments that describe the platform that steps run on.
    pub const BUILD_PLATFORM: [&str; 5] =
        ["BUILDPLATFORM", "BUILDOS", "BUILDOSVERSION", "BUILDARCH", "BUILDVARIANT"];
    /// Predefined arguments that describe the platform that is built for.
    pub const TARGET_PLATFORM: [&str; 5] =
        ["TARGETPLATFORM", "TARGETOS", "TARGETOSVERSION", "TARGETARCH", "TARGETVARIANT"];
}

/// Names of subrequests, the values of [`REQUEST_ID`].
pub mod request {
    /// Lists the subrequests.
    pub const DESCRIBE: &str = "frontend.subrequests.describe";
    /// Lists the parameters of a target.
    pub const OUTLINE: &str = "frontend.outline";
    /// Lists the targets.
    pub const TARGETS: &str = "frontend.targets";
    /// Lists the warnings.
    pub const LINT: &str = "frontend.lint";
    /// Gives the graph as JSON.
    pub const CONVERT_LLB: &str = "frontend.convertllb";
}
