//! Repositories as contexts: `https://host/app.git#v1:sub`, `git@host:app.git?branch=main`.

/// A repository, and what of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct GitRef {
    /// The URL that git clones, without query and fragment.
    pub remote: String,
    /// Branch, tag or commit; `None`: the default branch.
    pub reference: Option<String>,
    /// The directory of the repository that is meant, if not its root.
    pub subdir: Option<String>,
    /// The commit that must be found there.
    pub checksum: Option<String>,
    /// Whether `.git` stays in the tree.
    pub keep_git_dir: bool,
    /// Whether submodules are fetched; they are, unless this is `Some(false)`.
    pub submodules: Option<bool>,
    /// Whether files get the time of the commit (`mtime=commit`).
    pub commit_time: bool,
    /// Whether the commit may be fetched by its id although no branch has it.
    pub fetch_by_commit: bool,
}

impl GitRef {
    /// Reads a URL. `None`: it is no repository. Over http only paths that end in `.git` are one, because any
    /// other may be an archive.
    ///
    /// # Errors
    /// A query that is unknown or contradicts itself: to guess would build something else than what was meant.
    pub fn parse(text: &str) -> Result<Option<Self>, String> {
        let (before, fragment) = match text.split_once('#') {
            Some((before, fragment)) => (before, Some(fragment)),
            None => (text, None),
        };
        let (remote, query) = match before.split_once('?') {
            Some((remote, query)) => (remote, Some(query)),
            None => (before, None),
        };
        let Some(remote) = repository(remote) else { return Ok(None) };
        let mut git = Self { remote, ..Self::default() };
        if let Some(fragment) = fragment {
            let (reference, subdir) = fragment.split_once(':').unwrap_or((fragment, ""));
            git.reference = some(reference);
            git.subdir = some(subdir);
        }
        for pair in query.into_iter().flat_map(|query| query.split('&')).filter(|pair| !pair.is_empty()) {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            git.set(key, &percent_decoded(value)?).map_err(|why| format!("`{text}`: {why}"))?;
        }
        Ok(Some(git))
    }

    fn set(&mut self, key: &str, value: &str) -> Result<(), String> {
        let flags = ["keep-git-dir", "submodules", "fetch-by-commit"];
        if value.is_empty() && !flags.contains(&key) {
            return Err(format!("`{key}` has no value"));
        }
        match key {
            "ref" => once(&mut self.reference, value),
            "tag" => once(&mut self.reference, &below("refs/tags/", value)),
            "branch" => once(&mut self.reference, &below("refs/heads/", value)),
            "subdir" => once(&mut self.subdir, value),
            "checksum" | "commit" => once(&mut self.checksum, value),
            "keep-git-dir" => flag(value).map(|yes| self.keep_git_dir = yes),
            "submodules" => flag(value).map(|yes| self.submodules = Some(yes)),
            "fetch-by-commit" => flag(value).map(|yes| self.fetch_by_commit = yes),
            "mtime" => match value {
                "commit" | "checkout" => {
                    self.commit_time = value == "commit";
                    Ok(())
                }
                _ => Err("`mtime` is `commit` or `checkout`".into()),
            },
            _ => Err(format!("unknown query `{key}`")),
        }
        .map_err(|why| {
            if why.is_empty() { format!("`{key}` contradicts what was said before it") } else { why }
        })
    }

    /// The name that people see: URL and what of it.
    pub fn display(&self) -> String {
        let mut text = self.remote.clone();
        if self.reference.is_some() || self.subdir.is_some() {
            text = format!("{text}#{}", self.reference.as_deref().unwrap_or_default());
        }
        match &self.subdir {
            Some(subdir) => format!("{text}:{subdir}"),
            None => text,
        }
    }
}

/// The URL to clone, if it is a repository's.
fn repository(text: &str) -> Option<String> {
    if text.starts_with("./")
        || text.starts_with("../")
        || text.chars().any(|c| c.is_whitespace() || c == '\0')
    {
        return None;
    }
    if text.starts_with("github.com/") {
        return Some(format!("https://{text}"));
    }
    match text.split_once("://") {
        Some(("http" | "https", rest)) => {
            let (host, path) = rest.split_once('/')?;
            (!host.is_empty() && path.ends_with(".git")).then(|| text.to_owned())
        }
        Some(("git" | "ssh", rest)) => (!rest.is_empty() && !rest.starts_with('/')).then(|| text.to_owned()),
        Some(_) => None,
        None => is_scp_like(text).then(|| text.to_owned()),
    }
}

