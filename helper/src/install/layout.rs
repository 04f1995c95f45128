//! Where the files of a wheel go in an environment (PEP 427; the `venv` installation scheme).

use crate::error::{Error, Result};

/// Linux cuts or refuses a first line that is longer, with `#!` and the line break.
const LONGEST_SHEBANG: usize = 127;

/// Directories of an environment, absolute as the image sees them.
#[derive(Debug, Clone)]
pub(crate) struct Layout {
    venv: String,
    /// With ABI flag, as in `lib/python3.13t`.
    python: String,
    pub(crate) site_packages: String,
    /// What scripts start with, after `#!`.
    pub(crate) interpreter: String,
}

/// Where one file goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Destination {
    /// Absolute path.
    pub(crate) path: String,
    /// The path as RECORD writes it, relative to the directory of packages.
    pub(crate) recorded: String,
    /// Whether it is one of `scripts`: executable, with its first line made right.
    pub(crate) is_script: bool,
}

impl Layout {
    /// The layout of the environment `venv` for `python` (`3.12`).
    ///
    /// Errors: a prefix that cannot stand in the first line of a script.
    pub(crate) fn new(venv: &str, python: &str) -> Result<Layout> {
        let interpreter = format!("{venv}/bin/python");
        if interpreter.len() + "#!\n".len() > LONGEST_SHEBANG || interpreter.contains(char::is_whitespace) {
            let message =
                format!("the environment `{venv}` is too long, or has a space, to stand in scripts");
            return Err(Error::new(message));
        }
        let site_packages = format!("{venv}/lib/python{python}/site-packages");
        Ok(Layout { venv: venv.to_owned(), python: python.to_owned(), site_packages, interpreter })
    }

    /// Where a file of the directory of packages goes.
    pub(crate) fn package_file(&self, path: &str) -> Destination {
        let absolute = format!("{}/{path}", self.site_packages);
        Destination { path: absolute, recorded: path.to_owned(), is_script: false }
    }

    /// Where a file of the `.data` directory goes, of the package with the normalised `name`.
    ///
    /// Errors: a part of `.data` that is not known; what would replace a part of the environment itself.
    pub(crate) fn data_file(&self, name: &str, key: &str, path: &str) -> Result<Destination> {
        match key {
            "purelib" | "platlib" => Ok(self.package_file(path)),
            "scripts" => self.script(path),
            "headers" => self.outside(format!("include/site/python{}/{name}/{path}", self.python), false),
            "data" => match path.strip_prefix(&format!("lib/python{}/site-packages/", self.python)) {
                Some(rest) => Ok(self.package_file(rest)),
                None => self.outside(path.to_owned(), false),
            },
            other => Err(Error::new(format!(
                "its .data directory has a part `{other}`; known are purelib, platlib, scripts, headers, data"
            ))),
        }
    }

    /// Where a command goes.
    ///
    /// Errors: a name of the interpreter.
    pub(crate) fn script(&self, name: &str) -> Result<Destination> {
        self.outside(format!("bin/{name}"), true)
    }

    /// A file of the environment that is not in the directory of packages.
    fn outside(&self, path: String, is_script: bool) -> Result<Destination> {
        if is_reserved(&path) {
            return Err(Error::new(format!(
                "its file {path} would replace a part of the environment itself"
            )));
        }
        Ok(Destination {
            path: format!("{}/{path}", self.venv),
            recorded: format!("../../../{path}"),
            is_script,
        })
    }
}

/// What the skeleton of the environment is made of: the interpreter's names, its configuration, our facts.
fn is_reserved(path: &str) -> bool {
    let of_interpreter = |name: &str| {
        let version = name.strip_prefix("python").or_else(|| name.strip_prefix("pypy"));
        let version = version.map(|rest| rest.trim_end_matches(['t', 'd']));
        version.is_some_and(|rest| rest.chars().all(|letter| letter.is_ascii_digit() || letter == '.'))
    };
    path == "pyvenv.cfg"
        || path == "share/wheelbase"
        || path.starts_with("share/wheelbase/")
        || path.strip_prefix("bin/").is_some_and(of_interpreter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(key: &str, path: &str, expected: (&str, &str)) {
        let layout = Layout::new("/opt/venv", "3.13t").unwrap();
        let destination = layout.data_file("green-let", key, path).unwrap();
        assert_eq!((destination.path.as_str(), destination.recorded.as_str()), expected);
    }

    #[test]
    fn parts_of_data() {
        let site = "/opt/venv/lib/python3.13t/site-packages";
        check("purelib", "a/b.py", (&format!("{site}/a/b.py"), "a/b.py"));
        check("platlib", "a.so", (&format!("{site}/a.so"), "a.so"));
        check("scripts", "jp.py", ("/opt/venv/bin/jp.py", "../../../bin/jp.py"));
        check("data", "etc/x.conf", ("/opt/venv/etc/x.conf", "../../../etc/x.conf"));
        check("data", "lib/python3.13t/site-packages/c.py", (&format!("{site}/c.py"), "c.py"));
        check(
            "headers",
            "g.h",
            (
                "/opt/venv/include/site/python3.13t/green-let/g.h",
                "../../../include/site/python3.13t/green-let/g.h",
            ),
        );
    }

    #[test]
    fn the_environment_itself_is_not_replaced() {
        let layout = Layout::new("/opt/venv", "3.12").unwrap();
        for (key, path) in [
            ("scripts", "python"),
            ("scripts", "python3"),
            ("scripts", "python3.12"),
            ("data", "bin/python3"),
            ("data", "pyvenv.cfg"),
            ("data", "share/wheelbase/facts.json"),
            ("sccripts", "x"),
        ] {
            assert!(layout.data_file("a", key, path).is_err(), "{key}/{path}");
        }
        assert!(layout.script("python-argcomplete").is_ok());
    }

    #[test]
    fn prefixes_that_no_script_can_name() {
        assert!(Layout::new(&format!("/{}", "x".repeat(120)), "3.12").is_err());
        assert!(Layout::new("/opt/my venv", "3.12").is_err());
        assert!(Layout::new(&format!("/{}", "x".repeat(111)), "3.12").is_ok());
    }
}
