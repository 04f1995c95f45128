//! Apps that say nothing of a framework: commands of the project, packages that can be run, files.

use std::collections::BTreeSet;

use super::python::Module;
use super::view::{Reader, is_looked_into};
use super::{Found, Start, argv, one_of, toml_argv};
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
    let workers = workers(reader);
    let modules: Vec<&str> =
        reader.top_level().into_iter().filter(|path| !workers.contains(&(*path).to_owned())).collect();
    let usual: Vec<&str> = USUAL.iter().copied().filter(|file| modules.contains(file)).collect();
    let only = || match modules.as_slice() {
        [only] => vec![*only],
        _ => vec![],
    };
    for files in [vec!["main.py", "app.py"], usual, vec!["src/main.py", "src/app.py"], only()] {
        let runs = |file: &&str| reader.has_file(file) && !workers.iter().any(|worker| worker == file);
        let present: Vec<&str> = files.into_iter().filter(runs).collect();
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

/// The modules that do nothing but make a Celery app, which only a worker has a use for; the advice for one.
fn workers(reader: &mut Reader<'_>) -> Vec<String> {
    let mut found = vec![];
    let mut paths = reader.top_level();
    paths.extend(["tasks.py"].into_iter().filter(|path| reader.has_file(path)));
    for path in paths {
        let Some((module, _)) = reader.module(path) else { continue };
        let makes =
            |path: &str| matches!(module.resolve_class(path).as_str(), "celery.Celery" | "celery.app.Celery");
        let app = module.assignments.iter().find(|assignment| assignment.called && makes(&assignment.path));
        if let Some(app) = app.filter(|_| !module.guarded) {
            let (stem, object) = (path.trim_end_matches(".py"), &app.name);
            let cmd = toml_argv(&argv(["celery", "--app", &format!("{stem}:{object}"), "worker"]));
            reader.help.push(format!("`{object}` of `{path}` is a Celery app: a worker has `cmd = {cmd}`"));
            found.push(path.to_owned());
        }
    }
    found
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
