//! Requirements that are not locked: what has to be handed to a resolver.

pub(super) mod uv;

use std::collections::BTreeSet;

use super::binary::Binary;
use super::model::Tree;
use super::name::PackageName;
use super::project::{self, Project, UV_TOML};
use super::requirement::{Requirement, Wanted};
use super::{Read, Reader, path, place, url};
use crate::diag::{Checked, Diagnostic, did_you_mean};
use crate::text::{SourceFile, Span};

/// Requirements that are not locked.
#[derive(Debug, Clone)]
pub struct Unlocked {
    /// The file that they come from.
    pub file: SourceFile,
    /// Requirements, one a line as `uv pip compile` reads them, sorted. Paths are relative to the build context.
    pub requirements: Vec<String>,
    /// Constraints (`-c`), one a line, sorted.
    pub constraints: Vec<String>,
    /// Directories and archives of the build context among the requirements: the resolver has to read them.
    pub trees: Vec<String>,
    /// The project itself, if it is a package: it is installed too.
    pub project: Option<(PackageName, Tree)>,
    /// The indexes that the file names.
    pub indexes: Indexes,
    /// What the file says of wheels and sdists.
    pub binary: Binary,
    /// Whether pre-releases are wanted (`--pre`).
    pub prereleases: bool,
    /// Why it counts as not locked.
    pub reason: String,
    /// The command that would lock it.
    pub command: String,
}

/// The indexes that a file names.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Indexes {
    /// `--index-url`, if it is not the default index.
    pub index: Option<String>,
    /// `--extra-index-url`.
    pub extra: Vec<String>,
    /// `--find-links`.
    pub find_links: Vec<String>,
    /// `--no-index`.
    pub no_index: bool,
    /// Indexes for packages whose source names them (`explicit`). What is resolved does not ask them; a look-up of files by
    /// their checksums may.
    pub explicit: Vec<String>,
}

impl Unlocked {
    /// The warning that it is not locked: what was resolved today may be another thing tomorrow.
    pub fn warning(&self) -> Diagnostic {
        let message = format!("`{}` is not locked: {}", self.file.name(), self.reason);
        Diagnostic::warning("not-locked", message)
            .help(format!("to get the same packages at every build, lock them: `{}`", self.command))
    }
}

/// The requirements of a pyproject.toml: the project's own, those of the extras and of the groups that were
/// asked for.
pub(super) fn pyproject(input: &Reader<'_>) -> Checked<Read> {
    let file = input.file;
    let mut found = vec![];
    let Some(mut project) = project::read_into(file, &mut found) else { return Checked::none(found) };
    if let Some(path) = path::beside(file.name(), UV_TOML)
        && path.contains('/')
        && !input.others.contains_key(&path)
    {
        return Checked::ok(Read::Needs(vec![path]));
    }
    let settings = project::overruled(&mut project.uv, Some(file), input, &mut found).unwrap_or(file);
    // Beside `[project]`, they say where its dependencies come from.
    if project.poetry_dependencies {
        let message = format!(
            "`{}` has its dependencies in Poetry's own form, which only Poetry resolves",
            file.name()
        );
        return Checked::failed(
            Diagnostic::error("lock-missing", message)
                .at(place::text(file, "[tool.poetry.dependencies]").unwrap_or_else(|| file.line_span(1)))
                .help("lock it, and keep the lock beside it: `poetry lock`"),
        );
    }
    if project.dynamic.contains("dependencies") {
        let message =
            format!("the dependencies in `{}` are dynamic: only its build backend knows them", file.name());
        found.push(
            Diagnostic::error("lock-missing", message)
                .at(place::text(file, "dynamic").unwrap_or_else(|| file.line_span(1)))
                .help("lock it, and keep the lock beside it: `uv lock`"),
        );
    }
    let mut lines = project.dependencies.clone().unwrap_or_default();
    for (extra, span) in &input.request.extras {
        match project.extras.get(extra) {
            Some(requirements) => lines.extend(requirements.iter().cloned()),
            None => {
                let error = unknown("unknown-extra", format!("there is no extra `{extra}`"), *span, file);
                found.push(nearest(error, extra, project.extras.keys()));
            }
        }
    }
    for (group, span) in &input.request.groups {
        match project.group(group) {
            Ok(requirements) => lines.extend(requirements),
            Err(problem) => {
                let error = unknown("unknown-group", problem, *span, file);
                found.push(nearest(error, group, project.groups.keys()));
            }
        }
    }
    if let Some(tool) = project.foreign_sources {
        let message =
            format!("`[[tool.{tool}.source]]` says where packages come from, which takes {tool} to follow");
        let error =
            Diagnostic::error("lock-missing", message)
                .at(place::text(file, &format!("tool.{tool}.source")).unwrap_or_else(|| file.line_span(1)));
        found.push(error.help(format!("lock it, and keep the lock beside it: `{tool} lock`")));
    }
    uv::refuse_own(&project.uv, file, settings, &mut found);
    let indexes = uv::indexes(&project.uv, settings, &mut found);
    let lines = own_extras_resolved(lines, &project);
    let mut requirements = vec![];
    for line in lines {
        match line.parse::<Requirement>() {
            Ok(Requirement { wanted: Wanted::Url(at), .. }) if url::credentials(&at).is_some() => {
                let error = reference_credentials(at.starts_with("git+"));
                found.push(error.at(place::text(file, &at).unwrap_or_else(|| file.span(0..0))));
            }
            Ok(_) => requirements.push(line),
            Err(problem) => {
                let error = Diagnostic::error("requirement", format!("`{line}`: {}", problem.message));
                found.push(error.at(place::text(file, &line).unwrap_or_else(|| file.span(0..0))));
            }
        }
    }
    let mut unlocked = Unlocked {
        file: file.clone(),
        requirements,
        constraints: project.uv.constraints.clone(),
        trees: vec![],
        project: own(&project, file),
        indexes,
        binary: project.uv.binary.clone(),
        prereleases: project.uv.prereleases,
        reason: "it has no lock beside it".to_owned(),
        command: "uv lock".to_owned(),
    };
    uv::apply_sources(&project.uv, &mut unlocked, &mut found);
    for list in [&mut unlocked.requirements, &mut unlocked.constraints] {
        list.sort();
        list.dedup();
    }
    Checked::new(Read::Unlocked(unlocked), found)
}

