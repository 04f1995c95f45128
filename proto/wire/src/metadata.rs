//! Keys of a result's metadata, and labels of a frontend's own image.

/// Platforms of the result, JSON: `{"Platforms":[{"ID":"linux/amd64","Platform":{…}}]}`.
pub const PLATFORMS: &str = "refs.platforms";
/// The image configuration, JSON; for one of several platforms see [`for_platform`].
pub const IMAGE_CONFIG: &str = "containerimage.config";
/// The configuration of the base image as it was, JSON; its layers are left alone when times are rewritten.
pub const IMAGE_BASE_CONFIG: &str = "containerimage.base.config";
/// Seconds since 1970, decimal; what `SOURCE_DATE_EPOCH` is when the client does not say.
pub const SOURCE_DATE_EPOCH: &str = "source.date.epoch";
/// Prefix of annotations of the manifest.
pub const ANNOTATION_PREFIX: &str = "annotation.";
/// Prefix of entries that go as they are into the client's metadata file.
pub const FRONTEND_PREFIX: &str = "frontend.";
/// A text that `docker buildx` prints after the build.
pub const INLINE_MESSAGE: &str = "frontend.result.inlinemessage";

/// The key of an entry that belongs to one platform of a result with several: `key/ID`.
pub fn for_platform(key: &str, platform_id: &str) -> String {
    format!("{key}/{platform_id}")
}

/// Keys of the answer to a subrequest.
pub mod subrequest {
    /// The answer as JSON.
    pub const RESULT_JSON: &str = "result.json";
    /// The answer as text.
    pub const RESULT_TXT: &str = "result.txt";
    /// Exit status for the client, decimal; used by lint.
    pub const RESULT_STATUS_CODE: &str = "result.statuscode";
    /// Version of the answer's format, such as `1.0.0`.
    pub const VERSION: &str = "version";
}

/// Metadata of an attestation.
pub mod attestation {
    /// Why it is there: `sbom` or `provenance`.
    pub const REASON: &str = "reason";
    /// File stem of the main SBOM.
    pub const SBOM_CORE: &str = "sbom-core";
    /// `true`: only for image exporters.
    pub const INLINE_ONLY: &str = "inline-only";
    /// Predicate type of SPDX documents.
    pub const PREDICATE_SPDX: &str = "https://spdx.dev/Document";
}

/// Labels of a frontend image by which the daemon knows what it can do.
pub mod label {
    /// `true`: the frontend is started without a network.
    pub const NETWORK_NONE: &str = "moby.buildkit.frontend.network.none";
    /// The capabilities of [`frontend_cap`](super::frontend_cap) that the frontend implements, separated by
    /// commas.
    pub const CAPS: &str = "moby.buildkit.frontend.caps";
}

/// Capabilities of a frontend, requested by clients and declared in [`label::CAPS`]. Without the declaration
/// the daemon refuses such a build before the frontend starts.
pub mod frontend_cap {
    /// Inputs: graphs handed over by the client.
    pub const INPUTS: &str = "moby.buildkit.frontend.inputs";
    /// Subrequests: `--call`.
    pub const SUBREQUESTS: &str = "moby.buildkit.frontend.subrequests";
    /// Named contexts: `--build-context`.
    pub const CONTEXTS: &str = "moby.buildkit.frontend.contexts";
    /// Git URLs with a query: `https://host/repo.git?ref=…`.
    pub const GIT_QUERY_STRING: &str = "moby.buildkit.frontend.gitquerystring";
}
