//! Which Python a project wants, when its description does not say.
//!
//! Files that pin one version come first, in the order of how deliberately they are written; `requires-python`
//! is a range, which the pin must lie in.

use std::str::FromStr;

use pep440_rs::{Version, VersionSpecifiers};
use serde::Deserialize;

use super::project::Project;
use super::wire::{Text, toml};
use super::{Others, place};
use crate::diag::{Checked, Diagnostic};
use crate::text::{SourceFile, Span};

/// The files that [`detect`] looks at, where they are present.
pub const FILES: &[&str] = &[".python-version", ".tool-versions", "runtime.txt", "Pipfile", "pyproject.toml"];

/// The minor versions that have images, newest first. A range picks the first of them that it allows.
pub const MINORS: &[&str] = &["3.14", "3.13", "3.12", "3.11", "3.10", "3.9"];

/// The Python that a project wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// As it is written: `3.12`, `3.12.4`, `>=3.10,<3.14`.
    pub text: String,
    /// The versions that will do.
    pub versions: VersionSpecifiers,
    /// Where it is written.
    pub span: Span,
    /// Why this counts, for people.
    pub reason: String,
}

/// Finds the Python that the files want; nothing if none says.
///
/// # Errors
/// `python-version` for a text that names no CPython, `two-pythons` if a pin is outside of `requires-python`.
pub fn detect(contents: &Others) -> Checked<Option<Wanted>> {
    let file = |name: &str| contents.get(name).and_then(Option::as_ref);
    let mut found = vec![];
    let pins: [(&str, PinReader); 4] = [
        (".python-version", python_version),
        (".tool-versions", tool_versions),
        ("runtime.txt", runtime),
        ("Pipfile", pipfile),
    ];
    let range = file("pyproject.toml").and_then(|file| requires_python(file, &mut found));
    let pinned = pins.into_iter().find_map(|(name, read)| Some((name, file(name)?, read(file(name)?)?)));
    let Some((name, file, pin)) = pinned else {
        return Checked::new(range, found);
    };
    let span = file.span(pin.start..pin.start + pin.text.len());
    let Some(versions) = allowed(&pin.text) else {
        let message = format!("`{}` names no version of CPython", pin.text);
        let help = "write the version alone, as in `3.12` or `3.12.4`";
        found.push(Diagnostic::error("python-version", message).at(span).help(help));
        return Checked::none(found);
    };
    if let Some(range) = range.filter(|range| !overlaps(&pin.text, &range.versions)) {
        let message = format!("`{name}` wants Python {}, and the project {}", pin.text, range.text);
        found.push(
            Diagnostic::error("two-pythons", message)
                .at(span)
                .label(range.span, "the project says")
                .help("change one of them, or write `python = \"…\"` into the description"),
        );
    }
    let reason = format!("`{name}` says {}", pin.text);
    Checked::new(Some(Wanted { text: pin.text, versions, span, reason }), found)
}

/// The newest minor version that has images and will do: `3.14`.
pub fn newest(versions: &VersionSpecifiers) -> Option<&'static str> {
    MINORS.iter().copied().find(|minor| overlaps(minor, versions))
}

/// Reads the pin of a file, if it has one.
type PinReader = fn(&SourceFile) -> Option<Pin>;

/// A version that a file pins, and where.
struct Pin {
    text: String,
    start: usize,
}

impl Pin {
    /// A part of a file's text.
    fn of(file: &SourceFile, part: &str) -> Self {
        Self { start: part.as_ptr() as usize - file.text().as_ptr() as usize, text: part.to_owned() }
    }
}

/// The first line that is not a comment; pyenv allows several, the first counts.
fn python_version(file: &SourceFile) -> Option<Pin> {
    let line = file.text().lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#'))?;
    let bare =
        ["cpython-", "cpython@", "python-", "cpython"].iter().find_map(|prefix| line.strip_prefix(prefix));
    Some(Pin::of(file, bare.unwrap_or(line)))
}

/// `python 3.12.4 3.11.1`: the first counts (asdf and mise).
fn tool_versions(file: &SourceFile) -> Option<Pin> {
    file.text().lines().find_map(|line| {
        let mut words = line.split('#').next()?.split_whitespace();
        (words.next() == Some("python")).then(|| words.next())?.map(|word| Pin::of(file, word))
    })
}

/// `python-3.12.4` (Heroku).
fn runtime(file: &SourceFile) -> Option<Pin> {
    let line = file.text().lines().map(str::trim).find(|line| !line.is_empty())?;
    Some(Pin::of(file, line.strip_prefix("python-").unwrap_or(line)))
}

/// `[requires] python_version = "3.12"`
fn pipfile(file: &SourceFile) -> Option<Pin> {
    let wire: PipfileWire<'_> = toml(file).ok()?;
    let text = wire.requires.python_full_version.or(wire.requires.python_version)?;
    let start = file.text().find(&*text)?;
    (&*text != "*").then(|| Pin { text: (*text).to_owned(), start })
}

