//! uv.lock: a graph for all platforms at once, with URL and checksum of every file.
//!
//! The lock says nothing of default groups (`[tool.uv] default-groups`): those are for development, and an image
//! has the groups that it asks for. Nor does it say what is never a wheel (`no-binary-package`) or never built
//! (`no-build-package`): that is read from the project beside it.

mod sources;
mod wire;

use std::collections::BTreeMap;
use std::sync::Arc;

use self::wire::{ConflictWire, DependencyWire, LockWire, PackageWire, RequirementWire};
use super::model::{Body, ConflictItem, ConflictKind, Edge, Graph, Lock, Node, Package, RootEdge};
use super::name::normalise;
use super::project::UV_TOML;
use super::unlocked::Indexes;
use super::wire::{Reading, Text, toml};
use super::{Format, Reader, path, project};
use crate::diag::{Checked, Diagnostic};

/// The version of the format that we know; revisions of it only add.
const VERSION: i64 = 1;

/// Reads a uv.lock.
pub(super) fn read(input: &Reader<'_>) -> Checked<super::Read> {
    let file = input.file;
    // Asked for first, so that a large lock is not read twice.
    let project = match project::beside(input) {
        Ok(project) => project,
        Err(path) => {
            let settings = path::beside(&path, UV_TOML);
            return Checked::ok(super::Read::Needs([path].into_iter().chain(settings).collect()));
        }
    };
    let wire: LockWire<'_> = match toml(file) {
        Ok(wire) => wire,
        Err(error) => return Checked::failed(error),
    };
    if wire.version != VERSION {
        let message =
            format!("`{}` has version {}, and only version {VERSION} is known", file.name(), wire.version);
        return Checked::failed(
            Diagnostic::error("lock-version", message)
                .at(super::place::text(file, "version = ").unwrap_or_else(|| file.line_span(1)))
                .help("write it anew with a current uv: `uv lock`"),
        );
    }
    let mut settings = project.map(|project| project.uv).unwrap_or_default();
    let pyproject = path::beside(file.name(), "pyproject.toml").and_then(|path| input.others.get(&path));
    // Whoever reads it for its own sake says what is wrong with it.
    project::overruled(&mut settings, pyproject.and_then(Option::as_ref), input, &mut vec![]);
    let mut reading = Reading::new(file);
    let graph = graph(&wire, &mut reading);
    let lock = Lock {
        format: Format::Uv,
        file: file.clone(),
        requires_python: reading.specifiers(wire.requires_python.as_deref()),
        environments: wire.supported_markers.iter().map(|marker| reading.marker(Some(marker))).collect(),
        binary: settings.binary,
        indexes: Indexes::default(),
        caveat: None,
        body: Body::Graph(graph),
    };
    Checked::new(super::Read::Locked(lock), reading.found)
}

fn graph(wire: &LockWire<'_>, reading: &mut Reading<'_>) -> Graph {
    let names: Vec<String> = wire.package.iter().map(|package| normalise(&package.name)).collect();
    let mut by_name: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (position, name) in names.iter().enumerate() {
        by_name.entry(name).or_default().push(position);
    }
    let index = Index { packages: &wire.package, by_name };
    // A package that cannot be read leaves no gap: positions are those of the wire, and the errors stop us.
    let nodes: Vec<Node> = wire.package.iter().filter_map(|package| node(package, &index, reading)).collect();
    if nodes.len() != wire.package.len() {
        return Graph::default();
    }
    let manifest = &wire.manifest;
    let root = wire.package.iter().position(|package| package.source.is_root());
    let mut members = vec![];
    for name in &manifest.members {
        match index.named(name).first() {
            Some(&member) => members.push(member),
            None => {
                reading.broken(name, format!("the workspace member `{}` is not among the packages", &**name))
            }
        }
    }
    members.extend(root.filter(|root| !members.contains(root)));
    Graph {
        nodes,
        root,
        members,
        requirements: root_edges(&manifest.requirements, &index, reading),
        groups: manifest
            .dependency_groups
            .iter()
            .map(|(group, requirements)| (normalise(group), root_edges(requirements, &index, reading)))
            .collect(),
        conflicts: wire.conflicts.iter().map(|set| conflict_set(set, reading)).collect(),
    }
}

/// The packages by name.
struct Index<'w, 'a> {
    packages: &'w [PackageWire<'a>],
    by_name: BTreeMap<&'w str, Vec<usize>>,
}

impl Index<'_, '_> {
    fn named(&self, name: &str) -> &[usize] {
        // uv writes normalised names, so that the first look nearly always finds.
        let found = self.by_name.get(name).or_else(|| self.by_name.get(normalise(name).as_str()));
        found.map_or(&[], Vec::as_slice)
    }

    /// The package that a dependency means. uv gives version and source only where the name alone is not enough.
    fn resolve(&self, dependency: &DependencyWire<'_>) -> Option<usize> {
        let named = self.named(&dependency.name);
        if let [only] = named {
            return Some(*only);
        }
        let fits = |&&position: &&usize| {
            let package = &self.packages[position];
            let version = dependency.version.is_none() || package.version == dependency.version;
            version && dependency.source.as_ref().is_none_or(|source| *source == package.source)
        };
        let mut fitting = named.iter().filter(fits);
        let first = fitting.next()?;
        fitting.next().is_none().then_some(*first)
    }
}

