//! The environment of a stage: its selection becomes layers of wheels and wheels to be built.

use std::collections::BTreeMap;

use wheelbase_helper::contract::{Facts, InstallRequest, Interpreter, SyncRequest, SyncWhat, WheelInput};

use super::groups::group;
use super::{BuildSource, Group, Indexes, Resolution, Sync, VENV, WheelBuild, WheelSource, place};
use crate::diag::Diagnostic;
use crate::lock;
use crate::select::{Artifact, Chosen, Selection};
use crate::text::Span;

/// The dependencies of a stage, selected.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Dependencies {
    /// What is installed.
    pub selection: Selection,
    /// The resolution that the selection was made from, if there was no lock.
    pub resolution: Option<Resolution>,
    /// What uv installs by itself (`mode = "uv"`): then nothing is selected.
    pub sync: Option<Synced>,
    /// `layers`.
    pub layers: Option<u32>,
    /// Whether bytecode is compiled.
    pub bytecode: bool,
    /// Where files are fetched.
    pub indexes: Indexes,
    /// The tags that fit the target, for wheels that are built.
    pub accepted_tags: Vec<String>,
}

/// What uv installs by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Synced {
    /// What is installed.
    pub what: SyncWhat,
    /// Patterns of the files of the context that uv has to see.
    pub files: Vec<String>,
    /// The indexes that the project names: uv reads no configuration of its own.
    pub named: lock::Indexes,
}

