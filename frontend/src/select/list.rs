//! Filtering a lock whose entries say by themselves when they are wanted.

use std::collections::BTreeSet;

use super::graph::check_names;
use super::{Asking, Picked};
use crate::diag::Diagnostic;
use crate::lock::marker::Active;
use crate::lock::{Entry, List, Request, place};

/// The packages that are wanted.
pub(super) fn filter<'l>(list: &'l List, request: &Request, asking: &mut Asking<'_>) -> Vec<Picked<'l>> {
    check(list, request, asking);
    if let Some((member, span)) = &request.member {
        let name = asking.lock.file.name();
        let error = Diagnostic::error("unknown-member", format!("`{name}` has no members, so no `{member}`"));
        let error = error.help("only uv.lock describes a workspace; name the lock of the member instead");
        asking.found.push(error.at(*span));
    }
    let mut groups: BTreeSet<String> = request.groups.keys().chain(&list.default_groups).cloned().collect();
    let mut extras: BTreeSet<String> = request.extras.keys().cloned().collect();
    if list.extras_are_groups {
        groups.append(&mut extras.clone());
        extras.extend(groups.iter().cloned());
    }
    let active = Active { extras: &extras, groups: &groups };
    let mut picked = vec![];
    for entry in &list.entries {
        if wanted(entry, active, asking) && supports_python(entry, asking) {
            picked.push(Picked { package: &entry.package, requested: entry.requested });
        }
    }
    picked
}

fn check(list: &List, request: &Request, asking: &mut Asking<'_>) {
    let groups: Vec<&str> = list.groups.iter().map(String::as_str).collect();
    let extras: Vec<&str> = list.extras.iter().map(String::as_str).collect();
    if list.extras_are_groups {
        let both: Vec<&str> = groups.iter().chain(&extras).copied().collect();
        check_names(request, &both, &both, asking);
    } else {
        check_names(request, &groups, &extras, asking);
    }
}

fn wanted(entry: &Entry, active: Active<'_>, asking: &mut Asking<'_>) -> bool {
    entry.when.iter().any(|when| {
        let on = when.group.as_ref().is_none_or(|group| active.groups.contains(group));
        on && asking.holds(&when.marker, active, &entry.package.name)
    })
}

/// PEP 751: a chosen package that does not support the Python is an error, never left out silently.
fn supports_python(entry: &Entry, asking: &mut Asking<'_>) -> bool {
    let python = asking.target.python();
    let package = &entry.package;
    let Some(wants) = package.requires_python.as_ref().filter(|wants| !wants.contains(python)) else {
        return true;
    };
    let message = format!("`{}` is for Python {wants}, and the image has {python}", package.name);
    let error = Diagnostic::error("lock-python", message)
        .help("choose another Python (`python = \"…\"`), or lock again");
    asking.found.push(error.at(place::package(asking.lock, package)));
    false
}