fn node(wire: &PackageWire<'_>, index: &Index<'_, '_>, reading: &mut Reading<'_>) -> Option<Node> {
    let name = reading.name(&wire.name)?;
    let package = Package {
        version: reading.version(wire.version.as_deref()),
        requires_python: None,
        source: sources::source(wire, reading)?,
        span: None,
        name,
    };
    let tables = |tables: &BTreeMap<Text<'_>, Vec<DependencyWire<'_>>>, reading: &mut Reading<'_>| {
        let table = tables.iter().map(|(key, list)| (normalise(key), edges(wire, list, index, reading)));
        table.collect::<BTreeMap<String, Vec<Edge>>>()
    };
    let mut extras = tables(&wire.optional_dependencies, reading);
    let mut groups = tables(&wire.dev_dependencies, reading);
    for extra in &wire.metadata.provides_extras {
        extras.entry(normalise(extra)).or_default();
    }
    for group in wire.metadata.requires_dev.keys() {
        groups.entry(normalise(group)).or_default();
    }
    Some(Node {
        package,
        dependencies: edges(wire, &wire.dependencies, index, reading),
        extras,
        groups,
        forks: wire.resolution_markers.iter().map(|marker| reading.marker(Some(marker))).collect(),
    })
}

fn edges(
    of: &PackageWire<'_>,
    dependencies: &[DependencyWire<'_>],
    index: &Index<'_, '_>,
    reading: &mut Reading<'_>,
) -> Vec<Edge> {
    let mut edges = Vec::with_capacity(dependencies.len());
    for dependency in dependencies {
        let Some(to) = index.resolve(dependency) else {
            let (of, name) = (&*of.name, &*dependency.name);
            reading.broken(
                &format!("name = \"{of}\""),
                format!("`{of}` depends on `{name}`, and the lock does not say which `{name}` that is"),
            );
            continue;
        };
        let extras = dependency.extra.iter().map(|extra| normalise(extra)).collect();
        edges.push(Edge { to, extras, marker: reading.marker(dependency.marker.as_deref()) });
    }
    edges
}

fn root_edges(
    requirements: &[RequirementWire<'_>],
    index: &Index<'_, '_>,
    reading: &mut Reading<'_>,
) -> Vec<RootEdge> {
    let mut edges = vec![];
    for requirement in requirements {
        let candidates = index.named(&requirement.name).to_vec();
        if candidates.is_empty() {
            let name = &*requirement.name;
            reading.broken(name, format!("`{name}` is required, but is not among the packages"));
        }
        let marker: Arc<_> = reading.marker(requirement.marker.as_deref());
        let extras = requirement.extras.iter().map(|extra| normalise(extra)).collect();
        edges.push(RootEdge { candidates, extras, marker });
    }
    edges
}

fn conflict_set(set: &[ConflictWire<'_>], reading: &mut Reading<'_>) -> Vec<ConflictItem> {
    let mut items = vec![];
    for item in set {
        let kind = match (&item.extra, &item.group) {
            (Some(extra), _) => ConflictKind::Extra(normalise(extra)),
            (None, Some(group)) => ConflictKind::Group(normalise(group)),
            (None, None) => ConflictKind::Project,
        };
        items.extend(reading.name(&item.package).map(|package| ConflictItem { package, kind }));
    }
    items
}

#[cfg(test)]
mod tests {
    use crate::lock::{self, Others, Read, Request};
    use crate::text::Files;

    #[test]
    fn a_uv_toml_beside_the_project_counts_instead() {
        let mut files = Files::default();
        let lock = files.add("uv.lock", "version = 1\n");
        let pyproject = files.add("pyproject.toml", "[tool.uv]\nno-binary-package=['b']");
        let settings = files.add("uv.toml", "no-build-package=['c']");
        let others = [&pyproject, &settings].map(|file| (file.name().to_owned(), Some(file.clone())));
        let read = lock::read(&lock, &Others::from(others), &Request::default());
        let (Read::Locked(lock), _) = read.into_result().unwrap() else { panic!() };
        let [b, c] = ["b", "c"].map(|name| name.parse().unwrap());
        assert!(!lock.binary.no.names(&b) && lock.binary.only.contains(&c));
    }

    #[test]
    fn what_is_never_a_wheel_is_said_by_the_project() {
        let mut files = Files::default();
        let lock = files.add("a/uv.lock", "version = 1\n");
        let tool = "[tool.uv]\nno-binary-package=['B_c']\nno-build=true";
        let project = files.add("a/pyproject.toml", tool);
        let read = |others: &Others| {
            let request = Request::default();
            lock::read(&lock, others, &request).into_result().unwrap().0
        };
        let Read::Needs(needs) = read(&Others::new()) else { panic!("the project is not asked for") };
        assert_eq!(needs, ["a/pyproject.toml", "a/uv.toml"]);
        let Read::Locked(lock) = read(&Others::from([(needs[0].clone(), Some(project))])) else { panic!() };
        let name = "b-c".parse().unwrap();
        assert!(lock.binary.no.names(&name) && lock.binary.only.contains(&name));
    }
}