/// The error of a base in which the place of the environment is taken: a layer with the directories of an environment
/// would replace a link on the way to it and hide what lies behind, and an environment of the base's own would be
/// mixed with ours. Every environment that `venv` makes has a link (`lib64`).
pub(super) fn linked_environment(name: &str, facts: &Facts) -> Option<Diagnostic> {
    let below = |path: &str, directory: &str| {
        path.strip_prefix(directory).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let link =
        facts.directory_links.iter().find(|link| below(VENV, &link.path) || below(&link.path, VENV))?;
    let error = match link.path.strip_prefix(VENV) {
        None | Some("") => {
            let message = format!("in the base of `{name}`, `{}` is a link to `{}`", link.path, link.to);
            Diagnostic::error("linked-environment", message)
        }
        Some(_) => {
            let message = format!("the base of `{name}` has an environment of its own in `{VENV}`");
            Diagnostic::error("linked-environment", message)
        }
    };
    let error =
        error.help(format!("start from an image with nothing in `{VENV}`: that is where dependencies go"));
    Some(error.help("or keep to what the base has installed, with `dependencies = false`"))
}

/// The layers of wheels of an environment on a base with these facts.
pub(super) fn layers(dependencies: &Dependencies, facts: &Facts, interpreter: &Interpreter) -> Vec<Group> {
    group(&dependencies.selection.packages, dependencies.layers)
        .into_iter()
        .map(|group| {
            let wheels: Vec<_> =
                group.packages.iter().map(|chosen| wheel(chosen, &dependencies.indexes)).collect();
            let inputs = group.packages.iter().zip(&wheels);
            Group {
                name: group.name,
                request: InstallRequest {
                    input: "/in".to_owned(),
                    out: "/out".to_owned(),
                    venv: VENV.to_owned(),
                    python: library_version(interpreter),
                    ancestors: place(VENV, facts).ancestors,
                    wheels: inputs.map(|(chosen, (file, _))| input(chosen, file, dependencies)).collect(),
                    compile_with: dependencies.bytecode.then(|| interpreter.path.clone()),
                },
                wheels,
            }
        })
        .collect()
}

/// The one step that installs everything, if that is asked for.
pub(super) fn sync(
    dependencies: &Dependencies,
    facts: &Facts,
    interpreter: &Interpreter,
    origin: Option<Span>,
) -> Option<Sync> {
    let Synced { what, files, named } = dependencies.sync.clone()?;
    let indexes = dependencies.indexes.asked(named.index.as_deref(), &named.extra);
    let request = SyncRequest {
        uv: "/uv/bin/uv".to_owned(),
        project: "/src".to_owned(),
        out: "/out".to_owned(),
        venv: VENV.to_owned(),
        python: library_version(interpreter),
        interpreter: interpreter.path.clone(),
        what,
        bytecode: dependencies.bytecode,
        find_links: named.find_links,
        no_index: named.no_index,
        indexes: vec![],
        ancestors: place(VENV, facts).ancestors,
    };
    Some(Sync { request, indexes, files, origin })
}

/// The wheels that have to be built, by their id.
pub fn wheels_to_build(
    dependencies: &Dependencies,
    facts: &Facts,
    interpreter: &Interpreter,
) -> BTreeMap<String, WheelBuild> {
    let build = |chosen: &Chosen| {
        let source = match &chosen.artifact {
            Artifact::Sdist(file) => {
                BuildSource::Remote(dependencies.indexes.download(&file.url, &file.filename, &file.sha256))
            }
            Artifact::LocalSdist(file) => BuildSource::Context(file.path.clone()),
            Artifact::Git(commit) => BuildSource::Git(commit.clone()),
            Artifact::Tree(tree) => BuildSource::Tree(tree.path.clone()),
            Artifact::Wheel(_) | Artifact::LocalWheel(_) | Artifact::Lookup(_) => return None,
        };
        let build = WheelBuild {
            package: chosen.name.as_str().to_owned(),
            title: title(chosen),
            source,
            python: library_version(interpreter),
            libc: facts.libc,
        };
        Some((build_id(chosen), build))
    };
    dependencies.selection.packages.iter().filter_map(build).collect()
}

/// A package as people write it: `flask 3.1.2`.
pub(super) fn title(chosen: &Chosen) -> String {
    match &chosen.version {
        Some(version) => format!("{} {version}", chosen.name.as_str()),
        None => chosen.name.as_str().to_owned(),
    }
}

/// Minor version with its ABI flags, as library directories and executables are named: `3.13`, `3.13t`.
pub fn library_version(interpreter: &Interpreter) -> String {
    let mut parts = interpreter.version.split('.');
    let (major, minor) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let free_threaded = if interpreter.abi_flags.contains('t') { "t" } else { "" };
    format!("{major}.{minor}{free_threaded}")
}

fn build_id(chosen: &Chosen) -> String {
    chosen.name.as_str().to_owned()
}

/// The name under which a wheel is mounted, and where it comes from. A built wheel's file name is known only
/// when it has been built, so its directory is mounted.
fn wheel(chosen: &Chosen, indexes: &Indexes) -> (String, WheelSource) {
    match &chosen.artifact {
        Artifact::Wheel(file) => (
            file.filename.clone(),
            WheelSource::Remote(indexes.download(&file.url, &file.filename, &file.sha256)),
        ),
        Artifact::LocalWheel(file) => {
            let name = file.path.rsplit('/').next().unwrap_or(&file.path);
            (name.to_owned(), WheelSource::Context(file.path.clone()))
        }
        Artifact::Sdist(_)
        | Artifact::LocalSdist(_)
        | Artifact::Git(_)
        | Artifact::Tree(_)
        | Artifact::Lookup(_) => (build_id(chosen), WheelSource::Built(build_id(chosen))),
    }
}

fn input(chosen: &Chosen, file: &str, dependencies: &Dependencies) -> WheelInput {
    let built = !matches!(chosen.artifact, Artifact::Wheel(_));
    WheelInput {
        file: file.to_owned(),
        name: chosen.name.as_str().to_owned(),
        requested: chosen.requested,
        direct_url: direct_url(&chosen.artifact),
        accepted_tags: if built { dependencies.accepted_tags.clone() } else { vec![] },
    }
}

/// The origin of what does not come from an index, as PEP 610 records it.
fn direct_url(artifact: &Artifact) -> Option<serde_json::Value> {
    use serde_json::json;
    match artifact {
        Artifact::Wheel(file) | Artifact::Sdist(file) if file.direct => {
            let mut value = json!({
                "url": file.url,
                "archive_info": { "hash": format!("sha256={}", file.sha256), "hashes": { "sha256": file.sha256 } },
            });
            if let Some(subdirectory) = &file.subdirectory {
                value["subdirectory"] = json!(subdirectory);
            }
            Some(value)
        }
        Artifact::Git(git) => {
            let mut value = json!({ "url": git.url, "vcs_info": { "vcs": "git", "commit_id": git.commit } });
            if let Some(requested) = &git.requested {
                value["vcs_info"]["requested_revision"] = json!(requested);
            }
            if let Some(subdirectory) = &git.subdirectory {
                value["subdirectory"] = json!(subdirectory);
            }
            Some(value)
        }
        _ => None,
    }
}
