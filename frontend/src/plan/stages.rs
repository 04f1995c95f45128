//! From a description to a plan: each stage that the target needs, part by part.

use std::collections::BTreeMap;

use wheelbase_helper::contract::{Directory, Facts, FactsRequest};

use super::copies::{Into, absolute};
use super::environment::{layers, linked_environment, sync, wheels_to_build};
use super::order::needed;
use super::users::AppUser;
use super::{Base, CopyStep, FactsLayer, Indexes, Ingredients, Plan, Stage, VENV, place};
use crate::diag::{Checked, Diagnostic};
use crate::spec::{self, Spec};

/// The stages whose facts are wanted and not known yet, each with all that has to be built to read them: the
/// last stage of each plan ends before its facts. Empty: [`plan`] can be called.
pub fn prepare(ingredients: &Ingredients<'_>) -> Checked<BTreeMap<String, Plan>> {
    let mut problems = vec![];
    let mut wanted = BTreeMap::new();
    for name in ingredients.stages() {
        if !ingredients.wants_facts(&name) || ingredients.facts.contains_key(&name) {
            continue;
        }
        let before: Vec<String> = needed(ingredients.spec, &name);
        // Facts that need facts come in a later round.
        let waits = |stage: &String| {
            *stage != name && ingredients.wants_facts(stage) && !ingredients.facts.contains_key(stage)
        };
        if before.iter().any(waits) {
            continue;
        }
        let mut stages: Vec<Stage> = vec![];
        for stage in &before {
            match ingredients.stage(stage, &stages, *stage == name) {
                Ok(stage) => stages.push(stage),
                Err(errors) => problems.extend(errors),
            }
        }
        wanted.insert(name.clone(), Plan::before_facts(ingredients.platform, name, stages));
    }
    Checked::new(wanted, problems)
}

/// The whole plan.
///
/// # Errors
/// Names that do not exist in a base; stages without an interpreter that have dependencies.
pub fn plan(ingredients: &Ingredients<'_>) -> Checked<Plan> {
    let mut problems = vec![];
    let mut builds = BTreeMap::new();
    for (stage, dependencies) in ingredients.dependencies {
        if let Some(facts) = ingredients.facts_of(stage)
            && let Some(interpreter) = &facts.interpreter
        {
            builds.extend(wheels_to_build(dependencies, facts, interpreter));
        }
    }
    let mut names = ingredients.stages();
    if ingredients.compiles() {
        let compile = needed(ingredients.spec, "wheels");
        let missing: Vec<_> = compile.into_iter().filter(|name| !names.contains(name)).collect();
        names.splice(0..0, missing);
    }
    let mut stages: Vec<Stage> = vec![];
    for name in &names {
        match ingredients.stage(name, &stages, false) {
            Ok(stage) => stages.push(stage),
            Err(errors) => problems.extend(errors),
        }
    }
    let indexes = Indexes::of(&ingredients.spec.indexes).asked(None, &[]);
    let plan = Plan {
        platform: ingredients.platform.to_owned(),
        target: ingredients.target.to_owned(),
        stages,
        gates: ingredients.gates(),
        builds,
        indexes,
    };
    Checked::new(plan, problems)
}