/// `user@host:path`, as BuildKit reads it (`util/sshutil/scpurl.go`).
fn is_scp_like(text: &str) -> bool {
    let made_of = |part: &str, more: [char; 2]| {
        !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || more.contains(&c))
    };
    text.split_once(':').and_then(|(host, path)| Some((host.split_once('@')?, path))).is_some_and(
        |((user, host), path)| made_of(user, ['-', '_']) && made_of(host, ['-', '.']) && !path.is_empty(),
    )
}

/// Sets what is not set; the same value again is no contradiction. The empty error is worded by the caller.
fn once(slot: &mut Option<String>, value: &str) -> Result<(), String> {
    match slot {
        Some(before) if before != value => Err(String::new()),
        _ => {
            *slot = some(value);
            Ok(())
        }
    }
}

/// The whole name of a branch or tag, which may be given as such.
fn below(prefix: &str, name: &str) -> String {
    format!("{prefix}{}", name.strip_prefix(prefix).unwrap_or(name))
}

/// A flag without a value is on.
fn flag(value: &str) -> Result<bool, String> {
    match value {
        "" => Ok(true),
        value => crate::options::boolean(value),
    }
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned()).filter(|text| !text.is_empty())
}

fn percent_decoded(text: &str) -> Result<String, String> {
    let broken = || format!("`{text}` has a broken `%` escape");
    let mut bytes = vec![];
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'%' => {
                let digit = |byte: Option<u8>| byte.and_then(|byte| char::from(byte).to_digit(16));
                let (high, low) =
                    (digit(rest.next()).ok_or_else(broken)?, digit(rest.next()).ok_or_else(broken)?);
                bytes.push((high * 16 + low) as u8);
            }
            b'+' => bytes.push(b' '),
            byte => bytes.push(byte),
        }
    }
    String::from_utf8(bytes).map_err(|_| broken())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> GitRef {
        GitRef::parse(text).unwrap().unwrap_or_else(|| panic!("`{text}` is a repository"))
    }

    #[test]
    fn repositories() {
        for (text, shown) in [
            ("https://example.com/a/app.git", "https://example.com/a/app.git"),
            ("https://example.com/a/app.git#v1:sub/dir", "https://example.com/a/app.git#v1:sub/dir"),
            ("https://example.com/app.git#:sub", "https://example.com/app.git#:sub"),
            ("git://example.com/app#main", "git://example.com/app#main"),
            ("ssh://git@example.com:22/app", "ssh://git@example.com:22/app"),
            ("git@example.com:me/app.git", "git@example.com:me/app.git"),
            ("github.com/me/app", "https://github.com/me/app"),
            (
                "https://example.com/app.git?branch=main&subdir=a%20b",
                "https://example.com/app.git#refs/heads/main:a b",
            ),
        ] {
            assert_eq!(parse(text).display(), shown, "{text}");
        }
    }

    #[test]
    fn what_is_no_repository() {
        for text in [
            "",
            ".",
            "./a.git",
            "app.git",
            "https://example.com/app.tar",
            "https:///a.git",
            "C:\\app",
            "a b@c:d",
            "ftp://example.com/a.git",
        ] {
            assert_eq!(GitRef::parse(text), Ok(None), "{text}");
        }
    }

    #[test]
    fn whole_names_stay_whole() {
        for query in ["tag=v1", "tag=refs/tags/v1", "ref=refs/tags/v1"] {
            let git = parse(&format!("https://example.com/a.git?{query}"));
            assert_eq!(git.reference.as_deref(), Some("refs/tags/v1"), "{query}");
        }
    }

    #[test]
    fn queries() {
        let git = parse(
            "git@example.com:a.git?tag=v1&checksum=abc&keep-git-dir&submodules=false&mtime=commit&fetch-by-commit=true",
        );
        assert_eq!(git.reference.as_deref(), Some("refs/tags/v1"));
        assert_eq!(git.checksum.as_deref(), Some("abc"));
        assert!(git.keep_git_dir && git.commit_time && git.fetch_by_commit);
        assert_eq!(git.submodules, Some(false));
        for wrong in [
            "?tag=a&branch=b",
            "?colour=red",
            "?submodules=perhaps",
            "?mtime=now",
            "?ref=%zz",
            "?checksum=",
            "?commit",
            "?checksum=a&commit=b",
        ] {
            assert!(GitRef::parse(&format!("https://example.com/a.git{wrong}")).is_err(), "{wrong}");
        }
    }
}
