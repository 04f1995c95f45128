//! From a description to a plan: each stage that the target needs, part by part.

use std::collections::BTreeMap;

use wheelbase_helper::contract::{Directory, Facts, FactsRequest};

use super::copies::{Into, absolute};
use super::environment::{layers, sync, wheels_to_build};
use super::order::needed;
use super::users::{AppUser, app_user};
use super::{Base, CopyStep, FactsLayer, Indexes, Ingredients, Plan, Stage, VENV, place};
use crate::diag::{Checked, Diagnostic};
use crate::image::{ImageConfig, set_env};
use crate::spec::{self, Spec};

/// The stages whose facts are wanted and not known yet, each with all that has to be built to read them: the
/// last stage of each plan ends before its facts. Empty: [`plan`] can be called.
pub fn prepare(ingredients: &Ingredients<'_>) -> Checked<BTreeMap<String, Plan>> {
    let mut problems = vec![];
    let mut wanted = BTreeMap::new();
    for name in ingredients.stages() {
        if !ingredients.has_environment(&name) || ingredients.facts.contains_key(&name) {
            continue;
        }
        let before: Vec<String> = needed(ingredients.spec, &name);
        // Facts that need facts come in a later round.
        let waits = |stage: &String| {
            *stage != name && ingredients.has_environment(stage) && !ingredients.facts.contains_key(stage)
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
        let platform = ingredients.platform.to_owned();
        let (builds, indexes, gates) = (BTreeMap::new(), vec![], vec![]);
        wanted.insert(name.clone(), Plan { platform, target: name, stages, gates, builds, indexes });
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
        if !names.iter().any(|name| name == "wheels") {
            names.insert(0, "wheels".to_owned());
        }
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
        gates: ingredients.gate().map(str::to_owned).into_iter().collect(),
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
        let environment = own_environment || self.ancestors(name).iter().any(|stage| self.asks(stage));
        let workdir = self.workdir(written, parent);
        let packages = self.packages(name, written).map_err(|error| vec![error])?;
        let mut stage = Stage {
            name: name.to_owned(),
            env: self.env(written, &base, parent, environment),
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
            native: written.native,
            interpreter_from_packages: false,
            base,
        };
        let user = app_user(written.user.as_ref());
        if own_environment {
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
        let (uid, gid) = facts.map_or((0, 0), |facts| user.numbers(facts));
        for path in written.writable.iter().chain(&written.volumes) {
            let path = absolute(&stage.workdir, path.value.trim_end_matches('/'));
            add_directory(&mut stage.directories, Directory { path, mode: 0o755, uid, gid }, facts);
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

    /// The variables of a stage's steps: the base's, those that every environment has, the stage's own.
    fn env(
        &self,
        written: &spec::Stage,
        base: &Base,
        parent: Option<&Stage>,
        environment: bool,
    ) -> Vec<(String, String)> {
        let mut env = match (base, parent) {
            (Base::Source(image), _) => self.images.get(image).map(ImageConfig::env).unwrap_or_default(),
            (_, Some(parent)) => parent.env.clone(),
            _ => vec![],
        };
        if environment && parent.is_none_or(|parent| !has_venv(&parent.env)) {
            for (name, value) in environment_variables(&env) {
                set_env(&mut env, &name, &value);
            }
        }
        for (name, value) in &written.env {
            set_env(&mut env, &name.value, &value.value);
        }
        env
    }

    pub(super) fn facts_request(&self, stage: &Stage, user: &AppUser) -> FactsRequest {
        let path = match &stage.base {
            Base::Source(image) => self.images.get(image).map(ImageConfig::path),
            Base::Stage(_) | Base::Scratch => None,
        };
        FactsRequest {
            base: "/base".to_owned(),
            out: "/out".to_owned(),
            path: path.unwrap_or_else(|| crate::image::DEFAULT_PATH.to_owned()),
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
        let written = self.spec.stages.get(name).and_then(|stage| stage.dependencies.as_ref());
        stage.sync = sync(dependencies, facts, interpreter, written.and_then(|written| written.span));
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

/// What every environment sets: its programs come first on `PATH`, and output is not held back.
pub(super) fn environment_variables(base: &[(String, String)]) -> Vec<(String, String)> {
    let path =
        base.iter().find(|(name, _)| name == "PATH").map_or(crate::image::DEFAULT_PATH, |(_, path)| path);
    vec![("PATH".into(), format!("{VENV}/bin:{path}")), ("PYTHONUNBUFFERED".into(), "1".into())]
}

fn has_venv(env: &[(String, String)]) -> bool {
    env.iter().any(|(name, value)| name == "PATH" && value.split(':').any(|dir| dir == "/opt/venv/bin"))
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
