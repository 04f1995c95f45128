//! What detection may see, and what it has asked for and not seen yet.

use std::collections::{BTreeMap, BTreeSet};

use super::project::Project;
use super::python::Module;
use crate::text::SourceFile;

/// A project, as far as it is known.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    /// The files that will be in the image, relative to its working directory, as far as [`PATTERNS`] match them.
    pub paths: &'a BTreeSet<String>,
    /// What was read so far; `None` for what does not exist. Files that are not in the image (`Procfile`,
    /// `pyproject.toml`) may be among them.
    pub contents: &'a BTreeMap<String, Option<SourceFile>>,
    /// The normalised names of the packages that are installed, the project itself among them if it is; `None`: not
    /// known.
    pub packages: Option<&'a BTreeSet<String>>,
    /// The value of `PORT`, where the description sets it.
    pub port: Option<u16>,
    /// Whether the image has surely no `/bin/sh`.
    pub no_shell: bool,
}

/// The files that detection looks at, as patterns.
pub const PATTERNS: &[&str] = &[
    "*.py",
    "*/__init__.py",
    "*/__main__.py",
    "*/api.py",
    "*/app.py",
    "*/application.py",
    "*/asgi.py",
    "*/main.py",
    "*/server.py",
    "*/wsgi.py",
    "src/*/__init__.py",
    "src/*/__main__.py",
    "src/*/api.py",
    "src/*/app.py",
    "src/*/application.py",
    "src/*/asgi.py",
    "src/*/main.py",
    "src/*/server.py",
    "src/*/wsgi.py",
];

/// Directories whose modules are not the app.
const ASIDE: &[&str] = &[
    "docs",
    "doc",
    "examples",
    "env",
    "migrations",
    "node_modules",
    "scripts",
    "test",
    "tests",
    "tools",
    "venv",
    "__pycache__",
];

/// Whether a file of the context matches one of [`PATTERNS`] and is not aside.
pub fn is_wanted(path: &str) -> bool {
    let parts: Vec<&str> = path.split('/').collect();
    let Some((file, directories)) = parts.split_last() else { return false };
    let below = |depth: &str| {
        directories.iter().all(|name| is_looked_into(name))
            && PATTERNS.contains(&format!("{depth}/{file}").as_str())
    };
    match directories {
        [] => file.ends_with(".py"),
        [_] => below("*"),
        ["src", _] => below("src/*"),
        _ => false,
    }
}

/// Whether a directory may hold the app.
pub fn is_looked_into(directory: &str) -> bool {
    !directory.starts_with('.') && !ASIDE.contains(&directory)
}

/// A view, and what was wanted of it.
pub(super) struct Reader<'v> {
    pub(super) view: &'v View<'v>,
    /// Advice that is worth giving whatever is found.
    pub(super) help: Vec<String>,
    unread: BTreeSet<String>,
}

impl<'v> Reader<'v> {
    pub(super) fn new(view: &'v View<'v>) -> Self {
        Self { view, help: vec![], unread: BTreeSet::new() }
    }

    /// What has to be read before anything can be concluded.
    pub(super) fn needs(&mut self) -> Option<Vec<String>> {
        let needs: Vec<String> = std::mem::take(&mut self.unread).into_iter().collect();
        (!needs.is_empty()).then_some(needs)
    }

    /// Whether a file is in the image.
    pub(super) fn has_file(&self, path: &str) -> bool {
        self.view.paths.contains(path)
    }

    /// A file, if it was read. If it was not, it is wanted.
    pub(super) fn file(&mut self, path: &str) -> Option<&'v SourceFile> {
        match self.view.contents.get(path) {
            Some(file) => file.as_ref(),
            None => {
                self.unread.insert(path.to_owned());
                None
            }
        }
    }

    /// A module of the image.
    pub(super) fn module(&mut self, path: &str) -> Option<(Module, &'v SourceFile)> {
        let file = if self.has_file(path) { self.file(path)? } else { return None };
        Some((Module::read(file.text()), file))
    }

    /// What `pyproject.toml` says.
    pub(super) fn project(&mut self) -> Option<Project> {
        Project::read(self.file("pyproject.toml")?)
    }

    /// Whether the project itself is installed, so that what is below `src` can be imported.
    pub(super) fn project_is_installed(&mut self) -> bool {
        let Some(project) = self.project() else { return false };
        match self.view.packages {
            Some(packages) => packages.contains(&project.name),
            None => project.builds,
        }
    }

    /// Whether a package is surely installed.
    pub(super) fn installed(&self, package: &str) -> bool {
        self.view.packages.is_some_and(|packages| packages.contains(package))
    }

    /// Whether a package is surely not installed.
    pub(super) fn lacks(&self, package: &str) -> bool {
        self.view.packages.is_some_and(|packages| !packages.contains(package))
    }

    /// The modules of the top level that may be the app, sorted.
    pub(super) fn top_level(&self) -> Vec<&'v str> {
        let aside = [
            "__init__",
            "__main__",
            "conftest",
            "fabfile",
            "gunicorn.conf",
            "locustfile",
            "noxfile",
            "setup",
            "tasks",
        ];
        let stem = |path: &&'v String| path.strip_suffix(".py").filter(|stem| !stem.contains('/'));
        let is_app = |path: &&'v String| {
            stem(path).is_some_and(|stem| {
                !aside.contains(&stem) && !stem.starts_with("test_") && !stem.ends_with("_test")
            })
        };
        self.view.paths.iter().filter(is_app).map(String::as_str).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wanted_files_are_what_the_patterns_match() {
        for path in ["x.py", "pkg/wsgi.py", "src/main.py", "src/pkg/__init__.py"] {
            assert!(is_wanted(path), "{path}");
        }
        for path in
            ["a.txt", "pkg/x.py", "tests/main.py", ".venv/app.py", "a/b/main.py", "src/tests/app.py", ""]
        {
            assert!(!is_wanted(path), "{path}");
        }
    }
}
