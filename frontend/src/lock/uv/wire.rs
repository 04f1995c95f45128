//! uv.lock as it is written (version 1, any revision). Loose on purpose: what we do not need is not named, so
//! a new revision that adds keys is still read.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::lock::wire::Text;

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct LockWire<'a> {
    #[serde(default)]
    pub(super) version: i64,
    #[serde(borrow)]
    pub(super) requires_python: Option<Text<'a>>,
    #[serde(default, borrow)]
    pub(super) supported_markers: Vec<Text<'a>>,
    #[serde(default, borrow)]
    pub(super) conflicts: Vec<Vec<ConflictWire<'a>>>,
    #[serde(default, borrow)]
    pub(super) manifest: ManifestWire<'a>,
    #[serde(default, borrow, alias = "distribution")]
    pub(super) package: Vec<PackageWire<'a>>,
}

#[derive(Deserialize)]
pub(super) struct ConflictWire<'a> {
    #[serde(borrow)]
    pub(super) package: Text<'a>,
    #[serde(borrow)]
    pub(super) extra: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) group: Option<Text<'a>>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "kebab-case")]
pub(super) struct ManifestWire<'a> {
    #[serde(default, borrow)]
    pub(super) members: Vec<Text<'a>>,
    #[serde(default, borrow)]
    pub(super) requirements: Vec<RequirementWire<'a>>,
    #[serde(default, borrow)]
    pub(super) dependency_groups: BTreeMap<Text<'a>, Vec<RequirementWire<'a>>>,
}

#[derive(Deserialize)]
pub(super) struct RequirementWire<'a> {
    #[serde(borrow)]
    pub(super) name: Text<'a>,
    #[serde(default, borrow)]
    pub(super) extras: Vec<Text<'a>>,
    #[serde(borrow)]
    pub(super) marker: Option<Text<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct PackageWire<'a> {
    #[serde(borrow)]
    pub(super) name: Text<'a>,
    #[serde(borrow)]
    pub(super) version: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) source: SourceWire<'a>,
    #[serde(default, borrow)]
    pub(super) resolution_markers: Vec<Text<'a>>,
    #[serde(default, borrow)]
    pub(super) dependencies: Vec<DependencyWire<'a>>,
    #[serde(default, borrow)]
    pub(super) optional_dependencies: BTreeMap<Text<'a>, Vec<DependencyWire<'a>>>,
    #[serde(default, borrow, alias = "dependency-groups")]
    pub(super) dev_dependencies: BTreeMap<Text<'a>, Vec<DependencyWire<'a>>>,
    #[serde(borrow)]
    pub(super) sdist: Option<FileWire<'a>>,
    #[serde(default, borrow)]
    pub(super) wheels: Vec<FileWire<'a>>,
    #[serde(default, borrow)]
    pub(super) metadata: MetadataWire<'a>,
}

/// Only the names of empty extras and groups are taken from here; the requirements themselves are those of
/// `dependencies`, which uv has solved.
#[derive(Deserialize, Default)]
#[serde(rename_all = "kebab-case")]
pub(super) struct MetadataWire<'a> {
    #[serde(default, borrow)]
    pub(super) provides_extras: Vec<Text<'a>>,
    #[serde(default, borrow)]
    pub(super) requires_dev: BTreeMap<Text<'a>, serde::de::IgnoredAny>,
}

/// Exactly one of the first seven is there.
#[derive(Deserialize, Default, PartialEq, Eq)]
pub(super) struct SourceWire<'a> {
    #[serde(borrow)]
    pub(super) registry: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) git: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) url: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) path: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) directory: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) editable: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) r#virtual: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) subdirectory: Option<Text<'a>>,
}

#[derive(Deserialize)]
pub(super) struct DependencyWire<'a> {
    #[serde(borrow)]
    pub(super) name: Text<'a>,
    #[serde(borrow)]
    pub(super) version: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) source: Option<SourceWire<'a>>,
    #[serde(default, borrow)]
    pub(super) extra: Vec<Text<'a>>,
    #[serde(borrow)]
    pub(super) marker: Option<Text<'a>>,
}

#[derive(Deserialize)]
pub(super) struct FileWire<'a> {
    #[serde(borrow)]
    pub(super) url: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) path: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) filename: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) hash: Option<Text<'a>>,
    pub(super) size: Option<u64>,
}