impl Ingredients<'_> {
    /// One stage. `earlier` are those before it. With `only_base`, it ends before its facts.
    fn stage(&self, name: &str, earlier: &[Stage], only_base: bool) -> Result<Stage, Vec<Diagnostic>> {
        let default = spec::Stage::default();
        let written = self.spec.stages.get(name).unwrap_or(&default);
        let base = self.base(name);
        let parent = match &base {
            Base::Stage(parent) => earlier.iter().find(|stage| stage.name == *parent),
            Base::Source(_) | Base::Scratch => None,
        };
        let own_environment = self.has_environment(name);
        let workdir = self.workdir(written, parent);
        let packages = self.packages(name, written).map_err(|error| vec![error])?;
        let mut stage = Stage {
            name: name.to_owned(),
            env: self.env(name, parent.map_or_else(|| self.env_below(name), |parent| parent.env.clone())),
            workdir,
            packages,
            facts: None,
            groups: vec![],
            sync: None,
            directories: vec![],
            copies: vec![],
            runs: vec![],
            origin: written.header,
            ignore_cache: self.ignores_cache(name),
            native: self.is_native(name),
            interpreter_from_packages: false,
            base,
        };
        let user = self.made_user(name);
        if own_environment || only_base {
            stage.facts = Some(FactsLayer { request: self.facts_request(&stage, &user), resolution: None });
        }
        if only_base {
            return Ok(stage);
        }
        let mut problems = vec![];
        let facts = self.facts_of(name);
        self.environment(name, &mut stage, facts, &mut problems);
        let into = Into { spec: self.spec, workdir: &stage.workdir, facts, user: &user };
        let copies: Vec<_> = match &written.copy {
            Some(copies) => copies.iter().map(|copy| into.step(copy)).collect(),
            None if name == "app" => vec![Ok(into.everything())],
            None => vec![],
        };
        for copy in copies {
            match copy {
                Ok(copy) => stage.copies.push(copy),
                Err(error) => problems.push(error),
            }
        }
        keep_order(&mut stage.copies);
        let (uid, gid) = self.user_numbers(name).unwrap_or_else(|error| {
            let matters = own_environment || !written.writable.is_empty() || !written.volumes.is_empty();
            problems.extend(matters.then_some(error));
            (0, 0)
        });
        for path in written.writable.iter().chain(&written.volumes) {
            let path = directory(&stage.workdir, &path.value);
            let as_copied = as_copied(&path, &stage.copies);
            add_directory(&mut stage.directories, Directory { path, mode: 0o755, uid, gid }, facts);
            for directory in as_copied {
                add_directory(&mut stage.directories, directory, facts);
            }
        }
        // The working directory exists, whatever is copied; one of the base's own stays as it is.
        let copied = |copy: &CopyStep| within(&copy.place.path, &stage.workdir);
        let special =
            facts.is_some_and(|facts| facts.directories.iter().any(|known| known.path == stage.workdir));
        if own_environment && !special && stage.workdir != "/" && !stage.copies.iter().any(copied) {
            let path = stage.workdir.clone();
            add_directory(&mut stage.directories, Directory { path, mode: 0o755, uid: 0, gid: 0 }, facts);
        }
        for run in &written.run {
            match self.run(run, &stage, facts, &user) {
                Ok(run) => stage.runs.push(run),
                Err(error) => problems.push(error),
            }
        }
        if problems.is_empty() { Ok(stage) } else { Err(problems) }
    }

    /// Whether cached steps of a stage are not to be used.
    pub(super) fn ignores_cache(&self, name: &str) -> bool {
        let named = |names: &[String]| names.iter().any(|known| known.eq_ignore_ascii_case(name));
        self.no_cache.is_some_and(|names| names.is_empty() || named(names))
    }

    pub(super) fn workdir(&self, written: &spec::Stage, parent: Option<&Stage>) -> String {
        match (&written.workdir, parent) {
            (Some(workdir), _) => absolute("/", workdir.value.trim_end_matches('/')),
            (None, Some(parent)) => parent.workdir.clone(),
            (None, None) => "/app".to_owned(),
        }
    }

    /// Whether a stage runs on the builder's own platform: it says so, or what it starts from does.
    fn is_native(&self, name: &str) -> bool {
        let native = |name: &String| self.spec.stages.get(name).is_some_and(|stage| stage.native);
        self.chain(name).iter().any(native)
    }

    /// What is asked of the base of a stage. Which Python a base has does not matter to a stage without an environment.
    pub(super) fn facts_request(&self, stage: &Stage, user: &AppUser) -> FactsRequest {
        FactsRequest {
            base: "/base".to_owned(),
            out: "/out".to_owned(),
            path: if self.has_environment(&stage.name) {
                self.search_path(&stage.name)
            } else {
                String::new()
            },
            venv: VENV.to_owned(),
            user: user.new.clone(),
            before_packages: stage.packages.is_some().then(|| "/image".to_owned()),
        }
    }

    fn environment(
        &self,
        name: &str,
        stage: &mut Stage,
        facts: Option<&Facts>,
        problems: &mut Vec<Diagnostic>,
    ) {
        let (Some(dependencies), Some(facts)) = (self.dependencies.get(name), facts) else { return };
        let Some(interpreter) = &facts.interpreter else {
            if !dependencies.selection.packages.is_empty() || dependencies.sync.is_some() {
                problems.push(no_interpreter(name, stage, self.spec));
            }
            return;
        };
        if let Some(layer) = &mut stage.facts {
            layer.resolution.clone_from(&dependencies.resolution);
        }
        stage.interpreter_from_packages = interpreter.from_packages;
        stage.groups = layers(dependencies, facts, interpreter);
        let written = self.spec.stages.get(name);
        let origin = written.and_then(|stage| stage.dependencies.as_ref()?.span);
        stage.sync = sync(dependencies, facts, interpreter, origin);
        if !stage.groups.is_empty() || stage.sync.is_some() {
            let from = written.and_then(|stage| stage.from.as_ref()).map(|from| from.span);
            problems.extend(linked_environment(name, facts).map(|error| error.at(from.or(origin))));
        }
    }
}

