//! The whole description: the top level, which is the stage `app`, and the other stages.

use std::collections::BTreeMap;

use super::args;
use super::keys::{stage, top};
use super::reader::{Node, Reader};
use super::rules::names;
use super::stages::known_stage;
use super::table::{self, Key, Place, Row};
use super::types::{Spec, Stage};
use crate::diag::Diagnostic;

/// Reads a description; `given` are the build arguments.
pub(super) fn describe<'a>(
    reader: &mut Reader<'a>,
    whole: Node<'a>,
    given: &BTreeMap<String, String>,
) -> Spec {
    let mut spec = Spec::default();
    let entries = reader.entries(whole);
    args::declare(reader, entries.iter().copied().find(|entry| entry.key == "args"), given);

    let mut app = Stage::default();
    for entry in &entries {
        if let Some(key) = find(top::KEYS, entry.key) {
            if reader.fits(&key.row, *entry) {
                (key.read)(reader, *entry, &mut spec);
            }
        } else if let Some(key) = find(stage::KEYS, entry.key) {
            read_stage_key(reader, key, *entry, "app", &mut app);
        } else {
            let rows: Vec<_> = table::rows(top::KEYS).into_iter().chain(stage_rows("app")).collect();
            reader.report(table::unknown_key(*entry, "the description", &rows));
        }
    }
    spec.args = reader.args.declared.clone();

    let stages = entries.iter().copied().find(|entry| entry.key == "stages");
    for entry in stages.map_or_else(Vec::new, |stages| reader.entries(stages)) {
        if !entry.value.is_table() {
            continue;
        }
        let name = match names::stage(entry.key) {
            Ok(name) => name,
            Err(refusal) => {
                reader.report(refusal.at(entry.key_span));
                continue;
            }
        };
        let mut stage = Stage { header: Some(entry.key_span), ..Stage::default() };
        read_stage(reader, entry, &name, &mut stage);
        if name == "app" {
            merge_app(reader, &mut app, stage);
        } else {
            spec.stages.insert(name, stage);
        }
    }
    spec.stages.insert("app".to_owned(), app);
    spec
}

fn find<T>(keys: &'static [Key<T>], name: &str) -> Option<&'static Key<T>> {
    keys.iter().find(|key| key.row.name == name)
}

/// The keys that may be written in a stage.
fn stage_rows(name: &str) -> Vec<&'static Row> {
    table::rows(stage::KEYS).into_iter().filter(|row| row.place.allows(name)).collect()
}

/// Reads the table of a stage.
fn read_stage<'a>(reader: &mut Reader<'a>, table: Node<'a>, name: &str, stage: &mut Stage) {
    for entry in reader.entries(table) {
        match find(stage::KEYS, entry.key) {
            Some(key) => read_stage_key(reader, key, entry, name, stage),
            None if find(top::KEYS, entry.key).is_some() => {
                let above = reader.top_level();
                reader.report(
                    Diagnostic::error("misplaced-key", format!("`{}` is not a key of a stage", entry.key))
                        .label(entry.key_span, "written once, for the whole description")
                        .label(table.key_span, format!("what stands below this header belongs to `{name}`"))
                        .help(format!("write it {above}")),
                );
            }
            None => {
                reader.report(table::unknown_key(entry, "a stage", &stage_rows(name)));
            }
        }
    }
}

fn read_stage_key<'a>(
    reader: &mut Reader<'a>,
    key: &'static Key<Stage>,
    entry: Node<'a>,
    name: &str,
    stage: &mut Stage,
) {
    if !key.row.place.allows(name) {
        let error = Diagnostic::error(
            "misplaced-key",
            format!("`{}` cannot be written in the stage `{name}`", entry.key),
        )
        .at(entry.key_span);
        reader.report(match key.row.place {
            Place::NotApp => {
                error.help("the platforms of the image are chosen with `docker build --platform`")
            }
            _ => error.help(format!("it belongs in a stage such as {}", reader.header("stages.test"))),
        });
        return;
    }
    stage.keys.insert(key.row.name, entry.key_span);
    if reader.fits(&key.row, entry) {
        (key.read)(reader, entry, stage);
    }
}

/// `[stages.app]` is another spelling of the top level; using both would hide one of the two.
fn merge_app(reader: &mut Reader<'_>, app: &mut Stage, stage: Stage) {
    let first = app.keys.iter().min_by_key(|(_, span)| **span).map(|(name, span)| (*name, *span));
    match (first, stage.header) {
        (Some((name, span)), Some(header)) => {
            let written = reader.header("stages.app");
            reader.report(
                Diagnostic::error("app-twice", "the stage `app` is described twice")
                    .label(header, format!("here, as `{written}`"))
                    .label(span, format!("and here: `{name}` at the top level is a key of `app`"))
                    .help(format!(
                        "write all of its keys {}, or all of them below `{written}`",
                        reader.top_level()
                    )),
            );
        }
        _ => *app = stage,
    }
}

/// Whether a name is one of a stage of this description, or of one that exists without being described.
pub(super) fn exists(spec: &Spec, name: &str) -> bool {
    spec.stages.contains_key(name) || known_stage(name).is_some_and(|known| known.implied)
}
