//! How stages hang together: every `from` names something, and no stage needs itself.

use std::collections::{BTreeMap, BTreeSet};

use super::reader::{Reader, shorten};
use super::rules::image;
use super::stages::{KNOWN_STAGES, Origin, known_stage};
use super::types::{Spec, Stage};
use crate::diag::{Diagnostic, edit_distance};
use crate::text::{Span, Spanned};

/// That one stage needs another, or something outside.
struct Link<'s> {
    /// The stage that needs it.
    of: &'s str,
    /// What is needed, as written.
    to: &'s str,
    /// Where that is written; nowhere for what known stages need by themselves.
    span: Option<Span>,
    how: How,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum How {
    Starts,
    Copies,
    Mounts,
    Installs,
}

/// Checks every reference. `contexts` are the named contexts that the build was given. True if stages do not
/// need each other in circles.
pub(super) fn check(reader: &mut Reader<'_>, spec: &Spec, contexts: &BTreeSet<String>) -> bool {
    let links: Vec<Link<'_>> = spec.stages.iter().flat_map(|(name, stage)| links(name, stage)).collect();
    for link in &links {
        if let (Some(span), Some(error)) = (link.span, unresolved(spec, link, contexts)) {
            reader.report(error(span));
        }
    }
    for (name, stage) in &spec.stages {
        if stage.from.is_none() && known_stage(name).is_none() && !stage.keys.contains_key("from") {
            let error = Diagnostic::error("missing-from", format!("the stage `{name}` starts with nothing"));
            let names: Vec<_> = KNOWN_STAGES.iter().map(|known| known.name).collect();
            let error = match stage.header {
                Some(header) => error.label(header, "needs a `from`"),
                None => error,
            };
            reader.report(match names.iter().find(|known| edit_distance(known, name) <= 2) {
                Some(known) => {
                    error.help(format!("did you mean `{}`?", reader.header(&format!("stages.{known}"))))
                }
                None => {
                    error.help("write an image, a stage or `scratch`: for example `from = \"node:22-slim\"`")
                }
            });
        }
    }
    circles(reader, spec, &links)
}

fn links<'s>(name: &'s str, stage: &'s Stage) -> Vec<Link<'s>> {
    let mut links = vec![];
    let mut add = |to: &'s Option<Spanned<String>>, how| {
        if let Some(to) = to {
            links.push(Link { of: name, to: &to.value, span: Some(to.span), how });
        }
    };
    add(&stage.from, How::Starts);
    for copy in stage.copy.iter().flatten() {
        add(&copy.from, How::Copies);
    }
    for mount in stage.run.iter().flat_map(|run| &run.mounts) {
        add(&mount.from, How::Mounts);
    }
    if name == "test" && stage.from.is_none() {
        links.push(Link { of: name, to: "app", span: stage.header, how: How::Starts });
    }
    let installs = match &stage.dependencies {
        Some(dependencies) => !dependencies.none,
        None => name == "app",
    };
    if installs && name != "wheels" {
        let span = stage.dependencies.as_ref().and_then(|dependencies| dependencies.span);
        links.push(Link { of: name, to: "wheels", span, how: How::Installs });
    }
    links
}

type At = Box<dyn FnOnce(Span) -> Diagnostic>;

/// What is wrong with a reference, if anything is.
fn unresolved(spec: &Spec, link: &Link<'_>, contexts: &BTreeSet<String>) -> Option<At> {
    let written = match spec.origin(link.to) {
        Origin::Stage(_) => return None,
        Origin::Scratch if link.how == How::Starts => return None,
        Origin::Scratch => {
            return Some(Box::new(|span| {
                Diagnostic::error("empty-source", "`scratch` is empty")
                    .label(span, "there is nothing to take from it")
            }));
        }
        Origin::Outside(_) if contexts.contains(link.to) => return None,
        Origin::Outside(written) => written,
    };
    let shown = shorten(written);
    if known_stage(written).is_some() {
        return Some(Box::new(move |span| {
            Diagnostic::error("unknown-stage", format!("there is no stage `{shown}`"))
                .label(span, "not described in this file")
                .help(format!("describe it: `[stages.{shown}]`"))
                .help(format!("to mean the image of that name, write `docker.io/library/{shown}`"))
        }));
    }
    if let Some(near) = near_stage(spec, written) {
        let near = near.to_owned();
        return Some(Box::new(move |span| {
            Diagnostic::error("unknown-stage", format!("there is no stage `{shown}`"))
                .label(span, format!("did you mean `{near}`?"))
                .help(format!(
                    "to mean the image of that name, write `docker.io/library/{}`",
                    shown.to_lowercase()
                ))
        }));
    }
    let refusal = image::reference(written).err()?;
    Some(Box::new(|span| refusal.at(span)))
}