/// Adds a directory, at its place in the base, and those above it that are not plain there. Parents come first.
fn add_directory(directories: &mut Vec<Directory>, directory: Directory, facts: Option<&Facts>) {
    let mut all = vec![directory];
    if let Some(facts) = facts {
        let place = place(&all[0].path, facts);
        let above = place.ancestors.into_iter().filter(|known| known.path != place.path);
        all.extend(above);
        all[0].path = place.path;
    }
    for directory in all {
        if !directories.iter().any(|known| known.path == directory.path) {
            directories.push(directory);
        }
    }
    directories.sort_by(|a, b| a.path.cmp(&b.path));
}

/// Whether a path is a directory or lies below it.
fn within(path: &str, directory: &str) -> bool {
    path.strip_prefix(directory).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// What goes on top of the base goes there after all that is merged, so a later copy to the same places does too.
fn keep_order(copies: &mut [CopyStep]) {
    let overlap = |a: &CopyStep, b: &CopyStep| {
        let (a, b) = (a.place.path.trim_end_matches('/'), b.place.path.trim_end_matches('/'));
        within(a, b) || within(b, a)
    };
    for index in 1..copies.len() {
        let (earlier, later) = copies.split_at_mut(index);
        let copy = &mut later[0];
        copy.place.on_top |= earlier.iter().any(|known| known.place.on_top && overlap(known, copy));
    }
}

/// The path of a directory, without a slash at its end.
fn directory(workdir: &str, path: &str) -> String {
    let path = absolute(workdir, path);
    if path == "/" { path } else { path.trim_end_matches('/').to_owned() }
}

/// The directories above one that a copy with an owner or a mode of its own has made: they stay as it made them.
fn as_copied(path: &str, copies: &[CopyStep]) -> Vec<Directory> {
    let mut above = vec![];
    for (at, _) in path.match_indices('/').skip(1) {
        let made = copies.iter().rev().find(|copy| {
            let dest = copy.place.path.trim_end_matches('/');
            within(&path[..at], dest) && path[..at] != *dest && !copy.place.on_top
        });
        if let Some(CopyStep { owner: (uid, gid), mode, .. }) = made
            && ((*uid, *gid) != (0, 0) || mode.is_some())
        {
            let mode = mode.unwrap_or(0o755);
            above.push(Directory { path: path[..at].to_owned(), mode, uid: *uid, gid: *gid });
        }
    }
    above
}

fn no_interpreter(name: &str, stage: &Stage, spec: &Spec) -> Diagnostic {
    let base = match &stage.base {
        Base::Source(image) => format!("`{image}`"),
        Base::Stage(stage) => format!("stage `{stage}`"),
        Base::Scratch => "`scratch`".to_owned(),
    };
    let from = spec.stages.get(name).and_then(|stage| stage.from.as_ref());
    Diagnostic::error(
        "no-interpreter",
        format!("stage `{name}` has dependencies, but there is no Python on the PATH of {base}"),
    )
    .help("use a base with Python, such as `python:3.13-slim`, or add it to `packages`")
    .at(from.map(|from| from.span))
}
