//! Commands that a package declares rather than ships: `entry_points.txt` and the scripts made from it.
//!
//! Follows the entry points specification and, for the launcher, what pip and uv write.

use std::collections::BTreeMap;

use crate::error::{Error, Result};

/// A command that calls a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EntryPoint {
    module: String,
    function: String,
}

/// The commands of `entry_points.txt` by name, from `console_scripts` and `gui_scripts`; other groups are for
/// programs that look for plugins.
///
/// `python` is the minor version (`3.12`): pip names a command after the version that its wheel was made with,
/// which every installer replaces by the version that it installs for.
///
/// Errors: an entry that does not name a function, or whose name is not that of a file.
pub(crate) fn parse(text: &str, python: &str) -> Result<BTreeMap<String, EntryPoint>> {
    let mut commands = BTreeMap::new();
    let mut in_scripts = false;
    for line in text.lines().map(str::trim) {
        if line.is_empty() || line.starts_with(['#', ';']) {
            continue;
        }
        if let Some(section) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            in_scripts = matches!(section.trim(), "console_scripts" | "gui_scripts");
        } else if in_scripts {
            let wrong = || Error::new(format!("its entry point `{line}` is not NAME = MODULE:FUNCTION"));
            let (name, value) = line.split_once('=').ok_or_else(wrong)?;
            let (name, entry) = (name.trim(), EntryPoint::parse(value).ok_or_else(wrong)?);
            if name.is_empty() || name == "." || name == ".." || name.contains(['/', '\0']) {
                return Err(Error::new(format!("its entry point `{line}` has a name that is no file name")));
            }
            commands.entry(name.to_owned()).or_insert(entry);
        }
    }
    if let Some(pip) = commands.get("pip3").cloned() {
        commands.retain(|name, _| !name.starts_with("pip3."));
        commands.insert(format!("pip{}", python.trim_end_matches('t')), pip);
    }
    Ok(commands)
}

impl EntryPoint {
    /// Reads `module:function [extra]`; extras are obsolete and mean nothing here.
    fn parse(value: &str) -> Option<EntryPoint> {
        let value = value.split('[').next().unwrap_or(value);
        let (module, function) = value.split_once(':')?;
        let (module, function) = (module.trim(), function.trim());
        let dotted = |name: &str| {
            name.split('.').all(|part| {
                !part.is_empty() && part.chars().all(|letter| letter.is_alphanumeric() || letter == '_')
            })
        };
        (dotted(module) && dotted(function))
            .then(|| EntryPoint { module: module.to_owned(), function: function.to_owned() })
    }

    /// The script: imports the first part of the function's name, calls the whole.
    pub(crate) fn launcher(&self, interpreter: &str) -> String {
        let EntryPoint { module, function } = self;
        let import = function.split('.').next().unwrap_or(function);
        format!(
            "#!{interpreter}\nimport sys\n\nfrom {module} import {import}\n\nif __name__ == \"__main__\":\n    sys.exit({function}())\n"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[(&str, &str)]) {
        let commands = parse(text, "3.12").unwrap();
        let found: Vec<(&str, String)> = commands
            .iter()
            .map(|(name, entry)| (name.as_str(), format!("{}:{}", entry.module, entry.function)))
            .collect();
        let expected: Vec<(&str, String)> =
            expected.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn sections_comments_and_extras() {
        check(
            "# made by hand\n[console_scripts]\nflask = flask.cli:main\n\n; more\n[gui_scripts]\nView=view.app:App.run [gui,x]\n[pytest11]\nplugin = a:b\nother\n",
            &[("View", "view.app:App.run"), ("flask", "flask.cli:main")],
        );
    }

    #[test]
    fn pip_is_named_after_the_target() {
        check(
            "[console_scripts]\npip = p:main\npip3 = p:main\npip3.9 = p:main\n",
            &[("pip", "p:main"), ("pip3", "p:main"), ("pip3.12", "p:main")],
        );
    }

    #[test]
    fn entries_that_call_nothing_or_leave_the_directory() {
        for line in ["a = b", "a", "a = b:", "a = b:c d", "a = b;x:c", "../a = b:c", " = b:c", ".. = b:c"] {
            assert!(parse(&format!("[console_scripts]\n{line}\n"), "3.12").is_err(), "{line}");
        }
    }

    #[test]
    fn launcher_of_a_method() {
        let commands = parse("[console_scripts]\nrun = app.main:App.run", "3.12").unwrap();
        assert_eq!(
            commands["run"].launcher("/opt/venv/bin/python"),
            "#!/opt/venv/bin/python\nimport sys\n\nfrom app.main import App\n\nif __name__ == \"__main__\":\n    sys.exit(App.run())\n"
        );
    }
}
