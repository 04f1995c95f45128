//! pyproject.toml as it is written.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::uv::UvWire;
use super::{GroupItem, Project};
use crate::lock::name::normalise;
use crate::lock::wire::Text;

/// What PEP 518 says stands in for a missing `build-backend`.
const DEFAULT_BACKEND: &str = "setuptools.build_meta:__legacy__";

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct ProjectWire<'a> {
    #[serde(borrow)]
    project: Option<TableWire<'a>>,
    #[serde(default, borrow)]
    dependency_groups: BTreeMap<Text<'a>, Vec<GroupWire<'a>>>,
    #[serde(borrow)]
    build_system: Option<BuildWire<'a>>,
    #[serde(default, borrow)]
    tool: ToolWire<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct TableWire<'a> {
    #[serde(borrow)]
    name: Option<Text<'a>>,
    #[serde(borrow)]
    version: Option<Text<'a>>,
    #[serde(default, borrow)]
    dynamic: Vec<Text<'a>>,
    #[serde(borrow)]
    requires_python: Option<Text<'a>>,
    #[serde(borrow)]
    dependencies: Option<Vec<Text<'a>>>,
    #[serde(default, borrow)]
    optional_dependencies: BTreeMap<Text<'a>, Vec<Text<'a>>>,
    #[serde(default, borrow)]
    scripts: BTreeMap<Text<'a>, IgnoredAny>,
    #[serde(default, borrow)]
    gui_scripts: BTreeMap<Text<'a>, IgnoredAny>,
}

/// A text, or `{ include-group = "…" }`: told apart by hand, as an untagged enum would lose the place of a
/// mistake.
enum GroupWire<'a> {
    Requirement(Text<'a>),
    Include(IncludeWire<'a>),
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct IncludeWire<'a> {
    #[serde(borrow)]
    include_group: Text<'a>,
}

impl<'de: 'a, 'a> Deserialize<'de> for GroupWire<'a> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = GroupWire<'de>;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a requirement or `{ include-group = \"…\" }`")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(GroupWire::Requirement(Text::borrowed(text)))
            }

            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(GroupWire::Requirement(Text::owned(text)))
            }

            fn visit_map<A: serde::de::MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                IncludeWire::deserialize(serde::de::value::MapAccessDeserializer::new(map))
                    .map(GroupWire::Include)
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct BuildWire<'a> {
    #[serde(default, borrow)]
    requires: Vec<Text<'a>>,
    #[serde(borrow)]
    build_backend: Option<Text<'a>>,
}

#[derive(Deserialize, Default)]
struct ToolWire<'a> {
    #[serde(borrow)]
    uv: Option<UvWire<'a>>,
    #[serde(borrow)]
    poetry: Option<PoetryWire<'a>>,
    pdm: Option<PdmWire>,
    #[serde(flatten, borrow)]
    others: BTreeMap<Text<'a>, IgnoredAny>,
}

#[derive(Deserialize)]
struct PdmWire {
    distribution: Option<bool>,
    #[serde(default)]
    source: Vec<IgnoredAny>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct PoetryWire<'a> {
    #[serde(borrow)]
    name: Option<Text<'a>>,
    #[serde(borrow)]
    version: Option<Text<'a>>,
    package_mode: Option<bool>,
    #[serde(default, borrow)]
    scripts: BTreeMap<Text<'a>, IgnoredAny>,
    #[serde(default)]
    dependencies: toml::Table,
    #[serde(default)]
    source: Vec<IgnoredAny>,
}

