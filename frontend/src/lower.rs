//! From a plan to LLB: total, because everything that can be wrong was found before.
//!
//! An image is put together by merging: base and system packages, then layers that depend on nothing of it. Where
//! the daemon cannot merge (Docker Engine with a classic graph driver), the same layers are copied one over the
//! other, and the same files come out.

mod context;
mod environment;
mod packages;
mod steps;
mod wheels;

use std::collections::BTreeMap;

use buildkit_llb::{Copy, File, Fs, Meta, Output, Platform, ProxyEnv, SourceFile, Ulimit, merge_with};

use crate::plan::{Base, Download, Group, Plan, Stage, WheelSource};
use crate::text::{Files, Span};

pub use context::Context;

/// What a plan is lowered with: the things that it names, and how the daemon and the user want steps to run.
#[derive(Debug, Clone)]
pub struct Surroundings<'a> {
    /// Images and named contexts, by the name in the plan.
    pub sources: &'a BTreeMap<String, Fs>,
    /// The same for the builder's own platform, where that is not the image's; and the images that install packages
    /// into others.
    pub native_sources: &'a BTreeMap<String, Fs>,
    /// The build context.
    pub context: &'a Context,
    /// The frontend's own image, with the helper in its root.
    pub own_image: &'a Fs,
    /// uv's wheel for the builder's platform.
    pub uv: &'a Download,
    /// The platform of the image.
    pub platform: Platform,
    /// The platform that steps of ours run on.
    pub build_platform: Platform,
    /// Whether more than one platform is built, so that names have to say which.
    pub multi_platform: bool,
    /// Whether the daemon can merge.
    pub merge: bool,
    /// All files that spans point into.
    pub files: &'a Files,
    /// Those of them that failing steps may show.
    pub shown: &'a BTreeMap<crate::text::FileId, SourceFile>,
    /// Settings of steps that run commands of the user.
    pub runtime: &'a Runtime,
}

/// How steps that run commands of the user are run (`--add-host`, `--ulimit`, …).
#[derive(Debug, Clone, Default)]
pub struct Runtime {
    /// Proxies.
    pub proxy: Option<ProxyEnv>,
    /// `host`, `none` or nothing (`--network`).
    pub network: String,
    /// Names and addresses.
    pub hosts: Vec<(String, String)>,
    /// Limits.
    pub ulimits: Vec<Ulimit>,
    /// Bytes of `/dev/shm`; 0 for the daemon's default.
    pub shm_size: i64,
    /// Host name of the sandbox.
    pub hostname: String,
    /// The cgroup below which steps run.
    pub cgroup_parent: String,
    /// What prefixes the identity of cache mounts.
    pub cache_namespace: String,
}

/// A stage as a graph.
#[derive(Debug, Clone)]
pub struct Lowered {
    /// Its files.
    pub fs: Fs,
    /// What made each layer on top of the image that it starts from, oldest first: the history of the image.
    pub layers: Vec<String>,
    /// Its base with its system packages, before anything of ours: what facts are taken of.
    prepared: Fs,
    /// The image at the bottom, before system packages.
    bottom: Fs,
}

/// The target of a plan.
pub fn lower(plan: &Plan, around: &Surroundings<'_>) -> Lowered {
    let stages = Lowering::stages(plan, around);
    let target = stages.done[&plan.target].clone();
    plan.gates.iter().fold(target, |lowered, gate| stages.gated(lowered, gate))
}

/// The layer with the facts of a plan that ends before them: what `prepare` made. The second is the file in it.
pub fn lower_facts(plan: &Plan, around: &Surroundings<'_>) -> Output {
    let stages = Lowering::stages(plan, around);
    let target = target(plan);
    let layer = target.facts.as_ref().expect("a plan whose facts are wanted says how to take them");
    let lowered = &stages.done[&target.name];
    stages.facts(target, layer, &lowered.prepared, &lowered.bottom)
}

/// The pylock of a resolution, as a layer, on the base of a plan that ends before its facts.
pub fn lower_resolution(
    plan: &Plan,
    resolution: &crate::plan::Resolution,
    around: &Surroundings<'_>,
) -> Output {
    let stages = Lowering::stages(plan, around);
    let target = target(plan);
    let lowered = &stages.done[&target.name];
    stages.resolution(target, resolution, &lowered.prepared, &lowered.bottom)
}

/// What of a plan does not rest on the system packages of its stages: layers of wheels that only have to be fetched, and
/// the compile stage, where something has to be built in it.
pub fn lower_ahead(plan: &Plan, around: &Surroundings<'_>) -> Vec<Fs> {
    let stages = Lowering::stages(plan, around);
    let compile = stages.done.get("wheels").filter(|_| !plan.builds.is_empty());
    let mut parts: Vec<Fs> = compile.into_iter().map(|lowered| lowered.fs.clone()).collect();
    for stage in plan.stages.iter().filter(|stage| !stage.interpreter_from_packages) {
        let lowered = &stages.done[&stage.name];
        let built =
            |group: &&Group| group.wheels.iter().any(|(_, wheel)| matches!(wheel, WheelSource::Built(_)));
        let fetched = stage.groups.iter().filter(|group| !built(group));
        parts.extend(
            fetched.map(|group| stages.group(stage, group, &lowered.prepared, &lowered.bottom).into()),
        );
    }
    parts
}

fn target(plan: &Plan) -> &Stage {
    plan.stages.iter().find(|stage| stage.name == plan.target).expect("a plan has its target")
}

/// A plan on its way.
struct Lowering<'a> {
    plan: &'a Plan,
    around: &'a Surroundings<'a>,
    context: Output,
    /// Paths of the context that are only for the steps that name them.
    named: Vec<String>,
    done: BTreeMap<String, Lowered>,
}

