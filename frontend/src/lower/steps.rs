//! Steps that a description asks for: copies and commands.

use buildkit_llb::{ContentCache, Copy, Exec, File, Fs, Network, Output, Owner, Secret, Sharing};
use wheelbase_helper::contract::{DirectoriesRequest, Directory, MTIME};

use super::Lowering;
use crate::plan::{CopySource, CopyStep, RunMount, RunStep, Stage};

/// Shared memory.
const SHM: &str = "/dev/shm";

impl Lowering<'_> {
    /// A copy as a layer of its own, to be merged.
    pub(super) fn copy_layer(&self, stage: &Stage, copy: &CopyStep) -> Output {
        let meta = self.at(self.meta(stage, &self.copy_title(copy)), copy.origin);
        let dest = copy.place.path.as_str();
        let directories = self.ancestors(stage, copy);
        let how = Copy { create_destination: true, ..self.how(copy) };
        let from = self.source(&copy.from);
        let file = match directories {
            Fs::Scratch => File::on(Fs::Scratch).copy(from, &copy.src, dest, how),
            // Writing into a directory changes its time. Copying the bare directories once more over themselves
            // puts mode, owner and time back, so that the layer is the same each time.
            Fs::Output(directories) => {
                let bare = Copy { directory_contents: true, ..Copy::default() };
                let made = File::on(Fs::Scratch).copy(directories.clone(), "/", "/", bare.clone());
                made.copy(from, &copy.src, dest, how).copy(directories, "/", "/", bare)
            }
        };
        file.meta(meta).output()
    }

    /// A copy as a step on top of what is there.
    pub(super) fn copy_on_top(&self, stage: &Stage, copy: &CopyStep, fs: Fs) -> Output {
        let meta = self.at(self.meta(stage, &self.copy_title(copy)), copy.origin);
        let how = Copy { create_destination: true, ..self.how(copy) };
        File::on(fs).copy(self.source(&copy.from), &copy.src, &copy.place.path, how).meta(meta).output()
    }

    pub(super) fn copy_title(&self, copy: &CopyStep) -> String {
        let src = if copy.src == "/" { "." } else { copy.src.trim_start_matches('/') };
        match &copy.from {
            CopySource::Context => format!("copy {src} to {}", copy.place.path),
            CopySource::Source(name) | CopySource::Stage(name) => {
                format!("copy {src} from {name} to {}", copy.place.path)
            }
        }
    }

    pub(super) fn directories(&self, stage: &Stage) -> Output {
        self.make_directories(stage, stage.directories.clone())
    }

    pub(super) fn run(&self, stage: &Stage, run: &RunStep, fs: Fs) -> Output {
        let meta = self.at(self.meta(stage, &format!("run {}", run.title)), Some(run.origin));
        let exec = Exec::new(fs, run.argv.clone()).cwd(&stage.workdir).meta(meta).user(&run.user);
        let own_shm = run.mounts.iter().any(|mount| mount.target() == Some(SHM));
        let mut exec =
            self.stage_exec(stage, if own_shm { self.sandbox(exec) } else { self.open_exec(exec) });
        for (name, value) in &run.env {
            exec = exec.env(name, value);
        }
        match run.network {
            "none" => exec = exec.network(Network::None),
            "host" => exec = exec.network(Network::Host),
            _ => {}
        }
        for mount in &run.mounts {
            match mount {
                RunMount::Cache { target, id, sharing } => {
                    let sharing = match *sharing {
                        "private" => Sharing::Private,
                        "locked" => Sharing::Locked,
                        _ => Sharing::Shared,
                    };
                    exec.cache(target, id, sharing);
                }
                RunMount::SecretFile { id, target, required } => {
                    exec.secret(target, Secret { optional: !required, ..Secret::new(id) });
                }
                RunMount::SecretEnv { id, name, required } => exec.secret_env(name, id, !required),
                RunMount::Ssh { id } => exec.ssh(id, false),
                RunMount::Tmpfs { target } => exec.tmpfs(target, 0),
                RunMount::Bind { from, src, target } => {
                    let selector = if src == "/" { "" } else { src.as_str() };
                    exec.read_only_part(target, self.source(from), selector, ContentCache::Default);
                }
            }
        }
        exec.output()
    }

    pub(super) fn source(&self, from: &CopySource) -> Fs {
        match from {
            CopySource::Context => self.context.clone().into(),
            CopySource::Stage(name) => self.done[name].fs.clone(),
            CopySource::Source(name) => {
                self.around.sources.get(name).expect("the driver has found every source of the plan").clone()
            }
        }
    }

    /// What all steps have that run something of the stage's base.
    pub(super) fn user_exec(&self, stage: &Stage, exec: Exec) -> Exec {
        self.stage_exec(stage, self.open_exec(exec))
    }

    fn stage_exec(&self, stage: &Stage, exec: Exec) -> Exec {
        let platform = if stage.native { &self.around.build_platform } else { &self.around.platform };
        let exec = exec.platform(platform);
        stage.env.iter().fold(exec, |exec, (name, value)| exec.env(name, value))
    }

    /// What all steps have that may use the network.
    pub(super) fn open_exec(&self, exec: Exec) -> Exec {
        let mut exec = self.sandbox(exec);
        if self.around.runtime.shm_size > 0 {
            exec.tmpfs(SHM, self.around.runtime.shm_size);
        }
        exec
    }

    /// The same without the size of shared memory, which a step may mount itself.
    fn sandbox(&self, exec: Exec) -> Exec {
        let runtime = self.around.runtime;
        let mut exec = exec.proxy(runtime.proxy.clone());
        exec = exec.hostname(&runtime.hostname).cgroup_parent(&runtime.cgroup_parent);
        for (host, ip) in &runtime.hosts {
            exec = exec.extra_host(host, ip);
        }
        for limit in &runtime.ulimits {
            exec = exec.ulimit(limit.clone());
        }
        match runtime.network.as_str() {
            "host" => exec.network(Network::Host),
            "none" => exec.network(Network::None),
            _ => exec,
        }
    }

    fn how(&self, copy: &CopyStep) -> Copy {
        let (uid, gid) = copy.owner;
        Copy {
            include: copy.include.clone(),
            exclude: copy.exclude.iter().cloned().chain(self.not_named(copy)).collect(),
            mode: copy.mode,
            directory_contents: !copy.by_name,
            owner: ((uid, gid) != (0, 0)).then_some(Owner { uid, gid }),
            // What a stage has made is as old as the build; what was sent or pulled is as old as it is.
            time: matches!(copy.from, CopySource::Stage(_)).then_some(MTIME),
            ..Copy::as_dockerfile()
        }
    }

    /// What is sent for other steps that name it, and is not for this one, as patterns below the source.
    fn not_named(&self, copy: &CopyStep) -> impl Iterator<Item = String> {
        let src = copy.src.trim_matches('/');
        let below = move |path: &String| {
            let rest = if src.is_empty() { path } else { path.strip_prefix(src)?.strip_prefix('/')? };
            (!rest.is_empty()).then(|| rest.to_owned())
        };
        let named = if copy.from == CopySource::Context { self.named.as_slice() } else { &[] };
        named.iter().filter_map(below)
    }

    /// The bare directories above a destination, and the destination itself if it is one.
    fn ancestors(&self, stage: &Stage, copy: &CopyStep) -> Fs {
        let path = &copy.place.path;
        let directory = match path.rsplit_once('/') {
            Some((directory, _)) if !directory.is_empty() => directory,
            _ => return Fs::Scratch,
        };
        if copy.place.ancestors.is_empty() {
            let file = File::on(Fs::Scratch).mkdir(directory, 0o755, true, None, Some(MTIME));
            let meta = self.meta(stage, &format!("make {directory}")).ignore_cache(false);
            return Fs::Output(file.meta(meta).output());
        }
        let mut directories = copy.place.ancestors.clone();
        if directories.iter().all(|known| known.path != directory) {
            directories.push(Directory { path: directory.to_owned(), mode: 0o755, uid: 0, gid: 0 });
        }
        Fs::Output(self.make_directories(stage, directories))
    }

    fn make_directories(&self, stage: &Stage, directories: Vec<Directory>) -> Output {
        let paths: Vec<_> = directories.iter().map(|directory| directory.path.as_str()).collect();
        let title = format!("make {}", paths.join(" "));
        let request = DirectoriesRequest { out: "/out".to_owned(), directories };
        let exec =
            self.helper_exec(stage, Fs::Scratch, "directories", &request).meta(self.meta(stage, &title));
        exec.output_at("/out", Fs::Scratch)
    }
}