#[derive(Deserialize)]
struct PipfileWire<'a> {
    #[serde(default, borrow)]
    requires: RequiresWire<'a>,
}

#[derive(Deserialize, Default)]
struct RequiresWire<'a> {
    #[serde(borrow)]
    python_version: Option<Text<'a>>,
    #[serde(borrow)]
    python_full_version: Option<Text<'a>>,
}

fn requires_python(file: &SourceFile, found: &mut Vec<Diagnostic>) -> Option<Wanted> {
    let text = Project::read(file).drain_into(found)?.requires_python?;
    let span = place::text(file, &text).unwrap_or_else(|| file.span(0..0));
    let Ok(versions) = VersionSpecifiers::from_str(&text) else {
        let message = format!("`requires-python` is `{text}`, which is not a version specifier");
        found.push(Diagnostic::error("python-version", message).at(span));
        return None;
    };
    let reason = format!("`requires-python` in `{}` says {text}", file.name());
    Some(Wanted { text, versions, span, reason })
}

/// What a pin allows: `3.12` any patch of it, `3.12.4` only that.
fn allowed(pin: &str) -> Option<VersionSpecifiers> {
    let version = Version::from_str(pin).ok()?;
    let [3, rest @ ..] = version.release() else { return None };
    let pattern = match rest.len() {
        0 | 1 => format!("=={pin}.*"),
        _ => format!("=={pin}"),
    };
    pattern.parse().ok()
}

/// Whether some patch release of a pinned version lies in a range: `3.12` does in `>=3.12.4`.
fn overlaps(pin: &str, versions: &VersionSpecifiers) -> bool {
    let Ok(version) = Version::from_str(pin) else { return false };
    let minors: Vec<String> = match version.release() {
        [_] => MINORS.iter().map(|minor| (*minor).to_owned()).collect(),
        [_, _] => vec![pin.to_owned()],
        _ => return versions.contains(&version),
    };
    let patches = minors.iter().flat_map(|minor| (0..40).map(move |patch| format!("{minor}.{patch}")));
    patches.filter_map(|patch| patch.parse().ok()).any(|patch: Version| versions.contains(&patch))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Files;

    #[track_caller]
    fn check(files: &[(&str, &str)]) -> String {
        let mut all = Files::default();
        let contents =
            files.iter().map(|(name, text)| ((*name).to_owned(), Some(all.add(*name, *text)))).collect();
        match detect(&contents).into_result() {
            Ok((Some(wanted), _)) => {
                let newest = newest(&wanted.versions).unwrap_or("none");
                format!("{} ({}), newest {newest}", wanted.versions, wanted.reason)
            }
            Ok((None, _)) => "none".to_owned(),
            Err(errors) => errors.iter().map(|error| error.brief(&all)).collect::<Vec<_>>().join("\n"),
        }
    }

    #[test]
    fn pins() {
        insta::assert_snapshot!(check(&[(".python-version", "# pyenv\n3.12\n3.11\n")]), @"==3.12.* (`.python-version` says 3.12), newest 3.12");
        insta::assert_snapshot!(check(&[(".tool-versions", "nodejs 22\npython 3.11.7 system\n")]), @"==3.11.7 (`.tool-versions` says 3.11.7), newest 3.11");
        insta::assert_snapshot!(check(&[("runtime.txt", "python-3.12.4\n")]), @"==3.12.4 (`runtime.txt` says 3.12.4), newest 3.12");
        insta::assert_snapshot!(check(&[("Pipfile", "[requires]\npython_version = '3.10'\n")]), @"==3.10.* (`Pipfile` says 3.10), newest 3.10");
        insta::assert_snapshot!(check(&[("pyproject.toml", "[project]\nname='a'\nrequires-python='>=3.9,<3.14'")]), @">=3.9, <3.14 (`requires-python` in `pyproject.toml` says >=3.9,<3.14), newest 3.13");
        assert_eq!(check(&[(".python-version", "\n"), ("Pipfile", "[")]), "none");
    }

    #[test]
    fn mistakes() {
        insta::assert_snapshot!(check(&[(".python-version", "pypy3.10\n")]), @"
        .python-version:1:1: error[python-version]: `pypy3.10` names no version of CPython
          = help: write the version alone, as in `3.12` or `3.12.4`
        ");
        insta::assert_snapshot!(
            check(&[(".python-version", "3.9"), ("pyproject.toml", "[project]\nname='a'\nrequires-python='>=3.12.4'")]),
            @r#"
        .python-version:1:1: error[two-pythons]: `.python-version` wants Python 3.9, and the project >=3.12.4
          = note: the project says
          = help: change one of them, or write `python = "…"` into the description
        "#
        );
        insta::assert_snapshot!(check(&[("pyproject.toml", "[project]\nname='a'\nrequires-python='3.x'")]), @"pyproject.toml:3:18: error[python-version]: `requires-python` is `3.x`, which is not a version specifier");
    }
}
