//! One dependency as PEP 508 writes it: `name[extra] >=1,<2 ; marker` or `name @ url`.

use std::fmt;
use std::str::FromStr;

use pep440_rs::VersionSpecifiers;

use super::marker::Marker;
use super::name::{PackageName, normalise};

/// A dependency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requirement {
    /// What is wanted.
    pub name: PackageName,
    /// Its extras, normalised, in the order written.
    pub extras: Vec<String>,
    /// Which of it.
    pub wanted: Wanted,
    /// When it is wanted.
    pub marker: Marker,
}

/// Which version, or from where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// Versions of an index; empty: any.
    Versions(VersionSpecifiers),
    /// A direct reference (PEP 440): an archive, a repository or a path.
    Url(String),
}

/// Why a text is not a requirement, and where: a byte range of that text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequirementError {
    /// What is wrong, for people.
    pub message: String,
    /// First byte that is wrong.
    pub start: usize,
    /// One past the last byte that is wrong.
    pub end: usize,
}

impl fmt::Display for RequirementError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for RequirementError {}

impl FromStr for Requirement {
    type Err = RequirementError;

    fn from_str(text: &str) -> Result<Self, RequirementError> {
        let mut rest = Rest { text, at: 0 };
        rest.space();
        let (start, name) = rest.take(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'));
        let name = name
            .parse::<PackageName>()
            .map_err(|error| problem(error, start, (start + name.len()).max(start + 1).min(text.len())))?;
        rest.space();
        let extras = extras(&mut rest)?;
        rest.space();
        let wanted = match rest.peek() {
            Some('@') => {
                rest.at += 1;
                rest.space();
                let (at, url) = rest.take(|c| !c.is_whitespace());
                if url.is_empty() {
                    return Err(problem("expected a URL after `@`", at, at));
                }
                Wanted::Url(url.to_owned())
            }
            _ => Wanted::Versions(versions(&mut rest)?),
        };
        rest.space();
        let marker = match rest.peek() {
            None => Marker::always(),
            Some(';') => {
                let start = rest.at + 1;
                Marker::from_str(text[start..].trim_end()).map_err(|error| {
                    let message = format!("`{}` is not a marker: {}", text[start..].trim(), error.message);
                    problem(message, start + error.start, start + error.end)
                })?
            }
            Some(_) => return Err(problem("expected `;` and a marker, or the end", rest.at, text.len())),
        };
        Ok(Self { name, extras, wanted, marker })
    }
}

fn extras(rest: &mut Rest<'_>) -> Result<Vec<String>, RequirementError> {
    if rest.peek() != Some('[') {
        return Ok(vec![]);
    }
    let start = rest.at + 1;
    let Some(length) = rest.text[start..].find(']') else {
        return Err(problem("`[` without `]`", rest.at, rest.text.len()));
    };
    rest.at = start + length + 1;
    let inner = &rest.text[start..start + length];
    if inner.trim().is_empty() {
        return Ok(vec![]);
    }
    let valid =
        |extra: &str| extra.parse::<PackageName>().map_err(|error| problem(error, start, start + length));
    inner.split(',').map(str::trim).map(|extra| valid(extra).map(|_| normalise(extra))).collect()
}

/// `>=1,<2` or `(>=1,<2)`, up to a `;` or the end.
fn versions(rest: &mut Rest<'_>) -> Result<VersionSpecifiers, RequirementError> {
    let (start, text) = rest.take(|c| c != ';');
    let end = start + text.trim_end().len();
    let bare = text.trim();
    let bare = bare.strip_prefix('(').and_then(|inner| inner.strip_suffix(')')).unwrap_or(bare);
    VersionSpecifiers::from_str(bare.trim()).map_err(|error| {
        let message = error.to_string();
        problem(
            format!("not a version specifier: {}", message.lines().next().unwrap_or_default()),
            start,
            end,
        )
    })
}

fn problem(message: impl fmt::Display, start: usize, end: usize) -> RequirementError {
    RequirementError { message: message.to_string(), start, end }
}

struct Rest<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Rest<'t> {
    fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }

    fn space(&mut self) {
        let rest = &self.text[self.at..];
        self.at += rest.len() - rest.trim_start().len();
    }

    /// The characters from here on that fit, and where they start.
    fn take(&mut self, fits: impl Fn(char) -> bool) -> (usize, &'t str) {
        let rest = &self.text[self.at..];
        let length = rest.find(|c| !fits(c)).unwrap_or(rest.len());
        let start = self.at;
        self.at += length;
        (start, &rest[..length])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_and_urls() {
        let all = "Foo_Bar [ A_b, c ] (>=1.0, <2) ; python_version >= '3.9'".parse::<Requirement>().unwrap();
        assert_eq!(all.name.as_str(), "foo-bar");
        assert_eq!(all.extras, ["a-b", "c"]);
        assert_eq!(all.wanted, Wanted::Versions(">=1.0,<2".parse().unwrap()));
        assert_eq!(all.marker.to_string(), " python_version >= '3.9'");
        let url = "a@https://h/a-1.zip#x;y ; os_name=='posix'".parse::<Requirement>().unwrap();
        assert_eq!(url.wanted, Wanted::Url("https://h/a-1.zip#x;y".into()));
        assert!("a==1.*;os_name=='nt'".parse::<Requirement>().is_ok());
        assert!("a".parse::<Requirement>().unwrap().marker.is_always());
    }

    #[test]
    fn not_requirements() {
        for text in ["", "  ", "a b", "a[b", "a @", "a=1", "a>=x", "-a", "a; b", "ä", "a[b c]", "a @ u v"] {
            let error = text.parse::<Requirement>().unwrap_err();
            assert!(error.start <= error.end && error.end <= text.len(), "{text}: {error:?}");
        }
    }
}
