//! The dependencies of a stage: which file, what of it, and what is to be looked up or resolved first.

use wheelbase_helper::contract::{Facts, SyncWhat};

use super::load::Project;
use super::resolution::{look_up, resolution};
use super::session::Session;
use crate::answer::Failure;
use crate::diag::Diagnostic;
use crate::gateway::Gateway;
use crate::lock::{self, Format, Lock, Others, Read, Request, Source as From, Unlocked};
use crate::lower::Surroundings;
use crate::plan::{Dependencies, Indexes, Plan, Synced};
use crate::select::{Artifact, Chosen, Target, apply_lookup, select};
use crate::spec::{self, Mode};

/// What a stage wants of which file.
pub(super) struct Wanted {
    /// `dependencies` of the stage.
    pub(super) written: spec::Dependencies,
    pub(super) locked: bool,
    /// `[[index]]` of the description.
    pub(super) indexes: Indexes,
}

/// A stage's dependency file, read.
pub(super) enum Source {
    Locked(Box<Lock>),
    Unlocked(Box<Unlocked>),
}

impl<G: Gateway> Session<'_, G> {
    /// Reads the dependency file of a stage, and the files that it includes. `None`: there is none.
    pub(super) async fn dependency_file(
        &self,
        wanted: &Wanted,
        project: &mut Project,
        warnings: &mut Vec<Diagnostic>,
    ) -> Result<Option<Source>, Failure> {
        if wanted.written.none {
            return Ok(None);
        }
        let fail = |project: &Project, errors| Failure::Input(errors, project.files.clone());
        let file = match &wanted.written.file {
            Some(file) => match project.found.get(&file.value) {
                Some(found) => found.clone(),
                None => return Err(fail(project, vec![missing(file)])),
            },
            None => {
                let present = project.found.keys().cloned().collect();
                let detected = lock::detect::detect(&present, &project.contents()).into_result();
                let (detected, noticed) = detected.map_err(|errors| fail(project, errors))?;
                warnings.extend(noticed);
                match detected.file.and_then(|path| project.found.get(&path).cloned()) {
                    Some(found) => found,
                    None => return Ok(None),
                }
            }
        };
        let request = request(&wanted.written);
        // They are among the files that are always looked for.
        let pyproject = "pyproject.toml".to_owned();
        let always = [pyproject.clone(), "uv.toml".to_owned()];
        let mut others: Others =
            always.into_iter().map(|path| (path.clone(), project.found.get(&path).cloned())).collect();
        loop {
            let (read, noticed) =
                lock::read(&file, &others, &request).into_result().map_err(|errors| fail(project, errors))?;
            match read {
                Read::Locked(lock) => {
                    let beside = lock::path::beside(file.name(), &pyproject);
                    let beside = beside.and_then(|path| project.found.get(&path));
                    match beside.and_then(|beside| lock::stale(&lock, beside)) {
                        Some(stale) if wanted.locked => return Err(fail(project, vec![as_error(stale)])),
                        stale => warnings.extend(stale),
                    }
                    warnings.extend(noticed);
                    return Ok(Some(Source::Locked(Box::new(lock))));
                }
                Read::Unlocked(unlocked) => {
                    let warning = unlocked.warning();
                    if wanted.locked {
                        return Err(fail(project, vec![as_error(warning)]));
                    }
                    warnings.extend(noticed);
                    warnings.push(warning);
                    project.show(&unlocked.file);
                    return Ok(Some(Source::Unlocked(Box::new(unlocked))));
                }
                Read::Needs(paths) => {
                    self.read_more(project, &paths).await?;
                    let read =
                        paths.into_iter().map(|path| (path.clone(), project.found.get(&path).cloned()));
                    others.extend(read);
                }
            }
        }
    }

    /// Selects from a dependency file, with what has to be resolved or looked up for it.
    pub(super) async fn select(
        &self,
        source: &Source,
        wanted: &Wanted,
        facts: &Facts,
        prepared: &Plan,
        around: &Surroundings<'_>,
        warnings: &mut Vec<Diagnostic>,
    ) -> Result<Dependencies, Failure> {
        let fail = |errors| Failure::Input(errors, around.files.clone());
        let mut dependencies = Dependencies {
            layers: wanted.written.layers.as_ref().map(|layers| layers.value),
            bytecode: wanted.written.bytecode.unwrap_or(true),
            indexes: wanted.indexes.clone(),
            ..Dependencies::default()
        };
        let Some(interpreter) = &facts.interpreter else { return Ok(dependencies) };
        let Some(libc) = facts.libc else {
            let error =
                Diagnostic::error("unknown-libc", "the C library of the base cannot be told from its files");
            return Err(fail(vec![error]));
        };
        let target = Target::new(interpreter, libc).map_err(|error| fail(vec![error]))?;
        let mut request = request(&wanted.written);
        if let Some(mode) = wanted.written.mode.as_ref().filter(|mode| mode.value == Mode::Uv) {
            let sync = sync(source, &request).map_err(|error| fail(vec![error.at(mode.span)]))?;
            dependencies.sync = Some(sync);
            return Ok(dependencies);
        }
        dependencies.accepted_tags = home_made(&target);
        let packages = prepared.stages.last().and_then(|stage| stage.packages.as_ref());
        let packages = packages.map_or(&[][..], |packages| &packages.names);
        let selection = match source {
            Source::Locked(lock) => {
                let (selection, noticed) = select(lock, &request, &target).into_result().map_err(fail)?;
                warnings.extend(noticed);
                selection
            }
            Source::Unlocked(unlocked) => {
                request.binary.only.extend(&unlocked.binary.only);
                request.binary.no.extend(&unlocked.binary.no);
                let (binary, indexes) = (&request.binary, &dependencies.indexes);
                let resolution = resolution(unlocked, binary, indexes, interpreter, facts, packages);
                let (lock, files) = self.resolve(&resolution, prepared, around).await?;
                let all = Request { binary: request.binary.clone(), ..Request::default() };
                let (mut selection, _) = (select(&lock, &all, &target).into_result())
                    .map_err(|errors| Failure::Input(errors, files))?;
                dependencies.resolution = Some(resolution);
                selection.packages.extend(unlocked.project.clone().map(|(name, tree)| Chosen {
                    name,
                    version: None,
                    artifact: Artifact::Tree(tree),
                    requested: true,
                }));
                selection.packages.sort_by(|a, b| a.name.cmp(&b.name));
                selection
            }
        };
        let resolution = match source {
            Source::Locked(lock) => {
                look_up(&selection, lock, &dependencies.indexes, interpreter, facts, packages)
            }
            // What was resolved has its URLs.
            Source::Unlocked(_) => None,
        };
        dependencies.selection = match resolution {
            None => selection,
            Some(resolution) => {
                let (found, _) = self.resolve(&resolution, prepared, around).await?;
                let indexes = resolution.indexes.iter().map(|index| &index.url);
                let asked: Vec<String> = indexes.chain(&resolution.find_links).cloned().collect();
                let (selection, _) =
                    apply_lookup(selection, &found, &asked, &request, &target).into_result().map_err(fail)?;
                dependencies.resolution = Some(resolution);
                selection
            }
        };
        Ok(dependencies)
    }
}

