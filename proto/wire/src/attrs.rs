//! Schemes and attributes of source operations (`SourceOp.identifier`, `SourceOp.attrs`).
//!
//! Attributes are part of the hashed bytes of an operation. One that has nothing to say is left out: an empty
//! value is encoded differently by Go's and by Rust's protobuf, and so has two digests.

/// What identifiers of sources begin with.
pub mod scheme {
    /// An image of a registry; the reference is whole: `docker.io/library/python:3.13-slim`.
    pub const IMAGE: &str = "docker-image://";
    /// An image of an OCI layout directory that the client offers.
    pub const OCI_LAYOUT: &str = "oci-layout://";
    /// A directory of the client.
    pub const LOCAL: &str = "local://";
    /// A git repository.
    pub const GIT: &str = "git://";
    /// One file, by http.
    pub const HTTP: &str = "http://";
    /// One file, by https.
    pub const HTTPS: &str = "https://";
    /// One blob of a registry as a file.
    pub const IMAGE_BLOB: &str = "docker-image+blob://";
    /// One blob of an OCI layout as a file.
    pub const OCI_LAYOUT_BLOB: &str = "oci-layout+blob://";
}

/// Attributes of images.
pub mod image {
    /// `default`, `pull` or `local`.
    pub const RESOLVE_MODE: &str = "image.resolvemode";
    /// Value of [`RESOLVE_MODE`]: the registry, or the local store where there is no registry.
    pub const RESOLVE_DEFAULT: &str = "default";
    /// Value of [`RESOLVE_MODE`]: the registry only.
    pub const RESOLVE_PULL: &str = "pull";
    /// Value of [`RESOLVE_MODE`]: the local store first.
    pub const RESOLVE_LOCAL: &str = "local";
    /// `regular`, `internal` or `frontend`.
    pub const RECORD_TYPE: &str = "image.recordtype";
    /// Only so many layers, counted from the lowest.
    pub const LAYER_LIMIT: &str = "image.layerlimit";
    /// Digest that the image must have.
    pub const CHECKSUM: &str = "image.checksum";
}

/// Attributes of OCI layouts.
pub mod oci {
    /// The session that offers the store.
    pub const SESSION: &str = "oci.session";
    /// The name of the store in that session.
    pub const STORE: &str = "oci.store";
    /// Only so many layers, counted from the lowest.
    pub const LAYER_LIMIT: &str = "oci.layerlimit";
}

/// Attributes of directories of the client. Lists are JSON arrays in one string.
pub mod local {
    /// The session that offers the directory.
    pub const SESSION: &str = "local.session";
    /// Any text; makes two otherwise equal sources two.
    pub const UNIQUE: &str = "local.unique";
    /// Patterns of what to send.
    pub const INCLUDE_PATTERNS: &str = "local.includepattern";
    /// Patterns of what not to send, `.dockerignore` syntax; they win over the former.
    pub const EXCLUDE_PATTERNS: &str = "local.excludepatterns";
    /// Paths to send together with what their symbolic links point to.
    pub const FOLLOW_PATHS: &str = "local.followpaths";
    /// Part of the key under which the daemon keeps its copy for the next, incremental transfer.
    pub const SHARED_KEY_HINT: &str = "local.sharedkeyhint";
    /// `none` or `metadata`.
    pub const DIFFER: &str = "local.differ";
    /// Value of [`DIFFER`]: send everything again.
    pub const DIFFER_NONE: &str = "none";
    /// Value of [`DIFFER`]: send what differs in size, time or mode; the default.
    pub const DIFFER_METADATA: &str = "metadata";
    /// `true`: send only what `stat` tells.
    pub const METADATA_TRANSFER: &str = "local.metadatatransfer";
    /// Patterns of files that are sent whole nevertheless.
    pub const METADATA_TRANSFER_EXCLUDE: &str = "local.metadatatransferexclude";
}

