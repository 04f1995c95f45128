//! The TOML document around a description: its syntax errors, and which of its tables the description is.

use toml::de::{DeTable, DeValue};

use super::keys;
use super::reader::Node;
use super::table;
use crate::diag::{Diagnostic, edit_distance};
use crate::text::{SourceFile, Span};

/// At most this many syntax errors are shown: one missing quote can make many.
const MAX_SYNTAX_ERRORS: usize = 10;

/// The whole document, as far as it can be read, and its syntax errors.
pub(super) fn parse(file: &SourceFile) -> (DeValue<'_>, Vec<Diagnostic>) {
    let (table, errors) = DeTable::parse_recoverable(file.text());
    let mut diagnostics: Vec<Diagnostic> = vec![];
    for error in errors {
        let span = file.span(error.span().unwrap_or(0..0));
        if diagnostics.last().is_some_and(|last| same_line(file, last.labels[0].span, span)) {
            continue;
        }
        if diagnostics.len() == MAX_SYNTAX_ERRORS {
            diagnostics.push(
                Diagnostic::error("toml-syntax", "there are more errors in the TOML syntax of this file")
                    .label(span, "the next one"),
            );
            break;
        }
        let at = line(file, span);
        if let Some(open) = unclosed(file, span, error.message()) {
            diagnostics.push(open);
            break;
        }
        if let Some(other) = other_language(at) {
            let error = Diagnostic::error("toml-syntax", format!("not valid TOML: this looks like {other}"));
            diagnostics
                .push(error.at(span).help("a description for wheelbase is a TOML file: key = \"value\""));
            break;
        }
        let message = error.message().trim_end_matches('.');
        let message = ["nothing", "literal string"]
            .into_iter()
            .find_map(|echo| message.strip_suffix(echo)?.strip_suffix(", expected "))
            .unwrap_or(message);
        let error = Diagnostic::error("toml-syntax", format!("not valid TOML: {message}")).at(span);
        diagnostics.push(match quotes(at) {
            Some(help) => error.help(help),
            None => error,
        });
    }
    (DeValue::Table(table.into_inner()), diagnostics)
}

/// A bracket that is not closed makes an error of every line that follows. The parser sees the first of them:
/// what should be an item is a key or a header.
fn unclosed(file: &SourceFile, span: Span, message: &str) -> Option<Diagnostic> {
    let at = line(file, span).trim();
    let statement = at.starts_with('[') || at.split_once('=').is_some_and(|(key, _)| is_bare_key(key.trim()));
    if !statement || !message.starts_with("missing comma") {
        return None;
    }
    let mut end = file.text()[..span.start as usize].rfind('\n').map_or(0, |at| at + 1);
    for before in file.text()[..end].split_inclusive('\n').rev() {
        end -= before.len();
        let count = |of: char| before.chars().filter(|c| *c == of).count();
        for (open, close, what) in [('[', ']', "an array"), ('{', '}', "a table")] {
            if count(open) > count(close) {
                let bracket = end + before.rfind(open)?;
                return Some(
                    Diagnostic::error("toml-syntax", format!("not valid TOML: {what} is not closed"))
                        .label(file.span(bracket..bracket + 1), format!("no `{close}` belongs to this"))
                        .label(span, "before this line"),
                );
            }
        }
    }
    None
}

/// What a line is that is not TOML at all.
fn other_language(line: &str) -> Option<&'static str> {
    const INSTRUCTIONS: [&str; 12] = [
        "FROM",
        "RUN",
        "COPY",
        "ADD",
        "CMD",
        "ENTRYPOINT",
        "WORKDIR",
        "ENV",
        "EXPOSE",
        "LABEL",
        "ARG",
        "USER",
    ];
    let (first, rest) = line.trim().split_once(' ').unwrap_or((line.trim(), ""));
    if INSTRUCTIONS.contains(&first) && !rest.trim_start().starts_with('=') {
        return Some("a Dockerfile");
    }
    (first.strip_suffix(':').is_some_and(is_bare_key)).then_some("YAML")
}

/// Strings need quotes, and people who know YAML forget them.
fn quotes(line: &str) -> Option<String> {
    let (key, value) = line.split_once('=')?;
    let (key, value) = (key.trim(), value.trim());
    let bare = !value.is_empty() && !value.contains(['"', '\'', '[', ']', '{', '}', '#']);
    (is_bare_key(key) && bare).then(|| format!("strings are written in quotes: {key} = \"{value}\""))
}

