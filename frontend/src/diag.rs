//! What we tell people: one [`Diagnostic`] value, rendered elsewhere in as many ways as there are readers.
//!
//! Functions return what they found as [`Checked`]: a value if there is one, and everything they noticed.
//! Nothing here prints.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};

use crate::text::{Files, SourceFile, Span};

/// A letter to the user: what is wrong, where, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// A stable name, such as `unknown-key`, for documentation and for tests.
    pub code: &'static str,
    /// Whether the build can go on.
    pub severity: Severity,
    /// What is wrong, in one sentence without a final period; names in backticks.
    pub message: String,
    /// Where. The first is the primary place; the others explain.
    pub labels: Vec<Label>,
    /// What to write instead, one advice each.
    pub help: Vec<String>,
    /// Places that hold a secret (the password in a URL): whoever shows the file because of this diagnostic
    /// shows [`Diagnostic::shown_text`], where they are blanked.
    pub hidden: Vec<Span>,
}

/// Whether the build can go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Nothing is wrong: what was decided, and why.
    Note,
    /// The build goes on.
    Warning,
    /// The build does not start.
    Error,
}

/// A place and what is to be said about it (may be empty).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// Where.
    pub span: Span,
    /// What to say there.
    pub text: String,
}

impl Diagnostic {
    /// An error without a place yet.
    pub fn error(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: Severity::Error,
            message: message.into(),
            labels: vec![],
            help: vec![],
            hidden: vec![],
        }
    }

    /// A warning without a place yet.
    pub fn warning(code: &'static str, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, message) }
    }

    /// What was decided for the user, without a place yet.
    pub fn note(code: &'static str, message: impl Into<String>) -> Self {
        Self { severity: Severity::Note, ..Self::error(code, message) }
    }

    /// Adds the place that it is about, if it has one.
    #[must_use]
    pub fn at(self, span: impl Into<Option<Span>>) -> Self {
        match span.into() {
            Some(span) => self.label(span, ""),
            None => self,
        }
    }

    /// Adds a place and what is to be said about it.
    #[must_use]
    pub fn label(mut self, span: Span, text: impl Into<String>) -> Self {
        self.labels.push(Label { span, text: text.into() });
        self
    }

    /// Adds an advice.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help.push(help.into());
        self
    }

    /// Adds a place whose text must not be shown.
    #[must_use]
    pub fn hide(mut self, span: Span) -> Self {
        self.hidden.push(span);
        self
    }

    /// The text of a file as it may be shown with this diagnostic: as it is, but for the places that hold a
    /// secret, which are stars. Lines, columns and lengths in bytes stay the same, so every span still fits.
    /// Excerpts are made of this text, and so must be a source that is attached to an error for others to
    /// print.
    pub fn shown_text<'f>(&self, file: &'f SourceFile) -> Cow<'f, str> {
        shown_text(std::slice::from_ref(self), file)
    }

    /// The same as an error, where what is a warning elsewhere must not be.
    #[must_use]
    pub fn into_error(self) -> Self {
        Self { severity: Severity::Error, ..self }
    }

    /// Whether the build cannot start.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }

    /// For readers that show the excerpt themselves (buildx does, from typed error details): place, code,
    /// message and advice, without the excerpt.
    pub fn brief(&self, files: &Files) -> String {
        let mut out = String::new();
        if let Some((name, line, column)) = self.place(files) {
            let _ = write!(out, "{name}:{line}:{column}: ");
        }
        let _ = write!(out, "{}[{}]: {}", self.severity.word(), self.code, self.message);
        for label in self.labels.iter().filter(|label| !label.text.is_empty()) {
            let _ = write!(out, "\n  = note: {}", label.text);
        }
        for help in &self.help {
            let _ = write!(out, "\n  = help: {help}");
        }
        out
    }

    /// With the excerpt, in the form that rustc made familiar; no colours.
    pub fn render(&self, files: &Files) -> String {
        let level = match self.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
            Severity::Note => Level::NOTE,
        };
        let mut group = level.primary_title(&self.message).id(self.code).elements(self.snippets(files));
        for help in &self.help {
            group = group.element(Level::HELP.message(help));
        }
        Renderer::plain().render(&[group])
    }

    /// The name of the file, and line and column counted from 1, of the primary place.
    pub fn place<'f>(&self, files: &'f Files) -> Option<(&'f str, usize, usize)> {
        let span = self.labels.first()?.span;
        let file = files.get(span.file)?;
        let (line, column) = file.line_column(span.start);
        Some((file.name(), line, column))
    }

    /// One snippet a file, in the order in which the labels name them; the first label is the primary one.
    fn snippets<'s>(&'s self, files: &'s Files) -> Vec<Snippet<'s, annotate_snippets::Annotation<'s>>> {
        let mut order = vec![];
        for label in &self.labels {
            if !order.contains(&label.span.file) {
                order.push(label.span.file);
            }
        }
        let excerpt = |id| {
            let file = files.get(id)?;
            let labels = || self.labels.iter().enumerate().filter(move |(_, label)| label.span.file == id);
            let start = labels().map(|(_, label)| label.span.range().start).min()?;
            let end = labels().map(|(_, label)| label.span.range().end).max()?;
            let lines = lines_around(file.text(), start..end);
            let annotations = labels().map(|(index, label)| {
                let kind = if index == 0 { AnnotationKind::Primary } else { AnnotationKind::Context };
                let range = label.span.range();
                let annotation = kind.span(range.start - lines.start..range.end - lines.start);
                if label.text.is_empty() { annotation } else { annotation.label(&label.text) }
            });
            let text = match self.shown_text(file) {
                Cow::Borrowed(text) => Cow::Borrowed(&text[lines.clone()]),
                Cow::Owned(text) => Cow::Owned(text[lines.clone()].to_owned()),
            };
            let line = file.text()[..lines.start].matches('\n').count() + 1;
            Some(Snippet::source(text).line_start(line).path(file.name()).annotations(annotations))
        };
        order.into_iter().filter_map(excerpt).collect()
    }
}

