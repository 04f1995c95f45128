//! The URL of a repository, read as BuildKit reads it (`util/gitutil/git_url.go`, `util/sshutil/scpurl.go`), which
//! is mostly how Go's `net/url` does.

/// What of a URL names the repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct GitUrl {
    /// Host and port, without a user.
    pub(crate) host: String,
    /// Decoded.
    pub(crate) path: String,
    /// Whether it is fetched by ssh.
    pub(crate) ssh: bool,
}

impl GitUrl {
    /// What git is given as the remote, without query and fragment; and its parts, if they can be told.
    pub(crate) fn read_remote(text: &str) -> (String, Option<Self>) {
        let read = match text.split_once("://") {
            Some((scheme, _)) if is_scheme(scheme) => Self::read(text),
            _ => match Self::read_short(text) {
                Some(read) => Some(read),
                None => {
                    let text = format!("https://{text}");
                    return Self::read(&text)
                        .map_or_else(|| (text, None), |(remote, url)| (remote, Some(url)));
                }
            },
        };
        read.map_or_else(|| (text.to_owned(), None), |(remote, url)| (remote, Some(url)))
    }

    /// `scheme://user@host:port/path?query#fragment`
    fn read(text: &str) -> Option<(String, Self)> {
        let text = text.split('#').next()?.split('?').next()?;
        let (scheme, rest) = text.split_once("://")?;
        let scheme = scheme.to_ascii_lowercase();
        if !["http", "https", "ssh", "git"].contains(&scheme.as_str())
            || rest.contains(|c: char| c.is_ascii_control())
        {
            return None;
        }
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let host = authority.rsplit('@').next()?;
        is_host(host).then_some(())?;
        let decoded = decoded(path)?;
        let remote = format!("{scheme}://{authority}{}", written(path, &decoded));
        Some((remote, Self { host: host.to_owned(), path: decoded, ssh: scheme == "ssh" }))
    }

    /// `user@host:path`, ssh's short form.
    fn read_short(text: &str) -> Option<(String, Self)> {
        let text = text.split(['?', '#']).next()?;
        let (who, path) = text.split_once(':')?;
        let (user, host) = who.split_once('@')?;
        let made_of = |part: &str, more: &[u8]| {
            !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || more.contains(&byte))
        };
        (made_of(user, b"-_") && made_of(host, b"-.") && !path.contains('\n'))
            .then(|| (text.to_owned(), Self { host: host.to_owned(), path: path.to_owned(), ssh: true }))
    }
}

/// An absolute path without empty parts, `.` and `..`, as Go's `path.Join("/", path)` makes it.
pub(crate) fn clean(path: &str) -> String {
    let mut parts = vec![];
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    format!("/{}", parts.join("/"))
}

fn is_scheme(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

fn is_host(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => match rest.split_once(']') {
            Some((_, port)) => return is_port(port),
            None => return false,
        },
        None => host,
    };
    let port = name.rfind(':').map_or("", |at| &name[at..]);
    is_port(port)
        && name.bytes().all(|byte| {
            !byte.is_ascii() || byte.is_ascii_alphanumeric() || b"-_.~!$&'()*+,;=:[]<>\"".contains(&byte)
        })
}

fn is_port(text: &str) -> bool {
    text.is_empty()
        || text.strip_prefix(':').is_some_and(|port| port.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Percent-decoded; nothing if an escape is broken.
fn decoded(text: &str) -> Option<String> {
    let mut bytes = vec![];
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let mut digit = || char::from(rest.next()?).to_digit(16);
            let (high, low) = (digit()?, digit()?);
            bytes.push(u8::try_from(high * 16 + low).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

/// A path as it was, if it was written properly, and properly otherwise.
fn written(path: &str, decoded: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~$&+,/:;=@".contains(&byte);
    if path.bytes().all(|byte| plain(byte) || b"!'()*[]%".contains(&byte)) {
        return path.to_owned();
    }
    let one = |byte: u8| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    decoded.bytes().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Remote, host, path.
    #[track_caller]
    fn check(text: &str, remote: &str, host: &str, path: &str) {
        let (read, url) = GitUrl::read_remote(text);
        let url = url.unwrap_or_else(|| panic!("{text} can be read"));
        assert_eq!((read.as_str(), url.host.as_str(), url.path.as_str()), (remote, host, path));
    }

    #[test]
    fn urls() {
        check("https://h/a.git", "https://h/a.git", "h", "/a.git");
        check("HTTPS://u:p@h:8443/a.git", "https://u:p@h:8443/a.git", "h:8443", "/a.git");
        check("ssh://git@h:22/a%20b", "ssh://git@h:22/a%20b", "h:22", "/a b");
        check("https://h/a b.git", "https://h/a%20b.git", "h", "/a b.git");
        check("https://h/a.git?x=1#v1:sub", "https://h/a.git", "h", "/a.git");
        check("git://[::1]:9418/a", "git://[::1]:9418/a", "[::1]:9418", "/a");
        check("http://h", "http://h", "h", "");
        check("h/a.git", "https://h/a.git", "h", "/a.git");
    }

    #[test]
    fn short_ones() {
        check("git@h.example:a/b.git", "git@h.example:a/b.git", "h.example", "a/b.git");
        check("git@h:a.git#v1", "git@h:a.git", "h", "a.git");
        check("git@h:/abs?x=1", "git@h:/abs", "h", "/abs");
        assert!(GitUrl::read_remote("git@h:a").1.is_some_and(|url| url.ssh));
    }

    #[test]
    fn what_cannot_be_told() {
        for text in ["ftp://h/a", "https://h/a%zz", "https://h:port/a", "https://h h/a", "https://h/a\nb"] {
            assert_eq!(GitUrl::read_remote(text), (text.to_owned(), None));
        }
    }

    #[test]
    fn clean_paths() {
        for (path, expected) in [("", "/"), ("a//b/", "/a/b"), ("/a/./b/../../../c", "/c"), ("..", "/")] {
            assert_eq!(clean(path), expected, "{path}");
        }
    }
}
