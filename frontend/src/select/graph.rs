//! Walking a graph lock from its roots, as uv does.
//!
//! Where the lock has conflicts, uv made a resolution for each side and wrote into the markers of edges for
//! which side they are: `extra == 'extra-3-foo-cpu'`. Which extras are on is known only after a walk, so that
//! such a lock is walked twice: once to collect them, once to choose.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::{Asking, Picked};
use crate::diag::{Diagnostic, did_you_mean};
use crate::lock::marker::{Active, Marker};
use crate::lock::name::PackageName;
use crate::lock::{ConflictItem, ConflictKind, Edge, Graph, Request, RootEdge};
use crate::text::Span;

/// The packages that are wanted.
pub(super) fn walk<'l>(graph: &'l Graph, request: &Request, asking: &mut Asking<'_>) -> Vec<Picked<'l>> {
    let Some(roots) = roots(graph, request, asking) else { return vec![] };
    check_request(graph, &roots, request, asking);
    let mut walk = Walk { graph, request, asking, items: BTreeSet::new(), active: BTreeSet::new() };
    if !graph.conflicts.is_empty() {
        walk.activate_request(&roots);
        walk.run(&roots, Pass::Collect);
        if walk.in_conflict() {
            // Whatever else there would be to say follows from this.
            return vec![];
        }
    }
    let picked = walk.run(&roots, Pass::Choose);
    picked
        .into_iter()
        .map(|(position, requested)| Picked { package: &graph.nodes[position].package, requested })
        .collect()
}

/// What a walk is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pass {
    /// To learn which extras are on.
    Collect,
    /// To choose packages.
    Choose,
}

struct Walk<'w, 'l, 'a> {
    graph: &'l Graph,
    request: &'w Request,
    asking: &'w mut Asking<'a>,
    /// The extras, groups and projects that are on.
    items: BTreeSet<ConflictItem>,
    /// The same as uv writes them in markers.
    active: BTreeSet<String>,
}

