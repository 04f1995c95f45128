//! Walks the TOML document: values with their places, strings with their arguments put in, and the errors about
//! types. It knows no key of the language.

use toml::de::DeValue;

use super::args::Args;
use super::rules::command;
use super::secrets;
use super::shape::{self, Shape};
use super::table::Row;
use crate::diag::{Diagnostic, did_you_mean};
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
    names: Vec<&'static str>,
    /// What `${{ NAME }}` stands for; filled before anything that may use it is read.
    pub(super) args: Args,
    diagnostics: Vec<Diagnostic>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(file: &'a SourceFile, prefix: &'static str, names: Vec<&'static str>) -> Self {
        Self { file, prefix, names, args: Args::default(), diagnostics: vec![] }
    }

    /// Everything that was reported.
    pub(super) fn finish(self) -> Vec<Diagnostic> {
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

    /// Whether the outermost type of a value is right. Whatever is wrong with it, inside too, is reported.
    pub(super) fn fits(&mut self, row: &Row, node: Node<'a>) -> bool {
        self.fits_shape(row, &row.shape, node, false)
    }

    fn fits_shape(&mut self, row: &Row, wanted: &Shape, node: Node<'a>, item: bool) -> bool {
        let Some(shape) = wanted.alternative(node.value) else {
            let error = self.wrong_type(row, wanted, node, item);
            self.report(error);
            return false;
        };
        match shape {
            Shape::List(inner) => {
                for item in self.items(node) {
                    self.fits_shape(row, inner, item, true);
                }
            }
            Shape::Argv => {
                for item in self.items(node) {
                    self.fits_shape(row, &Shape::Text, item, true);
                }
            }
            Shape::Map(inner) => {
                for entry in self.entries(node) {
                    if !self.is_swallowed(node, inner, entry) {
                        self.fits_shape(row, inner, entry, false);
                    }
                }
            }
            Shape::Choice(choices) => return self.fits_choice(node, choices),
            Shape::Integer(least, most) => return self.fits_bounds(node, *least, *most),
            _ => {}
        }
        true
    }

    /// In TOML, everything below a header belongs to it: `cmd = […]` below `[env]` is a variable called `cmd`.
    /// True if that makes a value of the wrong type, which is then explained.
    fn is_swallowed(&mut self, table: Node<'a>, inner: &Shape, entry: Node<'a>) -> bool {
        let below_header = self.source(table.span).starts_with('[');
        if !below_header || !self.names.contains(&entry.key) {
            return false;
        }
        let fits = inner.alternative(entry.value).is_some();
        if fits && !entry.value.is_str() {
            return false;
        }
        let message = format!("`{}` stands below a header, and so belongs to `{}`", entry.key, table.key);
        let found = match fits {
            true => Diagnostic::warning("swallowed-key", message),
            false => Diagnostic::error("swallowed-key", message),
        };
        let help =
            format!("if it is the key `{}` of the description, write it {}", entry.key, self.top_level());
        self.report(found.at(entry.key_span).label(table.key_span, "the header").help(help));
        !fits
    }

    fn fits_choice(&mut self, node: Node<'a>, choices: &'static [&'static str]) -> bool {
        let Some(text) = self.text(node) else { return false };
        if choices.contains(&text.as_str()) {
            return true;
        }
        let error = Diagnostic::error(
            "unknown-value",
            format!("`{}` cannot be `{}`", node.key, shorten(&text.value)),
        );
        let error = match did_you_mean(&text.value, choices.iter().copied()) {
            Some(choice) => error.label(node.span, format!("did you mean `{choice}`?")),
            None => error.at(node.span),
        };
        self.report(error.help(format!("write {}", Shape::Choice(choices).words())));
        false
    }

    fn fits_bounds(&mut self, node: Node<'a>, least: i64, most: i64) -> bool {
        let fits = integer(node).is_some_and(|value| (least..=most).contains(&value));
        if !fits {
            let bounds = match node.value.as_integer().map(|integer| integer.radix()) {
                Some(8) => format!("must be between 0o{least:o} and 0o{most:o}"),
                _ => format!("must be between {least} and {most}"),
            };
            self.report(
                Diagnostic::error("out-of-range", format!("`{}` is out of range", node.key))
                    .label(node.span, bounds),
            );
        }
        fits
    }

    /// What was found, what is wanted, and what to write instead, as near to what was written as can be.
    fn wrong_type(&self, row: &Row, wanted: &Shape, node: Node<'a>, item: bool) -> Diagnostic {
        let what = match item {
            true => format!("an item of `{}`", node.key),
            false => format!("`{}`", node.key),
        };
        let error = Diagnostic::error(
            "wrong-type",
            format!("{what} must be {}, not {}", wanted.words(), shape::found(node.value)),
        );
        let error = match node.value {
            // The whole of a table below a header is the header: its last word says enough.
            DeValue::Table(_) => error.at(node.key_span),
            _ => error.at(node.span),
        };
        match (row.advice, self.repair(wanted, node, item)) {
            (_, Some(help)) => error.help(help),
            (Some(advice), None) => error.help(advice),
            (None, None) => error.help(format!("for example: {}", row.example)),
        }
    }

    /// The value as it would be right, where that can be told from what was written.
    fn repair(&self, wanted: &Shape, node: Node<'a>, item: bool) -> Option<String> {
        let written = self.source(node.span);
        if written.len() > 120 || written.contains('\n') {
            return None;
        }
        let assign = |value: &str| match item {
            true => format!("write {value}"),
            false => format!("write {} = {value}", bare_or_quoted(node.key)),
        };
        let shapes: Vec<&Shape> = match wanted {
            Shape::OneOf(shapes) => shapes.iter().collect(),
            shape => vec![shape],
        };
        let list_of = |value: &DeValue<'_>| {
            shapes.iter().any(|shape| matches!(shape, Shape::List(item) if item.alternative(value).is_some()))
        };
        let text = shapes.iter().any(|shape| matches!(shape, Shape::Text));
        let pattern = matches!(wanted, Shape::Pattern(_));
        match node.value {
            DeValue::Float(float) if text => {
                let number: f64 = float.as_str().parse().ok()?;
                let because = match number.to_string() == written {
                    true => String::new(),
                    false => format!(": without quotes it is the number {number}"),
                };
                Some(assign(&quoted(written)) + &because)
            }
            DeValue::Integer(_) if text => Some(assign(&quoted(written))),
            DeValue::Boolean(_) if matches!(wanted, Shape::Text) => Some(assign(&quoted(written))),
            DeValue::Datetime(_) if text || pattern => Some(assign(&quoted(written))),
            DeValue::String(line) if shapes.iter().any(|shape| matches!(shape, Shape::Argv)) => {
                Some(assign(&command::as_argv(line)))
            }
            DeValue::Table(_) if matches!(wanted, Shape::Text) => {
                let (key, value) = dotted(node)?;
                Some(format!("to mean one name, put it into quotes: {} = {}", quoted(&key), quoted(value)))
            }
            DeValue::Table(_) if written.starts_with('[') => {
                list_of(node.value).then(|| format!("write [{}]", self.header(node.key)))
            }
            value => list_of(value).then(|| assign(&format!("[{written}]"))),
        }
    }
}

/// `a.b.c = "x"` as one name and its value, if it is nothing else.
fn dotted<'a>(node: Node<'a>) -> Option<(String, &'a str)> {
    let mut name = node.key.to_owned();
    let mut value = node.value;
    while let DeValue::Table(entries) = value {
        let mut entries = entries.iter();
        let (Some((key, inner)), None) = (entries.next(), entries.next()) else { return None };
        name = format!("{name}.{}", key.get_ref());
        value = inner.get_ref();
    }
    Some((name, value.as_str()?))
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
