//! `[tool.uv]` of a pyproject.toml, and the uv.toml beside it: where uv takes packages from, and what else decides a
//! resolution.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, SeqAccess, Visitor};

use crate::diag::Diagnostic;
use crate::lock::binary::Binary;
use crate::lock::name::normalise;
use crate::lock::wire::{Text, toml};
use crate::text::SourceFile;

/// What `[tool.uv]` says of a resolution.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Uv {
    /// `[[tool.uv.index]]`, in order.
    pub indexes: Vec<UvIndex>,
    /// The same, where a uv.toml stands in for it: sources may still name them.
    pub overruled: Vec<UvIndex>,
    /// `index-url`.
    pub index_url: Option<String>,
    /// `extra-index-url`, in order.
    pub extra_index_urls: Vec<String>,
    /// `find-links`.
    pub find_links: Vec<String>,
    /// `no-index`.
    pub no_index: bool,
    /// `[tool.uv.sources]`, by normalised name of the package.
    pub sources: BTreeMap<String, Vec<UvSource>>,
    /// `constraint-dependencies`.
    pub constraints: Vec<String>,
    /// `no-binary`, `no-binary-package`, `no-build`, `no-build-package`.
    pub binary: Binary,
    /// `prerelease = "allow"`.
    pub prereleases: bool,
    /// The keys that decide a resolution and that nobody but `uv lock` follows.
    pub own: Vec<&'static str>,
}

/// Keys that uv follows in pyproject.toml alone.
pub(in crate::lock) const OF_PROJECT: &[&str] = &["override-dependencies", "exclude-dependencies"];

impl Uv {
    /// Lets a uv.toml stand in for `[tool.uv]`, of which uv then reads no settings (uv's guide, "Configuration files").
    /// What is no setting but says what the project needs stays: sources, constraints, overrides.
    ///
    /// # Errors
    /// `lock-syntax` if it is not TOML, or not what it should be.
    pub(in crate::lock) fn overrule(&mut self, file: &SourceFile) -> Result<(), Diagnostic> {
        let settings = toml::<UvWire<'_>>(file)?.into_uv();
        let project = std::mem::take(self);
        let of_project = |key: &&'static str| OF_PROJECT.contains(key);
        let kept = project.own.into_iter().filter(of_project);
        let own = kept.chain(settings.own.iter().copied().filter(|key| !of_project(key))).collect();
        *self = Self {
            sources: project.sources,
            constraints: project.constraints,
            overruled: project.indexes,
            own,
            ..settings
        };
        Ok(())
    }
}

/// One `[[tool.uv.index]]`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UvIndex {
    /// What sources call it.
    pub name: Option<String>,
    /// Where it is: a URL, or a path beside the file.
    pub url: String,
    /// Whether it stands in for the usual one, and so is asked last.
    pub default: bool,
    /// Whether it is only for packages whose source names it.
    pub explicit: bool,
    /// Whether it is one page of links (`format = "flat"`).
    pub flat: bool,
}

/// One source of a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UvSource {
    /// Where from.
    pub origin: UvOrigin,
    /// Whether it counts under a condition only: `marker`, `extra` or `group`.
    pub conditional: bool,
}

/// Where a source says that a package comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UvOrigin {
    /// The index of this name, and no other.
    Index(String),
    /// A repository.
    Git {
        /// Where.
        url: String,
        /// A tag, a branch or a commit.
        revision: Option<String>,
        /// The directory in it that holds the project, if not its root.
        subdirectory: Option<String>,
    },
    /// An archive.
    Url {
        /// Where.
        url: String,
        /// The directory in it that holds the project, if not its root.
        subdirectory: Option<String>,
    },
    /// A directory or an archive, beside the file.
    Path(String),
    /// A member of the workspace.
    Workspace,
    /// Nothing that is known.
    Unknown,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct UvWire<'a> {
    pub(super) package: Option<bool>,
    #[serde(default, borrow)]
    pub(super) dev_dependencies: Vec<Text<'a>>,
    #[serde(default, borrow)]
    index: Vec<IndexWire<'a>>,
    #[serde(borrow)]
    index_url: Option<Text<'a>>,
    #[serde(default, borrow)]
    extra_index_url: Vec<Text<'a>>,
    #[serde(default, borrow)]
    find_links: Vec<Text<'a>>,
    #[serde(default)]
    no_index: bool,
    #[serde(default, borrow)]
    sources: BTreeMap<Text<'a>, SourcesWire<'a>>,
    #[serde(default, borrow)]
    constraint_dependencies: Vec<Text<'a>>,
    #[serde(default)]
    no_binary: bool,
    #[serde(default, borrow)]
    no_binary_package: Vec<Text<'a>>,
    #[serde(default)]
    no_build: bool,
    #[serde(default, borrow)]
    no_build_package: Vec<Text<'a>>,
    #[serde(borrow)]
    prerelease: Option<Text<'a>>,
    #[serde(borrow)]
    index_strategy: Option<Text<'a>>,
    #[serde(borrow)]
    resolution: Option<Text<'a>>,
    #[serde(default)]
    override_dependencies: Vec<IgnoredAny>,
    #[serde(default)]
    exclude_dependencies: Vec<IgnoredAny>,
    #[serde(default)]
    dependency_metadata: Vec<IgnoredAny>,
    exclude_newer: Option<IgnoredAny>,
    exclude_newer_package: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct IndexWire<'a> {
    #[serde(borrow)]
    name: Option<Text<'a>>,
    #[serde(borrow)]
    url: Text<'a>,
    #[serde(default)]
    default: bool,
    #[serde(default)]
    explicit: bool,
    #[serde(borrow)]
    format: Option<Text<'a>>,
}

