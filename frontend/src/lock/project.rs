//! pyproject.toml, as far as dependencies go: what the project is called, what it needs, what builds it.

mod uv;
mod wire;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

pub(super) use uv::OF_PROJECT;
pub use uv::{Uv, UvIndex, UvOrigin, UvSource};

use super::marker::Marker;
use super::model::{Entry, Package, Source, Tree, When};
use super::name::{PackageName, normalise};
use super::wire::toml;
use super::{Reader, path};
use crate::diag::{Checked, Diagnostic};
use crate::text::SourceFile;

/// What a pyproject.toml says.
#[derive(Debug, Clone, Default)]
pub struct Project {
    /// `[project] name`, else `[tool.poetry] name`.
    pub name: Option<PackageName>,
    /// Its version, if it is written there.
    pub version: Option<String>,
    /// `[project] dynamic`.
    pub dynamic: BTreeSet<String>,
    /// `[project] requires-python`, as written.
    pub requires_python: Option<String>,
    /// `[project] dependencies`; `None` if there is no `[project]` or if they are dynamic.
    pub dependencies: Option<Vec<String>>,
    /// `[project.optional-dependencies]`, by normalised name.
    pub extras: BTreeMap<String, Vec<String>>,
    /// `[dependency-groups]` (PEP 735), by normalised name.
    pub groups: BTreeMap<String, Vec<GroupItem>>,
    /// `[build-system] build-backend`; the old default where there is a `[build-system]` without one.
    pub build_backend: Option<String>,
    /// `[build-system] requires`.
    pub build_requires: Vec<String>,
    /// The names of the tables in `[tool]`.
    pub tools: BTreeSet<String>,
    /// Whether the project itself is something to install, where its manager's table says so
    /// (`[tool.uv] package`, `[tool.poetry] package-mode`, `[tool.pdm] distribution`).
    pub package: Option<bool>,
    /// Whether it brings commands: `[project.scripts]`, `[project.gui-scripts]` or `[tool.poetry.scripts]`.
    pub has_commands: bool,
    /// Whether `[tool.poetry]` has dependencies in Poetry's own spelling.
    pub poetry_dependencies: bool,
    /// Those of them that are wanted under no condition, normalised.
    pub poetry_names: Vec<String>,
    /// `[tool.uv]`, as far as it decides a resolution.
    pub uv: Uv,
    /// The tool in whose own table indexes are named: `poetry` or `pdm`.
    pub foreign_sources: Option<&'static str>,
}

/// One line of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GroupItem {
    /// A requirement.
    Requirement(String),
    /// Another group, normalised.
    Include(String),
}

impl Project {
    /// Reads a pyproject.toml.
    ///
    /// # Errors
    /// `lock-syntax` if it is not TOML, or its standard tables are not what they should be.
    pub fn read(file: &SourceFile) -> Checked<Self> {
        match toml::<wire::ProjectWire<'_>>(file) {
            Ok(wire) => Checked::ok(wire.into_project()),
            Err(error) => Checked::failed(error),
        }
    }

    /// Whether the project itself is built and installed, as its own manager would: told so, or with a build
    /// system.
    pub fn is_package(&self) -> bool {
        self.package.unwrap_or(self.build_backend.is_some())
    }

    /// Whether the version comes from the tags of a repository, which a build does not see: the build backend's
    /// plugin that is named.
    pub fn version_from_vcs(&self) -> Option<&'static str> {
        let known =
            ["setuptools-scm", "hatch-vcs", "poetry-dynamic-versioning", "versioningit", "pdm-backend"];
        let dynamic =
            self.dynamic.contains("version") || self.build_backend.is_some() && self.version.is_none();
        let uses = |plugin: &&&str| {
            let required = self.build_requires.iter().any(|requirement| {
                normalise(requirement)
                    .strip_prefix(**plugin)
                    .is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '-'))
            });
            // pdm-backend reads tags only when told so, in a table that we do not read; its dynamic version may
            // as well come from a file.
            required && **plugin != "pdm-backend"
        };
        known.iter().find(uses).copied().filter(|_| dynamic)
    }

    /// The requirements of a group and of the groups that it includes, in the order of the file; those of a group that
    /// is included twice, once.
    ///
    /// # Errors
    /// A text for a group that does not exist or includes itself.
    pub fn group(&self, name: &str) -> Result<Vec<String>, String> {
        let mut requirements = vec![];
        self.collect_group(name, &mut vec![], &mut BTreeSet::new(), &mut requirements)?;
        Ok(requirements)
    }

    fn collect_group(
        &self,
        name: &str,
        path: &mut Vec<String>,
        done: &mut BTreeSet<String>,
        into: &mut Vec<String>,
    ) -> Result<(), String> {
        if done.contains(name) {
            return Ok(());
        }
        if path.iter().any(|above| above == name) {
            return Err(format!("the group `{name}` includes itself"));
        }
        let Some(items) = self.groups.get(name) else {
            return Err(format!("there is no group `{name}`"));
        };
        path.push(name.to_owned());
        for item in items {
            match item {
                GroupItem::Requirement(requirement) => into.push(requirement.clone()),
                GroupItem::Include(other) => self.collect_group(other, path, done, into)?,
            }
        }
        path.pop();
        done.insert(name.to_owned());
        Ok(())
    }
}