impl<'l> Walk<'_, 'l, '_> {
    /// Positions of the packages that were reached, and whether a root wants them itself.
    fn run(&mut self, roots: &[usize], pass: Pass) -> BTreeMap<usize, bool> {
        let graph = self.graph;
        let mut picked: BTreeMap<usize, bool> = BTreeMap::new();
        let mut seen: BTreeSet<(usize, Option<&'l str>)> = BTreeSet::new();
        let mut queue: VecDeque<(usize, Option<&'l str>)> = VecDeque::new();
        let mut reach = |to: usize,
                         extras: &'l [String],
                         picked: &mut BTreeMap<usize, bool>,
                         requested,
                         queue: &mut VecDeque<_>| {
            *picked.entry(to).or_default() |= requested;
            for key in
                std::iter::once((to, None)).chain(extras.iter().map(|extra| (to, Some(extra.as_str()))))
            {
                if seen.insert(key) {
                    queue.push_back(key);
                }
            }
        };

        for &root in roots {
            let node = &graph.nodes[root];
            reach(root, &[], &mut picked, true, &mut queue);
            for (extra, _) in node.extras.iter().filter(|(extra, _)| self.request.extras.contains_key(*extra))
            {
                queue.push_back((root, Some(extra)));
            }
            let groups = node.groups.iter().filter(|(group, _)| self.request.groups.contains_key(*group));
            for edge in groups.flat_map(|(_, edges)| edges) {
                if self.wants(edge, &node.package.name, pass) {
                    reach(edge.to, &edge.extras, &mut picked, true, &mut queue);
                }
            }
        }
        let groups = graph.groups.iter().filter(|(group, _)| self.request.groups.contains_key(*group));
        for edge in graph.requirements.iter().chain(groups.flat_map(|(_, edges)| edges)) {
            if let Some(to) = self.candidate(edge) {
                reach(to, &edge.extras, &mut picked, true, &mut queue);
            }
        }
        while let Some((position, extra)) = queue.pop_front() {
            let node = &graph.nodes[position];
            let edges = match extra {
                None => node.dependencies.as_slice(),
                Some(extra) => node.extras.get(extra).map_or(&[][..], Vec::as_slice),
            };
            let by_root = roots.contains(&position);
            for edge in edges {
                if self.wants(edge, &node.package.name, pass) {
                    reach(edge.to, &edge.extras, &mut picked, by_root, &mut queue);
                }
            }
        }
        picked
    }

    /// Whether an edge's marker holds. An edge's own extras count as on while it is asked.
    fn wants(&mut self, edge: &Edge, of: &PackageName, pass: Pass) -> bool {
        let graph = self.graph;
        if graph.conflicts.is_empty() || edge.marker.is_always() {
            let holds = self.holds(&edge.marker, of);
            if holds && pass == Pass::Collect {
                self.activate_edge(edge);
            }
            return holds;
        }
        match pass {
            Pass::Choose => self.holds(&edge.marker, of),
            Pass::Collect => {
                let before = (self.items.clone(), self.active.clone());
                self.activate_edge(edge);
                let holds = self.holds(&edge.marker, of);
                if !holds {
                    (self.items, self.active) = before;
                }
                holds
            }
        }
    }

    fn holds(&mut self, marker: &Marker, of: &PackageName) -> bool {
        let active = Active { extras: &self.active, ..Active::NONE };
        self.asking.holds(marker, active, of)
    }

    fn activate_edge(&mut self, edge: &Edge) {
        let package = &self.graph.nodes[edge.to].package.name;
        for extra in &edge.extras {
            self.activate(ConflictItem {
                package: package.clone(),
                kind: ConflictKind::Extra(extra.clone()),
            });
        }
    }

    /// What is on because it was asked for.
    fn activate_request(&mut self, roots: &[usize]) {
        for &root in roots {
            let node = &self.graph.nodes[root];
            let extras = node.extras.keys().filter(|extra| self.request.extras.contains_key(*extra));
            let groups = node.groups.keys().filter(|group| self.request.groups.contains_key(*group));
            let kinds: Vec<ConflictKind> = std::iter::once(ConflictKind::Project)
                .chain(extras.cloned().map(ConflictKind::Extra))
                .chain(groups.cloned().map(ConflictKind::Group))
                .collect();
            for kind in kinds {
                self.activate(ConflictItem { package: node.package.name.clone(), kind });
            }
        }
    }

    fn activate(&mut self, item: ConflictItem) {
        self.active.insert(encoded(&item));
        self.items.insert(item);
    }

    /// Of each conflict set at most one may be on. Whether there are more, which is told.
    fn in_conflict(&mut self) -> bool {
        let mut in_conflict = false;
        for set in &self.graph.conflicts {
            let on: Vec<&ConflictItem> = set.iter().filter(|item| self.items.contains(*item)).collect();
            if on.len() < 2 {
                continue;
            }
            in_conflict = true;
            let words: Vec<String> = on.iter().map(|item| worded(item)).collect();
            let together = words.join(" and ");
            let message = format!("{together} are on together, and the lock declares them in conflict");
            let spans = on.iter().filter_map(|item| match &item.kind {
                ConflictKind::Extra(extra) => *self.request.extras.get(extra)?,
                ConflictKind::Group(group) => *self.request.groups.get(group)?,
                ConflictKind::Project => None,
            });
            let error = Diagnostic::error("conflicting-extras", message).help("ask for one of them only");
            self.asking.found.push(spans.fold(error, Diagnostic::at));
        }
        in_conflict
    }

    /// The package that a root's requirement means: the one of the fork that holds.
    fn candidate(&mut self, edge: &RootEdge) -> Option<usize> {
        let first = *edge.candidates.first()?;
        let name = &self.graph.nodes[first].package.name;
        if !self.asking.holds(&edge.marker, Active::NONE, name) {
            return None;
        }
        let fork = |position: &usize| {
            let forks = &self.graph.nodes[*position].forks;
            let environment = self.asking.target.environment();
            let holds = |marker: &Marker| {
                marker.evaluate(environment, Active::NONE) == crate::lock::marker::Truth::Yes
            };
            forks.is_empty() || forks.iter().any(|marker| holds(marker))
        };
        let fitting: Vec<usize> = edge.candidates.iter().copied().filter(fork).collect();
        if let [only] = fitting.as_slice() {
            return Some(*only);
        }
        let count = fitting.len();
        let message =
            format!("`{name}` is required, and {count} of the lock's versions of it are for this target");
        self.asking.found.push(Diagnostic::error("lock-broken", message).help("lock again: `uv lock`"));
        None
    }
}

/// As uv writes it in markers: the length tells where the package's name ends.
fn encoded(item: &ConflictItem) -> String {
    let package = item.package.as_str();
    let length = package.len();
    match &item.kind {
        ConflictKind::Extra(extra) => format!("extra-{length}-{package}-{extra}"),
        ConflictKind::Group(group) => format!("group-{length}-{package}-{group}"),
        ConflictKind::Project => format!("project-{length}-{package}"),
    }
}

fn worded(item: &ConflictItem) -> String {
    match &item.kind {
        ConflictKind::Extra(extra) => format!("extra `{extra}` of `{}`", item.package),
        ConflictKind::Group(group) => format!("group `{group}` of `{}`", item.package),
        ConflictKind::Project => format!("`{}`", item.package),
    }
}

/// The member that was asked for; else the root; else all members.
fn roots(graph: &Graph, request: &Request, asking: &mut Asking<'_>) -> Option<Vec<usize>> {
    let Some((wanted, span)) = &request.member else {
        return Some(match graph.root {
            Some(root) => vec![root],
            None => graph.members.clone(),
        });
    };
    let member = graph.members.iter().find(|member| graph.nodes[**member].package.name == *wanted);
    if member.is_none() {
        let names: Vec<&str> =
            graph.members.iter().map(|member| graph.nodes[*member].package.name.as_str()).collect();
        let error = unknown("unknown-member", "member", wanted.as_str(), *span, &names, asking);
        asking.found.push(error);
    }
    member.map(|member| vec![*member])
}

fn check_request(graph: &Graph, roots: &[usize], request: &Request, asking: &mut Asking<'_>) {
    let extras: BTreeSet<&str> =
        roots.iter().flat_map(|root| graph.nodes[*root].extras.keys()).map(String::as_str).collect();
    let of_roots = roots.iter().flat_map(|root| graph.nodes[*root].groups.keys());
    let groups: BTreeSet<&str> = of_roots.chain(graph.groups.keys()).map(String::as_str).collect();
    check_names(
        request,
        &groups.into_iter().collect::<Vec<_>>(),
        &extras.into_iter().collect::<Vec<_>>(),
        asking,
    );
}

/// Every group and extra that was asked for must be one that there is.
pub(super) fn check_names(request: &Request, groups: &[&str], extras: &[&str], asking: &mut Asking<'_>) {
    for (group, span) in request.groups.iter().filter(|(group, _)| !groups.contains(&group.as_str())) {
        let error = unknown("unknown-group", "group", group, *span, groups, asking);
        let error = match extras.contains(&group.as_str()) {
            true => error.help(format!("`{group}` is an extra: ask for it in `extras`")),
            false => error,
        };
        asking.found.push(error);
    }
    for (extra, span) in request.extras.iter().filter(|(extra, _)| !extras.contains(&extra.as_str())) {
        let error = unknown("unknown-extra", "extra", extra, *span, extras, asking);
        let error = match groups.contains(&extra.as_str()) {
            true => error.help(format!("`{extra}` is a group: ask for it in `groups`")),
            false => error,
        };
        asking.found.push(error);
    }
}

fn unknown(
    code: &'static str,
    what: &str,
    name: &str,
    span: Option<Span>,
    known: &[&str],
    asking: &Asking<'_>,
) -> Diagnostic {
    let error = Diagnostic::error(code, format!("`{}` has no {what} `{name}`", asking.lock.file.name()));
    let error = error.at(span);
    match did_you_mean(name, known.iter().copied()) {
        Some(near) => error.help(format!("did you mean `{near}`?")),
        None if known.is_empty() => error.help(format!("it has no {what}s")),
        None => {
            let listed: Vec<String> = known.iter().map(|name| format!("`{name}`")).collect();
            error.help(format!("it has {}", listed.join(", ")))
        }
    }
}
