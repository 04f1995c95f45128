//! Sub-requests: what a client asks instead of a build, answered from the description and the files of the project.

use super::load::Loaded;
use super::session::Session;
use super::{parse, python};
use crate::answer::{Answer, Failure};
use crate::diag::{Diagnostic, once};
use crate::gateway::Gateway;
use crate::options::{CheckOptions, Platform};
use crate::plan::{compile_base, default_base};
use crate::spec::{KNOWN_STAGES, Spec, Stage};
use crate::subrequest::{Arg, Cache, Outline, Request, Secret, Target, describe, lint, outline, targets};
use crate::text::{Files, Spanned};

impl<G: Gateway> Session<'_, G> {
    /// Answers a sub-request.
    ///
    /// # Errors
    /// Everything that is wrong with the description, unless that is what was asked.
    pub(super) async fn told(&self, request: Request, loaded: &Loaded) -> Result<Answer, Failure> {
        let fail = |errors| Failure::Input(errors, loaded.files.clone());
        let builder = self.builder();
        let platforms = self.options.targets(&builder);
        let parsed = parse(loaded, self.options, &builder, &platforms[0]);
        if request == Request::Lint {
            let mut said = parsed.diagnostics().to_vec();
            let check = CheckOptions::of(self.options.check.as_ref(), &loaded.description);
            let check = check.drain_into(&mut said).unwrap_or_default();
            let files = match parsed.into_result() {
                Err(_) => loaded.files.clone(),
                Ok((spec, _)) => self.check(loaded, &spec, &platforms[0], &mut said).await?,
            };
            return Ok(lint(&check.without_skipped(once(said)), &files));
        }
        let (spec, noticed) = parsed.into_result().map_err(fail)?;
        let (target, _) = spec.target(self.options.target.as_deref()).map_err(|error| fail(vec![error]))?;
        Ok(match request {
            Request::Outline => outline_of(&spec, target, &noticed, loaded),
            Request::Targets => targets_of(&spec, &noticed, loaded),
            Request::Describe | Request::Lint => describe(),
        })
    }

    /// Adds what is to be said of the target and of the files of the project, as far as that can be known without an
    /// image; with the files that it points into.
    async fn check(
        &self,
        loaded: &Loaded,
        spec: &Spec,
        platform: &Platform,
        said: &mut Vec<Diagnostic>,
    ) -> Result<Files, Failure> {
        let target = match spec.target(self.options.target.as_deref()) {
            Ok((target, _)) => target,
            Err(error) => {
                said.push(error);
                return Ok(loaded.files.clone());
            }
        };
        let mut project = match self.project(loaded, spec, said).await {
            Ok(project) => project,
            Err(failure) => return told(failure, loaded.files.clone(), said),
        };
        let mut noticed = vec![];
        let read = self.files_of(spec, &mut project, target, platform, &mut noticed).await;
        said.extend(noticed);
        match read {
            Ok(_) => Ok(project.files),
            Err(failure) => told(failure, project.files, said),
        }
    }
}

/// What is wrong with the input is what was asked for; `files` are those that are known without it.
fn told(failure: Failure, files: Files, said: &mut Vec<Diagnostic>) -> Result<Files, Failure> {
    match failure {
        Failure::Input(errors, pointed) => {
            said.extend(errors);
            Ok(if pointed.iter().next().is_some() { pointed } else { files })
        }
        other => Err(other),
    }
}

/// What can be set for a target.
fn outline_of(spec: &Spec, target: &str, noticed: &[Diagnostic], loaded: &Loaded) -> Answer {
    let order = crate::plan::needed(spec, target);
    let stages: Vec<&Stage> = order.iter().filter_map(|name| spec.stages.get(name)).collect();
    let runs = || stages.iter().flat_map(|stage| &stage.run);
    let arg = |(name, value): (&String, &Spanned<String>)| Arg {
        name: name.clone(),
        description: String::new(),
        value: value.value.clone(),
        span: Some(value.span),
    };
    let secret =
        |id: &Spanned<String>, required| Secret { name: id.value.clone(), required, span: Some(id.span) };
    let index_secrets = spec.indexes.iter().filter_map(|index| index.secret.as_ref());
    let answer = Outline {
        name: target.to_owned(),
        description: description(target),
        args: spec.args.iter().map(arg).collect(),
        secrets: (runs().flat_map(|run| &run.secrets).map(|mount| secret(&mount.id, mount.required)))
            .chain(index_secrets.map(|id| secret(id, true)))
            .collect(),
        ssh: runs().flat_map(|run| &run.ssh).map(|id| secret(id, true)).collect(),
        cache: (runs().flat_map(|run| &run.cache))
            .map(|mount| {
                let id = mount.id.as_ref().unwrap_or(&mount.target);
                Cache { id: id.value.clone(), span: Some(id.span) }
            })
            .collect(),
    };
    outline(&answer, noticed, &loaded.files)
}

/// What can be built.
fn targets_of(spec: &Spec, noticed: &[Diagnostic], loaded: &Loaded) -> Answer {
    let target = |(name, stage): (&String, &Stage)| Target {
        name: name.clone(),
        default: name == "app",
        description: description(name),
        base: base(spec, name, stage),
        platform: if stage.native { "build".to_owned() } else { String::new() },
        span: stage.header,
    };
    let list: Vec<Target> = spec.stages.iter().map(target).collect();
    targets(&list, noticed, &loaded.files)
}

/// What a stage starts with, as far as the description alone says it: where the files of the project choose the
/// Python, nothing.
fn base(spec: &Spec, name: &str, stage: &Stage) -> String {
    let app = || -> Option<String> {
        let written = spec.stages.get("app").and_then(|app| app.from.as_ref());
        let variant = spec.variant.as_ref().map(|variant| variant.value).unwrap_or_default();
        let chosen = || spec.python.as_ref().map(|_| default_base(&python::minor(spec, None), variant));
        written.map(|from| from.value.clone()).or_else(chosen)
    };
    match (&stage.from, name) {
        (Some(from), _) => from.value.clone(),
        (None, "app") => app().unwrap_or_default(),
        (None, "wheels") => app().map(|image| compile_base(&image)).unwrap_or_default(),
        (None, _) => "app".to_owned(),
    }
}

fn description(stage: &str) -> String {
    let known = KNOWN_STAGES.iter().find(|known| known.name == stage);
    known.map_or_else(String::new, |known| known.doc.to_owned())
}
