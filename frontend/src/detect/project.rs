//! pyproject.toml, as far as it says how a project is called and which commands it brings.

use std::collections::BTreeSet;

use toml::Table;

use crate::lock::name::normalise;
use crate::text::SourceFile;

/// What a pyproject.toml says of commands.
pub(super) struct Project {
    /// Normalised; empty if it has none.
    pub(super) name: String,
    /// Whether there is something to build it with.
    pub(super) builds: bool,
    /// The names of `[project.scripts]`, `[project.gui-scripts]` and `[tool.poetry.scripts]`.
    pub(super) scripts: BTreeSet<String>,
}

impl Project {
    /// `None` if the file is no TOML: whoever reads it for its dependencies says so.
    pub(super) fn read(file: &SourceFile) -> Option<Self> {
        let root: Table = file.text().parse().ok()?;
        let tables = [at(&root, &["project"]), at(&root, &["tool", "poetry"])];
        let first = |key: &str| tables.iter().flatten().find_map(|table| table.get(key));
        let scripts = [
            at(&root, &["project", "scripts"]),
            at(&root, &["project", "gui-scripts"]),
            at(&root, &["tool", "poetry", "scripts"]),
        ];
        Some(Self {
            name: first("name").and_then(toml::Value::as_str).map(normalise).unwrap_or_default(),
            builds: root.contains_key("build-system"),
            scripts: scripts.into_iter().flatten().flat_map(Table::keys).cloned().collect(),
        })
    }
}

/// The table below a path of keys.
pub(super) fn at<'t>(root: &'t Table, path: &[&str]) -> Option<&'t Table> {
    path.iter().try_fold(root, |table, key| table.get(*key)?.as_table())
}