/// The project beside a lock. At the top of the context it is known if it is there; elsewhere it has to be asked for.
///
/// # Errors
/// The path to ask for.
pub(super) fn beside(input: &Reader<'_>) -> Result<Option<Project>, String> {
    let name = input.file.name();
    let path = path::beside(name, "pyproject.toml").unwrap_or_default();
    match input.others.get(&path) {
        None if name.contains('/') => Err(path),
        // Whoever reads it for its own sake says what is wrong with it.
        known => Ok(known.and_then(Option::as_ref).and_then(|file| read_into(file, &mut vec![]))),
    }
}

/// The name of the file that stands in for `[tool.uv]` of the pyproject.toml beside it.
pub(super) const UV_TOML: &str = "uv.toml";

/// Lets the uv.toml beside a pyproject.toml overrule what that says of uv, and gives the file that counts: what is to be
/// said of a setting is said there. A uv.toml that nobody has looked for is none.
pub(super) fn overruled<'a>(
    uv: &mut Uv,
    pyproject: Option<&'a SourceFile>,
    input: &Reader<'a>,
    found: &mut Vec<Diagnostic>,
) -> Option<&'a SourceFile> {
    let path = path::beside(pyproject.map_or("", SourceFile::name), UV_TOML).unwrap_or_default();
    let Some(Some(file)) = input.others.get(&path) else { return pyproject };
    found.extend(uv.overrule(file).err());
    Some(file)
}

/// The project beside a lock that does not have it, as its manager would install it: if it says that it is a package, or
/// brings commands, which work no other way.
pub(super) fn root(project: Option<&Project>, input: &Reader<'_>, always: Arc<Marker>) -> Option<Entry> {
    let project = project?;
    let is_package = project.package.unwrap_or(project.has_commands) && project.build_backend.is_some();
    let package = Package {
        name: project.name.clone().filter(|_| is_package)?,
        version: None,
        requires_python: None,
        source: Source::Tree(Tree { path: path::beside(input.file.name(), ".")?, editable: false }),
        span: None,
    };
    Some(Entry { package, when: vec![When { group: None, marker: always }], requested: true })
}

/// Adds the error of [`Project::read`] to what was found.
pub(super) fn read_into(file: &SourceFile, found: &mut Vec<Diagnostic>) -> Option<Project> {
    Project::read(file).drain_into(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Files;

    fn project(text: &str) -> Project {
        Project::read(&Files::default().add("pyproject.toml", text)).into_result().unwrap().0
    }

    #[test]
    fn groups_include_groups() {
        let text = "[dependency-groups]\nTest = ['pytest']\ndev = ['ruff', {include-group = 'test'}]\n\
                    a = [{include-group='b'}]\nb=[{include-group='a'}]";
        let project = project(text);
        assert_eq!(project.group("dev").unwrap(), ["ruff", "pytest"]);
        assert!(project.group("a").unwrap_err().contains("includes itself"));
        assert!(project.group("none").is_err());
    }

    #[test]
    fn packages_and_their_versions() {
        let build =
            "[build-system]\nrequires=['hatchling','hatch_vcs>=0.4']\nbuild-backend='hatchling.build'\n";
        let package = project(&format!("{build}[project]\nname='a'\ndynamic=['version']"));
        assert!(package.is_package());
        assert_eq!(package.version_from_vcs(), Some("hatch-vcs"));
        assert_eq!(project(&format!("{build}[project]\nname='a'\nversion='1'")).version_from_vcs(), None);
        assert!(!project(&format!("{build}[tool.uv]\npackage=false")).is_package());
        assert!(!project("[project]\nname='a'").is_package());
        assert!(!project("[tool.poetry]\nname='a'\npackage-mode=false").is_package());
        assert!(project("[tool.poetry.dependencies]\npython='^3.9'\nflask='*'").poetry_dependencies);
        assert!(!project("[tool.poetry.dependencies]\npython='^3.9'").poetry_dependencies);
    }
}
