//! Names of images, normalised as Docker does: `python` is `docker.io/library/python`.

use std::fmt;
use std::str::FromStr;

/// A normalised image name. `Display` is the full form; [`ImageName::familiar`] is what people write.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ImageName {
    domain: String,
    path: String,
    tag: Option<String>,
    digest: Option<String>,
}

const DEFAULT_DOMAIN: &str = "docker.io";
const OFFICIAL: &str = "library/";

impl ImageName {
    /// The registry: `docker.io`.
    pub fn domain(&self) -> &str {
        &self.domain
    }

    /// The repository below the registry: `library/python`.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The tag, if written.
    pub fn tag(&self) -> Option<&str> {
        self.tag.as_deref()
    }

    /// The digest, if written: `sha256:…`.
    pub fn digest(&self) -> Option<&str> {
        self.digest.as_deref()
    }

    /// With the tag `latest` if neither tag nor digest is written.
    #[must_use]
    pub fn with_default_tag(mut self) -> Self {
        if self.tag.is_none() && self.digest.is_none() {
            self.tag = Some("latest".to_owned());
        }
        self
    }

    /// The same image, pinned.
    #[must_use]
    pub fn with_digest(mut self, digest: impl Into<String>) -> Self {
        self.digest = Some(digest.into());
        self
    }

    /// The shortest name that means the same: without the default registry and its `library/`.
    pub fn familiar(&self) -> String {
        let name = match self.domain.as_str() {
            DEFAULT_DOMAIN => match self.path.strip_prefix(OFFICIAL) {
                Some(official) if !official.contains('/') => official.to_owned(),
                _ => self.path.clone(),
            },
            domain => format!("{domain}/{}", self.path),
        };
        name + &self.suffix()
    }

    fn suffix(&self) -> String {
        let tag = self.tag.as_ref().map(|tag| format!(":{tag}")).unwrap_or_default();
        let digest = self.digest.as_ref().map(|digest| format!("@{digest}")).unwrap_or_default();
        tag + &digest
    }
}

impl fmt::Display for ImageName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}{}", self.domain, self.path, self.suffix())
    }
}

impl FromStr for ImageName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = |why: &str| format!("`{text}` is not an image name: {why}");
        if text.is_empty() {
            return Err("an image name is empty".into());
        }
        if text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(wrong("64 hexadecimal digits are an image id"));
        }
        let (domain, rest) = split_domain(text);
        let (rest, digest) = match rest.split_once('@') {
            Some((rest, digest)) => (rest, Some(digest)),
            None => (rest, None),
        };
        let (path, tag) = match rest.rsplit_once(':') {
            Some((path, tag)) if !tag.contains('/') => (path, Some(tag)),
            _ => (rest, None),
        };
        if path.chars().any(char::is_uppercase) {
            return Err(wrong("the repository must be in lower case"));
        }
        if !is_domain(domain) {
            return Err(wrong("the registry is not a host name"));
        }
        if !path.split('/').all(is_component) {
            return Err(wrong("a repository is letters and digits with `.`, `_` or `-` between them"));
        }
        if tag.is_some_and(|tag| !is_tag(tag)) {
            return Err(wrong("a tag is up to 128 letters, digits, `_`, `.` or `-`"));
        }
        if digest.is_some_and(|digest| !is_digest(digest)) {
            return Err(wrong("a digest is `sha256:` and 64 hexadecimal digits"));
        }
        let path = match domain == DEFAULT_DOMAIN && !path.contains('/') {
            true => format!("{OFFICIAL}{path}"),
            false => path.to_owned(),
        };
        if domain.len() + 1 + path.len() > 255 {
            return Err(wrong("it is longer than 255 characters"));
        }
        Ok(Self { domain: domain.to_owned(), path, tag: tag.map(Into::into), digest: digest.map(Into::into) })
    }
}

/// What stands before the first slash is a registry only if it cannot be anything else: it has a dot, a port, or
/// capital letters, or is `localhost`.
fn split_domain(text: &str) -> (&str, &str) {
    let (domain, rest) = match text.split_once('/') {
        Some((first, rest))
            if first.contains(['.', ':'])
                || first == "localhost"
                || first.chars().any(char::is_uppercase) =>
        {
            (first, rest)
        }
        _ => (DEFAULT_DOMAIN, text),
    };
    match domain {
        "index.docker.io" => (DEFAULT_DOMAIN, rest),
        domain => (domain, rest),
    }
}

