//! pdm.lock as it is written.

use serde::Deserialize;

use crate::lock::wire::Text;

#[derive(Deserialize)]
pub(super) struct LockWire<'a> {
    #[serde(default, borrow)]
    pub(super) metadata: MetadataWire<'a>,
    #[serde(default, borrow)]
    pub(super) package: Vec<PackageWire<'a>>,
}

#[derive(Deserialize, Default)]
pub(super) struct MetadataWire<'a> {
    #[serde(default, borrow)]
    pub(super) groups: Vec<Text<'a>>,
    #[serde(default, borrow)]
    pub(super) strategy: Vec<Text<'a>>,
    #[serde(default, borrow)]
    pub(super) lock_version: Text<'a>,
    #[serde(default, borrow)]
    pub(super) targets: Vec<TargetWire<'a>>,
}

#[derive(Deserialize)]
pub(super) struct TargetWire<'a> {
    #[serde(borrow)]
    pub(super) requires_python: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) platform: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) implementation: Option<Text<'a>>,
}

#[derive(Deserialize)]
pub(super) struct PackageWire<'a> {
    #[serde(borrow)]
    pub(super) name: Text<'a>,
    #[serde(borrow)]
    pub(super) version: Option<Text<'a>>,
    #[serde(default, borrow)]
    pub(super) groups: Vec<Text<'a>>,
    #[serde(borrow)]
    pub(super) marker: Option<Text<'a>>,
    #[serde(default, borrow)]
    pub(super) files: Vec<FileWire<'a>>,
    #[serde(borrow)]
    pub(super) git: Option<Text<'a>>,
    #[serde(borrow, rename = "ref")]
    pub(super) reference: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) revision: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) subdirectory: Option<Text<'a>>,
    #[serde(default)]
    pub(super) editable: bool,
    #[serde(borrow)]
    pub(super) path: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) url: Option<Text<'a>>,
}

#[derive(Deserialize)]
pub(super) struct FileWire<'a> {
    #[serde(borrow)]
    pub(super) file: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) url: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) hash: Text<'a>,
}