/// One source, or several of which each has its condition.
struct SourcesWire<'a>(Vec<SourceWire<'a>>);

#[derive(Deserialize)]
struct SourceWire<'a> {
    #[serde(borrow)]
    index: Option<Text<'a>>,
    #[serde(borrow)]
    git: Option<Text<'a>>,
    #[serde(borrow)]
    rev: Option<Text<'a>>,
    #[serde(borrow)]
    tag: Option<Text<'a>>,
    #[serde(borrow)]
    branch: Option<Text<'a>>,
    #[serde(borrow)]
    subdirectory: Option<Text<'a>>,
    #[serde(borrow)]
    url: Option<Text<'a>>,
    #[serde(borrow)]
    path: Option<Text<'a>>,
    #[serde(default)]
    workspace: bool,
    marker: Option<IgnoredAny>,
    extra: Option<IgnoredAny>,
    group: Option<IgnoredAny>,
}

impl<'de: 'a, 'a> Deserialize<'de> for SourcesWire<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(SourcesVisitor)
    }
}

struct SourcesVisitor;

impl<'de> Visitor<'de> for SourcesVisitor {
    type Value = SourcesWire<'de>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a source or an array of sources")
    }

    fn visit_map<A: serde::de::MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        let source = SourceWire::deserialize(serde::de::value::MapAccessDeserializer::new(map))?;
        Ok(SourcesWire(vec![source]))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut sources = vec![];
        while let Some(source) = seq.next_element()? {
            sources.push(source);
        }
        Ok(SourcesWire(sources))
    }
}

impl UvWire<'_> {
    pub(super) fn into_uv(self) -> Uv {
        let own = [
            ("override-dependencies", !self.override_dependencies.is_empty()),
            ("exclude-dependencies", !self.exclude_dependencies.is_empty()),
            ("dependency-metadata", !self.dependency_metadata.is_empty()),
            ("exclude-newer", self.exclude_newer.is_some()),
            ("exclude-newer-package", self.exclude_newer_package.is_some()),
            ("index-strategy", self.index_strategy.is_some_and(|strategy| &*strategy != "first-index")),
            ("resolution", self.resolution.is_some_and(|resolution| &*resolution != "highest")),
        ];
        let mut binary = Binary::default();
        let all = |all: bool| all.then_some(":all:");
        binary.no.extend(&all(self.no_binary).into_iter().chain(texts(&self.no_binary_package)).collect());
        binary.only.extend(&all(self.no_build).into_iter().chain(texts(&self.no_build_package)).collect());
        Uv {
            indexes: self.index.iter().map(UvIndex::from).collect(),
            overruled: vec![],
            index_url: self.index_url.as_deref().map(str::to_owned),
            extra_index_urls: owned(&self.extra_index_url),
            find_links: owned(&self.find_links),
            no_index: self.no_index,
            sources: self
                .sources
                .iter()
                .map(|(name, sources)| (normalise(name), sources.0.iter().map(UvSource::from).collect()))
                .collect(),
            constraints: owned(&self.constraint_dependencies),
            binary,
            prereleases: self.prerelease.is_some_and(|prerelease| &*prerelease == "allow"),
            own: own.into_iter().filter(|(_, there)| *there).map(|(key, _)| key).collect(),
        }
    }
}

fn texts<'t>(list: &'t [Text<'_>]) -> impl Iterator<Item = &'t str> {
    list.iter().map(|text| &**text)
}

fn owned(list: &[Text<'_>]) -> Vec<String> {
    texts(list).map(str::to_owned).collect()
}

impl From<&IndexWire<'_>> for UvIndex {
    fn from(wire: &IndexWire<'_>) -> Self {
        Self {
            name: wire.name.as_deref().map(str::to_owned),
            url: (*wire.url).to_owned(),
            default: wire.default,
            explicit: wire.explicit,
            flat: wire.format.as_deref() == Some("flat"),
        }
    }
}

impl From<&SourceWire<'_>> for UvSource {
    fn from(wire: &SourceWire<'_>) -> Self {
        let text = |text: &Option<Text<'_>>| text.as_deref().map(str::to_owned);
        let subdirectory = text(&wire.subdirectory);
        let origin = if let Some(index) = text(&wire.index) {
            UvOrigin::Index(index)
        } else if let Some(url) = text(&wire.git) {
            let revision = text(&wire.rev).or(text(&wire.tag)).or(text(&wire.branch));
            UvOrigin::Git { url, revision, subdirectory }
        } else if let Some(url) = text(&wire.url) {
            UvOrigin::Url { url, subdirectory }
        } else if let Some(path) = text(&wire.path) {
            UvOrigin::Path(path)
        } else if wire.workspace {
            UvOrigin::Workspace
        } else {
            UvOrigin::Unknown
        };
        let conditional = wire.marker.is_some() || wire.extra.is_some() || wire.group.is_some();
        Self { origin, conditional }
    }
}
