//! The description of an app: the text of a file becomes a [`Spec`], with the place of every value.
//!
//! The language is a handful of tables (`keys`): one row a key, with its name, its documentation, its shape and
//! the function that reads it. What people read about a key, whether in an error, in the JSON schema or in the
//! reference, comes from its row. A [`Spec`] is exactly what was written, after build arguments were put in;
//! defaults that depend on a base image or on the project are decided later, by the plan. Nothing here knows
//! LLB, locks or the daemon.

mod args;
mod check;
mod decode;
mod describe;
mod document;
mod fits;
mod keys;
mod reader;
mod reference;
mod resolve;
mod rules;
mod schema;
pub(crate) mod secrets;
mod shape;
mod stages;
mod table;
mod types;

use std::collections::{BTreeMap, BTreeSet};

pub use decode::{MAX_BYTES, decode, decode_written};
pub use reference::reference;
pub use schema::json_schema;
pub use stages::{KNOWN_STAGES, KnownStage, Origin, known_stage};
pub use types::*;

use crate::diag::{Checked, Diagnostic, limited};
use crate::text::SourceFile;
use document::Place;
use reader::{Node, Reader};

/// Reads a description: a file of its own, or `[tool.wheelbase]` in a `pyproject.toml`. A `pyproject.toml`
/// without that table is an empty description, which is legal: the project is then detected.
///
/// `args` are the build arguments (`--build-arg`) and, where a platform is being built, its names as BuildKit
/// calls them (`TARGETARCH`, …). There is always a value, and with an error beside it, it is good for further
/// checks only. Diagnostics come in the order of the file, and never show a secret that the file holds.
pub fn parse(file: &SourceFile, args: &BTreeMap<String, String>) -> Checked<Spec> {
    parse_with_contexts(file, args, &BTreeSet::new())
}

/// The same, for a build that was given named contexts (`--build-context NAME=…`): a `from` may name one of
/// them even if the name looks like a misspelt stage.
pub fn parse_with_contexts(
    file: &SourceFile,
    args: &BTreeMap<String, String>,
    contexts: &BTreeSet<String>,
) -> Checked<Spec> {
    let (document, mut syntax) = document::parse(file);
    let (place, mut found) = document::locate(file, &document);
    let nowhere = file.span(0..0);
    let empty = toml::de::DeValue::Table(toml::de::DeTable::new());
    let whole = |value| Node { key: "", key_span: nowhere, span: nowhere, value };
    let (prefix, node) = match place {
        Place::Document => ("", whole(&document)),
        Place::Tool(node) => ("tool.wheelbase.", node),
        Place::Absent => ("tool.wheelbase.", whole(&empty)),
    };
    let names = table::rows(keys::top::KEYS).into_iter().chain(table::rows(keys::stage::KEYS));
    let mut reader = Reader::new(file, prefix, names.map(|row| row.name).collect());
    let spec = describe::describe(&mut reader, node, args);
    if syntax.is_empty() {
        check::contradictions(&mut reader, &spec);
        if resolve::check(&mut reader, &spec, contexts) {
            check::unused_keys(&mut reader, &spec);
        }
    }
    found.extend(reader.finish());
    syntax.extend(document::without_echoes(file, &syntax, found));
    Checked::new(spec, tidy(file, syntax))
}

/// Brings diagnostics into the order of the file, drops what would not be read, and hides secrets.
fn tidy(file: &SourceFile, mut diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let place = |diagnostic: &Diagnostic| diagnostic.labels.first().map(|label| label.span);
    diagnostics.sort_by_key(place);
    let mut diagnostics = limited(diagnostics);
    diagnostics.sort_by_key(|diagnostic| (place(diagnostic).is_none(), place(diagnostic)));
    secrets::hide(file, &mut diagnostics);
    diagnostics
}
