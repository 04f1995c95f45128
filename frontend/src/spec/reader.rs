//! Walks the TOML document: values with their places, strings with their arguments put in. It knows no key of the
//! language, and no shape: see [`super::fits`].

use toml::de::DeValue;

use super::args::Args;
use super::secrets;
use crate::diag::Diagnostic;
use crate::text::{SourceFile, Span, Spanned};

/// A value of the document: the key that it is written under, and where both stand. An item of an array has the
/// key of its array.
#[derive(Clone, Copy)]
pub(super) struct Node<'a> {
    pub(super) key: &'a str,
    pub(super) key_span: Span,
    pub(super) span: Span,
    pub(super) value: &'a DeValue<'a>,
}

/// Reads one description, and collects what there is to say about it.
pub(super) struct Reader<'a> {
    file: &'a SourceFile,
    /// The table that the description is: empty, or `tool.wheelbase.`.
    prefix: &'static str,
    /// The names of the language's keys: one of them in a table of variables is there by mistake.
    pub(super) names: Vec<&'static str>,
    /// What `${{ NAME }}` stands for; filled before anything that may use it is read.
    pub(super) args: Args,
    /// Values of variables and arguments that look like secrets: no message may repeat one.
    pub(super) secrets: Vec<String>,
    diagnostics: Vec<Diagnostic>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(file: &'a SourceFile, prefix: &'static str, names: Vec<&'static str>) -> Self {
        Self { file, prefix, names, args: Args::default(), secrets: vec![], diagnostics: vec![] }
    }

    /// Everything that was reported.
    pub(super) fn finish(mut self) -> Vec<Diagnostic> {
        secrets::forget(&self.secrets, &mut self.diagnostics);
        self.diagnostics
    }

    pub(super) fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    pub(super) fn file(&self) -> &'a SourceFile {
        self.file
    }

    /// A header as it has to be written in this file: `[stages.app]`, `[tool.wheelbase.stages.app]`.
    pub(super) fn header(&self, path: &str) -> String {
        format!("[{}{path}]", self.prefix)
    }

    /// Where keys of the top level have to be written, for people.
    pub(super) fn top_level(&self) -> String {
        match self.prefix {
            "" => {
                let first = self.file.text().lines().map(str::trim).find(|line| line.starts_with('['));
                match first.map(|line| line.split('#').next().unwrap_or_default().trim()) {
                    Some(header) => format!("above `{}`, the first header", shorten(header)),
                    None => "at the top of the file".to_owned(),
                }
            }
            prefix => format!("directly below `[{}]`", prefix.trim_end_matches('.')),
        }
    }

    /// The text of the file at a place.
    pub(super) fn source(&self, span: Span) -> &'a str {
        &self.file.text()[span.range()]
    }

    /// The entries of a table, in the order of the file; none for anything else.
    pub(super) fn entries(&self, table: Node<'a>) -> Vec<Node<'a>> {
        let DeValue::Table(entries) = table.value else { return vec![] };
        let mut entries: Vec<Node<'a>> = entries
            .iter()
            .map(|(key, value)| Node {
                key: key.get_ref(),
                key_span: self.file.span(key.span()),
                span: self.file.span(value.span()),
                value: value.get_ref(),
            })
            .collect();
        entries.sort_by_key(|entry| entry.key_span);
        entries
    }

    /// The items of an array; none for anything else.
    pub(super) fn items(&self, array: Node<'a>) -> Vec<Node<'a>> {
        let DeValue::Array(items) = array.value else { return vec![] };
        items
            .iter()
            .map(|item| Node { span: self.file.span(item.span()), value: item.get_ref(), ..array })
            .collect()
    }

    /// A string, with its arguments put in. `None` for anything else, and where an argument is wrong or a secret
    /// is written down.
    pub(super) fn text(&mut self, node: Node<'a>) -> Option<Spanned<String>> {
        let text = self.variable(node)?;
        secrets::check_url(self, node, &text.value).then_some(text)
    }

    /// The same for the value of a variable, where credentials are for the caller to see.
    pub(super) fn variable(&mut self, node: Node<'a>) -> Option<Spanned<String>> {
        let written = node.value.as_str()?;
        let value = self.substitute(node, written)?;
        if value.contains('\0') {
            self.report(
                Diagnostic::error("nul-byte", format!("`{}` holds a NUL byte", shorten(node.key)))
                    .label(node.span, "no program can be given one"),
            );
            return None;
        }
        Some(Spanned::new(value, node.span))
    }

    /// A string that a rule accepts. The rule's error is reported at the string.
    pub(super) fn rule<T>(
        &mut self,
        node: Node<'a>,
        rule: impl FnOnce(&str) -> Result<T, Refusal>,
    ) -> Option<Spanned<T>> {
        let text = self.text(node)?;
        match rule(&text.value) {
            Ok(value) => Some(Spanned::new(value, text.span)),
            Err(refusal) => {
                self.report(refusal.at(text.span));
                None
            }
        }
    }

    /// An array of strings, each of which a rule accepts; the others are left out.
    pub(super) fn list<T>(
        &mut self,
        node: Node<'a>,
        rule: impl Fn(&str) -> Result<T, Refusal>,
    ) -> Vec<Spanned<T>> {
        self.items(node).into_iter().filter_map(|item| self.rule(item, &rule)).collect()
    }
}

/// Why a rule does not accept a string.
pub(super) struct Refusal {
    pub(super) code: &'static str,
    pub(super) message: String,
    pub(super) label: String,
    pub(super) help: Option<String>,
}

impl Refusal {
    pub(super) fn new(code: &'static str, message: impl Into<String>, label: impl Into<String>) -> Self {
        Self { code, message: message.into(), label: label.into(), help: None }
    }

    pub(super) fn help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }

    pub(super) fn at(self, span: Span) -> Diagnostic {
        let error = Diagnostic::error(self.code, self.message).label(span, self.label);
        match self.help {
            Some(help) => error.help(help),
            None => error,
        }
    }
}

/// An integer of the document, if it is one that fits.
pub(super) fn integer(node: Node<'_>) -> Option<i64> {
    let integer = node.value.as_integer()?;
    i64::from_str_radix(integer.as_str(), integer.radix()).ok()
}

/// A string as TOML writes it.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => out.extend(['\\', character]),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => out.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// A key as TOML writes it.
pub(super) fn bare_or_quoted(key: &str) -> String {
    let bare = !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    if bare { key.to_owned() } else { quoted(key) }
}

/// A value of the user's for a message: one line, not too long.
pub(super) fn shorten(text: &str) -> String {
    let line: String =
        secrets::scrub(text).chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
    match line.char_indices().nth(60) {
        None if line.is_empty() => "\"\"".to_owned(),
        Some((at, _)) => format!("{}…", &line[..at]),
        None => line,
    }
}
