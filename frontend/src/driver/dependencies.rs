//! The dependencies of a stage: which file, what of it, and what is to be looked up or resolved first.

use buildkit_llb::Fs;
use wheelbase_helper::contract::{Facts, Interpreter, PYLOCK_PATH};

use super::load::Project;
use super::session::Session;
use crate::answer::Failure;
use crate::diag::Diagnostic;
use crate::gateway::Gateway;
use crate::lock::{self, Lock, Others, Read, Request, Unlocked};
use crate::lower::{Surroundings, lower_resolution};
use crate::plan::{Dependencies, Indexes, Plan, Resolution, VENV, place};
use crate::select::{Artifact, Selection, Target, apply_lookup, select};
use crate::spec;
use crate::text::{Files, Span};

/// What a stage wants of which file.
pub(super) struct Wanted<'s> {
    /// `dependencies` of the stage.
    pub(super) written: &'s spec::Dependencies,
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
        wanted: &Wanted<'_>,
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
        let request = request(wanted.written);
        let mut others = Others::new();
        loop {
            let (read, noticed) =
                lock::read(&file, &others, &request).into_result().map_err(|errors| fail(project, errors))?;
            match read {
                Read::Locked(lock) => {
                    warnings.extend(noticed);
                    return Ok(Some(Source::Locked(Box::new(lock))));
                }
                Read::Unlocked(unlocked) => {
                    let mut warning = unlocked.warning();
                    if wanted.locked {
                        warning.severity = crate::diag::Severity::Error;
                        warning = warning.help("or take `locked = true` out of the description");
                        return Err(fail(project, vec![warning]));
                    }
                    warnings.extend(noticed);
                    warnings.push(warning);
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
        wanted: &Wanted<'_>,
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
        let request = request(wanted.written);
        dependencies.accepted_tags = home_made(&target);
        let selection = match source {
            Source::Locked(lock) => {
                let (selection, noticed) = select(lock, &request, &target).into_result().map_err(fail)?;
                warnings.extend(noticed);
                selection
            }
            Source::Unlocked(unlocked) => {
                let resolution = resolution(unlocked, &dependencies.indexes, interpreter, facts);
                let lock = self.resolve(&resolution, prepared, around).await?;
                let (selection, _) =
                    select(&lock, &Request::default(), &target).into_result().map_err(fail)?;
                dependencies.resolution = Some(resolution);
                selection
            }
        };
        dependencies.selection = match look_up(&selection, &dependencies.indexes, interpreter, facts) {
            None => selection,
            Some(resolution) => {
                let found = self.resolve(&resolution, prepared, around).await?;
                let (selection, _) =
                    apply_lookup(selection, &found, &request, &target).into_result().map_err(fail)?;
                dependencies.resolution = Some(resolution);
                selection
            }
        };
        Ok(dependencies)
    }

    async fn resolve(
        &self,
        resolution: &Resolution,
        prepared: &Plan,
        around: &Surroundings<'_>,
    ) -> Result<Lock, Failure> {
        let output = lower_resolution(prepared, resolution, around);
        let reference = self.solve(&Fs::Output(output), false).await?;
        let bytes = self.gateway.read_file(&reference, PYLOCK_PATH).await?;
        let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
        let text = text.ok_or_else(|| Failure::Bug("the resolution left no pylock".to_owned()))?;
        let mut files = Files::default();
        let file = files.add("pylock.toml", text);
        match lock::read(&file, &Others::new(), &Request::default()).into_result() {
            Ok((Read::Locked(lock), _)) => Ok(lock),
            Ok(_) => Err(Failure::Bug("the resolution is no lock".to_owned())),
            Err(errors) => Err(Failure::Input(errors, files)),
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

fn resolution(
    unlocked: &Unlocked,
    indexes: &Indexes,
    interpreter: &Interpreter,
    facts: &Facts,
) -> Resolution {
    let sorted = |lines: &[String]| {
        let mut lines = lines.to_vec();
        lines.sort();
        lines.dedup();
        lines
    };
    Resolution {
        requirements: sorted(&unlocked.requirements),
        constraints: sorted(&unlocked.constraints),
        complete: false,
        interpreter: interpreter.path.clone(),
        indexes: indexes.asked(unlocked.indexes.index.as_deref(), &unlocked.indexes.extra),
        ancestors: place(VENV, facts).ancestors,
        origin: Some(Span { file: unlocked.file.id(), start: 0, end: 0 }),
    }
}

/// The look-up of files whose lock knows versions and checksums, but no URLs.
fn look_up(
    selection: &Selection,
    indexes: &Indexes,
    interpreter: &Interpreter,
    facts: &Facts,
) -> Option<Resolution> {
    let mut requirements = vec![];
    let mut named = vec![];
    for chosen in &selection.packages {
        if let (Artifact::Lookup(lookup), Some(version)) = (&chosen.artifact, &chosen.version) {
            requirements.push(format!("{}=={version}", chosen.name.as_str()));
            named.extend(lookup.index.clone());
        }
    }
    named.sort();
    named.dedup();
    requirements.sort();
    (!requirements.is_empty()).then(|| Resolution {
        requirements,
        constraints: vec![],
        complete: true,
        interpreter: interpreter.path.clone(),
        indexes: indexes.asked(None, &named),
        ancestors: place(VENV, facts).ancestors,
        origin: None,
    })
}
