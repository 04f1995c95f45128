//! Capabilities: what a daemon says it can do, and since which BuildKit.
//!
//! Two lists come with the answer to `Ping`: of the gateway ([`gateway`]) and of graphs ([`llb`]). A capability
//! is usable if it is listed *and* enabled. Capabilities named in the metadata of a graph's operation are hard
//! requirements: the daemon refuses the whole graph if it does not know one of them. Adding a capability is
//! adding one row below.

use std::collections::BTreeSet;
use std::fmt;

use crate::apicaps::ApiCap;

/// A BuildKit release, `0.10` in "needs BuildKit 0.10".
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    /// The first number.
    pub major: u32,
    /// The second number.
    pub minor: u32,
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

/// One capability.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cap {
    /// Its name on the wire.
    pub id: &'static str,
    /// The first release that has it. What every release since 0.3 has, counts as 0.3.
    pub since: Version,
    /// Whether daemons list it. Two were named in moby's code and never listed, so no daemon accepts a graph
    /// that requires them.
    pub listed: bool,
    /// What it is, in the words of an error: "merging file systems".
    pub what: &'static str,
}

macro_rules! table {
    ($($(#[$flag:ident])? $name:ident = $id:literal, $minor:literal, $what:literal;)+) => {
        $(
            #[doc = concat!($what, " (`", $id, "`, BuildKit 0.", $minor, ")")]
            pub const $name: &str = $id;
        )+

        /// Every row of this module.
        pub const ALL: &[Cap] = &[$(Cap {
            id: $id,
            since: Version { major: 0, minor: $minor },
            listed: table!(@listed $($flag)?),
            what: $what,
        }),+];
    };
    (@listed unlisted) => { false };
    (@listed) => { true };
}

/// Capabilities of graphs.
pub mod llb {
    use super::{Cap, Version};

    table! {
        SOURCE_IMAGE = "source.image", 3, "image sources";
        SOURCE_IMAGE_RESOLVE_MODE = "source.image.resolvemode", 3, "pulling images on every build";
        SOURCE_IMAGE_LAYER_LIMIT = "source.image.layerlimit", 11, "only the lower layers of an image";
        SOURCE_IMAGE_CHECKSUM = "source.image.checksum", 25, "checksums of image sources";
        SOURCE_IMAGE_BLOB = "source.imageblob", 28, "registry blobs as files";
        SOURCE_OCI_LAYOUT = "source.ocilayout", 11, "images of OCI layouts";
        SOURCE_LOCAL = "source.local", 3, "directories of the client";
        SOURCE_LOCAL_UNIQUE = "source.local.unique", 3, "unique directories of the client";
        SOURCE_LOCAL_SESSION_ID = "source.local.sessionid", 3, "directories of a named session";
        SOURCE_LOCAL_INCLUDE_PATTERNS = "source.local.includepatterns", 3, "include patterns of directories";
        SOURCE_LOCAL_FOLLOW_PATHS = "source.local.followpaths", 3, "following links of directories";
        SOURCE_LOCAL_EXCLUDE_PATTERNS = "source.local.excludepatterns", 3, "exclude patterns of directories";
        SOURCE_LOCAL_SHARED_KEY_HINT = "source.local.sharedkeyhint", 3, "shared keys of directories";
        SOURCE_LOCAL_DIFFER = "source.local.differ", 9, "choosing how directories are compared";
        SOURCE_LOCAL_METADATA_TRANSFER = "source.local.metadatatransfer", 21, "transfer of file metadata only";
        SOURCE_GIT = "source.git", 3, "git sources";
        SOURCE_GIT_KEEP_DIR = "source.git.keepgitdir", 3, "keeping the git directory";
        SOURCE_GIT_FULL_URL = "source.git.fullurl", 3, "full URLs of git sources";
        SOURCE_GIT_HTTP_AUTH = "source.git.httpauth", 8, "http authentication of git sources";
        SOURCE_GIT_KNOWN_SSH_HOSTS = "source.git.knownsshhosts", 8, "known ssh hosts of git sources";
        SOURCE_GIT_MOUNT_SSH_SOCK = "source.git.mountsshsock", 8, "ssh agents of git sources";
        SOURCE_GIT_SUBDIR = "source.git.subdir", 9, "subdirectories of git sources";
        SOURCE_GIT_CHECKSUM = "source.git.checksum", 22, "checksums of git sources";
        SOURCE_GIT_SKIP_SUBMODULES = "source.git.skipsubmodules", 24, "git sources without submodules";
        SOURCE_GIT_SIGNATURE_VERIFY = "source.git.signatureverify", 26, "signatures of git sources";
        SOURCE_GIT_MTIME = "source.git.mtime", 29, "file times of git commits";
        SOURCE_GIT_FETCH_BY_COMMIT = "source.git.fetchbycommit", 30, "fetching git sources by commit";
        SOURCE_GIT_BUNDLE = "source.git.bundle", 30, "git bundles as sources";
        SOURCE_GIT_CHECKOUT_BUNDLE = "source.git.checkoutbundle", 30, "git bundles as results";
        SOURCE_HTTP = "source.http", 3, "http sources";
        SOURCE_HTTP_AUTH = "source.http.auth", 21, "authentication of http sources";
        SOURCE_HTTP_CHECKSUM = "source.http.checksum", 3, "checksums of http sources";
        SOURCE_HTTP_PERM = "source.http.perm", 3, "modes of http sources";
        // The misspelling is the name: it was released so.
        SOURCE_HTTP_UID_GID = "soruce.http.uidgid", 3, "owners of http sources";
        SOURCE_HTTP_HEADER = "source.http.header", 21, "headers of http sources";
        SOURCE_HTTP_SIGNATURE_VERIFY = "source.http.signatureverify", 28, "signatures of http sources";
        SOURCE_POLICY = "source.policy", 11, "source policies";
        SOURCE_POLICY_SESSION = "source.policy.session", 26, "source policies of a session";
        BUILD_OP_LLB_FILENAME = "source.buildop.llbfilename", 3, "graphs read from a build result";
        EXEC_META_BASE = "exec.meta.base", 3, "running commands";
        EXEC_META_CGROUP_PARENT = "exec.meta.cgroup.parent", 10, "a parent cgroup of commands";
        EXEC_META_NETWORK = "exec.meta.network", 3, "choosing the network of commands";
        EXEC_META_NETWORK_PROXY = "exec.meta.network.proxy", 31, "a network proxy of commands";
        EXEC_META_PROXY = "exec.meta.proxyenv", 3, "proxy variables of commands";
        EXEC_META_SECURITY = "exec.meta.security", 5, "privileged commands";
        EXEC_META_SECURITY_DEVICES = "exec.meta.security.devices.v1", 7, "devices of privileged commands";
        EXEC_META_SETS_DEFAULT_PATH = "exec.meta.setsdefaultpath", 3, "a default PATH of commands";
        EXEC_META_ULIMIT = "exec.meta.ulimit", 10, "resource limits of commands";
        EXEC_META_CDI = "exec.meta.cdi", 20, "devices of commands";
        #[unlisted]
        EXEC_META_REMOVE_MOUNT_STUBS_RECURSIVE = "exec.meta.removemountstubs.recursive", 11, "removing all mount stubs";
        EXEC_META_LINUX_RESOURCES = "exec.meta.linux.resources", 31, "memory and cpu limits of commands";
        EXEC_MOUNT_BIND = "exec.mount.bind", 3, "mounts of commands";
        EXEC_MOUNT_BIND_READ_WRITE_NO_OUTPUT = "exec.mount.bind.readwrite-nooutput", 7, "writable mounts that are thrown away";
        EXEC_MOUNT_CACHE = "exec.mount.cache", 3, "cache mounts";
        EXEC_MOUNT_CACHE_SHARING = "exec.mount.cache.sharing", 3, "sharing modes of cache mounts";
        EXEC_MOUNT_SELECTOR = "exec.mount.selector", 3, "mounts of a part of a file system";
        EXEC_MOUNT_TMPFS = "exec.mount.tmpfs", 3, "tmpfs mounts";
        EXEC_MOUNT_TMPFS_SIZE = "exec.mount.tmpfs.size", 10, "sizes of tmpfs mounts";
        EXEC_MOUNT_SECRET = "exec.mount.secret", 3, "secret mounts";
        EXEC_MOUNT_SSH = "exec.mount.ssh", 3, "ssh agent mounts";
        EXEC_MOUNT_CONTENT_CACHE = "exec.mount.cache.content", 13, "choosing whether mounts are cached by content";
        EXEC_CGROUPS_MOUNTED = "exec.cgroup", 3, "cgroups inside commands";
        EXEC_SECRET_ENV = "exec.secretenv", 10, "secrets in the environment of commands";
        EXEC_VALID_EXIT_CODES = "exec.validexitcode", 17, "other exit codes that count as success";
        FILE_BASE = "file.base", 5, "file operations";
        FILE_RM_WILDCARD = "file.rm.wildcard", 7, "removing files by pattern";
        FILE_RM_NO_FOLLOW_SYMLINK = "file.rm.nofollowsymlink", 10, "removing links themselves";
        FILE_COPY_INCLUDE_EXCLUDE_PATTERNS = "file.copy.includeexcludepatterns", 9, "patterns of copies";
        FILE_COPY_REQUIRED_PATHS = "file.copy.requiredpaths", 26, "required paths of copies";
        FILE_COPY_ALWAYS_REPLACE = "file.copy.alwaysreplaceexistingdestpaths", 14, "copies that replace what is there";
        #[unlisted]
        FILE_COPY_MODE_STRING = "file.copy.modestring", 17, "symbolic modes of copies";
        FILE_SYMLINK_CREATE = "file.symlink.create", 19, "making symbolic links";
        MERGE_OP = "mergeop", 10, "merging file systems";
        DIFF_OP = "diffop", 10, "differences of file systems";
        PASSTHROUGH_OP = "passthroughop", 31, "dependencies of order only";
        CONSTRAINTS = "constraints", 3, "constraints of workers";
        PLATFORM = "platform", 3, "platforms of operations";
        META_IGNORE_CACHE = "meta.ignorecache", 3, "running without cache";
        META_DESCRIPTION = "meta.description", 3, "descriptions of operations";
        META_EXPORT_CACHE = "meta.exportcache", 3, "choosing what is exported to a cache";
        REMOTE_CACHE_GHA = "cache.gha", 9, "the GitHub Actions cache";
        REMOTE_CACHE_S3 = "cache.s3", 11, "the S3 cache";
        REMOTE_CACHE_AZBLOB = "cache.azblob", 11, "the Azure Blob cache";
        ANNOTATIONS = "exporter.image.annotations", 11, "annotations of images";
        ATTESTATIONS = "exporter.image.attestations", 11, "attestations of images";
        SOURCE_DATE_EPOCH = "exporter.sourcedateepoch", 11, "the exporter's source date epoch";
        MULTIPLE_EXPORTERS = "exporter.multiple", 13, "several exporters";
        SESSION_EXPORTER = "exporter.session", 21, "exporters of a session";
        GC_FREE_SPACE_FILTER = "gc.freespacefilter", 17, "free space as a limit of garbage collection";
        HISTORY_FILTERS = "history.filter", 20, "filters of the build history";
    }
}

/// Capabilities of the gateway, through which a frontend talks to the daemon.
pub mod gateway {
    use super::{Cap, Version};

    table! {
        SOLVE_BASE = "solve.base", 3, "solving graphs";
        SOLVE_INLINE_RETURN = "solve.inlinereturn", 3, "returning from a solve (deprecated)";
        RESOLVE_IMAGE = "resolveimage", 3, "image configurations";
        RESOLVE_IMAGE_RESOLVE_MODE = "resolveimage.resolvemode", 3, "modes of resolving images";
        READ_FILE = "readfile", 3, "reading files of results";
        READ_DIR = "readdir", 3, "reading directories of results";
        STAT_FILE = "statfile", 3, "asking about files of results";
        RETURN_RESULT = "return", 3, "returning a result";
        RETURN_MAP = "returnmap", 3, "returning several results";
        IMPORT_CACHES = "importcaches", 4, "importing caches";
        PROTO_REF_ARRAY = "proto.refarray", 7, "the newer form of results";
        REFERENCE_OUTPUT = "reference.output", 7, "using a result in a graph";
        FRONTEND_INPUTS = "frontend.inputs", 7, "inputs of the client";
        SOLVE_METADATA = "gateway.solve.metadata", 8, "metadata of solves";
        EXEC = "gateway.exec", 8, "containers of the frontend";
        EXEC_EXTRA_HOSTS = "gateway.exec.extrahosts", 10, "extra hosts of such containers";
        EXEC_SECRET_ENV = "gateway.exec.secretenv", 12, "secrets in the environment of such containers";
        EXEC_SIGNALS = "gateway.exec.signals", 10, "signals to such containers";
        EXEC_FILESYSTEM = "gateway.exec.filesystem", 27, "files of such containers";
        FRONTEND_CAPS = "frontend.caps", 8, "capabilities of frontends";
        SOLVE_EVALUATE = "gateway.solve.evaluate", 8, "solving at once";
        EVALUATE = "gateway.evaluate", 11, "evaluating a result";
        WARNINGS = "gateway.warnings", 10, "warnings";
        REFERENCE_ATTESTATIONS = "reference.attestations", 11, "attestations of results";
        SOURCE_META_RESOLVER = "source.metaresolver", 13, "metadata of sources";
        SOURCE_META_RESOLVER_IMAGE_ATTESTATIONS = "source.metaresolver.image.attestations", 28, "attestations of image sources";
        SOURCE_META_RESOLVER_HTTP_CHECKSUM = "source.metaresolver.http.checksumrequest", 28, "other checksums of http sources";
    }
}

/// The row of a capability of either list.
pub fn find(id: &str) -> Option<&'static Cap> {
    llb::ALL.iter().chain(gateway::ALL).find(|cap| cap.id == id)
}

/// The first BuildKit release that has the capability; `None` for one that this crate does not know.
pub fn since(id: &str) -> Option<Version> {
    find(id).map(|cap| cap.since)
}

/// The ids that a daemon lists as enabled.
pub fn enabled<'a>(listed: impl IntoIterator<Item = &'a ApiCap>) -> BTreeSet<String> {
    listed.into_iter().filter(|cap| cap.enabled).map(|cap| cap.id.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_id_is_there_once_and_every_row_says_what_it_is() {
        let mut seen = BTreeSet::new();
        for cap in llb::ALL.iter().chain(gateway::ALL) {
            assert!(seen.insert(cap.id), "{} is there twice", cap.id);
            assert!(!cap.what.is_empty() && !cap.what.ends_with('.'), "{}", cap.id);
        }
    }

    #[test]
    fn versions_are_told_in_words() {
        assert_eq!(since(llb::MERGE_OP).map(|v| v.to_string()).as_deref(), Some("0.10"));
        assert_eq!(since(gateway::SOURCE_META_RESOLVER).map(|v| v.to_string()).as_deref(), Some("0.13"));
        assert_eq!(since("no.such.cap"), None);
    }

    #[test]
    fn a_listed_but_disabled_capability_is_not_enabled() {
        let cap = |id: &str, enabled| ApiCap { id: id.into(), enabled, ..Default::default() };
        let listed = [cap(llb::MERGE_OP, false), cap(llb::FILE_BASE, true)];
        assert_eq!(enabled(&listed).into_iter().collect::<Vec<_>>(), [llb::FILE_BASE]);
    }
}