/// Attributes of git repositories.
pub mod git {
    /// The real URL; the identifier has no scheme, so that https and ssh share a cache.
    pub const FULL_URL: &str = "git.fullurl";
    /// `true`: keep `.git`.
    pub const KEEP_GIT_DIR: &str = "git.keepgitdir";
    /// Name of the secret that holds a whole `Authorization` value.
    pub const AUTH_HEADER_SECRET: &str = "git.authheadersecret";
    /// Name of the secret that holds a token.
    pub const AUTH_TOKEN_SECRET: &str = "git.authtokensecret";
    /// The default of [`AUTH_HEADER_SECRET`].
    pub const DEFAULT_AUTH_HEADER_SECRET: &str = "GIT_AUTH_HEADER";
    /// The default of [`AUTH_TOKEN_SECRET`].
    pub const DEFAULT_AUTH_TOKEN_SECRET: &str = "GIT_AUTH_TOKEN";
    /// Lines of a `known_hosts` file.
    pub const KNOWN_SSH_HOSTS: &str = "git.knownsshhosts";
    /// Id of the ssh agent to use; `default` is the usual one.
    pub const MOUNT_SSH_SOCK: &str = "git.mountsshsock";
    /// The commit that the reference must be.
    pub const CHECKSUM: &str = "git.checksum";
    /// `true`: leave submodules out.
    pub const SKIP_SUBMODULES: &str = "git.skipsubmodules";
    /// `checkout` or `commit`.
    pub const MTIME: &str = "git.mtime";
    /// Value of [`MTIME`]: files are as old as the commit.
    pub const MTIME_COMMIT: &str = "commit";
    /// `true`: fetch the commit of the checksum without asking what the reference is.
    pub const FETCH_BY_COMMIT: &str = "git.fetchbycommit";
    /// Where a git bundle is fetched from instead of the repository.
    pub const BUNDLE: &str = "git.bundle";
    /// `true`: the result is a bundle.
    pub const CHECKOUT_BUNDLE: &str = "git.checkoutbundle";
    /// Public key that the commit or tag must be signed with.
    pub const SIGNATURE_PUBLIC_KEY: &str = "git.sig.pubkey";
    /// `true`: an expired key is no good.
    pub const SIGNATURE_REJECT_EXPIRED: &str = "git.sig.rejectexpired";
    /// `true`: the tag itself must be signed.
    pub const SIGNATURE_REQUIRE_SIGNED_TAG: &str = "git.sig.requiresignedtag";
    /// `true`: only the commit's signature counts.
    pub const SIGNATURE_IGNORE_SIGNED_TAG: &str = "git.sig.ignoresignedtag";
}

/// Attributes of http sources; those of the file itself are shared with blobs.
pub mod http {
    /// `sha256:…`; with it the cache key needs no network.
    pub const CHECKSUM: &str = "http.checksum";
    /// Name of the file in the result.
    pub const FILENAME: &str = "http.filename";
    /// Mode of the file, octal with a leading zero; 0600 without it.
    pub const PERM: &str = "http.perm";
    /// Owner of the file.
    pub const UID: &str = "http.uid";
    /// Group of the file.
    pub const GID: &str = "http.gid";
    /// Name of the secret that holds a whole `Authorization` value.
    pub const AUTH_HEADER_SECRET: &str = "http.authheadersecret";
    /// The `Accept` header.
    pub const HEADER_ACCEPT: &str = "http.header.accept";
    /// The `User-Agent` header.
    pub const HEADER_USER_AGENT: &str = "http.header.user-agent";
    /// OpenPGP key that the file must be signed with.
    pub const SIGNATURE_PUBLIC_KEY: &str = "http.sig.pubkey";
    /// Detached, armored signature of the file.
    pub const SIGNATURE: &str = "http.sig.signature";
}

/// Descriptions in an operation's metadata, which are shown and never hashed.
pub mod description {
    /// The name under which progress shows the operation.
    pub const CUSTOM_NAME: &str = "llb.customname";
}
