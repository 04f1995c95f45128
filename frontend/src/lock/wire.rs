//! What the private wire types of the formats share: borrowed text, markers read once, errors with a place.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use pep440_rs::{Version, VersionSpecifiers};
use serde::de::{Deserialize, Deserializer, Visitor};

use super::marker::Marker;
use super::name::PackageName;
use super::place;
use crate::diag::Diagnostic;
use crate::text::SourceFile;

/// Text that borrows from the file where nothing had to be unescaped. (`Cow` inside of `Option` and `Vec` never
/// borrows with serde's own impl, and locks are mostly text in `Vec`s.)
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) struct Text<'a>(Cow<'a, str>);

impl<'a> Text<'a> {
    pub(super) fn borrowed(text: &'a str) -> Self {
        Self(Cow::Borrowed(text))
    }

    pub(super) fn owned(text: &str) -> Self {
        Self(Cow::Owned(text.to_owned()))
    }
}

/// So that maps can be asked for a plain text.
impl std::borrow::Borrow<str> for Text<'_> {
    fn borrow(&self) -> &str {
        self
    }
}

impl std::ops::Deref for Text<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(TextVisitor).map(Self)
    }
}

struct TextVisitor;

impl<'de> Visitor<'de> for TextVisitor {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(text))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Self::Value, E> {
        Ok(Cow::Owned(text))
    }
}

/// Reads a TOML file into a wire type; a mistake is an error at its place.
pub(super) fn toml<'de, T: Deserialize<'de>>(file: &'de SourceFile) -> Result<T, Diagnostic> {
    toml::from_str(file.text()).map_err(|error| {
        let message = format!("`{}` cannot be read: {}", file.name(), error.message());
        let diagnostic = Diagnostic::error("lock-syntax", message);
        let diagnostic = match error.span() {
            Some(range) => diagnostic.at(file.span(range)),
            None => diagnostic,
        };
        merged(file, diagnostic)
    })
}

/// Reads a JSON file into a wire type; a mistake is an error at its line.
pub(super) fn json<'de, T: Deserialize<'de>>(file: &'de SourceFile) -> Result<T, Diagnostic> {
    serde_json::from_str(file.text()).map_err(|error| {
        let message = format!("`{}` cannot be read: {error}", file.name());
        merged(file, Diagnostic::error("lock-syntax", message).at(file.line_span(error.line())))
    })
}

/// An error of a file that git has left half merged says so.
fn merged(file: &SourceFile, error: Diagnostic) -> Diagnostic {
    let conflict = |line: &str| line.starts_with("<<<<<<< ") || line.starts_with(">>>>>>> ");
    if !file.text().lines().any(conflict) {
        return error;
    }
    error.help(match super::format_of(file.name()) {
        Some(row) => format!("it holds a conflict of git: take one side, and lock again: `{}`", row.command),
        None => "it holds a conflict of git: resolve it first".to_owned(),
    })
}

/// A reader at work: its file, what it noticed, the markers that it has met.
pub(super) struct Reading<'a> {
    pub(super) file: &'a SourceFile,
    pub(super) found: Vec<Diagnostic>,
    markers: BTreeMap<String, Arc<Marker>>,
    always: Arc<Marker>,
}

impl<'a> Reading<'a> {
    pub(super) fn new(file: &'a SourceFile) -> Self {
        Self { file, found: vec![], markers: BTreeMap::new(), always: Arc::new(Marker::always()) }
    }

    /// The marker that always holds.
    pub(super) fn always(&self) -> Arc<Marker> {
        Arc::clone(&self.always)
    }

    /// A marker; equal texts (locks repeat a few hundred times the same dozen) are read once.
    pub(super) fn marker(&mut self, text: Option<&str>) -> Arc<Marker> {
        let Some(text) = text else { return self.always() };
        if let Some(marker) = self.markers.get(text) {
            return Arc::clone(marker);
        }
        let marker = Arc::new(Marker::from_str(text).unwrap_or_else(|error| {
            self.broken(text, format!("`{text}` is not a marker: {error}"));
            Marker::always()
        }));
        self.markers.insert(text.to_owned(), Arc::clone(&marker));
        marker
    }

    pub(super) fn name(&mut self, text: &str) -> Option<PackageName> {
        self.parsed(text, "name of a package")
    }

    pub(super) fn version(&mut self, text: Option<&str>) -> Option<Version> {
        text.and_then(|text| self.parsed(text, "version"))
    }

    pub(super) fn specifiers(&mut self, text: Option<&str>) -> Option<VersionSpecifiers> {
        text.and_then(|text| self.parsed(text, "version specifier"))
    }

    fn parsed<T: FromStr>(&mut self, text: &str, what: &str) -> Option<T> {
        let value = text.parse().ok();
        if value.is_none() {
            self.broken(text, format!("`{text}` is not a {what}"));
        }
        value
    }

    /// Notes that the lock says something that no tool writes; `near` is searched for as its place.
    pub(super) fn broken(&mut self, near: &str, message: impl Into<String>) {
        let diagnostic = Diagnostic::error("lock-broken", message);
        self.found.push(match place::text(self.file, near) {
            Some(span) => diagnostic.at(span),
            None => diagnostic.at(self.file.span(0..0)),
        });
    }
}
