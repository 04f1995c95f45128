//! The apps that are found in the source, without those that only serve as a part of another.

use std::collections::BTreeSet;
use std::ops::Range;

use crate::detect::frameworks::{FRAMEWORKS, Framework, Gate, made_by};
use crate::detect::place::Place;
use crate::detect::python::{Module, Scope};
use crate::detect::view::Reader;
use crate::text::{SourceFile, Span};

/// An app.
#[derive(Debug, Clone)]
pub(super) struct Candidate {
    pub(super) framework: &'static Framework,
    pub(super) gate: Gate,
    pub(super) file: String,
    pub(super) place: Place,
    /// The name of the app, or of the function that makes it.
    pub(super) object: String,
    pub(super) factory: bool,
    /// Whether the file runs it when it is started itself.
    pub(super) runs: bool,
    /// Lower is more usual.
    rank: u8,
    pub(super) span: Span,
}

impl Candidate {
    /// Whether a server can be given its object. Dash's own is none, but has one.
    pub(super) fn serves(&self) -> bool {
        self.framework.package != "dash" || self.rank == 0
    }
}

/// Names that an app usually has, best first.
const OBJECTS: &[&str] = &["app", "application", "api", "server"];

/// Functions that usually make one.
const FACTORIES: &[&str] =
    &["create_app", "make_app", "build_app", "get_app", "create_application", "get_application"];

/// Modules of the top level that usually have it.
const USUAL: &[&str] = &["main.py", "app.py", "api.py", "application.py", "server.py", "asgi.py", "wsgi.py"];

/// Finds the apps: those in modules that another app's module imports are parts of that one.
pub(super) fn candidates(reader: &mut Reader<'_>) -> Vec<Candidate> {
    let mut files = reader.top_level();
    let below = |path: &&String| path.contains('/') && !path.ends_with("__main__.py");
    files.extend(reader.view.paths.iter().filter(below).map(String::as_str));
    let mut all: Vec<Candidate> = vec![];
    let mut entries: Vec<(Read<'_>, String, Range<usize>)> = vec![];
    let mut usual: Vec<Read<'_>> = vec![];
    let mut imports: Vec<(String, BTreeSet<String>)> = vec![];
    for path in files {
        let Some((module, file)) = reader.module(path) else { continue };
        let place = Place::of(path, &module, reader);
        let absolute = module.modules.iter().map(|name| place.absolute(name)).collect();
        imports.push((path.to_owned(), absolute));
        let read = Read { path, module, file, place };
        let found = read.made();
        if found.is_empty() {
            match read.unknown() {
                Some((name, range)) => entries.push((read, name, range)),
                None => usual.extend(Some(read).filter(|read| USUAL.contains(&read.path))),
            }
        }
        all.extend(found);
    }
    for (read, name, range) in entries {
        all.extend(read.entry(name, range, &all, reader));
    }
    if all.is_empty() {
        all.extend(usual.iter().filter_map(|read| read.handed_on(reader)));
    }
    let part_of_another = |candidate: &Candidate| {
        let imports_it = |file: &str, name: &str| {
            imports.iter().any(|(path, modules)| path == file && modules.contains(name))
        };
        all.iter().any(|other| {
            other.file != candidate.file
                && imports_it(&other.file, &candidate.place.module)
                && !imports_it(&candidate.file, &other.place.module)
        })
    };
    let roots: Vec<Candidate> = all.iter().filter(|candidate| !part_of_another(candidate)).cloned().collect();
    most_usual(roots)
}

/// Of each framework, only what is at the most usual place.
fn most_usual(all: Vec<Candidate>) -> Vec<Candidate> {
    let best = |candidate: &Candidate| {
        let same = all.iter().filter(|other| other.framework == candidate.framework);
        same.map(|other| other.rank).min() == Some(candidate.rank)
    };
    let kept: Vec<Candidate> = all.iter().filter(|candidate| best(candidate)).cloned().collect();
    // `wsgi.py` beside `asgi.py`: the one that is of the framework's own kind.
    let own_kind = |candidate: &&Candidate| candidate.gate == candidate.framework.gate;
    match kept.iter().filter(own_kind).count() {
        0 => kept,
        _ => kept.iter().filter(own_kind).cloned().collect(),
    }
}

/// A module with its place.
struct Read<'v> {
    path: &'v str,
    module: Module,
    file: &'v SourceFile,
    place: Place,
}

