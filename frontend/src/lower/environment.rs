//! The layers of an environment, all made by the helper: facts, groups of wheels, a resolution.

use std::collections::BTreeSet;

use buildkit_llb::{ContentCache, Exec, File, Fs, Meta, Network, Output, Secret, Sharing};
use serde::Serialize;
use wheelbase_helper::contract::{
    Extent, IndexInput, InstallRequest, MTIME, ResolveRequest, SyncRequest, WheelInput,
};

use super::Lowering;
use crate::plan::{Base, FactsLayer, Group, Index, Resolution, Stage, Sync, WheelSource};

/// Linux takes no argument of 128 KiB or more (`MAX_ARG_STRLEN`).
const LONGEST_ARGUMENT: usize = 96 << 10;

/// Where a request lies that is too long for an argument.
const REQUEST: &str = "/request.json";

impl Lowering<'_> {
    /// The layer of facts. It is told apart by the operations that made the base, never by the base's files: to
    /// find it in a cache, nothing of the base has to be fetched.
    pub(super) fn facts(&self, stage: &Stage, layer: &FactsLayer, prepared: &Fs, bottom: &Fs) -> Output {
        let meta = self.meta(stage, "read the base and make the environment");
        let mut exec = self.helper_exec(stage, Fs::Scratch, "facts", &layer.request).meta(meta);
        exec.read_only_part(&layer.request.base, prepared.clone(), "", ContentCache::Off);
        if let Some(before) = &layer.request.before_packages {
            exec.read_only_part(before, bottom.clone(), "", ContentCache::Off);
        }
        exec.output_at(&layer.request.out, Fs::Scratch)
    }

    pub(super) fn group_title(&self, group: &Group) -> String {
        let names: Vec<_> = group.request.wheels.iter().map(|wheel| wheel.name.as_str()).collect();
        match names.as_slice() {
            [name] if *name == group.name => format!("install {name}"),
            names => format!("install {}: {}", group.name, names.join(", ")),
        }
    }

    /// A layer of wheels. Its root is the image that the interpreter comes from, if bytecode is compiled, and
    /// nothing otherwise.
    pub(super) fn group(&self, stage: &Stage, group: &Group, prepared: &Fs, bottom: &Fs) -> Output {
        let root = match &group.request.compile_with {
            None => Fs::Scratch,
            Some(_) if stage.interpreter_from_packages => prepared.clone(),
            Some(_) => self.native(stage).unwrap_or(bottom).clone(),
        };
        let meta = self.meta(stage, &self.group_title(group));
        let mut exec = self.helper_exec(stage, root, "install", &group.request).meta(meta);
        if group.request.compile_with.is_some() {
            exec = with_env(exec, library_path(stage));
        }
        for (file, wheel) in &group.wheels {
            let dest = format!("{}/{file}", group.request.input);
            match wheel {
                WheelSource::Remote(file) => {
                    let selector = format!("/{}", file.filename);
                    exec.read_only_part(&dest, self.fetch(file, false), &selector, ContentCache::Default);
                }
                WheelSource::Context(path) => {
                    let selector = format!("/{}", path.trim_start_matches('/'));
                    exec.read_only_part(&dest, self.context.clone(), &selector, ContentCache::Default);
                }
                WheelSource::Built(id) => exec.read_only(&dest, self.build(id)),
            }
        }
        exec.output_at(&group.request.out, Fs::Scratch)
    }

    /// A pylock that uv makes, as a layer. Its root is the image that the interpreter comes from, so that system
    /// packages which it does not need make no difference.
    pub(super) fn resolution(
        &self,
        stage: &Stage,
        resolution: &Resolution,
        prepared: &Fs,
        bottom: &Fs,
    ) -> Output {
        let native = self.native(stage);
        let (root, elsewhere) = if resolution.needs_packages && stage.packages.is_some() {
            (prepared, false)
        } else {
            (native.unwrap_or(bottom), native.is_some())
        };
        let extent = match &resolution.platform {
            _ if resolution.complete => Extent::Everything,
            _ if !elsewhere => Extent::Interpreter,
            Some(platform) => Extent::Platform(platform.clone()),
            None => Extent::Everything,
        };
        let request = ResolveRequest {
            uv: "/uv/bin/uv".to_owned(),
            out: "/out".to_owned(),
            interpreter: resolution.interpreter.clone(),
            python: resolution.python.clone(),
            machine: resolution.machine.clone(),
            extent,
            requirements: resolution.requirements.clone(),
            constraints: resolution.constraints.clone(),
            project: (!resolution.trees.is_empty()).then(|| "/src".to_owned()),
            find_links: resolution.find_links.clone(),
            no_index: resolution.no_index,
            prereleases: resolution.prereleases,
            only_binary: resolution.only_binary.clone(),
            no_binary: resolution.no_binary.clone(),
            complete: resolution.complete,
            indexes: inputs(&resolution.indexes),
            ancestors: resolution.ancestors.clone(),
        };
        let title = if resolution.complete { "look up files at the index" } else { "resolve requirements" };
        let meta = self.at(self.meta(stage, title), resolution.origin);
        let mut exec = self.helper_exec(stage, root.clone(), "resolve", &request).meta(meta);
        exec = with_env(exec, library_path(stage).chain(certificates(stage)));
        exec = exec.network(Network::Sandbox).proxy(self.around.runtime.proxy.clone());
        if let Some(project) = &request.project {
            let files =
                self.around.context.files(&resolution.trees, "[internal] load packages of the project");
            exec.throw_away(project, files);
        }
        self.mount_uv(stage, &mut exec, &resolution.indexes);
        exec.output_at(&request.out, Fs::Scratch)
    }

    /// Everything that uv installs by itself, as a layer.
    pub(super) fn sync(&self, stage: &Stage, sync: &Sync, prepared: &Fs) -> Output {
        let request = SyncRequest { indexes: inputs(&sync.indexes), ..sync.request.clone() };
        // What has to be built may need what is in the compile stage, if there is one.
        let compile = self.plan.stages.iter().find(|stage| stage.name == "wheels");
        let root = compile.map_or(prepared, |compile| &self.done[&compile.name].fs);
        let meta = self.at(self.meta(stage, "install with uv"), sync.origin);
        let mut exec = self.helper_exec(stage, root.clone(), "sync", &request).meta(meta);
        let of = compile.unwrap_or(stage);
        exec = with_env(exec, library_path(of).chain(certificates(of)));
        exec = exec.network(Network::Sandbox).proxy(self.around.runtime.proxy.clone());
        let files = self.around.context.files(&sync.files, "[internal] load the project for uv");
        exec.throw_away(&request.project, files);
        self.mount_uv(stage, &mut exec, &sync.indexes);
        exec.output_at(&request.out, Fs::Scratch)
    }

    /// uv, what it keeps between builds, and the secrets of the indexes that it asks.
    pub(super) fn mount_uv(&self, stage: &Stage, exec: &mut Exec, indexes: &[Index]) {
        exec.read_only_part("/uv", self.uv(stage), "/uv", ContentCache::Default);
        exec.cache(
            "/root/.cache/uv",
            &format!("{}/wheelbase-uv", self.around.runtime.cache_namespace),
            Sharing::Shared,
        );
        let secrets: BTreeSet<&String> = indexes.iter().filter_map(|index| index.secret.as_ref()).collect();
        for secret in secrets {
            exec.secret(&secret_path(secret), Secret::new(secret));
        }
    }

    /// The helper, with one command. It is mounted as one file, so that it counts by its content, and another
    /// release of the frontend with the same helper repeats nothing. It needs no network. A request that is too long
    /// for an argument is a file.
    pub(super) fn helper_exec(
        &self,
        stage: &Stage,
        root: Fs,
        command: &str,
        request: &impl Serialize,
    ) -> Exec {
        let request = serde_json::to_string(request).expect("a request can be written as JSON");
        let is_long = request.len() > LONGEST_ARGUMENT;
        let argument = if is_long { format!("@{REQUEST}") } else { request.clone() };
        let mut exec = Exec::new(root, ["/helper", command, &argument]);
        exec = exec.platform(&self.around.build_platform).network(Network::None);
        exec = exec.meta(Meta::default().ignore_cache(stage.ignore_cache));
        exec.read_only_part("/helper", self.around.own_image.clone(), "/helper", ContentCache::Default);
        if is_long {
            let file = File::on(Fs::Scratch).mkfile(REQUEST, 0o644, request.as_bytes(), None, Some(MTIME));
            let file = file.meta(Meta::named(format!("[internal] request to {command}"))).output();
            exec.read_only_part(REQUEST, file, REQUEST, ContentCache::Default);
        }
        exec
    }

    /// uv, unpacked from its own wheel.
    fn uv(&self, stage: &Stage) -> Output {
        let wheel = self.around.uv;
        let request = InstallRequest {
            input: "/in".to_owned(),
            out: "/out".to_owned(),
            venv: "/uv".to_owned(),
            python: "3.13".to_owned(),
            ancestors: vec![],
            wheels: vec![WheelInput {
                file: wheel.filename.clone(),
                name: "uv".to_owned(),
                requested: false,
                direct_url: None,
                accepted_tags: vec![],
            }],
            compile_with: None,
        };
        let meta = Meta::named("[internal] unpack uv");
        let mut exec = self.helper_exec(stage, Fs::Scratch, "install", &request).meta(meta);
        let file = self.fetch(wheel, false);
        let (dest, selector) = (format!("/in/{}", wheel.filename), format!("/{}", wheel.filename));
        exec.read_only_part(&dest, file, &selector, ContentCache::Default);
        exec.output_at("/out", Fs::Scratch)
    }

    /// The image that a stage starts from, for the platform that steps of ours run on, where that is not the image's.
    fn native(&self, stage: &Stage) -> Option<&Fs> {
        match &stage.base {
            Base::Source(name) if self.around.platform != self.around.build_platform => {
                self.around.native_sources.get(name)
            }
            _ => None,
        }
    }
}