/// The error for credentials in the URL of an index: they would be in the graph and the history.
pub(super) fn index_credentials() -> Diagnostic {
    Diagnostic::error("index-credentials", "this URL holds credentials")
        .help("take them out, and name a build secret: `[[index]]` with `url = \"…\"` and `secret = \"…\"`")
}

/// The same for a package that comes from a URL or a repository of its own.
pub(super) fn reference_credentials(repository: bool) -> Diagnostic {
    let error = Diagnostic::error("url-credentials", "this URL holds credentials");
    error.help(if repository {
        "take them out, and lock: a locked repository is opened with the build secret `GIT_AUTH_TOKEN`"
    } else {
        "take them out, and name a build secret for its host: `[[index]]` with `url = \"…\"` and `secret = \"…\"`"
    })
}

/// The project as something to install.
fn own(project: &Project, file: &SourceFile) -> Option<(PackageName, Tree)> {
    let name = project.name.clone().filter(|_| project.is_package())?;
    let folder = file.name().rsplit_once('/').map_or(".", |(folder, _)| folder);
    Some((name, Tree { path: folder.to_owned(), editable: false }))
}

/// `all = ["this-project[a,b]"]` means the requirements of those extras: the project itself is not at an index. A condition
/// on it is one on each of them.
fn own_extras_resolved(lines: Vec<String>, project: &Project) -> Vec<String> {
    let mut resolved = vec![];
    // Each with the extras that it comes from: one that leads back to itself adds nothing.
    let mut pending: Vec<(String, Vec<String>)> =
        lines.into_iter().rev().map(|line| (line, vec![])).collect();
    let mut expanded = BTreeSet::new();
    while let Some((line, above)) = pending.pop() {
        let own = line.parse::<Requirement>().ok().filter(|own| Some(&own.name) == project.name.as_ref());
        let Some(own) = own else {
            resolved.push(line);
            continue;
        };
        let condition = (!own.marker.is_always()).then(|| own.marker.to_string().trim().to_owned());
        for extra in own.extras.iter().filter(|extra| !above.contains(extra)) {
            if !expanded.insert((extra.clone(), condition.clone())) {
                continue;
            }
            let path: Vec<String> = above.iter().chain([extra]).cloned().collect();
            for line in project.extras.get(extra).into_iter().flatten() {
                let line =
                    condition.as_ref().map_or_else(|| line.clone(), |condition| under(line, condition));
                pending.push((line, path.clone()));
            }
        }
    }
    resolved
}

/// A requirement under one more condition.
fn under(line: &str, condition: &str) -> String {
    let marker = line.parse::<Requirement>().ok().map(|requirement| requirement.marker.to_string());
    match marker.filter(|marker| !marker.trim().is_empty()) {
        Some(marker) => {
            let bare = line.trim_end().strip_suffix(marker.trim()).unwrap_or(line);
            format!("{bare}({condition}) and ({})", marker.trim())
        }
        None => format!("{} ; {condition}", line.trim_end().trim_end_matches(';')),
    }
}

/// With what may have been meant.
fn nearest<'n>(error: Diagnostic, name: &str, known: impl Iterator<Item = &'n String>) -> Diagnostic {
    match did_you_mean(name, known.map(String::as_str)) {
        Some(near) => error.help(format!("did you mean `{near}`?")),
        None => error,
    }
}

fn unknown(code: &'static str, problem: String, span: Option<Span>, file: &SourceFile) -> Diagnostic {
    let error = Diagnostic::error(code, format!("`{}`: {problem}", file.name()));
    error.at(span)
}

#[cfg(test)]
mod tests;
