//! Sub-requests: what a client asks instead of a build, answered from the description.

use super::load::Loaded;
use crate::answer::Answer;
use crate::diag::Diagnostic;
use crate::spec::{KNOWN_STAGES, Spec, Stage, known_stage};
use crate::subrequest::{Arg, Cache, Outline, Secret, Target, lint, outline, targets};
use crate::text::Spanned;

/// What can be set for a target.
pub(super) fn outline_of(spec: &Spec, target: &str, noticed: &[Diagnostic], loaded: &Loaded) -> Answer {
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
pub(super) fn targets_of(spec: &Spec, noticed: &[Diagnostic], loaded: &Loaded) -> Answer {
    let target = |(name, stage): (&String, &Stage)| Target {
        name: name.clone(),
        default: name == "app",
        description: description(name),
        base: match (&stage.from, known_stage(name)) {
            (Some(from), _) => from.value.clone(),
            (None, Some(known)) => known.from.to_owned(),
            (None, None) => "scratch".to_owned(),
        },
        platform: if stage.native { "build".to_owned() } else { String::new() },
        span: stage.header,
    };
    let list: Vec<Target> = spec.stages.iter().map(target).collect();
    targets(&list, noticed, &loaded.files)
}

/// What is wrong or could be better.
pub(super) fn lint_of(diagnostics: &[Diagnostic], loaded: &Loaded) -> Answer {
    lint(diagnostics, &loaded.files)
}

fn description(stage: &str) -> String {
    let known = KNOWN_STAGES.iter().find(|known| known.name == stage);
    known.map_or_else(String::new, |known| known.doc.to_owned())
}
