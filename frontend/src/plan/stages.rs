//! From a description to a plan: each stage that the target needs, part by part.

use std::collections::{BTreeMap, BTreeSet};

use wheelbase_helper::contract::{Directory, Facts, FactsRequest};

use super::copies::{Into, absolute, source};
use super::environment::{Dependencies, layers, sync, wheels_to_build};
use super::order::{edges, needed};
use super::users::{AppUser, app_user, owner};
use super::{
    Base, CopySource, Edge, FactsLayer, Indexes, Plan, RunMount, RunStep, Stage, VENV, compile_base, place,
    stage_or,
};
use crate::detect::Start;
use crate::diag::{Checked, Diagnostic};
use crate::image::{Changes, ImageConfig, set_env};
use crate::spec::{self, Command, Network, Sharing, Spec};

/// What a plan is made from.
#[derive(Debug, Clone, Copy)]
pub struct Ingredients<'a> {
    /// The description.
    pub spec: &'a Spec,
    /// The stage that is wanted.
    pub target: &'a str,
    /// The platform that the image is for, such as `linux/amd64`.
    pub platform: &'a str,
    /// The image of an app that does not say `from`.
    pub app_base: &'a str,
    /// The configurations of images and named contexts, by the name in the description.
    pub images: &'a BTreeMap<String, ImageConfig>,
    /// The facts of the bases of stages, by stage.
    pub facts: &'a BTreeMap<String, Facts>,
    /// The facts of images that had to be looked at before packages are installed on them, by the name in the
    /// description.
    pub bottoms: &'a BTreeMap<String, Facts>,
    /// The dependencies of stages, selected, by stage.
    pub dependencies: &'a BTreeMap<String, Dependencies>,
    /// Stages whose cached steps are not to be used: `None`: all may; empty: none may.
    pub no_cache: Option<&'a [String]>,
    /// How the app starts, where the description does not say.
    pub start: Option<&'a Start>,
    /// Labels of the app's image that the description does not have to say.
    pub labels: &'a [(String, String)],
    /// The commands that the project itself brings.
    pub scripts: &'a BTreeSet<String>,
    /// What prefixes the identity of cache mounts (`BUILDKIT_CACHE_MOUNT_NS`).
    pub cache_namespace: &'a str,
}

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
    /// Whether the compile stage is needed: a wheel has to be built, or uv installs everything and may build in the
    /// stage that is described for it.
    pub fn compiles(&self) -> bool {
        self.dependencies.iter().any(|(stage, dependencies)| {
            let facts = self.facts_of(stage);
            let python = facts.and_then(|facts| Some((facts, facts.interpreter.as_ref()?)));
            let builds = python
                .is_some_and(|(facts, python)| !wheels_to_build(dependencies, facts, python).is_empty());
            builds || dependencies.sync.is_some() && self.spec.stages.contains_key("wheels")
        })
    }

    /// The stages that are built, dependencies first.
    fn stages(&self) -> Vec<String> {
        let mut names = needed(self.spec, self.target);
        let gate = self.gate().map(|gate| needed(self.spec, gate)).unwrap_or_default();
        names.extend(gate.into_iter().filter(|name| *name == "test" || name != self.target));
        let mut seen = BTreeSet::new();
        names.retain(|name| seen.insert(name.clone()));
        names
    }

    /// The stage that must succeed before the target is done: `test`, if it says `gate`, for images of the app.
    pub fn gate(&self) -> Option<&'static str> {
        let gate = self.spec.stages.get("test").is_some_and(|test| test.gate);
        let of_app = self.target == "app" || self.ancestors(self.target).iter().any(|stage| stage == "app");
        (gate && of_app && self.target != "test").then_some("test")
    }

    /// The same, with those in which wheels are compiled, once it is known that some are.
    pub(super) fn stages_with_compile(&self) -> Vec<String> {
        let mut names = self.stages();
        if self.compiles() {
            let compile = needed(self.spec, "wheels");
            let missing: Vec<_> = compile.into_iter().filter(|name| !names.contains(name)).collect();
            names.extend(missing);
        }
        names
    }

    /// The stages that have an environment of their own, among those that the target needs.
    pub fn environments(&self) -> Vec<String> {
        self.stages().into_iter().filter(|name| self.has_environment(name)).collect()
    }

    /// Whether a stage has an environment of its own, rather than that of the stage it starts from: the app
    /// always, others that say `dependencies`.
    pub fn has_environment(&self, name: &str) -> bool {
        self.asks(name) && !self.ancestors(name).iter().any(|parent| self.asks(parent))
    }

    /// Whether a stage asks for an environment, which may be that of the stage it starts from.
    fn asks(&self, name: &str) -> bool {
        let stage = self.spec.stages.get(name);
        stage.is_some_and(|stage| name == "app" || stage.dependencies.is_some())
    }

    /// The stages that install dependencies, each after those that it starts from: those with an environment of
    /// their own, and those that add to the environment of a stage that they start from.
    pub fn with_dependencies(&self) -> Vec<String> {
        let adds = |name: &String| self.adds_to(name).is_some();
        self.stages().into_iter().filter(|name| self.has_environment(name) || adds(name)).collect()
    }

    /// The stage whose environment a stage adds dependencies to.
    pub fn adds_to(&self, name: &str) -> Option<String> {
        let written = self.spec.stages.get(name)?.dependencies.as_ref()?;
        if written.none || self.has_environment(name) {
            return None;
        }
        self.ancestors(name).into_iter().find(|parent| self.has_environment(parent))
    }

    /// The facts that hold for a stage: its own, or those of the nearest stage that it starts from.
    pub fn facts_of(&self, name: &str) -> Option<&Facts> {
        let chain = std::iter::once(name.to_owned()).chain(self.ancestors(name));
        chain.into_iter().find_map(|name| self.facts.get(&name))
    }

    /// The stages that a stage starts from, nearest first.
    pub fn ancestors(&self, name: &str) -> Vec<String> {
        let mut chain = vec![];
        let mut seen = BTreeSet::new();
        let mut at = name.to_owned();
        while let Base::Stage(parent) = self.base(&at) {
            if !seen.insert(parent.clone()) {
                break;
            }
            chain.push(parent.clone());
            at = parent;
        }
        chain
    }

    /// What a stage starts from.
    pub fn base(&self, name: &str) -> Base {
        let from = self.spec.stages.get(name).and_then(|stage| stage.from.as_ref());
        match (from.map(|from| stage_or(self.spec, &from.value)), name) {
            (Some(Edge::Stage(parent)), _) => Base::Stage(parent.to_owned()),
            (Some(Edge::Source(image)), _) => Base::Source(image.to_owned()),
            (Some(Edge::Scratch), _) => Base::Scratch,
            (None, "app") => Base::Source(self.app_base.to_owned()),
            (None, "wheels") => Base::Source(compile_base(&self.app_image())),
            (None, "test") => Base::Stage("app".to_owned()),
            (None, _) => Base::Scratch,
        }
    }

    /// Every image and named context that the target needs, by the name in the description, with the place where
    /// it is written. The compile stage's are among them only with `compile`.
    pub fn sources(&self, compile: bool) -> BTreeMap<String, Option<crate::text::Span>> {
        let mut names = self.stages();
        if compile {
            names.extend(needed(self.spec, "wheels"));
            names.push("wheels".to_owned());
        }
        let mut sources = BTreeMap::new();
        for name in &names {
            let stage = self.spec.stages.get(name);
            if let Base::Source(image) = self.base(name) {
                let from = stage.and_then(|stage| stage.from.as_ref()).map(|from| from.span);
                // Without `from`, it is `python` that chooses.
                let python = || self.spec.python.as_ref().filter(|_| name == "app").map(|python| python.span);
                sources.insert(image, from.or_else(python));
            }
            for edge in stage.into_iter().flat_map(|stage| edges(self.spec, stage)) {
                if let Edge::Source(image) = edge {
                    sources.entry(image.to_owned()).or_insert(None);
                }
            }
        }
        sources
    }

    /// The image at the bottom of the app's stages.
    fn app_image(&self) -> String {
        let bottom = self.ancestors("app").pop().unwrap_or_else(|| "app".to_owned());
        match self.base(&bottom) {
            Base::Source(image) => image,
            Base::Stage(_) | Base::Scratch => self.app_base.to_owned(),
        }
    }

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
        for path in written.writable.iter().chain(&written.volumes) {
            let (uid, gid) = facts.map_or((0, 0), |facts| user.numbers(facts));
            let path = absolute(&stage.workdir, path.value.trim_end_matches('/'));
            let path = facts.map_or(path.clone(), |facts| place(&path, facts).path);
            stage.directories.push(Directory { path, mode: 0o755, uid, gid });
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

    fn workdir(&self, written: &spec::Stage, parent: Option<&Stage>) -> String {
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

    fn run(
        &self,
        run: &spec::Run,
        stage: &Stage,
        facts: Option<&Facts>,
        app: &AppUser,
    ) -> Result<RunStep, Diagnostic> {
        let (argv, title) = match &run.cmd {
            Command::Shell(line) => (vec!["/bin/sh".into(), "-c".into(), line.clone()], line.clone()),
            Command::Argv(argv) => (argv.clone(), argv.join(" ")),
        };
        let user = match &run.user {
            None => "0:0".to_owned(),
            Some(user) => match owner(user, facts, app) {
                Ok((uid, gid)) => format!("{uid}:{gid}"),
                // The stage's own steps may have made the user; the daemon looks the name up.
                Err(_) if user.value.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c)) => {
                    user.value.clone()
                }
                Err(error) => return Err(error),
            },
        };
        Ok(RunStep {
            argv,
            title,
            env: run.env.iter().map(|(name, value)| (name.value.clone(), value.value.clone())).collect(),
            user,
            network: match run.network.as_ref().map(|network| network.value).unwrap_or_default() {
                Network::Default => "default",
                Network::None => "none",
                Network::Host => "host",
            },
            mounts: self.mounts(run, stage, facts),
            origin: run.span,
        })
    }

    fn mounts(&self, run: &spec::Run, stage: &Stage, facts: Option<&Facts>) -> Vec<RunMount> {
        let cache = run.cache.iter().map(|mount| {
            let target = absolute(&stage.workdir, mount.target.value.trim_end_matches('/'));
            let id = match &mount.id {
                Some(id) => id.value.clone(),
                None => self.cache_id(&target, facts),
            };
            let sharing = match mount.sharing {
                Sharing::Shared => "shared",
                Sharing::Private => "private",
                Sharing::Locked => "locked",
            };
            RunMount::Cache { id: format!("{}/{id}", self.cache_namespace), target, sharing }
        });
        let secrets = run.secrets.iter().map(|secret| match &secret.env {
            Some(name) => RunMount::SecretEnv {
                id: secret.id.value.clone(),
                name: name.value.clone(),
                required: secret.required,
            },
            None => RunMount::SecretFile {
                id: secret.id.value.clone(),
                target: match &secret.target {
                    Some(target) => absolute(&stage.workdir, &target.value),
                    None => format!("/run/secrets/{}", secret.id.value),
                },
                required: secret.required,
            },
        });
        let ssh = run.ssh.iter().map(|id| RunMount::Ssh { id: id.value.clone() });
        let tmpfs =
            run.tmpfs.iter().map(|path| RunMount::Tmpfs { target: absolute(&stage.workdir, &path.value) });
        let binds = run.mounts.iter().map(|mount| RunMount::Bind {
            from: mount.from.as_ref().map_or(CopySource::Context, |name| source(self.spec, &name.value)),
            src: absolute("/", &mount.src.value),
            target: absolute(&stage.workdir, mount.target.value.trim_end_matches('/')),
        });
        cache.chain(secrets).chain(ssh).chain(tmpfs).chain(binds).collect()
    }

    /// The identity of a cache mount that has none: what lies in it may depend on platform and interpreter.
    fn cache_id(&self, target: &str, facts: Option<&Facts>) -> String {
        let interpreter = facts.and_then(|facts| facts.interpreter.as_ref());
        let python = interpreter.map(|interpreter| format!("-python{}", interpreter.version));
        format!("{target}-{}{}", self.platform, python.unwrap_or_default())
    }

    /// Whether a command is stopped by an interrupt. Python as process 1 has no handler for SIGTERM, and the kernel
    /// gives process 1 no default one: it would be killed only after the grace time. SIGINT it does handle. The same
    /// holds for the project's own commands, and for some of packages.
    fn interrupts(&self, entrypoint: Option<&[String]>, cmd: Option<&[String]>) -> bool {
        let program = entrypoint.unwrap_or_default().iter().chain(cmd.unwrap_or_default()).next();
        let Some(name) = program.and_then(|program| program.rsplit('/').next()) else { return false };
        let version = name.strip_prefix("python");
        version.is_some_and(|version| version.chars().all(|c| c.is_ascii_digit() || c == '.'))
            || INTERRUPTED.contains(&name)
            || self.scripts.contains(name)
    }

    /// What a stage changes in the configuration of the image that it becomes.
    pub fn image_changes(&self, name: &str) -> Changes {
        let Some(written) = self.spec.stages.get(name) else { return Changes::default() };
        let facts = self.facts_of(name);
        let owned =
            |values: &[crate::text::Spanned<String>]| values.iter().map(|v| v.value.clone()).collect();
        let pairs = |values: &[(crate::text::Spanned<String>, crate::text::Spanned<String>)]| {
            values.iter().map(|(name, value)| (name.value.clone(), value.value.clone())).collect::<Vec<_>>()
        };
        let own_environment = self.has_environment(name);
        let mut env = vec![];
        if own_environment {
            let base_env = match self.base(name) {
                Base::Source(image) => self.images.get(&image).map(ImageConfig::env).unwrap_or_default(),
                Base::Stage(_) | Base::Scratch => vec![],
            };
            env = environment_variables(&base_env);
        }
        let start =
            self.start.filter(|_| name == "app" && written.cmd.is_none() && written.entrypoint.is_none());
        env.extend(start.into_iter().flat_map(|start| start.env.clone()));
        env.extend(pairs(&written.env));
        let cmd = written.cmd.as_ref().map(|cmd| cmd.value.clone()).or_else(|| Some(start?.cmd.clone()));
        let entrypoint = match (&written.entrypoint, &cmd) {
            (Some(entrypoint), _) => Some(entrypoint.value.clone()),
            (None, Some(_)) => Some(vec![]),
            (None, None) => None,
        };
        let stop_signal = written.stop_signal.as_ref().map(|signal| signal.value.clone());
        let stop_signal = stop_signal.or_else(|| {
            let interrupted = !written.init && self.interrupts(entrypoint.as_deref(), cmd.as_deref());
            interrupted.then(|| "SIGINT".to_owned())
        });
        let entrypoint = match entrypoint {
            Some(argv) if written.init => {
                Some([INIT, "--"].map(str::to_owned).into_iter().chain(argv).collect())
            }
            entrypoint => entrypoint,
        };
        // An entrypoint of ours does not want the base's arguments.
        let cmd = cmd.or_else(|| written.entrypoint.as_ref().map(|_| vec![]));
        let is_image = own_environment || written.user.is_some();
        let mut expose: Vec<String> = owned(&written.expose);
        if expose.is_empty() {
            expose.extend(start.and_then(|start| start.expose).map(|port| format!("{port}/tcp")));
        }
        let mut labels = if name == "app" { self.labels.to_vec() } else { vec![] };
        labels.extend(pairs(&written.labels));
        Changes {
            env,
            user: (is_image).then(|| {
                facts.map_or_else(String::new, |facts| app_user(written.user.as_ref()).config(facts))
            }),
            workdir: (own_environment || written.workdir.is_some()).then(|| self.workdir(written, None)),
            stop_signal,
            entrypoint,
            cmd,
            expose,
            volumes: written.volumes.iter().map(|path| absolute("/app", &path.value)).collect(),
            labels,
            healthcheck: written.healthcheck.as_ref().map(|check| healthcheck(&check.value)),
        }
    }
}