impl ProjectWire<'_> {
    pub(super) fn into_project(self) -> Project {
        let owned = |text: &Text<'_>| (**text).to_owned();
        let all = |texts: &[Text<'_>]| texts.iter().map(owned).collect::<Vec<String>>();
        let (project, poetry) = (self.project.as_ref(), self.tool.poetry.as_ref());
        let name =
            project.and_then(|table| table.name.as_ref()).or(poetry.and_then(|table| table.name.as_ref()));
        let version = project
            .and_then(|table| table.version.as_ref())
            .or(poetry.and_then(|table| table.version.as_ref()));
        let dynamic: Vec<String> = project.map(|table| all(&table.dynamic)).unwrap_or_default();
        let dependencies = match project {
            Some(table)
                if table.dependencies.is_some() || !dynamic.iter().any(|key| key == "dependencies") =>
            {
                Some(all(table.dependencies.as_deref().unwrap_or_default()))
            }
            _ => None,
        };
        let extras = project.map(|table| &table.optional_dependencies).into_iter().flatten();
        let groups = self.dependency_groups.iter();
        let mut tools: std::collections::BTreeSet<String> = self.tool.others.keys().map(owned).collect();
        let known =
            [("uv", self.tool.uv.is_some()), ("poetry", poetry.is_some()), ("pdm", self.tool.pdm.is_some())];
        tools.extend(known.into_iter().filter(|(_, there)| *there).map(|(name, _)| name.to_owned()));
        let backend = |build: &BuildWire<'_>| {
            build.build_backend.as_ref().map_or_else(|| DEFAULT_BACKEND.to_owned(), owned)
        };
        let mut groups: BTreeMap<String, Vec<GroupItem>> = groups
            .map(|(group, items)| (normalise(group), items.iter().map(GroupItem::from).collect()))
            .collect();
        // What uv wrote before there were groups is part of the group `dev`.
        let older = self.tool.uv.as_ref().map(|uv| uv.dev_dependencies.as_slice()).unwrap_or_default();
        if !older.is_empty() {
            let older = older.iter().map(|text| GroupItem::Requirement(owned(text)));
            groups.entry("dev".to_owned()).or_default().extend(older);
        }
        Project {
            name: name.and_then(|name| name.parse().ok()),
            version: version.map(owned),
            dynamic: dynamic.into_iter().collect(),
            requires_python: project.and_then(|table| table.requires_python.as_ref()).map(owned),
            dependencies,
            extras: extras.map(|(extra, requirements)| (normalise(extra), all(requirements))).collect(),
            groups,
            build_backend: self.build_system.as_ref().map(backend),
            build_requires: self.build_system.as_ref().map(|build| all(&build.requires)).unwrap_or_default(),
            package: self
                .tool
                .uv
                .as_ref()
                .and_then(|uv| uv.package)
                .or(poetry.and_then(|poetry| poetry.package_mode))
                .or(self.tool.pdm.as_ref().and_then(|pdm| pdm.distribution)),
            has_commands: project
                .is_some_and(|table| !table.scripts.is_empty() || !table.gui_scripts.is_empty())
                || poetry.is_some_and(|table| !table.scripts.is_empty()),
            poetry_dependencies: poetry
                .is_some_and(|poetry| poetry.dependencies.keys().any(|name| name != "python")),
            // A table may have conditions; a version alone has none.
            poetry_names: poetry
                .map(|poetry| &poetry.dependencies)
                .into_iter()
                .flatten()
                .filter(|(name, value)| *name != "python" && value.is_str())
                .map(|(name, _)| normalise(name))
                .collect(),
            foreign_sources: [
                ("poetry", poetry.is_some_and(|poetry| !poetry.source.is_empty())),
                ("pdm", self.tool.pdm.as_ref().is_some_and(|pdm| !pdm.source.is_empty())),
            ]
            .into_iter()
            .find_map(|(tool, there)| there.then_some(tool)),
            tools,
            uv: self.tool.uv.map(UvWire::into_uv).unwrap_or_default(),
        }
    }
}

impl From<&GroupWire<'_>> for GroupItem {
    fn from(wire: &GroupWire<'_>) -> Self {
        match wire {
            GroupWire::Requirement(text) => Self::Requirement((**text).to_owned()),
            GroupWire::Include(include) => Self::Include(normalise(&include.include_group)),
        }
    }
}
