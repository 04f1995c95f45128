//! Image references: `[registry/]path[:tag][@digest]`.

use super::Refusal;
use crate::spec::reader::shorten;

/// Whether a string may be an image or the name of a context that the build is given. It is not looked up.
pub(in crate::spec) fn reference(text: &str) -> Result<String, Refusal> {
    let refuse =
        |label: &str| Refusal::new("bad-image", format!("`{}` is not an image", shorten(text)), label);
    if text.is_empty() {
        return Err(refuse("write an image, a stage or `scratch`"));
    }
    if let Some((_, rest)) = text.split_once("://") {
        let error = refuse("an image has no `://`");
        return Err(match reference(rest) {
            Ok(rest) => error.help(format!("write `{}`", shorten(&rest))),
            Err(_) => error,
        });
    }
    if let Some((image, name)) = text.split_once(" AS ").or(text.split_once(" as ")) {
        return Err(refuse("`AS` is of the Dockerfile").help(format!(
            "write `from = \"{}\"`; to name a stage, write its keys below `[stages.{}]`",
            shorten(image.trim()),
            shorten(name.trim()),
        )));
    }
    if text.contains(char::is_whitespace) {
        return Err(refuse("an image has no blanks in its name"));
    }
    let (name, digest) = match text.split_once('@') {
        Some((name, digest)) => (name, Some(digest)),
        None => (text, None),
    };
    if let Some(digest) = digest {
        let hex = digest.strip_prefix("sha256:");
        if hex.is_none_or(|hex| hex.len() != 64 || !hex.bytes().all(|b| b.is_ascii_hexdigit())) {
            return Err(refuse("the digest after `@` must be `sha256:` and 64 hexadecimal digits"));
        }
    }
    let (path, tag) = match name.rsplit_once(':') {
        Some((path, tag)) if !tag.contains('/') => (path, Some(tag)),
        _ => (name, None),
    };
    if let Some(tag) = tag {
        let start = tag.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
        let rest = tag.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c));
        if !start || !rest || tag.len() > 128 {
            return Err(refuse("the tag after `:` may have letters, digits, `.`, `_` and `-`"));
        }
    }
    let mut parts: Vec<&str> = path.split('/').collect();
    let registry = parts.len() > 1 && (parts[0].contains(['.', ':']) || parts[0] == "localhost");
    if registry {
        let host = parts.remove(0);
        let (name, port) = host.split_once(':').unwrap_or((host, "443"));
        let label = |label: &str| {
            let inner = label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
            inner && !label.is_empty() && !label.starts_with('-') && !label.ends_with('-')
        };
        if !name.split('.').all(label) || port.parse::<u16>().is_err() {
            return Err(refuse("what stands before the first `/` is not the name of a registry"));
        }
    }
    if parts.iter().any(|part| part.chars().any(|c| c.is_ascii_uppercase())) {
        let lower = text.replacen(path, &path.to_ascii_lowercase(), 1);
        return Err(refuse("names of images are in lower case").help(format!("write `{}`", shorten(&lower))));
    }
    let component = |part: &&str| {
        let edge = |c: Option<char>| c.is_some_and(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
        let inner = part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-".contains(c));
        inner && edge(part.chars().next()) && edge(part.chars().last())
    };
    if parts.iter().all(component) {
        Ok(text.to_owned())
    } else {
        Err(refuse("lower-case letters, digits, `.`, `_`, `-`, with `/` between the parts"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references() {
        let digest = format!("python@sha256:{}", "a".repeat(64));
        for good in
            ["python", "python:3.12-slim", "gcr.io/distroless/python3", "localhost:5000/a/b:t", &digest]
        {
            assert!(reference(good).is_ok(), "{good}");
        }
        for bad in ["", "Python", "a b", "python:", "python@sha256:abc", "a//b", "-a", "https://x/y", "../x"]
        {
            assert!(reference(bad).is_err(), "{bad}");
        }
        assert!(reference("REGISTRY.example:5000/a").is_ok());
    }
}
