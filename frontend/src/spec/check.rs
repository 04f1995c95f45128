//! What only shows when everything was read: keys that contradict each other, and keys that do nothing.

use std::collections::{BTreeMap, BTreeSet};

use super::keys;
use super::reader::{Reader, shorten};
use super::table;
use super::types::{Run, Spec, Stage};
use crate::diag::Diagnostic;
use crate::text::Span;

/// Contradictions.
pub(super) fn contradictions(reader: &mut Reader<'_>, spec: &Spec) {
    let from = spec.stages.get("app").and_then(|app| app.from.as_ref());
    if let (Some(variant), Some(from)) = (&spec.variant, from) {
        reader.report(
            Diagnostic::error("two-bases", "`variant` and `from` both say which image `app` starts with")
                .label(variant.span, "one of the official images")
                .label(from.span, "this one")
                .help("write one of them"),
        );
    }
    if let Some(from) = from.filter(|from| is_native(spec, &from.value)) {
        let message = format!("`{}` is not for the platform of the image", shorten(from));
        reader.report(
            Diagnostic::error("native-base", message)
                .label(from.span, "runs on the builder's own platform, whatever platform is built for")
                .help("copy what is wanted from it instead: copy = [{ from = \"…\", src = \"…\" }]"),
        );
    }
    for (name, stage) in &spec.stages {
        if let Some(package) = stage.packages.first()
            && stage.from.as_ref().is_some_and(|from| from.value == "scratch")
        {
            reader.report(
                Diagnostic::error("packages-on-scratch", format!("`{name}` has no package manager"))
                    .label(package.span, "cannot be installed")
                    .label(stage.from.as_ref().map_or(package.span, |from| from.span), "the empty image"),
            );
        }
        if let (true, Some(span)) = (stage.init && stage.packages.is_empty(), stage.keys.get("init"))
            && let Some(from) = stage.from.as_ref().filter(|from| from.value == "scratch")
        {
            reader.report(
                Diagnostic::error("packages-on-scratch", format!("`{name}` has no package manager"))
                    .label(*span, "the init is a system package")
                    .label(from.span, "the empty image"),
            );
        }
        for run in &stage.run {
            mounted_twice(reader, run);
            for secret in run.secrets.iter().filter(|secret| secret.target.is_some()) {
                if let (Some(env), Some(target)) = (&secret.env, &secret.target) {
                    reader.report(
                        Diagnostic::error("secret-twice", "a secret is a file or a variable")
                            .label(env.span, "a variable")
                            .label(target.span, "a file")
                            .help("write two entries with the same `id` for both"),
                    );
                }
            }
        }
    }
}

/// Whether a stage, or one that it starts from, runs on the builder's own platform.
fn is_native(spec: &Spec, name: &str) -> bool {
    let mut seen = BTreeSet::new();
    let mut at = Some(name);
    while let Some(stage) = at.filter(|name| seen.insert(*name)).and_then(|name| spec.stages.get(name)) {
        if stage.native {
            return true;
        }
        at = stage.from.as_ref().map(|from| from.as_str());
    }
    false
}

/// Two things cannot be in one place of a step.
fn mounted_twice(reader: &mut Reader<'_>, run: &Run) {
    let caches = run.cache.iter().map(|cache| cache.target.clone());
    let secrets = run.secrets.iter().filter(|secret| secret.env.is_none());
    let secrets = secrets.map(|secret| match &secret.target {
        Some(target) => target.clone(),
        None => secret.id.clone().map(|id| format!("/run/secrets/{id}")),
    });
    let others = run.tmpfs.iter().chain(run.mounts.iter().map(|mount| &mount.target)).cloned();
    let mut places: BTreeMap<String, Span> = BTreeMap::new();
    for place in caches.chain(secrets).chain(others) {
        match places.get(&place.value) {
            Some(first) => reader.report(
                Diagnostic::error(
                    "mounted-twice",
                    format!("two things are mounted at `{}`", shorten(&place)),
                )
                .label(place.span, "the second")
                .label(*first, "the first"),
            ),
            None => drop(places.insert(place.value, place.span)),
        }
    }
}

/// Keys that describe an image, in stages that no image is made of. In TOML everything below a header belongs to
/// it, and a `cmd` at the end of a file often was meant for the app.
pub(super) fn unused_keys(reader: &mut Reader<'_>, spec: &Spec) {
    let images = stages_with_images(spec);
    let rows = table::rows(keys::stage::KEYS);
    for (name, stage) in spec.stages.iter().filter(|(name, _)| !images.contains(name.as_str())) {
        for (key, span) in &stage.keys {
            if !rows.iter().any(|row| row.name == *key && row.image_only) {
                continue;
            }
            let warning = Diagnostic::warning(
                "unused-key",
                format!("`{key}` does nothing in the stage `{name}`: no image is made of it"),
            )
            .at(*span);
            let warning = match stage.header {
                Some(header) => {
                    warning.label(header, format!("what stands below this header belongs to `{name}`"))
                }
                None => warning,
            };
            let above = reader.top_level();
            reader.report(warning.help(format!("if it is meant for `app`, write it {above}")));
        }
    }
}

/// The stages that an image may be made of: all but those that only hand files to others. What such a stage
/// starts with hands down its configuration, and so counts too.
fn stages_with_images(spec: &Spec) -> BTreeSet<&str> {
    let taken_from: BTreeSet<&str> = spec.stages.values().flat_map(sources).collect();
    let only_hands_out =
        |name: &str, stage: &Stage| name == "wheels" || stage.gate || taken_from.contains(name);
    let mut images: BTreeSet<&str> = spec
        .stages
        .iter()
        .filter(|(name, stage)| *name == "app" || !only_hands_out(name, stage))
        .map(|(name, _)| name.as_str())
        .collect();
    let mut next: Vec<&str> = images.iter().copied().collect();
    while let Some(name) = next.pop() {
        let base = spec.stages.get(name).and_then(|stage| stage.from.as_ref());
        if let Some(base) = base.filter(|base| spec.stages.contains_key(&base.value))
            && images.insert(&base.value)
        {
            next.push(&base.value);
        }
    }
    images
}

/// What a stage copies from and mounts.
fn sources(stage: &Stage) -> impl Iterator<Item = &str> {
    let copied = stage.copy.iter().flatten().filter_map(|copy| copy.from.as_ref());
    let mounted = stage.run.iter().flat_map(|run| &run.mounts).filter_map(|mount| mount.from.as_ref());
    copied.chain(mounted).map(|from| from.value.as_str())
}
