//! Whether values look like what their rows say, and what to write instead where they do not.

use toml::de::DeValue;

use super::reader::{Node, Reader, bare_or_quoted, integer, quoted, shorten};
use super::rules::command;
use super::shape::{self, Shape};
use super::table::Row;
use crate::diag::{Diagnostic, did_you_mean};

impl<'a> Reader<'a> {
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