impl<'a> Lowering<'a> {
    fn stages(plan: &'a Plan, around: &'a Surroundings<'a>) -> Self {
        let context = around.context.output(plan);
        let named = around.context.named(plan);
        let mut lowering = Self { plan, around, context, named, done: BTreeMap::new() };
        for stage in &plan.stages {
            let lowered = lowering.stage(stage);
            lowering.done.insert(stage.name.clone(), lowered);
        }
        lowering
    }

    fn stage(&self, stage: &Stage) -> Lowered {
        let mut inherited = None;
        let (base, mut layers, bottom) = match &stage.base {
            Base::Scratch => (Fs::Scratch, vec![], Fs::Scratch),
            Base::Source(name) => {
                let native = stage.native.then(|| self.around.native_sources.get(name)).flatten();
                let source = native.or_else(|| self.around.sources.get(name));
                let fs = source.expect("the driver has found every source of the plan").clone();
                (fs.clone(), vec![], fs)
            }
            Base::Stage(name) => {
                let parent = &self.done[name];
                inherited = Some((parent.prepared.clone(), parent.bottom.clone()));
                (parent.fs.clone(), parent.layers.clone(), parent.fs.clone())
            }
        };
        let prepared = match &stage.packages {
            None => base,
            Some(packages) => {
                layers.push(format!("packages {}", packages.names.join(" ")));
                Fs::Output(self.packages(stage, packages, base))
            }
        };

        // What the environment rests on: for a stage that adds to another's, what that one's rests on.
        let (root, bottom) = match inherited {
            Some(inherited) if stage.facts.is_none() => inherited,
            _ => (prepared.clone(), bottom),
        };
        let mut ours: Vec<(String, Output)> = vec![];
        if let Some(layer) = &stage.facts {
            ours.push(("environment".to_owned(), self.facts(stage, layer, &prepared, &bottom)));
            if let Some(resolution) = &layer.resolution {
                ours.push(("resolution".to_owned(), self.resolution(stage, resolution, &prepared, &bottom)));
            }
        }
        for group in &stage.groups {
            ours.push((self.group_title(group), self.group(stage, group, &root, &bottom)));
        }
        if let Some(sync) = &stage.sync {
            ours.push(("install with uv".to_owned(), self.sync(stage, sync, &root)));
        }
        for copy in stage.copies.iter().filter(|copy| !copy.place.on_top) {
            ours.push((self.copy_title(copy), self.copy_layer(stage, copy)));
        }
        // Over what is copied, which may have brought the same directories as somebody else's.
        if !stage.directories.is_empty() {
            ours.push(("directories".to_owned(), self.directories(stage)));
        }
        layers.extend(ours.iter().map(|(title, _)| title.clone()));
        let mut fs = self.assemble(stage, prepared.clone(), ours);

        for copy in stage.copies.iter().filter(|copy| copy.place.on_top) {
            layers.push(self.copy_title(copy));
            fs = Fs::Output(self.copy_on_top(stage, copy, fs));
        }
        for run in &stage.runs {
            layers.push(format!("run {}", run.title));
            fs = Fs::Output(self.run(stage, run, fs));
        }
        Lowered { fs, layers, prepared: root, bottom }
    }

    /// A stage that is done only when another one has succeeded. Nothing of that one is taken, so nothing of it is in
    /// the image: the pattern matches no file.
    fn gated(&self, lowered: Lowered, gate: &str) -> Lowered {
        let stage = target(self.plan);
        let nothing = Copy { wildcard: true, allow_empty_wildcard: true, ..Copy::default() };
        let meta = self.meta(stage, &format!("wait for {gate}")).ignore_cache(false);
        let wait = File::on(Fs::Scratch).copy(self.done[gate].fs.clone(), "/.wheelbase-gate-*", "/", nothing);
        let title = format!("gate {gate}");
        let fs = self.assemble(stage, lowered.fs, vec![(title.clone(), wait.meta(meta).output())]);
        let layers = lowered.layers.into_iter().chain([title]).collect();
        Lowered { fs, layers, ..lowered }
    }

    /// Puts layers over a base.
    fn assemble(&self, stage: &Stage, base: Fs, layers: Vec<(String, Output)>) -> Fs {
        if self.around.merge {
            let meta = self.meta(stage, &format!("merge {} layers", layers.len())).ignore_cache(false);
            let inputs = std::iter::once(base).chain(layers.into_iter().map(|(_, layer)| layer.into()));
            return merge_with(inputs, meta);
        }
        let everything = || Copy { directory_contents: true, ..Copy::default() };
        layers.into_iter().fold(base, |fs, (title, layer)| {
            let meta = self.meta(stage, &title).ignore_cache(false);
            Fs::Output(File::on(fs).copy(layer, "/", "/", everything()).meta(meta).output())
        })
    }

    /// A name for people, and whether caches may be used.
    fn meta(&self, stage: &Stage, title: &str) -> Meta {
        let platform =
            if self.around.multi_platform { self.around.platform.name() + " " } else { String::new() };
        Meta::named(format!("[{platform}{}] {title}", stage.name)).ignore_cache(stage.ignore_cache)
    }

    /// Adds the place in the user's file, so that a failing step shows it.
    fn at(&self, meta: Meta, span: Option<Span>) -> Meta {
        let Some(span) = span else { return meta };
        let (Some(file), Some(shown)) = (self.around.files.get(span.file), self.around.shown.get(&span.file))
        else {
            return meta;
        };
        let line = |offset| u32::try_from(file.line_column(offset).0).unwrap_or(u32::MAX);
        meta.at(shown, line(span.start), line(span.end.max(span.start + 1) - 1))
    }
}
