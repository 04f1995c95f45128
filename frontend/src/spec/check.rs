//! What only shows when everything was read: keys that contradict each other, and keys that do nothing.

use std::collections::BTreeSet;

use super::keys;
use super::reader::Reader;
use super::table;
use super::types::{Spec, Stage};
use crate::diag::Diagnostic;

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
        for run in &stage.run {
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