/// What every environment sets: its programs come first on `PATH`, and output is not held back.
fn environment_variables(base: &[(String, String)]) -> Vec<(String, String)> {
    let path =
        base.iter().find(|(name, _)| name == "PATH").map_or(crate::image::DEFAULT_PATH, |(_, path)| path);
    vec![("PATH".into(), format!("{VENV}/bin:{path}")), ("PYTHONUNBUFFERED".into(), "1".into())]
}

fn has_venv(env: &[(String, String)]) -> bool {
    env.iter().any(|(name, value)| name == "PATH" && value.split(':').any(|dir| dir == "/opt/venv/bin"))
}

/// The init of `init = true`: a package of the distribution, which has the same name in all of them.
pub(super) const INIT: &str = "tini";

/// Commands of packages that leave signals to Python. Servers that handle SIGTERM themselves are not among them.
const INTERRUPTED: &[&str] = &["fastapi", "flask", "gradio", "mkdocs", "streamlit", "waitress-serve"];

fn healthcheck(check: &spec::Healthcheck) -> serde_json::Value {
    let mut json = serde_json::Map::new();
    let test = if check.cmd.is_empty() {
        vec!["NONE".to_owned()]
    } else {
        std::iter::once("CMD".to_owned()).chain(check.cmd.iter().cloned()).collect()
    };
    json.insert("Test".into(), test.into());
    let durations = [
        ("Interval", check.interval),
        ("Timeout", check.timeout),
        ("StartPeriod", check.start_period),
        ("StartInterval", check.start_interval),
    ];
    for (key, value) in durations {
        if let Some(value) = value {
            json.insert(key.into(), value.into());
        }
    }
    if let Some(retries) = check.retries {
        json.insert("Retries".into(), retries.into());
    }
    json.into()
}

fn no_interpreter(name: &str, stage: &Stage, spec: &Spec) -> Diagnostic {
    let base = match &stage.base {
        Base::Source(image) => format!("`{image}`"),
        Base::Stage(stage) => format!("stage `{stage}`"),
        Base::Scratch => "`scratch`".to_owned(),
    };
    let error = Diagnostic::error(
        "no-interpreter",
        format!("stage `{name}` has dependencies, but there is no Python on the PATH of {base}"),
    )
    .help("use a base with Python, such as `python:3.13-slim`, or add it to `packages`");
    match spec.stages.get(name).and_then(|stage| stage.from.as_ref()) {
        Some(from) => error.at(from.span),
        None => error,
    }
}
