//! Operations that bring something in from outside: images, the client's files, downloads, repositories.
//!
//! Each is a builder; `output()` seals it. Attribute names and forms are those of BuildKit's `solver/pb/attr.go`.

use std::collections::{BTreeMap, BTreeSet};

use buildkit_proto::pb;

use crate::meta::Meta;
use crate::output::{About, Inputs, Output};
use crate::platform::Platform;

/// What all sources have.
#[derive(Debug, Clone)]
struct Source {
    identifier: String,
    attrs: BTreeMap<String, String>,
    caps: BTreeSet<String>,
    platform: Option<pb::Platform>,
    meta: Meta,
}

impl Source {
    fn new(identifier: String, cap: &str) -> Self {
        Self {
            identifier,
            attrs: BTreeMap::new(),
            caps: [cap.to_owned()].into(),
            platform: None,
            meta: Meta::default(),
        }
    }

    /// An attribute; an empty one would be written by us and not by Go, so it is left out.
    fn attr(&mut self, key: &str, value: impl Into<String>) {
        let value = value.into();
        if !value.is_empty() {
            self.attrs.insert(key.to_owned(), value);
        }
    }

    fn attr_with_cap(&mut self, key: &str, value: impl Into<String>, cap: &str) {
        self.attr(key, value);
        self.caps.insert(cap.to_owned());
    }

    /// A list, as a JSON array; nothing for an empty one.
    fn list(&mut self, key: &str, values: &[String], cap: &str) {
        if !values.is_empty() {
            let json = serde_json::to_string(values).expect("strings can be written as JSON");
            self.attr_with_cap(key, json, cap);
        }
    }

    fn output(self) -> Output {
        let op = pb::op::Op::Source(pb::SourceOp { identifier: self.identifier, attrs: self.attrs });
        let about = About { caps: self.caps, meta: self.meta };
        Output { vertex: Output::seal(op, self.platform, Inputs::default(), about), index: 0 }
    }
}

/// An image of a registry.
#[derive(Debug, Clone)]
pub struct Image(Source);

impl Image {
    /// `reference` is complete: `docker.io/library/python:3.13-slim@sha256:…`.
    pub fn new(reference: &str, platform: &Platform) -> Self {
        let mut source = Source::new(format!("docker-image://{reference}"), "source.image");
        source.platform = Some(platform.to_pb());
        Self(source)
    }

    /// `default`, `pull` (never a local copy) or `local` (a local copy if there is one).
    #[must_use]
    pub fn resolve_mode(mut self, mode: &str) -> Self {
        if mode == "pull" {
            self.0.caps.insert("source.image.resolvemode".to_owned());
        }
        self.0.attr("image.resolvemode", if mode == "default" { "" } else { mode });
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
        let mut source = Source::new(format!("oci-layout://{reference}"), "source.ocilayout");
        source.platform = Some(platform.to_pb());
        Self(source)
    }

    /// The client's session and its name of the store.
    #[must_use]
    pub fn store(mut self, session: &str, store: &str) -> Self {
        self.0.attr("oci.session", session);
        self.0.attr("oci.store", store);
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
        Self(Source::new(format!("local://{name}"), "source.local"))
    }

    /// The session that serves it.
    #[must_use]
    pub fn session(mut self, id: &str) -> Self {
        self.0.attr_with_cap("local.session", id, "source.local.sessionid");
        self
    }

    /// Only what matches one of these patterns.
    #[must_use]
    pub fn include(mut self, patterns: &[String]) -> Self {
        self.0.list("local.includepattern", patterns, "source.local.includepatterns");
        self
    }

    /// Nothing that matches one of these patterns (the grammar of `.dockerignore`).
    #[must_use]
    pub fn exclude(mut self, patterns: &[String]) -> Self {
        self.0.list("local.excludepatterns", patterns, "source.local.excludepatterns");
        self
    }

    /// Only these paths, and what links on the way lead to. A path that does not exist is no error.
    #[must_use]
    pub fn follow_paths(mut self, paths: &[String]) -> Self {
        self.0.list("local.followpaths", paths, "source.local.followpaths");
        self
    }

    /// Names the copy that the daemon keeps, so that only changes are sent the next time.
    #[must_use]
    pub fn shared_key_hint(mut self, hint: &str) -> Self {
        self.0.attr_with_cap("local.sharedkeyhint", hint, "source.local.sharedkeyhint");
        self
    }

    /// Sends everything each time: right for a few small files.
    #[must_use]
    pub fn without_differ(mut self) -> Self {
        self.0.attr("local.differ", "none");
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
        Self(Source::new(url.to_owned(), "source.http"))
    }

    /// `sha256:…`. With it, the daemon knows the result without asking anybody.
    #[must_use]
    pub fn checksum(mut self, digest: &str) -> Self {
        self.0.attr_with_cap("http.checksum", digest, "source.http.checksum");
        self
    }

    /// The name of the file in the result.
    #[must_use]
    pub fn filename(mut self, name: &str) -> Self {
        self.0.attr("http.filename", name);
        self
    }

    /// Mode bits; without them the file can be read by root only.
    #[must_use]
    pub fn mode(mut self, mode: u32) -> Self {
        self.0.attr_with_cap("http.perm", format!("0{mode:o}"), "source.http.perm");
        self
    }

    /// The secret that holds the whole `Authorization` header.
    #[must_use]
    pub fn auth_header_secret(mut self, id: &str) -> Self {
        self.0.attr_with_cap("http.authheadersecret", id, "source.http.auth");
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

/// A git repository at some commit.
#[derive(Debug, Clone)]
pub struct Git(Source);

impl Git {
    /// `url` is `https://…`, `ssh://…` or `git://…` without credentials; `reference` is a commit, branch or tag.
    pub fn new(url: &str, reference: &str) -> Self {
        let place = url.split_once("://").map_or(url, |(_, rest)| rest);
        // The user of an ssh URL is part of how it is fetched, not of what it is.
        let place = place.split_once('@').map_or(place, |(_, rest)| rest);
        let fragment = if reference.is_empty() { String::new() } else { format!("#{reference}") };
        let mut source = Source::new(format!("git://{place}{fragment}"), "source.git");
        source.attr_with_cap("git.fullurl", url, "source.git.fullurl");
        if !url.starts_with("ssh://") {
            source.attr_with_cap("git.authheadersecret", "GIT_AUTH_HEADER", "source.git.httpauth");
            source.attr_with_cap("git.authtokensecret", "GIT_AUTH_TOKEN", "source.git.httpauth");
        }
        Self(source)
    }

    /// Keeps `.git`.
    #[must_use]
    pub fn keep_git_dir(mut self) -> Self {
        self.0.attr_with_cap("git.keepgitdir", "true", "source.git.keepgitdir");
        self
    }

    /// Known hosts (lines as in `known_hosts`) for ssh.
    #[must_use]
    pub fn known_hosts(mut self, lines: &str) -> Self {
        self.0.attr_with_cap("git.knownsshhosts", lines, "source.git.knownsshhosts");
        self
    }

    /// The ssh agent that the client forwards: `default`.
    #[must_use]
    pub fn ssh_agent(mut self, id: &str) -> Self {
        self.0.attr_with_cap("git.mountsshsock", id, "source.git.mountsshsock");
        self
    }

    /// Name and places.
    #[must_use]
    pub fn meta(mut self, meta: Meta) -> Self {
        self.0.meta = meta;
        self
    }

    /// The work tree.
    pub fn output(self) -> Output {
        self.0.output()
    }
}
