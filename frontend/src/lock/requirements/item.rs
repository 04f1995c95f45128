//! One requirement as pip takes it: PEP 508, or a bare URL, repository or path.

use std::str::FromStr;

use pep440_rs::Operator;

use crate::lock::marker::Marker;
use crate::lock::model::{Archive, File, FileHash, GitCommit, Place};
use crate::lock::name::{PackageName, normalise};
use crate::lock::requirement::{Requirement, Wanted};
use crate::lock::{path, url};

/// What one line asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Item {
    /// Its name; bare paths and URLs may have none.
    pub(super) name: Option<PackageName>,
    /// Extras, normalised.
    pub(super) extras: Vec<String>,
    /// Which version or from where.
    pub(super) origin: Origin,
    /// When.
    pub(super) marker: Marker,
}

/// Where an item comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Origin {
    /// An index; the text is the version specifier, `pinned` the version if it allows only one.
    Index { specifiers: String, pinned: Option<pep440_rs::Version> },
    /// A URL of an archive.
    Url(String),
    /// A repository: `git+https://…`.
    Repository(String),
    /// A wheel or an sdist in the build context, relative to it.
    File(String),
    /// A directory of the build context.
    Directory(String),
}

/// Reads an item; an error is what is wrong with it.
pub(super) fn parse(text: &str) -> Result<Item, String> {
    if text.is_empty() {
        return Err("expected a requirement".to_owned());
    }
    if is_named(text) {
        let requirement = Requirement::from_str(text).map_err(|error| error.message)?;
        let origin = match &requirement.wanted {
            Wanted::Versions(specifiers) => Origin::Index {
                pinned: pinned(specifiers),
                specifiers: specifiers.iter().map(ToString::to_string).collect::<Vec<_>>().join(","),
            },
            Wanted::Url(reference) => reference_origin(reference)?,
        };
        let (extras, marker) = (requirement.extras, requirement.marker);
        return Ok(Item { name: Some(requirement.name), extras, origin, marker });
    }
    let (reference, marker) = match text.split_once(" ;") {
        Some((reference, marker)) => (reference.trim(), marker),
        None => (text, ""),
    };
    let marker = Marker::from_str(marker.trim()).map_err(|error| error.message)?;
    let (reference, extras) = trailing_extras(reference)?;
    let is_path = reference.contains('/') || reference.starts_with('.') || path::is_archive(reference);
    if !is_path && !["file:", "git+"].iter().any(|scheme| reference.starts_with(scheme)) {
        return Err(format!(
            "`{text}` is no requirement: `name==1.0`, a URL or a path such as `./name` is one"
        ));
    }
    let origin = reference_origin(reference)?;
    let (name, extras) = match (url::fragment(reference, "egg"), &origin) {
        (Some(egg), _) => {
            let egg = Requirement::from_str(&egg).map_err(|error| format!("`#egg=`: {}", error.message))?;
            (Some(egg.name), egg.extras)
        }
        (None, Origin::Url(at) | Origin::File(at)) => (name_in(&url::filename(at)), extras),
        (None, _) => (None, extras),
    };
    Ok(Item { name, extras, origin, marker })
}

/// `name`, `name[extra]`, `name==1`, `name @ …`, but neither a path nor a URL.
fn is_named(text: &str) -> bool {
    let end = text
        .find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '-' | '_' | '.'))
        .unwrap_or(text.len());
    let (name, rest) = (&text[..end], text[end..].trim_start());
    let archive = rest.is_empty() || rest.starts_with(';');
    !(name.is_empty()
        || name.starts_with('.')
        || rest.starts_with([':', '/', '+'])
        || archive && path::is_archive(name))
}

/// `./path[a,b]`
fn trailing_extras(reference: &str) -> Result<(&str, Vec<String>), String> {
    let Some((before, extras)) = reference
        .strip_suffix(']')
        .and_then(|rest| rest.rsplit_once('['))
        .filter(|_| !reference.contains('#'))
    else {
        return Ok((reference, vec![]));
    };
    let extras = extras.split(',').map(str::trim).filter(|extra| !extra.is_empty()).map(normalise);
    Ok((before, extras.collect()))
}

fn reference_origin(reference: &str) -> Result<Origin, String> {
    if let Some((scheme, _)) = reference.split_once("://") {
        if scheme.contains('+') {
            return match scheme.starts_with("git+") {
                true => Ok(Origin::Repository(reference.to_owned())),
                false => {
                    Err(format!("`{scheme}` is a kind of repository that is not supported; only git is"))
                }
            };
        }
        if scheme != "file" {
            return Ok(Origin::Url(reference.to_owned()));
        }
    } else if reference.starts_with("git+") {
        return Err("write the repository as a URL: `git+ssh://git@host/path`".to_owned());
    }
    let local = reference.strip_prefix("file:").unwrap_or(reference);
    let local = local.strip_prefix("//").unwrap_or(local);
    let local = local.split('#').next().unwrap_or_default();
    match path::below_context(local) {
        Some(clean) if path::is_archive(&clean) => Ok(Origin::File(clean)),
        Some(clean) => Ok(Origin::Directory(clean)),
        None => Err(format!("`{local}` is outside of the build context; paths are relative to it")),
    }
}