fn is_bare_key(key: &str) -> bool {
    !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c))
}

/// Whether two places are on one line: what follows the first error of a line is mostly its echo.
fn same_line(file: &SourceFile, a: Span, b: Span) -> bool {
    let (first, last) = if a.start <= b.start { (a.start, b.start) } else { (b.start, a.start) };
    !file.text()[first as usize..last as usize].contains('\n')
}

/// The line that a place begins on.
fn line(file: &SourceFile, span: Span) -> &str {
    let text = file.text();
    let start = text[..span.start as usize].rfind('\n').map_or(0, |at| at + 1);
    text[start..].split('\n').next().unwrap_or_default()
}

/// Leaves out what may only be an echo of syntax errors: after a line that is wrong in itself (a value without
/// quotes) the parser knows where it is, after an open bracket or a broken header it does not.
pub(super) fn without_echoes(
    file: &SourceFile,
    syntax: &[Diagnostic],
    mut found: Vec<Diagnostic>,
) -> Vec<Diagnostic> {
    for error in syntax {
        let at = error.labels[0].span;
        let text = line(file, at).trim();
        let count = |of: &str| text.chars().filter(|c| of.contains(*c)).count();
        let whole = !text.starts_with('[')
            && text.contains('=')
            && count("[{") == count("]}")
            && count("\"") % 2 == 0
            && count("'") % 2 == 0;
        found.retain(|diagnostic| {
            diagnostic.code != "missing-key"
                && diagnostic
                    .labels
                    .iter()
                    .all(|label| !same_line(file, label.span, at) && (whole || label.span.start < at.start))
        });
    }
    found
}

/// Where the description is.
pub(super) enum Place<'a> {
    /// The whole document.
    Document,
    /// `[tool.wheelbase]` of a `pyproject.toml`.
    Tool(Node<'a>),
    /// Nowhere: a `pyproject.toml` that does not speak of us. The project is to be detected.
    Absent,
}

/// Finds the description. It is decided by what the document holds, not by what the file is called, since any
/// name is legal for both.
pub(super) fn locate<'a>(file: &SourceFile, document: &'a DeValue<'a>) -> (Place<'a>, Vec<Diagnostic>) {
    let DeValue::Table(top) = document else { return (Place::Document, vec![]) };
    if !["project", "build-system", "tool", "dependency-groups"].iter().any(|name| top.contains_key(*name)) {
        return (Place::Document, vec![]);
    }
    let mut diagnostics = vec![];
    for (key, _) in top.iter() {
        let ours = table::rows(keys::top::KEYS).into_iter().chain(table::rows(keys::stage::KEYS));
        if ours.map(|row| row.name).any(|name| name == key.get_ref()) {
            diagnostics.push(
                Diagnostic::error("misplaced-key", format!("`{}` is not read here", key.get_ref()))
                    .label(file.span(key.span()), "this file is a `pyproject.toml`")
                    .help("write it below `[tool.wheelbase]`"),
            );
        }
    }
    let Some(DeValue::Table(tools)) = top.get("tool").map(|tool| tool.get_ref()) else {
        return (Place::Absent, diagnostics);
    };
    let Some((key, value)) = tools.get_key_value("wheelbase") else {
        for (key, _) in tools
            .iter()
            .filter(|(key, _)| key.get_ref().len() < 20 && edit_distance(key.get_ref(), "wheelbase") <= 2)
        {
            diagnostics.push(
                Diagnostic::warning("misspelt-tool", format!("`[tool.{}]` is not read", key.get_ref()))
                    .label(file.span(key.span()), "did you mean `wheelbase`?"),
            );
        }
        return (Place::Absent, diagnostics);
    };
    let key_span = file.span(key.span());
    let node = Node { key: "wheelbase", key_span, span: file.span(value.span()), value: value.get_ref() };
    if !value.get_ref().is_table() {
        diagnostics.push(
            Diagnostic::error("wrong-type", "`tool.wheelbase` must be a table")
                .at(node.span)
                .help("write the description below `[tool.wheelbase]`"),
        );
        return (Place::Absent, diagnostics);
    }
    (Place::Tool(node), diagnostics)
}