/// What `locked = true` makes of a warning.
fn as_error(warning: Diagnostic) -> Diagnostic {
    warning.into_error().help("or take `locked = true` out of the description")
}

/// Leaves out what a stage finds in the environment that it adds to.
///
/// # Errors
/// `two-versions` for a package that is there in another version: a layer on top would leave files of both.
pub(super) fn added(
    mut dependencies: Dependencies,
    base: &Dependencies,
) -> Result<Dependencies, Vec<Diagnostic>> {
    let mut errors = vec![];
    dependencies.selection.packages.retain(|chosen| {
        let there = base.selection.packages.iter().find(|there| there.name == chosen.name);
        if let Some(there) = there.filter(|there| there.artifact != chosen.artifact) {
            let shown =
                |chosen: &Chosen| chosen.version.as_ref().map_or("another".to_owned(), ToString::to_string);
            let message = format!(
                "`{}` is wanted as {}, but the stage below has it as {}",
                chosen.name,
                shown(chosen),
                shown(there)
            );
            errors.push(Diagnostic::error("two-versions", message).help(
                "give the stage an environment of its own, with `from` an image, or lock so that both agree",
            ));
        }
        there.is_none()
    });
    if errors.is_empty() { Ok(dependencies) } else { Err(errors) }
}

/// What uv installs by itself, and the files of the context that it has to see.
fn sync(source: &Source, request: &Request) -> Result<Synced, Diagnostic> {
    let (file, format, named) = match source {
        Source::Locked(lock) => (lock.file.name(), lock.format, &lock.indexes),
        Source::Unlocked(unlocked) => (unlocked.file.name(), Format::Requirements, &unlocked.indexes),
    };
    let synced = |what, files| Synced { what, files, named: named.clone() };
    let folder = file.rsplit_once('/').map_or(String::new(), |(folder, _)| format!("{folder}/"));
    let file_alone = || SyncWhat::File(file.to_owned());
    match format {
        Format::Uv => {
            let packages = match source {
                Source::Locked(lock) => Some(lock.packages()),
                Source::Unlocked(_) => None,
            };
            let trees = packages.into_iter().flatten().filter_map(|package| match &package.source {
                From::Tree(tree) => Some(tree.path.clone()),
                _ => None,
            });
            let mut files: Vec<String> = trees.collect();
            files.extend([file.to_owned(), format!("{folder}**/pyproject.toml")]);
            files.sort();
            files.dedup();
            let what = SyncWhat::Project {
                groups: request.groups.keys().cloned().collect(),
                extras: request.extras.keys().cloned().collect(),
                member: request.member.as_ref().map(|(name, _)| name.as_str().to_owned()),
            };
            Ok(synced(what, files))
        }
        Format::Pylock => Ok(synced(file_alone(), vec![file.to_owned()])),
        // A requirements file may include others, and name directories.
        Format::Requirements => {
            let mut files = vec![file.to_owned(), format!("{folder}**/*.txt"), format!("{folder}**/*.in")];
            if let Source::Unlocked(unlocked) = source {
                files.extend(unlocked.trees.iter().cloned());
            }
            Ok(synced(file_alone(), files))
        }
        Format::Poetry | Format::Pdm | Format::Pipfile => {
            let message = format!("uv cannot install from `{file}`");
            Err(Diagnostic::error("mode", message)
                .help("take `mode = \"uv\"` out: the lock is read without it"))
        }
    }
}

/// The tags that a wheel built here may have: it says nothing of the C library that it needs.
fn home_made(target: &Target) -> Vec<String> {
    let home_made = |tag: &String| tag.ends_with("-any") || tag.contains("-linux_");
    target.tags().iter().filter(home_made).collect()
}

fn missing(file: &crate::text::Spanned<String>) -> Diagnostic {
    Diagnostic::error("missing-file", format!("`{}` does not exist in the build context", file.value))
        .at(file.span)
        .help("the path is relative to the build context; is the file left out by .dockerignore?")
}

fn request(written: &spec::Dependencies) -> Request {
    let mut request = Request::default();
    for group in &written.groups {
        request = request.group(&group.value, Some(group.span));
    }
    for extra in &written.extras {
        request = request.extra(&extra.value, Some(extra.span));
    }
    if let Some(member) = &written.member
        && let Ok(name) = member.value.parse()
    {
        request = request.member(name, Some(member.span));
    }
    written.only_binary.iter().for_each(|name| request.binary.only.add(&name.value));
    written.no_binary.iter().for_each(|name| request.binary.no.add(&name.value));
    request
}