/// Indexes as the helper is told of them.
pub(super) fn inputs(indexes: &[Index]) -> Vec<IndexInput> {
    let input = |index: &Index| IndexInput {
        url: index.url.clone(),
        authorization: index.secret.as_deref().map(secret_path),
    };
    indexes.iter().map(input).collect()
}

fn secret_path(id: &str) -> String {
    format!("/run/secrets/{id}")
}

/// Where the base says that certificates are, and the programs that a build may need.
fn certificates(stage: &Stage) -> impl Iterator<Item = (&str, &str)> {
    variables(stage, |name| name == "PATH" || name.starts_with("SSL_CERT_"))
}

/// Where the image says that shared libraries are: its interpreter may need one of them to start. Nothing else of the
/// image's environment changes what is installed.
fn library_path(stage: &Stage) -> impl Iterator<Item = (&str, &str)> {
    variables(stage, |name| name == "LD_LIBRARY_PATH")
}

fn variables(stage: &Stage, wanted: fn(&str) -> bool) -> impl Iterator<Item = (&str, &str)> {
    stage
        .env
        .iter()
        .filter(move |(name, _)| wanted(name))
        .map(|(name, value)| (name.as_str(), value.as_str()))
}

fn with_env<'v>(exec: Exec, variables: impl Iterator<Item = (&'v str, &'v str)>) -> Exec {
    variables.fold(exec, |exec, (name, value)| exec.env(name, value))
}
