//! pylock.toml as it is written. Keys that change nothing of what is installed are not named.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::lock::wire::Text;

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct LockWire<'a> {
    #[serde(borrow)]
    pub(super) lock_version: Text<'a>,
    #[serde(default, borrow)]
    pub(super) created_by: Text<'a>,
    #[serde(borrow)]
    pub(super) requires_python: Option<Text<'a>>,
    #[serde(default, borrow)]
    pub(super) environments: Vec<Text<'a>>,
    #[serde(default, borrow)]
    pub(super) extras: Vec<Text<'a>>,
    #[serde(default, borrow)]
    pub(super) dependency_groups: Vec<Text<'a>>,
    #[serde(default, borrow)]
    pub(super) default_groups: Vec<Text<'a>>,
    #[serde(default, borrow)]
    pub(super) packages: Vec<PackageWire<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct PackageWire<'a> {
    #[serde(borrow)]
    pub(super) name: Text<'a>,
    #[serde(borrow)]
    pub(super) version: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) marker: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) requires_python: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) index: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) vcs: Option<VcsWire<'a>>,
    #[serde(borrow)]
    pub(super) directory: Option<DirectoryWire<'a>>,
    #[serde(borrow)]
    pub(super) archive: Option<FileWire<'a>>,
    #[serde(borrow)]
    pub(super) sdist: Option<FileWire<'a>>,
    #[serde(default, borrow)]
    pub(super) wheels: Vec<FileWire<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct VcsWire<'a> {
    #[serde(borrow, rename = "type")]
    pub(super) kind: Text<'a>,
    #[serde(borrow)]
    pub(super) url: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) requested_revision: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) commit_id: Text<'a>,
    #[serde(borrow)]
    pub(super) subdirectory: Option<Text<'a>>,
}

#[derive(Deserialize)]
pub(super) struct DirectoryWire<'a> {
    #[serde(borrow)]
    pub(super) path: Text<'a>,
    #[serde(default)]
    pub(super) editable: bool,
    #[serde(borrow)]
    pub(super) subdirectory: Option<Text<'a>>,
}

/// A wheel, an sdist or an archive.
#[derive(Deserialize)]
pub(super) struct FileWire<'a> {
    #[serde(borrow)]
    pub(super) name: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) url: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) path: Option<Text<'a>>,
    pub(super) size: Option<u64>,
    #[serde(default, borrow)]
    pub(super) hashes: BTreeMap<Text<'a>, Text<'a>>,
    #[serde(borrow)]
    pub(super) subdirectory: Option<Text<'a>>,
}
