//! Operations that bring something in from outside: images, the client's files, downloads. Repositories are in
//! `git`.
//!
//! Each is a builder; `output()` seals it. Attribute names and forms are those of BuildKit's `solver/pb/attr.go`.

use std::collections::{BTreeMap, BTreeSet};

use buildkit_proto::{attrs, caps, pb};

use crate::json;
use crate::meta::Meta;
use crate::note::Note;
use crate::output::{Inputs, Output};
use crate::platform::Platform;

/// What all sources have.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    identifier: String,
    attrs: BTreeMap<String, String>,
    caps: BTreeSet<&'static str>,
    platform: Option<pb::Platform>,
    pub(crate) meta: Meta,
}

impl Source {
    pub(crate) fn new(identifier: String, cap: &'static str) -> Self {
        Self { identifier, attrs: BTreeMap::new(), caps: [cap].into(), platform: None, meta: Meta::default() }
    }

    /// An attribute. An empty one is left out: Go would write its value and we would not, so it had two digests.
    pub(crate) fn attr(&mut self, key: &str, value: impl Into<String>) {
        let value = value.into();
        if !value.is_empty() {
            self.attrs.insert(key.to_owned(), value);
        }
    }

    pub(crate) fn attr_with_cap(&mut self, key: &str, value: impl Into<String>, cap: &'static str) {
        let value = value.into();
        if !value.is_empty() {
            self.caps.insert(cap);
            self.attr(key, value);
        }
    }

    /// A capability that no attribute says.
    pub(crate) fn need(&mut self, cap: &'static str) {
        self.caps.insert(cap);
    }

    /// A list, as a JSON array; nothing for an empty one.
    pub(crate) fn list(&mut self, key: &str, values: &[String], cap: &'static str) {
        if !values.is_empty() {
            self.attr_with_cap(key, json::strings(values), cap);
        }
    }

    pub(crate) fn output(self) -> Output {
        let op = pb::op::Op::Source(pb::SourceOp { identifier: self.identifier, attrs: self.attrs });
        let note = Note::new(self.caps, self.meta);
        Output { vertex: Output::seal(op, self.platform, Inputs::default(), note), index: 0 }
    }
}

/// An image of a registry.
#[derive(Debug, Clone)]
pub struct Image(Source);

impl Image {
    /// `reference` is complete: `docker.io/library/python:3.13-slim@sha256:…`.
    pub fn new(reference: &str, platform: &Platform) -> Self {
        let mut source = Source::new(format!("{}{reference}", attrs::scheme::IMAGE), caps::llb::SOURCE_IMAGE);
        source.platform = Some(platform.to_pb());
        Self(source)
    }

    /// `default`, `pull` (never a local copy) or `local` (a local copy if there is one).
    #[must_use]
    pub fn resolve_mode(mut self, mode: &str) -> Self {
        if mode == attrs::image::RESOLVE_PULL {
            self.0.caps.insert(caps::llb::SOURCE_IMAGE_RESOLVE_MODE);
        }
        self.0
            .attr(attrs::image::RESOLVE_MODE, if mode == attrs::image::RESOLVE_DEFAULT { "" } else { mode });
        self
    }

    /// Name and places.
    #[must_use]
    pub fn meta(mut self, meta: Meta) -> Self {
        self.0.meta = meta;
        self
    }

    /// The root of the image.
    pub fn output(self) -> Output {
        self.0.output()
    }
}

/// An image of an OCI layout that the client serves.
#[derive(Debug, Clone)]
pub struct OciLayout(Source);

impl OciLayout {
    /// `reference` has a digest; its name does not matter.
    pub fn new(reference: &str, platform: &Platform) -> Self {
        let mut source =
            Source::new(format!("{}{reference}", attrs::scheme::OCI_LAYOUT), caps::llb::SOURCE_OCI_LAYOUT);
        source.platform = Some(platform.to_pb());
        Self(source)
    }

    /// The client's session and its name of the store.
    #[must_use]
    pub fn store(mut self, session: &str, store: &str) -> Self {
        self.0.attr(attrs::oci::SESSION, session);
        self.0.attr(attrs::oci::STORE, store);
        self
    }

