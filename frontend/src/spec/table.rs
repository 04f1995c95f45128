//! Tables of keys: one [`Key`] a key of the language, and the one function that reads any TOML table by them.
//!
//! Adding an option is one row here and one field in [`super::types`]. Unknown keys, wrong types, missing keys,
//! the schema and the reference follow from the row.

use super::reader::{Node, Reader, shorten};
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
    /// What people write for it who come from somewhere else: these words are understood in errors only.
    pub(super) words: &'static [&'static str],
    /// What to say to a value of a wrong type, where an example says too little.
    pub(super) advice: Option<&'static str>,
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
        Self {
            name,
            doc,
            example,
            shape,
            words: &[],
            advice: None,
            required: false,
            place: Place::Every,
            image_only: false,
        }
    }

    /// The same, and it must be there.
    pub(super) const fn required(self) -> Self {
        Self { required: true, ..self }
    }

    /// The same, and people may write these words for it.
    pub(super) const fn words(self, words: &'static [&'static str]) -> Self {
        Self { words, ..self }
    }

    /// The same, and this is said to a value of a wrong type.
    pub(super) const fn advice(self, advice: &'static str) -> Self {
        Self { advice: Some(advice), ..self }
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
    let rows = rows(keys);
    let entries = reader.entries(table);
    let mut written: Vec<&str> = vec![];
    for entry in &entries {
        match keys.iter().find(|key| key.row.name == entry.key) {
            Some(key) => {
                written.push(key.row.name);
                let fits = reader.fits(&key.row, *entry);
                complete &= fits || !key.row.required;
                if fits {
                    (key.read)(reader, *entry, into);
                }
            }
            None => {
                let near = nearest(entry.key, &rows);
                complete &= near.is_none_or(|near| !near.required);
                written.extend(near.map(|near| near.name));
                reader.report(unknown_key(*entry, &format!("`{}`", table.key), &rows));
            }
        }
    }
    for row in rows.iter().filter(|row| row.required && !written.contains(&row.name)) {
        complete = false;
        reader.report(
            Diagnostic::error("missing-key", format!("`{}` is missing", row.name))
                .label(table.span, format!("`{}` needs it", table.key))
                .help(format!("for example: {}", row.example)),
        );
    }
    complete
}

/// The row that an unknown key most likely means.
fn nearest(key: &str, rows: &[&'static Row]) -> Option<&'static Row> {
    let same = |word: &str| word.eq_ignore_ascii_case(key);
    rows.iter()
        .copied()
        .find(|row| same(row.name) || row.words.iter().copied().any(same))
        .or_else(|| {
            let names = rows.iter().map(|row| row.name);
            let name = did_you_mean(key, names)?;
            rows.iter().copied().find(|row| row.name == name)
        })
        .or_else(|| {
            let word = did_you_mean(key, rows.iter().flat_map(|row| row.words).copied())?;
            rows.iter().copied().find(|row| row.words.contains(&word))
        })
}

/// "`pyhton` is not a key of the description", with the key that was meant, or with all of them.
pub(super) fn unknown_key(entry: Node<'_>, of: &str, rows: &[&'static Row]) -> Diagnostic {
    let error = Diagnostic::error("unknown-key", format!("`{}` is not a key of {of}", shorten(entry.key)));
    match nearest(entry.key, rows) {
        Some(row) => error.label(entry.key_span, format!("did you mean `{}`?", row.name)),
        None => {
            let names: Vec<&str> = rows.iter().map(|row| row.name).collect();
            error.at(entry.key_span).help(format!("its keys are `{}`", names.join("`, `")))
        }
    }
}
