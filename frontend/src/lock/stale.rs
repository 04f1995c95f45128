//! Whether a lock still is that of its project: what `pyproject.toml` requires must be in it.
//!
//! Only what is sure is told: names that the lock does not have, and versions that the requirement does not allow. What is
//! required under a condition may rightly be missing.

use super::model::{Lock, Package};
use super::project::{Project, read_into};
use super::requirement::{Requirement, Wanted};
use super::{Format, place, row};
use crate::diag::Diagnostic;
use crate::text::SourceFile;

/// The warning (`stale-lock`) that a lock was not made anew after the project beside it changed; `None` for formats that
/// are not made from `pyproject.toml` alone.
pub fn stale(lock: &Lock, pyproject: &SourceFile) -> Option<Diagnostic> {
    if !matches!(lock.format, Format::Uv | Format::Poetry | Format::Pdm) {
        return None;
    }
    // Whoever reads the file for its own sake says what is wrong with it.
    let project = read_into(pyproject, &mut vec![])?;
    let outdated = project.dependencies.iter().flatten().find_map(|line| outdated(lock, &project, line));
    let missing = || project.poetry_names.iter().find(|name| named(lock, name).next().is_none());
    let (near, what) =
        outdated.or_else(|| missing().map(|name| (name.clone(), format!("does not have `{name}`"))))?;
    let message = format!(
        "`{}` {what}, which `{}` requires: the lock is out of date",
        lock.file.name(),
        pyproject.name()
    );
    let warning = Diagnostic::warning("stale-lock", message);
    // A key begins its line.
    let key =
        pyproject.text().find(&format!("\n{near}")).map(|at| pyproject.span(at + 1..at + 1 + near.len()));
    let warning = key.or_else(|| place::text(pyproject, &near)).into_iter().fold(warning, Diagnostic::at);
    Some(warning.help(format!("lock again: `{}`", row(lock.format).command)))
}

/// A requirement that the lock does not fulfil, and how it is not.
fn outdated(lock: &Lock, project: &Project, line: &str) -> Option<(String, String)> {
    let requirement: Requirement = line.parse().ok()?;
    if !requirement.marker.is_always() || Some(&requirement.name) == project.name.as_ref() {
        return None;
    }
    let name = &requirement.name;
    let mut packages = named(lock, name.as_str());
    let Some(first) = packages.next() else {
        if project.uv.own.contains(&"exclude-dependencies") {
            return None;
        }
        return Some((line.to_owned(), format!("does not have `{name}`")));
    };
    // Of several, each is for other platforms; what overrides and sources say is not looked into.
    let alone = packages.next().is_none();
    let overridden =
        project.uv.own.contains(&"override-dependencies") || project.uv.sources.contains_key(name.as_str());
    let (Wanted::Versions(wanted), Some(version)) = (&requirement.wanted, &first.version) else {
        return None;
    };
    let fits = wanted.contains(version);
    (alone && !overridden && !fits)
        .then(|| (line.to_owned(), format!("has `{name}` {version}, not `{}`", line.trim())))
}

fn named<'l>(lock: &'l Lock, name: &str) -> impl Iterator<Item = &'l Package> {
    lock.packages().filter(move |package| package.name.as_str() == name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lock::{self, Others, Read, Request};
    use crate::text::Files;

    const UV: &str = "version = 1\n[[package]]\nname = \"app\"\nsource = { virtual = \".\" }\n[[package]]\nname = \"flask\"\nversion = \"2.3.1\"\nsource = { registry = \"https://h/simple\" }\n";

    fn check(name: &str, lock: &str, pyproject: &str) -> String {
        let mut files = Files::default();
        let file = files.add(name, lock);
        let pyproject = files.add("pyproject.toml", pyproject);
        let Ok((Read::Locked(lock), _)) =
            lock::read(&file, &Others::new(), &Request::default()).into_result()
        else {
            panic!("no lock");
        };
        stale(&lock, &pyproject).map_or("nothing".to_owned(), |warning| warning.brief(&files))
    }

    fn uv(dependencies: &str, tool: &str) -> String {
        check("uv.lock", UV, &format!("[project]\nname='app'\ndependencies=[{dependencies}]\n{tool}"))
    }

    #[test]
    fn what_the_lock_does_not_have() {
        insta::assert_snapshot!(uv("'Flask', 'requests>=2'", ""), @"
        pyproject.toml:3:25: warning[stale-lock]: `uv.lock` does not have `requests`, which `pyproject.toml` requires: the lock is out of date
          = help: lock again: `uv lock`
        ");
        insta::assert_snapshot!(uv("'flask>=3'", ""), @"
        pyproject.toml:3:16: warning[stale-lock]: `uv.lock` has `flask` 2.3.1, not `flask>=3`, which `pyproject.toml` requires: the lock is out of date
          = help: lock again: `uv lock`
        ");
        let poetry = "[metadata]\nlock-version = \"2.1\"\npython-versions = \"*\"\n";
        insta::assert_snapshot!(check("poetry.lock", poetry, "[tool.poetry.dependencies]\npython='^3.9'\nextra={version='1',optional=true,markers='x'}\nflask='*'"), @"
        pyproject.toml:4:1: warning[stale-lock]: `poetry.lock` does not have `flask`, which `pyproject.toml` requires: the lock is out of date
          = help: lock again: `poetry lock`
        ");
    }

    #[test]
    fn what_may_be_so() {
        assert_eq!(uv("'flask>=2,<3', 'pywin32; sys_platform==\"win32\"', 'app[x]'", ""), "nothing");
        assert_eq!(uv("'flask>=3'", "[tool.uv]\noverride-dependencies=['flask<3']"), "nothing");
        assert_eq!(uv("'flask>=3'", "[tool.uv.sources]\nflask={git='https://h/f'}"), "nothing");
        assert_eq!(uv("'requests'", "[tool.uv]\nexclude-dependencies=['requests']"), "nothing");
        let other = check("pylock.toml", "lock-version = '1.0'", "[project]\ndependencies=['flask']");
        assert_eq!(other, "nothing");
    }
}
