//! Where a module is imported from.

use super::python::Module;
use super::view::Reader;

/// How a file is imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    /// `shop.main`
    pub(super) module: String,
    /// The directory that must be on the path, if not the working directory.
    pub(super) directory: Option<String>,
    /// Whether it is the `__init__.py` of a package.
    pub(super) package: bool,
}

impl Place {
    /// The place of a file that matches [`super::PATTERNS`].
    ///
    /// What is below `src` is imported as installed if the project is; else from `src`. A directory without
    /// `__init__.py` is a package only if the module says so, by what it imports.
    pub(super) fn of(path: &str, module: &Module, reader: &mut Reader<'_>) -> Self {
        let stem = path.strip_suffix(".py").unwrap_or(path);
        let mut parts: Vec<&str> = stem.split('/').collect();
        let package = parts.last() == Some(&"__init__") && parts.len() > 1;
        if package {
            parts.pop();
        }
        let imports = |name: &str| {
            module.modules.iter().any(|known| known.split('.').next().is_some_and(|first| first == name))
        };
        let mut directory = None;
        if let [first, _, ..] = parts.as_slice() {
            let first = (*first).to_owned();
            let is_package = package && parts.len() == 1
                || reader.has_file(&format!("{first}/__init__.py"))
                || imports(&first)
                || (first != "src" && imports(""));
            if !is_package {
                parts.remove(0);
                let found = first == "src" && !parts.is_empty() && stem.matches('/').count() > 1;
                directory = (!(found && reader.project_is_installed())).then_some(first);
            }
        }
        Self { module: parts.join("."), directory, package }
    }

    /// The full name of a module that this one imports: `.models` in `shop.main` is `shop.models`.
    pub(super) fn absolute(&self, imported: &str) -> String {
        let name = imported.trim_start_matches('.');
        let dots = imported.len() - name.len();
        if dots == 0 {
            return name.to_owned();
        }
        let mut parts: Vec<&str> = self.module.split('.').collect();
        // In a package's own file one dot is the package itself.
        let up = if self.package { dots - 1 } else { dots };
        parts.truncate(parts.len().saturating_sub(up));
        parts.extend((!name.is_empty()).then_some(name));
        parts.join(".")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relative_names() {
        let place = |module: &str, package| Place { module: module.to_owned(), directory: None, package };
        assert_eq!(place("shop.main", false).absolute(".models"), "shop.models");
        assert_eq!(place("shop", true).absolute(".models.user"), "shop.models.user");
        assert_eq!(place("a.b.c", false).absolute("..d"), "a.d");
        assert_eq!(place("a", false).absolute("...d"), "d");
        assert_eq!(place("a", false).absolute("x.y"), "x.y");
    }
}