/// The lines that a range is in, and one more on each side: a large file is not looked through for each diagnostic.
fn lines_around(text: &str, range: Range<usize>) -> Range<usize> {
    let line = |at: usize| text[..at].rfind('\n').unwrap_or(0);
    let start = line(line(range.start));
    let start = if start == 0 { 0 } else { start + 1 };
    let ends = text[range.end..].match_indices('\n').nth(1);
    start..ends.map_or(text.len(), |(at, _)| range.end + at + 1)
}

impl Severity {
    /// The word that messages begin with.
    pub fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

/// At most this many diagnostics leave a reader.
const MOST: usize = 100;

/// Drops what nobody would read: each diagnostic is shown with the whole file at hand, and a text that is not what its
/// name says has as many as it has lines. Errors stay rather than the rest: they are the ones that have to go.
pub fn limited(mut diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
    if diagnostics.len() > MOST {
        let more = diagnostics.len() - MOST;
        diagnostics.sort_by_key(|diagnostic| !diagnostic.is_error());
        diagnostics.truncate(MOST);
        diagnostics.push(Diagnostic::warning("more", format!("there are {more} more errors and warnings")));
    }
    diagnostics
}

/// A value if there is one, and everything that was noticed on the way. Without a value there is at least one
/// error.
#[derive(Debug, Clone)]
pub struct Checked<T> {
    value: Option<T>,
    diagnostics: Vec<Diagnostic>,
}

impl<T> Checked<T> {
    /// A value with nothing to say about it.
    pub fn ok(value: T) -> Self {
        Self { value: Some(value), diagnostics: vec![] }
    }

    /// A value and what was noticed. With an error among it, the value is there for further checks only.
    pub fn new(value: T, diagnostics: Vec<Diagnostic>) -> Self {
        Self { value: Some(value), diagnostics }
    }

    /// No value, one error.
    pub fn failed(error: Diagnostic) -> Self {
        Self::none(vec![error])
    }

    /// No value.
    ///
    /// # Panics
    /// If no error is among the diagnostics: then nobody would learn why there is no value.
    pub fn none(diagnostics: Vec<Diagnostic>) -> Self {
        assert!(diagnostics.iter().any(Diagnostic::is_error), "no value, and no error that says why");
        Self { value: None, diagnostics }
    }

    /// The same with no more diagnostics than somebody reads.
    #[must_use]
    pub fn limited(self) -> Self {
        Self { value: self.value, diagnostics: limited(self.diagnostics) }
    }

    /// What was noticed.
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }

    /// The value, even with errors beside it; its diagnostics are added to `into`.
    pub fn drain_into(self, into: &mut Vec<Diagnostic>) -> Option<T> {
        into.extend(self.diagnostics);
        self.value
    }

    /// The value and the warnings, or all diagnostics if an error is among them.
    pub fn into_result(self) -> Result<(T, Vec<Diagnostic>), Vec<Diagnostic>> {
        match self.value {
            Some(value) if !self.diagnostics.iter().any(Diagnostic::is_error) => {
                Ok((value, self.diagnostics))
            }
            _ => Err(self.diagnostics),
        }
    }

