//! Tables of keys: one [`Key`] a key of the language, and the one function that reads any TOML table by them.
//!
//! Adding an option is one row here and one field in [`super::types`]. Unknown keys, wrong types, missing keys,
//! the schema and the reference follow from the row.

use super::reader::{Node, Reader};
use super::shape::Shape;
use crate::diag::{Diagnostic, did_you_mean};

/// What people read about one key.
pub(super) struct Row {
    /// Its name in the file.
    pub(super) name: &'static str,
    /// What it means, in a sentence or two, without a final period.
    pub(super) doc: &'static str,
    /// A line of a description that uses it; tests read every one of them.
    pub(super) example: &'static str,
    /// What its value may look like.
    pub(super) shape: Shape,
    /// Whether its table makes no sense without it.
    pub(super) required: bool,
    /// In which stages it may be written. Means nothing for keys of other tables.
    pub(super) place: Place,
    /// Whether it only describes the configuration of an image, so that it does nothing in a stage that no
    /// image is made of.
    pub(super) image_only: bool,
}

/// In which stages a key may be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// In every stage.
    Every,
    /// In every stage but `app`.
    NotApp,
    /// In stages that may stand in the way of `app`: neither `app` nor `wheels`.
    Gate,
}

impl Place {
    /// Whether a key may be written in the stage of this name.
    pub(super) fn allows(self, stage: &str) -> bool {
        match self {
            Self::Every => true,
            Self::NotApp => stage != "app",
            Self::Gate => stage != "app" && stage != "wheels",
        }
    }
}

impl Row {
    /// A key that may be left out and that may be written in every stage.
    pub(super) const fn new(
        name: &'static str,
        shape: Shape,
        example: &'static str,
        doc: &'static str,
    ) -> Self {
        Self { name, doc, example, shape, required: false, place: Place::Every, image_only: false }
    }

    /// The same, and it must be there.
    pub(super) const fn required(self) -> Self {
        Self { required: true, ..self }
    }

    /// The same, in these stages only.
    pub(super) const fn place(self, place: Place) -> Self {
        Self { place, ..self }
    }

    /// The same, and it only describes an image.
    pub(super) const fn image_only(self) -> Self {
        Self { image_only: true, ..self }
    }
}

/// A row, and how the value gets into a `T`. `read` is called with a value whose outermost type is right; parts
/// of it that are not have been reported, and are passed over.
pub(super) struct Key<T: 'static> {
    pub(super) row: Row,
    pub(super) read: for<'a> fn(&mut Reader<'a>, Node<'a>, &mut T),
}

/// The rows of a table of keys.
pub(super) fn rows<T>(keys: &'static [Key<T>]) -> Vec<&'static Row> {
    keys.iter().map(|key| &key.row).collect()
}

/// Reads a TOML table into a `T` by its keys. False if a key that must be there is not, or has a wrong type.
pub(super) fn read<'a, T>(
    reader: &mut Reader<'a>,
    table: Node<'a>,
    keys: &'static [Key<T>],
    into: &mut T,
) -> bool {
    let mut complete = true;
    for entry in reader.entries(table) {
        match keys.iter().find(|key| key.row.name == entry.key) {
            Some(key) => {
                let fits = reader.fits(&key.row, entry);
                complete &= fits || !key.row.required;
                if fits {
                    (key.read)(reader, entry, into);
                }
            }
            None => {
                let names: Vec<_> = keys.iter().map(|key| key.row.name).collect();
                let error = unknown_key(entry, &format!("`{}`", table.key), &names);
                reader.report(error);
            }
        }
    }
    for key in keys.iter().filter(|key| key.row.required) {
        if !reader.entries(table).iter().any(|entry| entry.key == key.row.name) {
            complete = false;
            reader.report(
                Diagnostic::error("missing-key", format!("`{}` is missing", key.row.name))
                    .label(table.span, format!("`{}` needs it", table.key))
                    .help(format!("for example: {}", key.row.example)),
            );
        }
    }
    complete
}

/// "`pyhton` is not a key of `copy`", with the nearest one, or all of them where there are few.
pub(super) fn unknown_key(entry: Node<'_>, of: &str, names: &[&str]) -> Diagnostic {
    let error = Diagnostic::error("unknown-key", format!("`{}` is not a key of {of}", entry.key));
    match did_you_mean(entry.key, names.iter().copied()) {
        Some(name) => error.label(entry.key_span, format!("did you mean `{name}`?")),
        None if names.len() <= 12 => {
            error.at(entry.key_span).help(format!("its keys are `{}`", names.join("`, `")))
        }
        None => error.at(entry.key_span),
    }
}
