//! The build context: the client's files, without those that nobody wants.

use std::collections::BTreeSet;

use buildkit_llb::{Local, Meta, Output};

use crate::ignore::matches_or_above;
use crate::plan::{BuildSource, CopySource, Plan, RunMount, WheelSource};

/// Where the files of the build come from.
#[derive(Debug, Clone)]
pub enum Context {
    /// The client sends them.
    Local {
        /// The name that the client gave it: `context`.
        name: String,
        /// The session that serves it.
        session: String,
        /// Patterns of `.dockerignore`.
        ignored: Vec<String>,
        /// Whether what never belongs into an image is left out too (`builtin-ignore`).
        builtin: bool,
    },
    /// They are already in the graph: a git repository, an archive.
    Remote(Output),
}

/// What never belongs into an image, unless a `copy` names it: files of tools around the project, and those that
/// tend to hold secrets. `dist` and `build` are not among them: projects put what they ship there.
pub(super) const IGNORED: &[&str] = &[
    "**/.DS_Store",
    "**/.env",
    "**/.env.local",
    "**/.git",
    "**/.hg",
    "**/.idea",
    "**/.mypy_cache",
    "**/.nox",
    "**/.pytest_cache",
    "**/.ruff_cache",
    "**/.svn",
    "**/.tox",
    "**/.venv",
    "**/.vscode",
    "**/__pycache__",
    "**/*.pyc",
    "**/*.pyo",
    "**/node_modules",
    "**/venv/pyvenv.cfg",
];

impl Context {
    /// Those files of the context that patterns match (`.`: all), as far as they can get into an image; nothing else is sent.
    ///
    /// The patterns are not followed: where a directory is a symbolic link, a client that follows `*/a` sends all
    /// that `*` matches.
    pub fn files(&self, patterns: &[String], title: &str) -> Output {
        match self {
            Self::Remote(output) => output.clone(),
            Self::Local { name, session, ignored, builtin } => {
                let own = IGNORED.iter().filter(|_| *builtin).map(|pattern| (*pattern).to_owned());
                let excluded = own.chain(ignored.iter().cloned());
                let all = patterns.iter().any(|pattern| pattern == ".");
                Local::new(name)
                    .session(session)
                    .include(if all { &[] } else { patterns })
                    .exclude(&excluded.collect::<Vec<String>>())
                    .shared_key_hint(&format!("{name}-source"))
                    .without_differ()
                    .meta(Meta::named(title))
                    .output()
            }
        }
    }

    /// The context as an operation that brings what the plan takes of it, and nothing else.
    pub(super) fn output(&self, plan: &Plan) -> Output {
        match self {
            Self::Remote(output) => output.clone(),
            Self::Local { name, session, ignored, builtin } => {
                let paths = paths(plan);
                let own = IGNORED.iter().filter(|_| *builtin).flat_map(|pattern| {
                    let named = paths.iter().filter(|path| matches_or_above(pattern, path));
                    std::iter::once((*pattern).to_owned()).chain(named.map(|path| format!("!{path}")))
                });
                // The user's patterns come last, so that `!` in them takes back ours.
                let patterns: Vec<String> = own.chain(ignored.iter().cloned()).collect();
                let local = Local::new(name)
                    .session(session)
                    .exclude(&patterns)
                    .shared_key_hint(name)
                    .meta(Meta::named("[internal] load build context"));
                if paths.iter().any(String::is_empty) {
                    return local.output();
                }
                local.follow_paths(&paths).output()
            }
        }
    }

    /// The paths that are sent although they never belong into an image, because the plan names them. They are only
    /// for what names them.
    pub(super) fn named(&self, plan: &Plan) -> Vec<String> {
        let Self::Local { ignored, builtin: true, .. } = self else { return vec![] };
        let taken_back = |path: &str| {
            ignored.iter().filter_map(|line| line.strip_prefix('!')).any(|line| matches_or_above(line, path))
        };
        let hidden = |path: &String| IGNORED.iter().any(|pattern| matches_or_above(pattern, path));
        paths(plan).into_iter().filter(|path| hidden(path) && !taken_back(path)).collect()
    }
}

/// The paths that a plan takes of the context, sorted; an empty one is all of it.
fn paths(plan: &Plan) -> Vec<String> {
    let copies = plan.stages.iter().flat_map(|stage| &stage.copies);
    let copies = copies.filter(|copy| copy.from == CopySource::Context).map(|copy| copy.src.as_str());
    let mounts = plan.stages.iter().flat_map(|stage| &stage.runs).flat_map(|run| &run.mounts);
    let mounts = mounts.filter_map(|mount| match mount {
        RunMount::Bind { from: CopySource::Context, src, .. } => Some(src.as_str()),
        _ => None,
    });
    let wheels = plan.stages.iter().flat_map(|stage| &stage.groups).flat_map(|group| &group.wheels);
    let wheels = wheels.filter_map(|(_, wheel)| match wheel {
        WheelSource::Context(path) => Some(path.as_str()),
        WheelSource::Remote(_) | WheelSource::Built(_) => None,
    });
    let builds = plan.builds.values().filter_map(|build| match &build.source {
        BuildSource::Context(path) | BuildSource::Tree(path) => Some(path.as_str()),
        BuildSource::Remote(_) | BuildSource::Git(_) => None,
    });
    let clean = |path: &str| match path.trim_matches('/').trim_start_matches("./") {
        "." => String::new(),
        path => path.to_owned(),
    };
    let paths: BTreeSet<String> = copies.chain(mounts).chain(wheels).chain(builds).map(clean).collect();
    paths.into_iter().collect()
}
