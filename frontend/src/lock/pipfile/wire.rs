//! Pipfile.lock as it is written.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::lock::wire::Text;

#[derive(Deserialize)]
pub(super) struct LockWire<'a> {
    #[serde(borrow, rename = "_meta")]
    pub(super) meta: MetaWire<'a>,
    #[serde(borrow, flatten)]
    pub(super) categories: BTreeMap<Text<'a>, BTreeMap<Text<'a>, EntryWire<'a>>>,
}

#[derive(Deserialize)]
pub(super) struct MetaWire<'a> {
    #[serde(default, rename = "pipfile-spec")]
    pub(super) pipfile_spec: u64,
    #[serde(default, borrow)]
    pub(super) requires: RequiresWire<'a>,
    #[serde(default, borrow)]
    pub(super) sources: Vec<SourceWire<'a>>,
}

#[derive(Deserialize, Default)]
pub(super) struct RequiresWire<'a> {
    #[serde(borrow)]
    python_version: Option<Text<'a>>,
    #[serde(borrow)]
    python_full_version: Option<Text<'a>>,
}

#[derive(Deserialize)]
pub(super) struct SourceWire<'a> {
    #[serde(default, borrow)]
    pub(super) name: Text<'a>,
    #[serde(borrow)]
    pub(super) url: Text<'a>,
}

#[derive(Deserialize)]
pub(super) struct EntryWire<'a> {
    #[serde(borrow)]
    pub(super) version: Option<Text<'a>>,
    #[serde(default, borrow)]
    pub(super) hashes: Vec<Text<'a>>,
    #[serde(borrow)]
    pub(super) markers: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) index: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) git: Option<Text<'a>>,
    #[serde(borrow, rename = "ref")]
    pub(super) reference: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) subdirectory: Option<Text<'a>>,
    #[serde(default)]
    pub(super) editable: bool,
    #[serde(borrow)]
    pub(super) file: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) path: Option<Text<'a>>,
}

impl RequiresWire<'_> {
    /// The Python that the lock is for, as a specifier: pipenv's own `--deploy` refuses another.
    pub(super) fn python(&self) -> Option<String> {
        match (&self.python_full_version, &self.python_version) {
            (Some(full), _) => Some(format!("=={}", &**full)),
            (None, Some(minor)) if &**minor != "*" => Some(format!("=={}.*", &**minor)),
            _ => None,
        }
    }
}
