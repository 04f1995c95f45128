//! Named contexts: `--build-context NAME=VALUE` puts another image, directory or repository in the place of an
//! image, a stage or a copy source of that name.

use std::collections::BTreeMap;

use buildkit_llb::Platform;

use super::{GitRef, ImageName};
use crate::options::parse_platform;

/// What a named context is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NamedContext {
    /// `docker-image://REF`: an image of a registry.
    Image(ImageName),
    /// `docker-image://scratch`: nothing.
    Scratch,
    /// `oci-layout://STORE[:TAG]@DIGEST`: an image in a directory of the client.
    OciLayout {
        /// The name of the directory in the client's session.
        store: String,
        /// `sha256:…`.
        digest: String,
    },
    /// `local:NAME`: a directory of the client, by its name in the session.
    Local(String),
    /// A repository.
    Git(GitRef),
    /// A file at a URL; it is not unpacked.
    Http(String),
    /// `input:KEY`: a graph that the client hands over, such as another target of a bake file.
    Input(String),
}

impl NamedContext {
    /// Reads the value of an option `context:NAME`.
    ///
    /// # Errors
    /// A kind that does not exist, or a value that is none of its kind.
    pub fn parse(value: &str) -> Result<Self, String> {
        if let Some(git) = GitRef::parse(value)? {
            return Ok(Self::Git(git));
        }
        let Some((kind, rest)) = value.split_once(':') else {
            return Err(format!("`{value}` says neither image, directory nor URL"));
        };
        let reference = rest.strip_prefix("//").unwrap_or(rest);
        match kind {
            "docker-image" if reference == "scratch" => Ok(Self::Scratch),
            "docker-image" => Ok(Self::Image(reference.parse::<ImageName>()?.with_default_tag())),
            "oci-layout" => oci_layout(reference),
            "local" => Ok(Self::Local(rest.to_owned())),
            "http" | "https" => Ok(Self::Http(value.to_owned())),
            "input" => Ok(Self::Input(rest.to_owned())),
            _ => Err(format!(
                "`{kind}` is not a kind of context (docker-image, oci-layout, local, git, http, input)"
            )),
        }
    }
}

/// The digest is a must: an OCI layout has no tags that mean anything to the daemon.
fn oci_layout(reference: &str) -> Result<NamedContext, String> {
    let Some((name, digest)) = reference.split_once('@') else {
        return Err(format!("`oci-layout://{reference}` has no digest; write `oci-layout://NAME@sha256:…`"));
    };
    // The store is a path's stand-in, not an image name; digest and shape are checked with a name that is one.
    format!("store@{digest}").parse::<ImageName>()?;
    let store = name.split_once(':').map_or(name, |(store, _tag)| store);
    match store {
        "" => Err(format!("`oci-layout://{reference}` has no name")),
        store => Ok(NamedContext::OciLayout { store: store.to_owned(), digest: digest.to_owned() }),
    }
}

/// All named contexts of a build.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NamedContexts {
    contexts: BTreeMap<String, NamedContext>,
}

impl NamedContexts {
    /// Adds one by the name in its option: `NAME`, or `NAME::PLATFORM` for one platform only.
    pub fn insert(&mut self, name: &str, context: NamedContext) {
        let key = match name.rsplit_once("::") {
            Some((name, platform)) => {
                let platform =
                    parse_platform(platform).map_or(platform.to_owned(), |platform| platform.name());
                format!("{}::{platform}", normalised(name))
            }
            None => normalised(name),
        };
        self.contexts.insert(key, context);
    }

    /// What stands for `name` on `platform`, with the name that people know it by. What is written for that
    /// platform wins. `scratch` and `context` mean what they always mean.
    ///
    /// To be asked for base images, for stages, and for the sources of copies and mounts.
    pub fn find(&self, name: &str, platform: &Platform) -> Option<(&str, &NamedContext)> {
        if matches!(name, "scratch" | "context") {
            return None;
        }
        let name = normalised(name);
        let (key, context) = self
            .contexts
            .get_key_value(&format!("{name}::{}", platform.name()))
            .or_else(|| self.contexts.get_key_value(&name))?;
        Some((key.split_once("::").map_or(key.as_str(), |(name, _)| name), context))
    }

    /// All of them, by name (with `::PLATFORM` where it is for one platform only).
    pub fn iter(&self) -> impl Iterator<Item = (&str, &NamedContext)> {
        self.contexts.iter().map(|(name, context)| (name.as_str(), context))
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.contexts.is_empty()
    }
}

/// The key that clients send: the familiar form of an image name without `:latest`. A name that is no image name,
/// such as a stage with capital letters, stays as it is.
fn normalised(name: &str) -> String {
    match name.parse::<ImageName>() {
        Ok(image) => {
            let familiar = image.familiar();
            familiar.strip_suffix(":latest").map_or(familiar.clone(), ToOwned::to_owned)
        }
        Err(_) => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIGEST: &str = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    #[test]
    fn kinds() {
        let parse = |value: &str| NamedContext::parse(value).unwrap();
        let image = |name: &str| NamedContext::Image(name.parse().unwrap());
        assert_eq!(parse("docker-image://python:3.12"), image("python:3.12"));
        assert_eq!(parse("docker-image://alpine"), image("alpine:latest"));
        assert_eq!(parse("docker-image://scratch"), NamedContext::Scratch);
        let layout = NamedContext::OciLayout { store: "base".into(), digest: DIGEST.into() };
        assert_eq!(parse(&format!("oci-layout://base@{DIGEST}")), layout);
        assert_eq!(parse(&format!("oci-layout://base:v1@{DIGEST}")), layout);
        assert_eq!(parse("local:src"), NamedContext::Local("src".into()));
        assert_eq!(parse("input:base::linux/amd64"), NamedContext::Input("base::linux/amd64".into()));
        assert!(matches!(parse("https://example.com/a.git"), NamedContext::Git(_)));
        assert!(matches!(parse("git@example.com:a"), NamedContext::Git(_)));
        assert_eq!(
            parse("https://example.com/a.tar"),
            NamedContext::Http("https://example.com/a.tar".into())
        );
    }

    #[test]
    fn wrong_values() {
        for value in [
            "",
            "src",
            "ftp://x",
            "docker-image://A B",
            "oci-layout://base",
            "oci-layout://base@sha256:1",
            &format!("oci-layout://@{DIGEST}"),
        ] {
            assert!(NamedContext::parse(value).is_err(), "{value}");
        }
    }

    #[test]
    fn lookup_normalises_and_prefers_the_platform() {
        let (amd64, arm64) = (Platform::linux("amd64"), Platform::linux("arm64"));
        let mut contexts = NamedContexts::default();
        let local = |name: &str| NamedContext::Local(name.into());
        contexts.insert("python", local("any"));
        contexts.insert("python::linux/arm64/v8", local("arm"));
        contexts.insert("Assets", local("stage"));
        contexts.insert("context", local("no"));
        assert_eq!(contexts.find("docker.io/library/python:latest", &amd64), Some(("python", &local("any"))));
        assert_eq!(contexts.find("python", &arm64), Some(("python", &local("arm"))));
        assert_eq!(contexts.find("python:3.12", &amd64), None);
        assert_eq!(contexts.find("Assets", &amd64), Some(("Assets", &local("stage"))));
        assert_eq!(contexts.find("context", &amd64), None);
    }
}
