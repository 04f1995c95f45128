//! Repositories (BuildKit's `client/llb/source.go`, `Git`).
//!
//! The identifier has neither scheme nor user, so that a commit fetched by https and by ssh is one; how it is
//! fetched is in the attributes.

use buildkit_proto::{attrs, caps};

use crate::git_url::{GitUrl, clean};
use crate::meta::Meta;
use crate::output::Output;
use crate::source::Source;

/// A git repository at some commit.
///
/// ```
/// # use buildkit_llb::{Git, definition, dump};
/// let commit = "0123456789abcdef0123456789abcdef01234567";
/// let source = Git::new("git@example.com:team/app.git", "v1").checksum(commit).output();
/// assert_eq!(
///     dump(&definition(&source)),
///     "\
/// %0 = source git://example.com/team/app.git#v1
///     git.authheadersecret = GIT_AUTH_HEADER
///     git.authtokensecret = GIT_AUTH_TOKEN
///     git.checksum = 0123456789abcdef0123456789abcdef01234567
///     git.fullurl = git@example.com:team/app.git
///     git.mountsshsock = default
/// return [%0:0]
/// "
/// );
/// ```
#[derive(Debug, Clone)]
pub struct Git {
    /// The URL that git is given, and what of it could be read.
    remote: String,
    url: Option<GitUrl>,
    reference: String,
    subdirectory: String,
    checksum: String,
    auth_header_secret: Option<String>,
    auth_token_secret: Option<String>,
    known_hosts: String,
    ssh_agent: String,
    keep_git_dir: bool,
    skip_submodules: bool,
    commit_time: bool,
    fetch_by_commit: bool,
    meta: Meta,
}

impl Git {
    /// `url` is `https://…`, `http://…`, `ssh://…`, `git://…` or ssh's short form `user@host:path`; one without a
    /// scheme is fetched by https. `fragment` is a commit, branch or tag, or empty for the default branch; a
    /// directory may follow behind a colon, as in the URLs of Docker.
    pub fn new(url: &str, fragment: &str) -> Self {
        let (remote, url) = GitUrl::read_remote(url);
        let (reference, subdirectory) = fragment.split_once(':').unwrap_or((fragment, ""));
        Self {
            remote,
            url,
            reference: reference.to_owned(),
            subdirectory: clean(subdirectory).trim_start_matches('/').to_owned(),
            checksum: String::new(),
            auth_header_secret: None,
            auth_token_secret: None,
            known_hosts: String::new(),
            ssh_agent: String::new(),
            keep_git_dir: false,
            skip_submodules: false,
            commit_time: false,
            fetch_by_commit: false,
            meta: Meta::default(),
        }
    }

    /// Only this directory of the repository, which becomes the root of the result.
    #[must_use]
    pub fn subdirectory(mut self, path: &str) -> Self {
        path.clone_into(&mut self.subdirectory);
        self
    }

    /// The commit, or the beginning of its id in lower case, that must be found: of any other, the build fails.
    /// An empty one is none.
    #[must_use]
    pub fn checksum(mut self, commit: &str) -> Self {
        commit.clone_into(&mut self.checksum);
        self
    }

    /// Keeps `.git`.
    #[must_use]
    pub fn keep_git_dir(mut self) -> Self {
        self.keep_git_dir = true;
        self
    }

    /// Leaves submodules out.
    #[must_use]
    pub fn skip_submodules(mut self) -> Self {
        self.skip_submodules = true;
        self
    }

    /// Gives files the time of the commit, rather than that of the checkout.
    #[must_use]
    pub fn commit_time(mut self) -> Self {
        self.commit_time = true;
        self
    }

    /// Fetches the commit of the checksum without asking whether the reference still leads there. Needs a whole
    /// commit id as checksum, and BuildKit 0.30.
    #[must_use]
    pub fn fetch_by_commit(mut self) -> Self {
        self.fetch_by_commit = true;
        self
    }

    /// The secret that holds a whole `Authorization` header; without this, `GIT_AUTH_HEADER`, if there is one.
    #[must_use]
    pub fn auth_header_secret(mut self, id: &str) -> Self {
        self.auth_header_secret = Some(id.to_owned());
        self
    }