/// The version, if only one is allowed: `==1.0` or `===1.0`, not `==1.*`.
fn pinned(specifiers: &pep440_rs::VersionSpecifiers) -> Option<pep440_rs::Version> {
    let pins = |operator: &Operator| matches!(operator, Operator::Equal | Operator::ExactEqual);
    specifiers
        .iter()
        .find(|specifier| pins(specifier.operator()))
        .map(|specifier| specifier.version().clone())
}

/// The project in the name of a wheel or an sdist.
fn name_in(filename: &str) -> Option<PackageName> {
    let stem = filename.strip_suffix(".whl").map(|stem| stem.split('-').next().unwrap_or_default());
    let sdist = || filename.rsplit_once('-').map(|(name, _)| name);
    stem.or_else(sdist)?.parse().ok()
}

impl Item {
    /// As `uv pip compile` reads it. `None` for a directory that is wanted under no condition and by no name is
    /// written as a path.
    pub(super) fn to_line(&self) -> String {
        let extras = match self.extras.as_slice() {
            [] => String::new(),
            extras => format!("[{}]", extras.join(",")),
        };
        let name = self.name.as_ref().map(ToString::to_string);
        let reference = match &self.origin {
            Origin::Index { specifiers, .. } => format!("{}{extras}{specifiers}", name.unwrap_or_default()),
            Origin::Url(at) | Origin::Repository(at) => match name {
                Some(name) => format!("{name}{extras} @ {at}"),
                None => at.clone(),
            },
            Origin::File(path) | Origin::Directory(path) => match name {
                Some(name) => format!("{name}{extras} @ ./{path}"),
                None => format!("./{path}{extras}"),
            },
        };
        if self.marker.is_always() {
            reference
        } else {
            format!("{reference} ; {}", self.marker.to_string().trim())
        }
    }
}

/// `git+https://host/repo@rev#subdirectory=x`, if `rev` is a whole commit id.
pub(super) fn git_commit(repository: &str) -> Option<GitCommit> {
    let bare = repository.strip_prefix("git+")?;
    let without_fragment = bare.split('#').next()?;
    let path_start = without_fragment.find("://")? + 3;
    let at = without_fragment[path_start..].rfind('@').map(|at| path_start + at)?;
    let (before, revision) = (&without_fragment[..at], &without_fragment[at + 1..]);
    let whole = revision.len() == 40 && revision.bytes().all(|byte| byte.is_ascii_hexdigit());
    whole.then(|| GitCommit {
        url: url::public(before),
        commit: revision.to_ascii_lowercase(),
        requested: None,
        subdirectory: url::fragment(bare, "subdirectory"),
    })
}

/// The archive at a URL or a path, with the checksum that the line or the URL's fragment gives.
pub(super) fn archive(origin: &Origin, hashes: &[String]) -> Option<Archive> {
    let (place, at) = match origin {
        Origin::Url(at) => (Place::Url { url: at.clone(), name: None }, at),
        Origin::File(path) => (Place::Path(path.clone()), path),
        _ => return None,
    };
    let fragment = url::fragment(at, "sha256").map(|digest| FileHash::from_pair("sha256", &digest));
    let given = hashes.iter().map(|hash| FileHash::from_prefixed(hash)).find(|hash| hash.sha256().is_some());
    let hash = given.or(fragment).unwrap_or_default();
    let subdirectory = url::fragment(at, "subdirectory");
    Some(Archive { file: File { place, hash, size: None }, subdirectory })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, line: &str) {
        assert_eq!(parse(text).map(|item| item.to_line()).as_deref(), Ok(line), "{text}");
    }

    #[test]
    fn lines() {
        check("Flask [Async] >=2 ; python_version>'3'", "flask[async]>=2 ; python_version>'3'");
        check("a == 1.0", "a==1.0");
        check("./libs/x[a, B]", "./libs/x[a,b]");
        check(".", "./.");
        check("libs/x/", "./libs/x");
        check("wheels/a_b-1.0-py3-none-any.whl", "a-b @ ./wheels/a_b-1.0-py3-none-any.whl");
        check("a-1.0.tar.gz", "a @ ./a-1.0.tar.gz");
        check("https://h/a-b-1.0.zip ; os_name=='nt'", "a-b @ https://h/a-b-1.0.zip ; os_name=='nt'");
        check("git+https://h/r@v1#egg=A_b[x]", "a-b[x] @ git+https://h/r@v1#egg=A_b[x]");
        check("a @ file:./x", "a @ ./x");
        check("git+ssh://git@h/r", "git+ssh://git@h/r");
    }

    #[test]
    fn mistakes() {
        for text in [
            "../x",
            "/x",
            "svn+https://h/r",
            "git+git@h:r",
            "a==",
            "a b",
            "file:///x",
            "a @ ../y",
            "",
            "[a]",
            "{\"a\": 1}",
        ] {
            assert!(parse(text).is_err(), "{text}: {:?}", parse(text));
        }
    }

    #[test]
    fn commits() {
        let commit = "0123456789abcdef0123456789abcdef01234567";
        let found = git_commit(&format!("git+ssh://git@h/r.git@{commit}#subdirectory=x")).unwrap();
        assert_eq!((found.url.as_str(), found.commit.as_str()), ("ssh://git@h/r.git", commit));
        assert_eq!(found.subdirectory.as_deref(), Some("x"));
        assert_eq!(git_commit("git+https://h/r@main"), None);
        assert_eq!(git_commit("git+ssh://git@h/r"), None);
    }
}
