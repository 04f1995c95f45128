//! poetry.lock as it is written.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};

use crate::lock::wire::Text;

#[derive(Deserialize)]
pub(super) struct LockWire<'a> {
    #[serde(default, borrow)]
    pub(super) package: Vec<PackageWire<'a>>,
    #[serde(default, borrow)]
    pub(super) extras: BTreeMap<Text<'a>, IgnoredAny>,
    #[serde(default, borrow)]
    pub(super) metadata: MetadataWire<'a>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "kebab-case")]
pub(super) struct MetadataWire<'a> {
    #[serde(default, borrow)]
    pub(super) lock_version: Text<'a>,
    #[serde(borrow)]
    pub(super) python_versions: Option<Text<'a>>,
}

#[derive(Deserialize)]
pub(super) struct PackageWire<'a> {
    #[serde(borrow)]
    pub(super) name: Text<'a>,
    #[serde(borrow)]
    pub(super) version: Text<'a>,
    #[serde(default, borrow)]
    pub(super) groups: Vec<Text<'a>>,
    #[serde(default, borrow)]
    pub(super) markers: MarkersWire<'a>,
    #[serde(default)]
    pub(super) develop: bool,
    #[serde(default, borrow)]
    pub(super) files: Vec<FileWire<'a>>,
    #[serde(borrow)]
    pub(super) source: Option<SourceWire<'a>>,
}

#[derive(Deserialize)]
pub(super) struct FileWire<'a> {
    #[serde(borrow)]
    pub(super) file: Text<'a>,
    #[serde(borrow)]
    pub(super) hash: Text<'a>,
}

#[derive(Deserialize)]
pub(super) struct SourceWire<'a> {
    #[serde(borrow, rename = "type")]
    pub(super) kind: Text<'a>,
    #[serde(borrow)]
    pub(super) url: Text<'a>,
    #[serde(borrow)]
    pub(super) reference: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) resolved_reference: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) subdirectory: Option<Text<'a>>,
}

/// One marker for all groups, or one a group; a group without one is always wanted.
pub(super) enum MarkersWire<'a> {
    All(Text<'a>),
    ByGroup(BTreeMap<Text<'a>, Text<'a>>),
}

impl Default for MarkersWire<'_> {
    fn default() -> Self {
        Self::ByGroup(BTreeMap::new())
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for MarkersWire<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(MarkersVisitor)
    }
}

struct MarkersVisitor;

impl<'de> Visitor<'de> for MarkersVisitor {
    type Value = MarkersWire<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a marker or a table of markers by group")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(MarkersWire::All(Text::borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(MarkersWire::All(Text::owned(text)))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut markers = BTreeMap::new();
        while let Some((group, marker)) = map.next_entry()? {
            markers.insert(group, marker);
        }
        Ok(MarkersWire::ByGroup(markers))
    }
}
