//! The little that has to be known of URLs: their credentials, fragment, last part and subdirectory. Nothing is
//! fetched or resolved here.

use std::borrow::Cow;

/// The URL without fragment and without `user:password@`.
pub(crate) fn public(url: &str) -> String {
    let url = url.split('#').next().unwrap_or_default();
    match credentials(url) {
        Some(range) => format!("{}{}", &url[..range.start], &url[range.end..]),
        None => url.to_owned(),
    }
}

/// Where in a URL the credentials are, with their `@`. A user name alone is one too (a token), except `git@` of
/// ssh.
pub(crate) fn credentials(url: &str) -> Option<std::ops::Range<usize>> {
    let start = url.find("://")? + 3;
    let authority = url[start..].split(['/', '?', '#']).next().unwrap_or_default();
    let end = start + authority.rfind('@')? + 1;
    let user = &url[start..end - 1];
    let ssh = url[..start].contains("ssh");
    (!ssh || user.contains(':')).then_some(start..end)
}

/// Scheme, host and port, lower case: whom one talks to.
pub(crate) fn origin(url: &str) -> String {
    let url = public(url);
    let (scheme, rest) = url.split_once("://").unwrap_or(("", &url));
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    format!("{scheme}://{host}").to_ascii_lowercase()
}

/// A repository as a URL: `git@host:path`, ssh's short form, is `ssh://git@host/path`.
pub(crate) fn repository(text: &str) -> String {
    let text = text.strip_prefix("git+").unwrap_or(text);
    match text.split_once(':') {
        Some((host, path)) if !text.contains("://") && host.contains('@') => format!("ssh://{host}/{path}"),
        _ => public(text),
    }
}

/// The decoded last part of the path.
pub(crate) fn filename(url: &str) -> Cow<'_, str> {
    // Searched for one by one: single characters are found at the speed of memory.
    let path = url.split('#').next().unwrap_or_default();
    let path = path.split('?').next().unwrap_or_default();
    decode(path.trim_end_matches('/').rsplit('/').next().unwrap_or_default())
}

/// `key` of a fragment such as `#egg=a&subdirectory=b`, decoded.
pub(crate) fn fragment(url: &str, key: &str) -> Option<String> {
    parameter(url.split_once('#')?.1, key)
}

/// `key` of `a=1&b=2`, decoded.
pub(crate) fn parameter(query: &str, key: &str) -> Option<String> {
    query.split('&').find_map(|pair| {
        let (name, value) = pair.split_once('=')?;
        (name == key).then(|| decode(value).into_owned())
    })
}

/// Percent-decoded; what does not decode to UTF-8 stays as it is.
pub(crate) fn decode(text: &str) -> Cow<'_, str> {
    if !text.contains('%') {
        return text.into();
    }
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let digits = bytes.get(at + 1..at + 3).filter(|_| bytes[at] == b'%');
        let byte = digits
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()))
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match byte {
            Some(byte) => {
                out.push(byte);
                at += 3;
            }
            None => {
                out.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8(out).map_or(Cow::Borrowed(text), Cow::Owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts() {
        assert_eq!(public("https://u:p@h/a.whl#sha256=x"), "https://h/a.whl");
        assert_eq!(public("https://token@h/a"), "https://h/a");
        assert_eq!(public("ssh://git@h/a"), "ssh://git@h/a");
        assert_eq!(public("https://h/@a"), "https://h/@a");
        assert_eq!(filename("https://h/x/torch-2.1%2Bcpu.whl?a#b"), "torch-2.1+cpu.whl");
        assert_eq!(fragment("git+x#egg=a&subdirectory=b%2Fc", "subdirectory").as_deref(), Some("b/c"));
        assert_eq!(origin("HTTPS://u:p@Host:8443/a?b"), "https://host:8443");
        assert_eq!(repository("git@h:a/b.git"), "ssh://git@h/a/b.git");
        assert_eq!(repository("https://t@h/a.git"), "https://h/a.git");
        assert_eq!(decode("100%"), "100%");
        assert_eq!(decode("%zz%f"), "%zz%f");
    }
}