    /// The same diagnostics with another value.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Checked<U> {
        Checked { value: self.value.map(f), diagnostics: self.diagnostics }
    }
}

/// The candidate that a misspelt word most likely meant: nearest by edit distance, at most a third of its
/// letters away (and at most 3), the first of equals.
pub fn did_you_mean<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    let length = word.chars().count();
    let limit = (length / 3).clamp(1, 3);
    candidates
        .into_iter()
        .filter(|candidate| candidate.chars().count().abs_diff(length) <= limit)
        .map(|candidate| (edit_distance(word, candidate), candidate))
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Letters to insert, delete, replace or swap with a neighbour to turn one word into the other
/// (optimal string alignment), whatever their case.
pub fn edit_distance(a: &str, b: &str) -> usize {
    let a: Vec<char> = a.to_lowercase().chars().collect();
    let b: Vec<char> = b.to_lowercase().chars().collect();
    let mut rows = vec![vec![0; b.len() + 1]; a.len() + 1];
    for i in 0..=a.len() {
        for j in 0..=b.len() {
            rows[i][j] = match (i, j) {
                (0, _) => j,
                (_, 0) => i,
                _ => {
                    let replaced = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
                    let mut best = replaced.min(rows[i - 1][j] + 1).min(rows[i][j - 1] + 1);
                    if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                        best = best.min(rows[i - 2][j - 2] + 1);
                    }
                    best
                }
            };
        }
    }
    rows[a.len()][b.len()]
}

/// Each diagnostic once, in the order in which they were found: what holds for several platforms or stages is said for
/// all of them.
pub fn once(diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let mut kept: Vec<Diagnostic> = vec![];
    for diagnostic in diagnostics {
        if !kept.contains(&diagnostic) {
            kept.push(diagnostic);
        }
    }
    kept
}

/// The text of a file as it may be shown, with nothing that any of these diagnostics hides: see
/// [`Diagnostic::shown_text`].
pub fn shown_text<'f>(diagnostics: &[Diagnostic], file: &'f SourceFile) -> Cow<'f, str> {
    let hidden = diagnostics.iter().flat_map(|diagnostic| &diagnostic.hidden);
    let hidden: Vec<Span> = hidden.copied().filter(|span| span.file == file.id()).collect();
    if hidden.is_empty() {
        return Cow::Borrowed(file.text());
    }
    let mut bytes = file.text().as_bytes().to_vec();
    for byte in hidden.into_iter().flat_map(Span::range) {
        if !matches!(bytes[byte], b'\n' | b'\r') {
            bytes[byte] = b'*';
        }
    }
    // Spans end on character boundaries, so every character is either whole or stars.
    Cow::Owned(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn renders_as_rustc_does() {
        let mut files = Files::default();
        let file = files.add("app.toml", "# syntax=x\nfrom = \"python\"\n");
        let diagnostic = Diagnostic::error("unpinned-base", "base image has no digest")
            .at(file.span(18..26))
            .help("write `python@sha256:…`");
        insta::assert_snapshot!(diagnostic.render(&files), @r#"
        error[unpinned-base]: base image has no digest
         --> app.toml:2:8
          |
        2 | from = "python"
          |        ^^^^^^^^
          |
          = help: write `python@sha256:…`
        "#);
        insta::assert_snapshot!(diagnostic.brief(&files), @"
        app.toml:2:8: error[unpinned-base]: base image has no digest
          = help: write `python@sha256:…`
        ");
    }

    #[test]
    fn hidden_places_are_stars() {
        let mut files = Files::default();
        let file = files.add("app.toml", "url = \"https://ü:p@h\"\nnext = 1\n");
        let diagnostic = Diagnostic::error("x", "y").at(file.span(0..3)).hide(file.span(15..19));
        assert_eq!(diagnostic.shown_text(&file), "url = \"https://****@h\"\nnext = 1\n");
        assert!(!diagnostic.render(&files).contains("ü:p"));
    }

    #[test]
    fn empty_and_last_spans_render() {
        let mut files = Files::default();
        let file = files.add("a.toml", "a = ");
        let text = Diagnostic::error("x", "y").at(file.span(4..4)).render(&files);
        assert!(text.contains("a.toml:1:5"), "{text}");
    }

    #[test]
    fn nearest_word() {
        assert_eq!(did_you_mean("pyhton", ["python", "platform"]), Some("python"));
        assert_eq!(did_you_mean("zzz", ["python", "platform"]), None);
        assert_eq!(edit_distance("", "abc"), 3);
    }
}
