//! The keys of the language, a table of rows for each kind of TOML table.

pub(super) mod copy;
pub(super) mod dependencies;
pub(super) mod image;
pub(super) mod run;
pub(super) mod stage;
pub(super) mod top;

use super::reader::{Node, Reader, quoted};
use super::rules::{self, command::Kind};
use super::secrets;
use super::shape::Shape;
use crate::diag::Diagnostic;
use crate::text::Spanned;

/// A table of strings by name, as `env` and `labels` are; `rule` looks at the names.
fn pairs<'a>(
    reader: &mut Reader<'a>,
    table: Node<'a>,
    rule: fn(&str) -> Result<String, rules::Refusal>,
) -> Vec<(Spanned<String>, Spanned<String>)> {
    let mut pairs = vec![];
    for entry in reader.entries(table) {
        match (rule(entry.key), reader.variable(entry)) {
            (Ok(name), Some(value)) => {
                secrets::check_variable(reader, entry, &value.value);
                pairs.push((Spanned::new(name, entry.key_span), value));
            }
            (Err(refusal), _) => reader.report(refusal.at(entry.key_span)),
            (Ok(_), None) => {}
        }
    }
    pairs
}

/// `env`: a table of strings. What looks like something that only a shell would do is pointed out.
fn env<'a>(reader: &mut Reader<'a>, table: Node<'a>) -> Vec<(Spanned<String>, Spanned<String>)> {
    let pairs = pairs(reader, table, rules::names::variable);
    for (name, value) in &pairs {
        let own = [format!("${}", name.value), format!("${{{}}}", name.value)];
        if own.iter().any(|own| value.contains(own.as_str())) {
            reader.report(
                Diagnostic::error(
                    "shell-variable",
                    format!("`{}` stays as it is: no shell puts the old value in", own[0]),
                )
                .label(value.span, "the value, word for word")
                .help(match name.as_str() {
                    "PATH" => "write the whole value; `/opt/venv/bin` is put before it by itself",
                    _ => "write the whole value",
                }),
            );
        }
    }
    pairs
}

/// An array of strings that is a command. The place is that of the whole array.
fn argv<'a>(reader: &mut Reader<'a>, array: Node<'a>, kind: Kind) -> Option<Spanned<Vec<String>>> {
    let words: Vec<_> = reader.items(array).into_iter().map(|item| reader.text(item)).collect();
    let words: Vec<Spanned<String>> = words.into_iter().collect::<Option<_>>()?;
    let plain: Vec<&str> = words.iter().map(|word| word.value.as_str()).collect();
    for (index, refusal) in rules::command::argv(&plain, kind) {
        reader.report(refusal.at(words[index].span));
    }
    Some(Spanned::new(words.into_iter().map(|word| word.value).collect(), array.span))
}

/// A string that may be written as a number, such as a user or a port: a decimal number is taken as it is.
fn text_or_number<'a>(reader: &mut Reader<'a>, node: Node<'a>) -> Option<Spanned<String>> {
    match node.value.as_integer() {
        Some(number) if number.radix() == 10 && !number.as_str().starts_with(['-', '+']) => {
            Some(Spanned::new(number.as_str().to_owned(), node.span))
        }
        Some(_) => {
            let number = super::reader::integer(node).unwrap_or_default().max(0).to_string();
            reader.report(
                Diagnostic::error("bad-number", format!("`{}` must be a decimal number", node.key))
                    .at(node.span)
                    .help(format!("for example {}", quoted(&number))),
            );
            None
        }
        None => reader.text(node),
    }
}

/// The same, and what a rule makes of it.
fn rule_or_number<'a, T>(
    reader: &mut Reader<'a>,
    node: Node<'a>,
    rule: impl FnOnce(&str) -> Result<T, rules::Refusal>,
) -> Option<Spanned<T>> {
    let text = text_or_number(reader, node)?;
    match rule(&text.value) {
        Ok(value) => Some(Spanned::new(value, text.span)),
        Err(refusal) => {
            reader.report(refusal.at(text.span));
            None
        }
    }
}

/// A table of strings.
const STRINGS_BY_NAME: Shape = Shape::Map(&Shape::Text);

/// A string, or a number that is read as one.
const TEXT_OR_NUMBER: Shape = Shape::OneOf(&[Shape::Text, Shape::Integer(0, u32::MAX as i64)]);