impl Read<'_> {
    /// The apps that it makes of a class of a framework; else the function that would.
    fn made(&self) -> Vec<Candidate> {
        let module = &self.module;
        let mut objects: Vec<Candidate> = vec![];
        for assignment in module.assignments.iter().filter(|assignment| assignment.called) {
            if let Some(framework) = made_by(&module.resolve_class(&assignment.path))
                && !objects.iter().any(|known| known.object == assignment.name)
            {
                objects.push(self.candidate(framework, &assignment.name, assignment.range.clone()));
            }
        }
        if let Some(dash) = objects.iter().find(|object| object.framework.package == "dash").cloned() {
            return vec![self.dash(dash, &objects)];
        }
        let usual = OBJECTS.iter().find_map(|name| objects.iter().find(|object| object.object == *name));
        if let Some(usual) = usual {
            return vec![usual.clone()];
        }
        if !objects.is_empty() {
            return objects;
        }
        let Some(framework) = module.names.values().find_map(|full| made_by(full)) else { return vec![] };
        let assigned = module.assignments.iter().find(|assignment| {
            assignment.called
                && OBJECTS.contains(&assignment.name.as_str())
                && module.functions.contains_key(&assignment.path)
        });
        if let Some(assigned) = assigned {
            return vec![self.candidate(framework, &assigned.name, assigned.range.clone())];
        }
        let factory = FACTORIES.iter().find(|name| module.functions.get(**name) == Some(&true));
        let factory = factory.map(|name| {
            let at = self.file.text().find(&format!("def {name}")).unwrap_or_default();
            Candidate { factory: true, ..self.candidate(framework, name, at..at + 4 + name.len()) }
        });
        factory.into_iter().collect()
    }

    /// Dash's app is served by the Flask app in it, under a name of its own.
    fn dash(&self, dash: Candidate, objects: &[Candidate]) -> Candidate {
        let inner = format!("{}.server", dash.object);
        let named = self.module.assignments.iter().find(|a| a.path == inner && !a.called).map(|a| &a.name);
        let given =
            objects.iter().find(|object| object.framework.package == "flask").map(|flask| &flask.object);
        match named.or(given).cloned() {
            Some(object) => Candidate { object, rank: 0, ..dash },
            None => Candidate { rank: dash.rank.max(1), ..dash },
        }
    }

    /// An app that is bound here, but made elsewhere: by a function, or in the module that it is imported from.
    fn unknown(&self) -> Option<(String, Range<usize>)> {
        let module = &self.module;
        let made = module.assignments.iter().find(|assignment| {
            let last = assignment.path.rsplit('.').next().unwrap_or_default();
            assignment.called && FACTORIES.contains(&last) && OBJECTS.contains(&assignment.name.as_str())
        });
        // A worker makes the app too, to have its configuration.
        if module.modules.iter().any(|name| name.split('.').next() == Some("celery")) {
            return None;
        }
        if let Some(made) = made {
            return Some((made.name.clone(), made.range.clone()));
        }
        if !self.is_entry() {
            return None;
        }
        let usual = ["application", "app"];
        let assigned = usual.iter().find_map(|name| module.assignments.iter().find(|a| a.name == *name));
        if let Some(assigned) = assigned {
            return Some((assigned.name.clone(), assigned.range.clone()));
        }
        usual.iter().find(|name| module.names.contains_key(**name)).map(|name| ((*name).to_owned(), 0..0))
    }

    /// The framework of such an app: that of the module which it comes from, else of the packages.
    fn entry(
        &self,
        name: String,
        range: Range<usize>,
        known: &[Candidate],
        reader: &Reader<'_>,
    ) -> Option<Candidate> {
        let imported: BTreeSet<String> =
            self.module.modules.iter().map(|module| self.place.absolute(module)).collect();
        let made = known.iter().find(|candidate| imported.contains(&candidate.place.module));
        let kind = self.entry_gate();
        let fits = |framework: &&Framework| {
            reader.installed(framework.package) && kind.is_none_or(|gate| gate == framework.gate)
        };
        let framework = made.map(|made| made.framework).or_else(|| FRAMEWORKS.iter().find(fits))?;
        Some(self.candidate(framework, &name, range))
    }

    /// An app that a module of the top level does nothing with but import it, from where nobody looked. All frameworks
    /// that are installed must be served in the same way.
    fn handed_on(&self, reader: &Reader<'_>) -> Option<Candidate> {
        let module = &self.module;
        if module.guarded || module.calls.iter().any(|call| call.scope == Scope::Script) {
            return None;
        }
        let is_app = |name: &&&str| {
            let full = module.names.get(**name).map(|full| self.place.absolute(full));
            full.as_deref().and_then(|full| full.rsplit_once('.')).is_some_and(|(package, name)| {
                let package = package.replace('.', "/");
                let top = package.split('/').next().unwrap_or_default();
                let is_ours = reader.view.paths.iter().any(|path| {
                    path.strip_prefix(top).is_some_and(|rest| rest == ".py" || rest.starts_with('/'))
                });
                let is_module = reader.has_file(&format!("{package}/{name}.py"))
                    || reader.has_file(&format!("{package}/{name}/__init__.py"));
                is_ours && !is_module
            })
        };
        let name = ["app", "application"].iter().find(is_app)?;
        let mut installed = FRAMEWORKS.iter().filter(|framework| reader.installed(framework.package));
        let first = installed.next()?;
        installed.all(|other| other.gate == first.gate).then(|| self.candidate(first, name, 0..0))
    }

    fn candidate(&self, framework: &'static Framework, object: &str, range: Range<usize>) -> Candidate {
        let rank = match () {
            () if self.is_entry() => 0,
            () if self.path.contains('/') || USUAL.contains(&self.path) => 1,
            () => 2,
        };
        let runs = format!("{object}.run");
        let runs =
            self.module.calls.iter().any(|call| call.path == runs || call.path == format!("{runs}_server"));
        Candidate {
            framework,
            gate: self.entry_gate().filter(|_| framework.gate != Gate::Own).unwrap_or(framework.gate),
            file: self.path.to_owned(),
            place: self.place.clone(),
            object: object.to_owned(),
            factory: false,
            runs,
            rank,
            span: self.file.span(range),
        }
    }

    /// What a module is called that is there for a server.
    fn entry_gate(&self) -> Option<Gate> {
        match self.path.rsplit('/').next() {
            Some("wsgi.py") => Some(Gate::Wsgi),
            Some("asgi.py") => Some(Gate::Asgi),
            _ => None,
        }
    }

    fn is_entry(&self) -> bool {
        self.entry_gate().is_some()
    }
}
