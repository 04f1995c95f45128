//! Apps that say nothing of a framework: commands of the project, packages that can be run, files.

use std::collections::BTreeSet;

use super::python::Module;
use super::view::{Reader, is_looked_into};
use super::{Found, Start, argv, one_of};
use crate::diag::Diagnostic;
use crate::lock::name::normalise;

/// Files that an app may be started by, besides `main.py` and `app.py`.
const USUAL: &[&str] = &["bot.py", "hello.py", "run.py", "serve.py", "server.py", "start.py", "worker.py"];

/// `[project.scripts]`, if the project is installed.
pub(super) fn console(reader: &mut Reader<'_>) -> Result<Found, Diagnostic> {
    let Some(project) = reader.project().filter(|project| !project.scripts.is_empty()) else {
        return Ok(Found::Nothing);
    };
    let called_like_it = project.scripts.iter().find(|script| normalise(script) == project.name);
    let only = || project.scripts.first().filter(|_| project.scripts.len() == 1);
    let Some(script) = called_like_it.or_else(only) else {
        let scripts: Vec<String> =
            project.scripts.iter().map(|script| format!("`cmd = [\"{script}\"]`")).collect();
        reader.help.push(format!("`pyproject.toml` has several commands: {}", scripts.join(", ")));
        return Ok(Found::Nothing);
    };
    if !reader.project_is_installed() {
        reader.help.push(format!(
            "`pyproject.toml` has the command `{script}`, but the project is not installed: it needs a `[build-system]`, and its lock must have it"
        ));
        return Ok(Found::Nothing);
    }
    let reason = match project.scripts.len() {
        1 => format!("`{script}` is the command of `pyproject.toml`"),
        _ => format!("`{script}` is the command of `pyproject.toml` that is called like the project"),
    };
    Ok(Found::Start(Start { cmd: vec![script.clone()], reason, ..Start::default() }))
}

/// `__main__.py`.
pub(super) fn main_modules(reader: &mut Reader<'_>) -> Result<Found, Diagnostic> {
    if reader.has_file("__main__.py") {
        let reason = "`__main__.py` is there to be run".to_owned();
        return Ok(Found::Start(Start { cmd: argv(["python", "."]), reason, ..Start::default() }));
    }
    let installed = reader.project_is_installed();
    let package = |path: &String| {
        let directory = path.strip_suffix("/__main__.py")?;
        let package = match directory.split_once('/') {
            Some(("src", package)) if installed => package,
            Some(_) => return None,
            None => directory,
        };
        is_looked_into(package).then(|| (package.to_owned(), path.clone()))
    };
    let start = |(package, path): (String, String)| Start {
        cmd: argv(["python", "-m", &package]),
        reason: format!("`{path}` is there to be run"),
        ..Start::default()
    };
    one_of(reader.view.paths.iter().filter_map(package).map(start).collect())
}

/// `main.py`, `app.py` and what else may be run.
pub(super) fn files(reader: &mut Reader<'_>) -> Result<Found, Diagnostic> {
    let modules = reader.top_level();
    let usual: Vec<&str> = USUAL.iter().copied().filter(|file| modules.contains(file)).collect();
    let only = || match modules.as_slice() {
        [only] => vec![*only],
        _ => vec![],
    };
    for files in [vec!["main.py", "app.py"], usual, vec!["src/main.py", "src/app.py"], only()] {
        let present: Vec<&str> = files.into_iter().filter(|file| reader.has_file(file)).collect();
        let starts = independent(&present, reader);
        if !starts.is_empty() {
            return one_of(starts);
        }
    }
    if !modules.is_empty() {
        let listed: Vec<String> = modules.iter().take(5).map(|module| format!("`{module}`")).collect();
        reader.help.push(format!("FILE may be one of {}", listed.join(", ")));
    }
    Ok(Found::Nothing)
}

/// Those of several files that no other of them imports; `main.py` before files that only define things.
fn independent(files: &[&str], reader: &mut Reader<'_>) -> Vec<Start> {
    let modules: Vec<(&str, Module)> = match files {
        // One needs no reading.
        [only] => vec![(*only, Module::default())],
        several => several.iter().filter_map(|file| Some((*file, reader.module(file)?.0))).collect(),
    };
    let stem = |file: &str| file.rsplit('/').next().unwrap_or(file).trim_end_matches(".py").to_owned();
    let imported: BTreeSet<String> = modules.iter().flat_map(|(_, module)| module.modules.clone()).collect();
    let roots: Vec<&(&str, Module)> =
        modules.iter().filter(|(file, _)| !imported.contains(&stem(file))).collect();
    let run: Vec<&&(&str, Module)> = roots.iter().filter(|(_, module)| module.guarded).collect();
    let chosen: Vec<&str> = match (run.is_empty(), roots.is_empty()) {
        // They import each other.
        (_, true) => modules.iter().map(|(file, _)| *file).collect(),
        (false, _) => run.iter().map(|(file, _)| *file).collect(),
        (true, _) => roots.iter().map(|(file, _)| *file).collect(),
    };
    let start = |file: &str| Start {
        cmd: argv(["python", file]),
        reason: format!("`{file}` is there to be run"),
        ..Start::default()
    };
    chosen.into_iter().map(start).collect()
}