/// The stage that a word is a misspelling of: two letters away, and not another word altogether.
fn near_stage<'s>(spec: &'s Spec, written: &str) -> Option<&'s str> {
    if written.len() > 100 || written.contains(['/', ':', '@']) {
        return None;
    }
    let names = spec.stages.keys().map(String::as_str).chain(["wheels"]);
    names
        .filter(|name| name.len().abs_diff(written.len()) <= 2)
        .map(|name| (edit_distance(name, written), name))
        .filter(|(distance, name)| *distance <= 2 && distance * 2 <= name.len().max(written.len()))
        .min()
        .map(|(_, name)| name)
}

/// Reports each circle once, with all that holds it together. True if there is none.
///
/// A depth-first walk that keeps its own stack: a description may chain thousands of stages.
fn circles(reader: &mut Reader<'_>, spec: &Spec, links: &[Link<'_>]) -> bool {
    let mut by_stage: BTreeMap<&str, Vec<&Link<'_>>> = BTreeMap::new();
    for link in links.iter().filter(|link| matches!(spec.origin(link.to), Origin::Stage(_))) {
        by_stage.entry(link.of).or_default().push(link);
    }
    let mut done: BTreeSet<&str> = BTreeSet::new();
    let mut none = true;
    for start in spec.stages.keys() {
        if done.contains(start.as_str()) {
            continue;
        }
        // The walk: each stage on it, and how many of its links were followed.
        let mut walk: Vec<(&str, usize)> = vec![(start, 0)];
        let mut on_walk: BTreeSet<&str> = BTreeSet::from([start.as_str()]);
        while let Some((stage, followed)) = walk.last_mut() {
            let Some(link) = by_stage.get(stage).and_then(|links| links.get(*followed)) else {
                on_walk.remove(*stage);
                done.insert(stage);
                walk.pop();
                continue;
            };
            *followed += 1;
            if on_walk.contains(link.to) {
                let from = walk.iter().position(|(stage, _)| *stage == link.to).unwrap_or_default();
                let circle: Vec<&Link<'_>> =
                    walk[from..].iter().map(|(stage, followed)| by_stage[stage][followed - 1]).collect();
                reader.report(circle_error(&circle));
                none = false;
            } else if !done.contains(link.to) {
                on_walk.insert(link.to);
                walk.push((link.to, 0));
            }
        }
    }
    none
}

fn circle_error(circle: &[&Link<'_>]) -> Diagnostic {
    let message = match circle {
        [link] => format!("the stage `{}` needs itself", link.of),
        _ => {
            let path: Vec<String> = circle.iter().map(|link| format!("`{}`", link.of)).collect();
            format!("stages need each other in a circle: {} → `{}`", path.join(" → "), circle[0].of)
        }
    };
    let mut error = Diagnostic::error("stage-circle", message);
    for link in circle {
        let text = match link.how {
            How::Starts => format!("`{}` starts with `{}`", link.of, link.to),
            How::Copies => format!("`{}` copies from `{}`", link.of, link.to),
            How::Mounts => format!("`{}` mounts `{}`", link.of, link.to),
            How::Installs => format!("`{}` installs what `{}` compiles", link.of, link.to),
        };
        error = match link.span {
            Some(span) => error.label(span, text),
            None => error.help(text),
        };
    }
    error
}