    /// The secret that holds a token; without this, `GIT_AUTH_TOKEN`, if there is one.
    #[must_use]
    pub fn auth_token_secret(mut self, id: &str) -> Self {
        self.auth_token_secret = Some(id.to_owned());
        self
    }

    /// Known hosts (lines as in `known_hosts`) for ssh. BuildKit's client asks the host for its keys if there are
    /// none; this one asks nobody, and without keys the daemon takes any host at its word.
    #[must_use]
    pub fn known_hosts(mut self, lines: &str) -> Self {
        self.known_hosts = lines.trim_end_matches('\n').to_owned() + "\n";
        self
    }

    /// The ssh agent that the client forwards; without this, `default`. Only remotes by ssh use one.
    #[must_use]
    pub fn ssh_agent(mut self, id: &str) -> Self {
        id.clone_into(&mut self.ssh_agent);
        self
    }

    /// Name and places.
    #[must_use]
    pub fn meta(mut self, meta: Meta) -> Self {
        self.meta = meta;
        self
    }

    /// The work tree.
    pub fn output(self) -> Output {
        use attrs::git::*;
        use caps::llb::*;

        let mut source = Source::new(self.identifier(), SOURCE_GIT);
        if !self.subdirectory.is_empty() {
            source.need(SOURCE_GIT_SUBDIR);
        }
        source.attr_with_cap(FULL_URL, self.remote.as_str(), SOURCE_GIT_FULL_URL);
        let secrets = [
            (AUTH_TOKEN_SECRET, self.auth_token_secret, DEFAULT_AUTH_TOKEN_SECRET),
            (AUTH_HEADER_SECRET, self.auth_header_secret, DEFAULT_AUTH_HEADER_SECRET),
        ];
        for (key, id, default) in secrets {
            // A default is an offer: a daemon that does not know of it may leave it.
            match id {
                Some(id) => source.attr_with_cap(key, id, SOURCE_GIT_HTTP_AUTH),
                None => source.attr(key, default),
            }
        }
        if self.url.is_some_and(|url| url.ssh) {
            let agent = if self.ssh_agent.is_empty() { "default" } else { &self.ssh_agent };
            source.attr_with_cap(MOUNT_SSH_SOCK, agent, SOURCE_GIT_MOUNT_SSH_SOCK);
            source.attr_with_cap(KNOWN_SSH_HOSTS, self.known_hosts, SOURCE_GIT_KNOWN_SSH_HOSTS);
        }
        source.attr_with_cap(CHECKSUM, self.checksum, SOURCE_GIT_CHECKSUM);
        let flags = [
            (self.keep_git_dir, KEEP_GIT_DIR, "true", SOURCE_GIT_KEEP_DIR),
            (self.skip_submodules, SKIP_SUBMODULES, "true", SOURCE_GIT_SKIP_SUBMODULES),
            (self.commit_time, MTIME, MTIME_COMMIT, SOURCE_GIT_MTIME),
            (self.fetch_by_commit, FETCH_BY_COMMIT, "true", SOURCE_GIT_FETCH_BY_COMMIT),
        ];
        for (_, key, value, cap) in flags.into_iter().filter(|(set, ..)| *set) {
            source.attr_with_cap(key, value, cap);
        }
        source.meta = self.meta;
        source.output()
    }

