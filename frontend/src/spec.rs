//! The description of an app: the text of a file becomes a [`Spec`], with the place of every value.
//!
//! The language is a handful of tables (`keys`): one row a key, with its name, its documentation, its shape and
//! the function that reads it. What people read about a key, whether in an error, in the JSON schema or in the
//! reference, comes from its row. A [`Spec`] is exactly what was written, after build arguments were put in;
//! defaults that depend on a base image or on the project are decided later, by the plan. Nothing here knows
//! LLB, locks or the daemon.

mod args;
mod decode;
mod describe;
mod document;
mod keys;
mod reader;
mod rules;
mod shape;
mod stages;
mod table;
mod types;

use std::collections::BTreeMap;

pub use decode::{MAX_BYTES, decode};
pub use stages::{KNOWN_STAGES, KnownStage, Origin, known_stage};
pub use types::*;

use crate::diag::Checked;
use crate::text::SourceFile;

/// Reads a description: a file of its own, or `[tool.wheelbase]` in a `pyproject.toml`. A `pyproject.toml`
/// without that table is an empty description, which is legal: the project is then detected.
///
/// `args` are the build arguments (`--build-arg`) and, where a platform is being built, its names as BuildKit
/// calls them (`TARGETARCH`, …).
pub fn parse(file: &SourceFile, args: &BTreeMap<String, String>) -> Checked<Spec> {
    let (document, mut diagnostics) = document::parse(file);
    let (place, misplaced) = document::locate(file, &document);
    diagnostics.extend(misplaced);
    let whole = file.span(0..0);
    let empty = toml::de::DeValue::Table(toml::de::DeTable::new());
    let (prefix, node) = match place {
        document::Place::Document => {
            ("", reader::Node { key: "", key_span: whole, span: whole, value: &document })
        }
        document::Place::Tool(node) => ("tool.wheelbase.", node),
        document::Place::Absent => {
            ("tool.wheelbase.", reader::Node { key: "", key_span: whole, span: whole, value: &empty })
        }
    };
    let mut reader = reader::Reader::new(file, prefix);
    let spec = describe::describe(&mut reader, node, args);
    diagnostics.extend(reader.finish());
    Checked::new(spec, diagnostics)
}