fn is_domain(domain: &str) -> bool {
    let (host, port) = match domain.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, Some(port)),
        _ => (domain, None),
    };
    let is_label = |label: &str| {
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
    };
    let is_ipv6 = |host: &str| {
        host.strip_prefix('[')
            .and_then(|host| host.strip_suffix(']'))
            .is_some_and(|host| !host.is_empty() && host.chars().all(|c| c.is_ascii_hexdigit() || c == ':'))
    };
    let is_port = |port: &str| !port.is_empty() && port.chars().all(|c| c.is_ascii_digit());
    (host.split('.').all(is_label) || is_ipv6(host)) && port.is_none_or(is_port)
}

/// Runs of letters and digits, with one `.`, one or two `_`, or any number of `-` between them.
fn is_component(component: &str) -> bool {
    let is_word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let ends = |c: Option<char>| c.is_some_and(is_word);
    let separators = component.split(is_word).filter(|separator| !separator.is_empty());
    let is_separator = |text: &str| matches!(text, "." | "_" | "__") || text.chars().all(|c| c == '-');
    ends(component.chars().next()) && ends(component.chars().next_back()) && { separators }.all(is_separator)
}

fn is_tag(tag: &str) -> bool {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    tag.len() <= 128
        && tag.chars().next().is_some_and(is_word)
        && tag.chars().all(|c| is_word(c) || matches!(c, '.' | '-'))
}

fn is_digest(digest: &str) -> bool {
    let is_hex = |hex: &str| hex.chars().all(|c| matches!(c, '0'..='9' | 'a'..='f'));
    match digest.split_once(':') {
        Some(("sha256", hex)) => hex.len() == 64 && is_hex(hex),
        Some(("sha512", hex)) => hex.len() == 128 && is_hex(hex),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIGEST: &str = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    #[test]
    fn full_and_familiar() {
        for (written, full, familiar) in [
            ("python", "docker.io/library/python", "python"),
            ("python:3.12-slim", "docker.io/library/python:3.12-slim", "python:3.12-slim"),
            ("docker.io/python", "docker.io/library/python", "python"),
            ("index.docker.io/library/python", "docker.io/library/python", "python"),
            ("me/app", "docker.io/me/app", "me/app"),
            ("gcr.io/distroless/python3", "gcr.io/distroless/python3", "gcr.io/distroless/python3"),
            ("localhost/app", "localhost/app", "localhost/app"),
            ("localhost:5000/app:1", "localhost:5000/app:1", "localhost:5000/app:1"),
            ("[::1]:5000/app", "[::1]:5000/app", "[::1]:5000/app"),
            ("a__b/c--d/e.f_g", "docker.io/a__b/c--d/e.f_g", "a__b/c--d/e.f_g"),
        ] {
            let name: ImageName = written.parse().unwrap();
            assert_eq!((name.to_string().as_str(), name.familiar().as_str()), (full, familiar), "{written}");
            assert_eq!(full.parse::<ImageName>().unwrap(), name, "the full form means the same");
            assert_eq!(familiar.parse::<ImageName>().unwrap(), name, "the familiar form means the same");
        }
    }

    #[test]
    fn tags_and_digests() {
        let name: ImageName = format!("python:3.12@{DIGEST}").parse().unwrap();
        assert_eq!((name.tag(), name.digest()), (Some("3.12"), Some(DIGEST)));
        let pinned: ImageName = format!("python@{DIGEST}").parse().unwrap();
        assert_eq!(pinned.clone().with_default_tag(), pinned);
        let plain: ImageName = "python".parse().unwrap();
        assert_eq!(
            plain.with_default_tag().with_digest(DIGEST).familiar(),
            format!("python:latest@{DIGEST}")
        );
    }

    #[test]
    fn what_is_no_image_name() {
        for text in [
            "",
            "Python",
            "py thon",
            "python:",
            "python:-x",
            "python@sha256:12",
            "a//b",
            "-a",
            "a-",
            "a...b",
            "a___b",
            "exa mple.com/a",
            "example.com:port/a",
            "ñ",
            "a\0b",
            "https://example.com/a",
        ] {
            assert!(text.parse::<ImageName>().is_err(), "{text}");
        }
        assert!("a".repeat(64).parse::<ImageName>().unwrap_err().contains("image id"));
        assert!("b/".repeat(130).trim_end_matches('/').parse::<ImageName>().unwrap_err().contains("255"));
    }
}