    /// Name and places.
    #[must_use]
    pub fn meta(mut self, meta: Meta) -> Self {
        self.0.meta = meta;
        self
    }

    /// The root of the image.
    pub fn output(self) -> Output {
        self.0.output()
    }
}

/// Files of the client.
#[derive(Debug, Clone)]
pub struct Local(Source);

impl Local {
    /// `name` is the client's: `context`, `dockerfile`.
    pub fn new(name: &str) -> Self {
        Self(Source::new(format!("{}{name}", attrs::scheme::LOCAL), caps::llb::SOURCE_LOCAL))
    }

    /// The session that serves it.
    #[must_use]
    pub fn session(mut self, id: &str) -> Self {
        self.0.attr_with_cap(attrs::local::SESSION, id, caps::llb::SOURCE_LOCAL_SESSION_ID);
        self
    }

    /// Only what matches one of these patterns.
    #[must_use]
    pub fn include(mut self, patterns: &[String]) -> Self {
        self.0.list(attrs::local::INCLUDE_PATTERNS, patterns, caps::llb::SOURCE_LOCAL_INCLUDE_PATTERNS);
        self
    }

    /// Nothing that matches one of these patterns (the grammar of `.dockerignore`).
    #[must_use]
    pub fn exclude(mut self, patterns: &[String]) -> Self {
        self.0.list(attrs::local::EXCLUDE_PATTERNS, patterns, caps::llb::SOURCE_LOCAL_EXCLUDE_PATTERNS);
        self
    }

    /// Only these paths, and what links on the way lead to. A path that does not exist is no error.
    #[must_use]
    pub fn follow_paths(mut self, paths: &[String]) -> Self {
        self.0.list(attrs::local::FOLLOW_PATHS, paths, caps::llb::SOURCE_LOCAL_FOLLOW_PATHS);
        self
    }

    /// Names the copy that the daemon keeps, so that only changes are sent the next time.
    #[must_use]
    pub fn shared_key_hint(mut self, hint: &str) -> Self {
        self.0.attr_with_cap(attrs::local::SHARED_KEY_HINT, hint, caps::llb::SOURCE_LOCAL_SHARED_KEY_HINT);
        self
    }

    /// Sends everything each time: right for a few small files.
    #[must_use]
    pub fn without_differ(mut self) -> Self {
        self.0.attr(attrs::local::DIFFER, attrs::local::DIFFER_NONE);
        self
    }

    /// Name and places.
    #[must_use]
    pub fn meta(mut self, meta: Meta) -> Self {
        self.0.meta = meta;
        self
    }

    /// The files.
    pub fn output(self) -> Output {
        self.0.output()
    }
}

/// A download: one file.
#[derive(Debug, Clone)]
pub struct Http(Source);

impl Http {
    /// `url` begins with `http://` or `https://`.
    pub fn new(url: &str) -> Self {
        Self(Source::new(url.to_owned(), caps::llb::SOURCE_HTTP))
    }

    /// `sha256:…`. With it, the daemon knows the result without asking anybody.
    #[must_use]
    pub fn checksum(mut self, digest: &str) -> Self {
        self.0.attr_with_cap(attrs::http::CHECKSUM, digest, caps::llb::SOURCE_HTTP_CHECKSUM);
        self
    }

    /// The name of the file in the result.
    #[must_use]
    pub fn filename(mut self, name: &str) -> Self {
        self.0.attr(attrs::http::FILENAME, name);
        self
    }

    /// Mode bits; without them the file can be read by root only.
    #[must_use]
    pub fn mode(mut self, mode: u32) -> Self {
        self.0.attr_with_cap(attrs::http::PERM, format!("0{mode:o}"), caps::llb::SOURCE_HTTP_PERM);
        self
    }

    /// The secret that holds the whole `Authorization` header.
    #[must_use]
    pub fn auth_header_secret(mut self, id: &str) -> Self {
        self.0.attr_with_cap(attrs::http::AUTH_HEADER_SECRET, id, caps::llb::SOURCE_HTTP_AUTH);
        self
    }

    /// Name and places.
    #[must_use]
    pub fn meta(mut self, meta: Meta) -> Self {
        self.0.meta = meta;
        self
    }

    /// The file, in the root of the result.
    pub fn output(self) -> Output {
        self.0.output()
    }
}
