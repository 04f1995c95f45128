//! Which stages a target needs, and in which order they can be planned.

use crate::spec::{Origin, Spec, Stage};

/// What a name in `from` means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Edge<'s> {
    /// A stage of the description.
    Stage(&'s str),
    /// A named context or an image: the driver finds out which.
    Source(&'s str),
    /// Nothing: `scratch`.
    Scratch,
}

/// Resolves a name as the description means it: a stage first, then whatever the driver finds under it.
pub fn stage_or<'s>(spec: &Spec, name: &'s str) -> Edge<'s> {
    if is_stage(spec, name) {
        Edge::Stage(name)
    } else if name == "scratch" {
        Edge::Scratch
    } else {
        Edge::Source(name)
    }
}

fn is_stage(spec: &Spec, name: &str) -> bool {
    matches!(spec.origin(name), Origin::Stage(_))
}

/// The names that a stage itself refers to, in the order of the file.
pub(super) fn edges<'s>(spec: &Spec, stage: &'s Stage) -> Vec<Edge<'s>> {
    let from = stage.from.iter();
    let copies = stage.copy.iter().flatten().filter_map(|copy| copy.from.as_ref());
    let mounts = stage.run.iter().flat_map(|run| &run.mounts).filter_map(|mount| mount.from.as_ref());
    from.chain(copies).chain(mounts).map(|name| stage_or(spec, name.value.as_str())).collect()
}

/// The stages that `target` needs, each after those that it needs itself, `target` last. The description has
/// been checked, so there is no cycle; names that are no stages are left out.
pub fn needed(spec: &Spec, target: &str) -> Vec<String> {
    let mut order = vec![];
    visit(spec, target, &mut order, &mut vec![]);
    order
}

fn visit(spec: &Spec, name: &str, order: &mut Vec<String>, path: &mut Vec<String>) {
    let seen = |names: &[String]| names.iter().any(|seen| seen == name);
    if seen(order) || seen(path) {
        return;
    }
    let Some(stage) = spec.stages.get(name) else {
        // There may be a stage of defaults alone, which needs no other.
        order.extend(is_stage(spec, name).then(|| name.to_owned()));
        return;
    };
    path.push(name.to_owned());
    for edge in edges(spec, stage) {
        if let Edge::Stage(needed) = edge {
            visit(spec, needed, order, path);
        }
    }
    // A known stage `test` that says no `from` starts from the app.
    if name == "test" && stage.from.is_none() {
        visit(spec, "app", order, path);
    }
    path.pop();
    order.push(name.to_owned());
}