    fn identifier(&self) -> String {
        // What cannot be read is handed over as it is: the daemon says what is wrong with it.
        let Some(url) = &self.url else { return format!("{}{}", attrs::scheme::GIT, self.remote) };
        let mut id = format!("{}{}{}", attrs::scheme::GIT, url.host, clean(&url.path));
        if !self.reference.is_empty() || !self.subdirectory.is_empty() {
            id.push('#');
            id.push_str(&self.reference);
        }
        if !self.subdirectory.is_empty() {
            id.push(':');
            id.push_str(&self.subdirectory);
        }
        id
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use buildkit_proto::pb;
    use prost::Message as _;

    use super::*;

    /// Identifier, attributes without the two secrets that are always offered, capabilities behind `source.git`.
    #[track_caller]
    fn check(git: Git, identifier: &str, attributes: &[(&str, &str)], caps: &[&str]) {
        let definition = crate::definition(&git.output());
        let op = pb::Op::decode(definition.def[0].as_slice()).unwrap();
        let Some(pb::op::Op::Source(mut source)) = op.op else { panic!("it is a source") };
        assert_eq!(source.identifier, identifier);
        if source.attrs["git.authheadersecret"] == "GIT_AUTH_HEADER" {
            source.attrs.retain(|key, _| !key.ends_with("secret"));
        }
        let attributes: BTreeMap<_, _> =
            attributes.iter().map(|(k, v)| (k.to_string(), v.to_string())).collect();
        assert_eq!(source.attrs, attributes);
        assert_eq!(op.platform, None);
        let needed = &definition.metadata[&crate::sha256(&definition.def[0])].caps;
        let needed: Vec<_> = needed.keys().filter_map(|cap| cap.strip_prefix("source.git.")).collect();
        assert_eq!(needed, caps);
    }

    #[test]
    fn https() {
        let url = "https://example.com/a/b.git";
        let full = ("git.fullurl", url);
        check(Git::new(url, ""), "git://example.com/a/b.git", &[full], &["fullurl"]);
        check(Git::new(url, "main"), "git://example.com/a/b.git#main", &[full], &["fullurl"]);
        check(
            Git::new(url, "v1:/a/../b/"),
            "git://example.com/a/b.git#v1:b",
            &[full],
            &["fullurl", "subdir"],
        );
        check(Git::new(url, ":sub"), "git://example.com/a/b.git#:sub", &[full], &["fullurl", "subdir"]);
        check(Git::new("example.com/a/b.git", ""), "git://example.com/a/b.git", &[full], &["fullurl"]);
    }

    #[test]
    fn https_and_ssh_are_one_repository_and_ssh_has_an_agent() {
        for remote in ["git@example.com:a/b.git", "ssh://git@example.com/a/b.git"] {
            check(
                Git::new(remote, "main"),
                "git://example.com/a/b.git#main",
                &[("git.fullurl", remote), ("git.mountsshsock", "default")],
                &["fullurl", "mountsshsock"],
            );
        }
        check(
            Git::new("git@example.com:b", "").ssh_agent("work").known_hosts("example.com ssh-ed25519 A"),
            "git://example.com/b",
            &[
                ("git.fullurl", "git@example.com:b"),
                ("git.knownsshhosts", "example.com ssh-ed25519 A\n"),
                ("git.mountsshsock", "work"),
            ],
            &["fullurl", "knownsshhosts", "mountsshsock"],
        );
        let without = Git::new("git://example.com/b", "").ssh_agent("work").known_hosts("x");
        check(without, "git://example.com/b", &[("git.fullurl", "git://example.com/b")], &["fullurl"]);
    }

    #[test]
    fn everything_that_can_be_asked_for() {
        let url = "https://example.com/b.git";
        let git = Git::new(url, "refs/tags/v1").subdirectory("x/y").checksum("abc").keep_git_dir();
        check(
            git.skip_submodules().commit_time().fetch_by_commit(),
            "git://example.com/b.git#refs/tags/v1:x/y",
            &[
                ("git.checksum", "abc"),
                ("git.fetchbycommit", "true"),
                ("git.fullurl", url),
                ("git.keepgitdir", "true"),
                ("git.mtime", "commit"),
                ("git.skipsubmodules", "true"),
            ],
            &["checksum", "fetchbycommit", "fullurl", "keepgitdir", "mtime", "skipsubmodules", "subdir"],
        );
        check(
            Git::new(url, "").auth_header_secret("H").auth_token_secret("T"),
            "git://example.com/b.git",
            &[("git.authheadersecret", "H"), ("git.authtokensecret", "T"), ("git.fullurl", url)],
            &["fullurl", "httpauth"],
        );
    }

    #[test]
    fn what_cannot_be_read_is_left_to_the_daemon() {
        let url = "svn://example.com/b";
        check(Git::new(url, "main"), "git://svn://example.com/b", &[("git.fullurl", url)], &["fullurl"]);
    }
}
