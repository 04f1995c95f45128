//! `[args]` and `${{ NAME }}`: values that the person who builds may choose.
//!
//! The value of an argument is the build argument of that name, else the default that the description gives.
//! Arguments are put into strings before any rule looks at them, so a rule sees what the build will use.

use std::collections::BTreeMap;

use super::decode::MAX_BYTES;
use super::reader::{Node, Reader, shorten};
use super::secrets;
use crate::diag::{Diagnostic, did_you_mean};
use crate::text::Spanned;

/// The arguments in force.
#[derive(Default)]
pub(super) struct Args {
    /// Declared in `[args]`: the value in force, at the place of its default.
    pub(super) declared: BTreeMap<String, Spanned<String>>,
    /// Set by BuildKit itself: the platforms.
    pub(super) predefined: BTreeMap<String, String>,
    /// Bytes that were put in so far.
    put_in: usize,
}

/// Names that have a value without being declared: what is built, and where.
const PREDEFINED: [&str; 8] = [
    "TARGETPLATFORM",
    "TARGETOS",
    "TARGETARCH",
    "TARGETVARIANT",
    "BUILDPLATFORM",
    "BUILDOS",
    "BUILDARCH",
    "BUILDVARIANT",
];

impl Args {
    /// Whether a build argument is one that BuildKit or its clients give on their own account.
    fn is_foreign(name: &str) -> bool {
        let upper = name.to_ascii_uppercase();
        PREDEFINED.contains(&name)
            || name.starts_with("BUILDKIT_")
            || ["SOURCE_DATE_EPOCH", "TARGETSTAGE", "TARGETOSVERSION", "BUILDOSVERSION"].contains(&name)
            || ["HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "NO_PROXY", "ALL_PROXY"].contains(&upper.as_str())
    }
}

/// Reads `[args]`; `given` are the build arguments.
pub(super) fn declare<'a>(
    reader: &mut Reader<'a>,
    table: Option<Node<'a>>,
    given: &BTreeMap<String, String>,
) {
    let entries = table.map_or_else(Vec::new, |table| reader.entries(table));
    for entry in &entries {
        if !is_name(entry.key) {
            reader.report(
                Diagnostic::error(
                    "bad-name",
                    format!("`{}` cannot be the name of an argument", shorten(entry.key)),
                )
                .label(entry.key_span, "letters, digits and `_`, not beginning with a digit"),
            );
            continue;
        }
        let Some(default) = entry.value.as_str() else { continue };
        if default.contains("${{") {
            reader.report(
                Diagnostic::error(
                    "nested-arg",
                    format!("the default of `{}` uses an argument", shorten(entry.key)),
                )
                .label(entry.span, "a default stands for itself")
                .help("put the arguments together where they are used"),
            );
        }
        let value = given.get(entry.key).map_or(default, String::as_str).to_owned();
        secrets::check_variable(reader, *entry, &value);
        reader.args.declared.insert(entry.key.to_owned(), Spanned::new(value, entry.span));
    }
    for name in PREDEFINED {
        if let Some(value) = given.get(name) {
            reader.args.predefined.insert(name.to_owned(), value.clone());
        }
    }
    for name in given.keys() {
        let known = entries.iter().any(|entry| entry.key == name);
        if !known && !Args::is_foreign(name) {
            let warning = Diagnostic::warning(
                "undeclared-build-arg",
                format!(
                    "the build argument `{}` changes nothing: the description has no such argument",
                    shorten(name)
                ),
            );
            let near = did_you_mean(name, entries.iter().map(|entry| entry.key));
            let near = near.and_then(|near| entries.iter().find(|entry| entry.key == near));
            reader.report(match near {
                Some(near) => warning.label(near.key_span, format!("did you mean `{}`?", near.key)),
                None => warning.help(format!(
                    "declare it below `{}`: {} = \"…\"",
                    reader.header("args"),
                    shorten(name)
                )),
            });
        }
    }
}

impl<'a> Reader<'a> {
    /// Puts the arguments into a string. `None` if one of them is unknown.
    pub(super) fn substitute(&mut self, node: Node<'a>, written: &str) -> Option<String> {
        let mut value = String::with_capacity(written.len());
        let mut rest = written;
        let mut complete = true;
        while let Some(start) = rest.find("${{") {
            value.push_str(&rest[..start]);
            let Some(length) = rest[start..].find("}}") else {
                let error = Diagnostic::error("unclosed-arg", "`${{` without `}}`".to_owned());
                let span = self.part(node, "${{");
                self.report(error.label(span, "write `${{ NAME }}`"));
                return None;
            };
            let reference = &rest[start..start + length + 2];
            match self.lookup(reference, node) {
                Some(found) => {
                    self.args.put_in = self.args.put_in.saturating_add(found.len());
                    if self.args.put_in > MAX_BYTES {
                        self.too_much(node);
                        return None;
                    }
                    value.push_str(&found);
                }
                None => complete = false,
            }
            rest = &rest[start + length + 2..];
        }
        value.push_str(rest);
        complete.then_some(value)
    }

    /// The value of `${{ NAME }}`.
    fn lookup(&mut self, reference: &str, node: Node<'a>) -> Option<String> {
        let name = reference["${{".len()..reference.len() - "}}".len()].trim();
        let value = self.args.declared.get(name).map(|arg| &arg.value).or(self.args.predefined.get(name));
        if let Some(value) = value {
            return Some(value.clone());
        }
        let span = self.part(node, reference);
        if PREDEFINED.contains(&name) {
            self.report(
                Diagnostic::error("no-platform", format!("`{name}` has no value here"))
                    .label(span, "known only when a platform is being built"),
            );
            return None;
        }
        let names = self.args.declared.keys().map(String::as_str).chain(PREDEFINED);
        let error = Diagnostic::error("unknown-arg", format!("there is no argument `{}`", shorten(name)));
        let error = match did_you_mean(name, names) {
            Some(near) => error.label(span, format!("did you mean `{near}`?")),
            None if is_name(name) => error.at(span).help(format!(
                "declare it below `{}`, with its default: {name} = \"…\"",
                self.header("args")
            )),
            None => error.label(span, "write `${{ NAME }}`, with a name out of `[args]`"),
        };
        self.report(error);
        None
    }

    /// A short description with a long argument must not fill the memory.
    fn too_much(&mut self, node: Node<'a>) {
        self.report(
            Diagnostic::error("args-too-large", "the arguments make the description larger than it can be")
                .label(node.span, format!("more than {MAX_BYTES} bytes were put in up to here")),
        );
    }

    /// The place of a part of a string, if it is written there as it is; else of the whole string.
    fn part(&self, node: Node<'a>, part: &str) -> crate::text::Span {
        match self.source(node.span).find(part) {
            Some(at) => {
                let start = node.span.start as usize + at;
                self.file().span(start..start + part.len())
            }
            None => node.span,
        }
    }
}

/// Whether arguments and shell variables may be called this.
pub(super) fn is_name(name: &str) -> bool {
    !name.starts_with(|c: char| c.is_ascii_digit())
        && !name.is_empty()
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}
