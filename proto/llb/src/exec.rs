//! A command in a container.
//!
//! What is mounted and what comes out belong together: an output exists only where something can be written, so
//! [`Exec::writable`] is what hands out its [`Key`]. The rules about numbering follow BuildKit's client
//! (`client/llb/exec.go`), because the daemon counts outputs by position.

use std::collections::BTreeSet;

use buildkit_proto::pb;

use crate::meta::Meta;
use crate::output::{About, Fs, Inputs, Output};
use crate::platform::Platform;

/// A command and all that it sees.
#[derive(Debug, Clone)]
pub struct Exec {
    args: Vec<String>,
    env: Vec<(String, String)>,
    cwd: String,
    user: String,
    hostname: String,
    cgroup_parent: String,
    network: Network,
    platform: Option<Platform>,
    proxy: Option<ProxyEnv>,
    extra_hosts: Vec<(String, String)>,
    ulimits: Vec<Ulimit>,
    secret_env: Vec<pb::SecretEnv>,
    mounts: Vec<Mount>,
    meta: Meta,
}

/// What is mounted at one place.
#[derive(Debug, Clone)]
struct Mount {
    dest: String,
    kind: Kind,
}

#[derive(Debug, Clone)]
enum Kind {
    Writable { fs: Fs, selector: String },
    ReadOnly { fs: Fs, selector: String, content_cache: ContentCache },
    Cache { id: String, sharing: Sharing },
    Tmpfs { size: i64 },
    Secret(Secret),
    Ssh { id: String, optional: bool },
}

/// Whether a read-only mount counts by its content or by the operation that made it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ContentCache {
    /// As the daemon does by default: by both.
    #[default]
    Default,
    /// By content.
    On,
    /// By the operation alone: its content is never read to find a cached result.
    Off,
}

/// Whether steps may use a cache mount at the same time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sharing {
    /// At the same time.
    #[default]
    Shared,
    /// Each its own copy.
    Private,
    /// One after the other.
    Locked,
}

/// The network that a step sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Network {
    /// The daemon's own.
    #[default]
    Sandbox,
    /// The host's; needs the entitlement `network.host`.
    Host,
    /// None at all.
    None,
}

/// A secret as a file. Values never come near a graph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Secret {
    /// The id that the client gave it.
    pub id: String,
    /// Mode bits of the file.
    pub mode: u32,
    /// Owner.
    pub uid: u32,
    /// Group.
    pub gid: u32,
    /// Whether the step runs without it.
    pub optional: bool,
}

impl Secret {
    /// A secret that must be there, readable by root only.
    pub fn new(id: impl Into<String>) -> Self {
        Self { id: id.into(), mode: 0o400, uid: 0, gid: 0, optional: false }
    }
}

/// A limit (getrlimit(2)); -1 for none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ulimit {
    /// `nofile`.
    pub name: String,
    /// The limit in force.
    pub soft: i64,
    /// What it can be raised to.
    pub hard: i64,
}

/// Proxies of a step: set in its environment, but no part of what it is known by.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ProxyEnv {
    /// `HTTP_PROXY`.
    pub http: String,
    /// `HTTPS_PROXY`.
    pub https: String,
    /// `FTP_PROXY`.
    pub ftp: String,
    /// `NO_PROXY`.
    pub no: String,
    /// `ALL_PROXY`.
    pub all: String,
}

/// The name of an output of one [`Exec`]: what is left at one of its writable places.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    dest: String,
}

/// A sealed command, from which outputs are taken.
#[derive(Debug, Clone)]
pub struct Done {
    outputs: Vec<(String, Output)>,
}

impl Exec {
    /// A command on a root that it may write.
    ///
    /// # Panics
    /// If there is no program to run.
    pub fn new<A: Into<String>>(root: impl Into<Fs>, args: impl IntoIterator<Item = A>) -> Self {
        let args: Vec<String> = args.into_iter().map(Into::into).collect();
        assert!(!args.is_empty(), "BuildKit refuses an exec without arguments");
        Self {
            args,
            env: vec![],
            cwd: "/".to_owned(),
            user: String::new(),
            hostname: String::new(),
            cgroup_parent: String::new(),
            network: Network::Sandbox,
            platform: None,
            proxy: None,
            extra_hosts: vec![],
            ulimits: vec![],
            secret_env: vec![],
            mounts: vec![Mount {
                dest: "/".to_owned(),
                kind: Kind::Writable { fs: root.into(), selector: String::new() },
            }],
            meta: Meta::default(),
        }
    }

    /// Adds an environment variable, after those that are there.
    #[must_use]
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.env.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The working directory: an absolute path.
    ///
    /// # Panics
    /// If it is not absolute.
    #[must_use]
    pub fn cwd(mut self, path: &str) -> Self {
        assert!(path.starts_with('/'), "a working directory is an absolute path, not {path:?}");
        path.clone_into(&mut self.cwd);
        self
    }

    /// `name` or `uid:gid`; without it, root.
    #[must_use]
    pub fn user(mut self, user: &str) -> Self {
        user.clone_into(&mut self.user);
        self
    }

    /// The host name that the command sees.
    #[must_use]
    pub fn hostname(mut self, name: &str) -> Self {
        name.clone_into(&mut self.hostname);
        self
    }

    /// The cgroup below which the command runs.
    #[must_use]
    pub fn cgroup_parent(mut self, name: &str) -> Self {
        name.clone_into(&mut self.cgroup_parent);
        self
    }

    /// The network that the command sees.
    #[must_use]
    pub fn network(mut self, network: Network) -> Self {
        self.network = network;
        self
    }

    /// The platform that the command runs on.
    #[must_use]
    pub fn platform(mut self, platform: &Platform) -> Self {
        self.platform = Some(platform.clone());
        self
    }

    /// Proxies.
    #[must_use]
    pub fn proxy(mut self, proxy: Option<ProxyEnv>) -> Self {
        self.proxy = proxy;
        self
    }

    /// A name in `/etc/hosts`.
    #[must_use]
    pub fn extra_host(mut self, host: &str, ip: &str) -> Self {
        self.extra_hosts.push((host.to_owned(), ip.to_owned()));
        self
    }

    /// A limit.
    #[must_use]
    pub fn ulimit(mut self, limit: Ulimit) -> Self {
        self.ulimits.push(limit);
        self
    }

    /// Name and places.
    #[must_use]
    pub fn meta(mut self, meta: Meta) -> Self {
        self.meta = meta;
        self
    }

    /// Mounts a file system read-only.
    pub fn read_only(&mut self, dest: &str, fs: impl Into<Fs>) {
        self.read_only_part(dest, fs, "", ContentCache::Default);
    }

    /// Mounts a file or a directory of a file system read-only; an empty selector is all of it.
    pub fn read_only_part(
        &mut self,
        dest: &str,
        fs: impl Into<Fs>,
        selector: &str,
        content_cache: ContentCache,
    ) {
        let (fs, selector) = (fs.into(), selector.to_owned());
        self.mount(dest, Kind::ReadOnly { fs, selector, content_cache });
    }

    /// Mounts a file system that may be written; what is there at the end can be taken by the key.
    pub fn writable(&mut self, dest: &str, fs: impl Into<Fs>) -> Key {
        self.mount(dest, Kind::Writable { fs: fs.into(), selector: String::new() })
    }

    /// Mounts a directory that the daemon keeps between builds.
    pub fn cache(&mut self, dest: &str, id: &str, sharing: Sharing) {
        self.mount(dest, Kind::Cache { id: id.to_owned(), sharing });
    }

    /// Mounts memory; 0 is as much as there is.
    pub fn tmpfs(&mut self, dest: &str, size: i64) {
        self.mount(dest, Kind::Tmpfs { size });
    }

    /// Mounts a secret as a file.
    pub fn secret(&mut self, dest: &str, secret: Secret) {
        self.mount(dest, Kind::Secret(secret));
    }

    /// Sets an environment variable to a secret's value.
    pub fn secret_env(&mut self, name: &str, id: &str, optional: bool) {
        self.secret_env.push(pb::SecretEnv { id: id.to_owned(), name: name.to_owned(), optional });
    }

    /// Mounts the socket of an ssh agent; the variable `SSH_AUTH_SOCK` of the command says where.
    pub fn ssh(&mut self, id: &str, optional: bool) {
        let count = self.mounts.iter().filter(|mount| matches!(mount.kind, Kind::Ssh { .. })).count();
        let dest = format!("/run/buildkit/ssh_agent.{count}");
        if !self.env.iter().any(|(name, _)| name == "SSH_AUTH_SOCK") {
            self.env.push(("SSH_AUTH_SOCK".to_owned(), dest.clone()));
        }
        self.mount(&dest, Kind::Ssh { id: id.to_owned(), optional });
    }

    fn mount(&mut self, dest: &str, kind: Kind) -> Key {
        assert!(dest.starts_with('/'), "a mount point is an absolute path, not {dest:?}");
        assert!(!self.mounts.iter().any(|mount| mount.dest == dest), "{dest} is mounted twice");
        self.mounts.push(Mount { dest: dest.to_owned(), kind });
        Key { dest: dest.to_owned() }
    }

    /// Makes it an operation.
    pub fn seal(mut self) -> Done {
        // Files first, by destination, so the root is the first of all; then secrets; then agents.
        self.mounts.sort_by(|a, b| (a.kind.class(), &a.dest).cmp(&(b.kind.class(), &b.dest)));
        let mut inputs = Inputs::default();
        let mut caps = self.caps();
        let mut places = vec![];
        let mounts = self.mounts.iter().map(|mount| {
            let output = matches!(mount.kind, Kind::Writable { .. }).then(|| {
                places.push(mount.dest.clone());
                places.len() as i64 - 1
            });
            mount.encode(&mut inputs, output.unwrap_or(-1), &mut caps)
        });
        let mounts = mounts.collect();
        let network = match self.network {
            Network::Sandbox => pb::NetMode::Unset,
            Network::Host => pb::NetMode::Host,
            Network::None => pb::NetMode::None,
        };
        let exec = pb::ExecOp {
            meta: Some(pb::Meta {
                args: self.args,
                env: self.env.iter().map(|(name, value)| format!("{name}={value}")).collect(),
                cwd: self.cwd,
                user: self.user,
                proxy_env: self.proxy.map(|proxy| pb::ProxyEnv {
                    http_proxy: proxy.http,
                    https_proxy: proxy.https,
                    ftp_proxy: proxy.ftp,
                    no_proxy: proxy.no,
                    all_proxy: proxy.all,
                }),
                extra_hosts: self.extra_hosts.into_iter().map(|(host, ip)| pb::HostIp { host, ip }).collect(),
                hostname: self.hostname,
                ulimit: (self.ulimits.into_iter())
                    .map(|limit| pb::Ulimit { name: limit.name, soft: limit.soft, hard: limit.hard })
                    .collect(),
                cgroup_parent: self.cgroup_parent,
                remove_mount_stubs_recursive: true,
                valid_exit_codes: vec![],
            }),
            mounts,
            network: network.into(),
            security: pb::SecurityMode::Sandbox.into(),
            secretenv: self.secret_env,
            cdi_devices: vec![],
        };
        let platform = self.platform.as_ref().map(Platform::to_pb);
        let about = About { caps, meta: self.meta };
        let vertex = Output::seal(pb::op::Op::Exec(exec), platform, inputs, about);
        let output = |(index, dest)| (dest, Output { vertex: vertex.clone(), index: index as i64 });
        Done { outputs: places.into_iter().enumerate().map(output).collect() }
    }

    fn caps(&self) -> BTreeSet<String> {
        let wanted = [
            ("exec.meta.base", true),
            ("exec.meta.network", self.network != Network::Sandbox),
            ("exec.meta.proxyenv", self.proxy.is_some()),
            ("exec.meta.setsdefaultpath", !self.env.iter().any(|(name, _)| name == "PATH")),
            ("exec.meta.ulimit", !self.ulimits.is_empty()),
            ("exec.meta.cgroup.parent", !self.cgroup_parent.is_empty()),
            ("exec.secretenv", !self.secret_env.is_empty()),
        ];
        wanted.into_iter().filter(|(_, wanted)| *wanted).map(|(cap, _)| cap.to_owned()).collect()
    }
}

impl Done {
    /// What is left in the root.
    pub fn root(&self) -> Output {
        self.outputs[0].1.clone()
    }

    /// What is left at a writable place.
    ///
    /// # Panics
    /// If the key is of another command.
    pub fn output(&self, key: &Key) -> Output {
        let found = self.outputs.iter().find(|(dest, _)| *dest == key.dest);
        found.unwrap_or_else(|| panic!("{} is no output of this command", key.dest)).1.clone()
    }
}

impl Kind {
    fn class(&self) -> u8 {
        match self {
            Self::Writable { .. } | Self::ReadOnly { .. } | Self::Cache { .. } | Self::Tmpfs { .. } => 0,
            Self::Secret(_) => 1,
            Self::Ssh { .. } => 2,
        }
    }
}

impl Mount {
    fn encode(&self, inputs: &mut Inputs, output: i64, caps: &mut BTreeSet<String>) -> pb::Mount {
        let mut need = |cap: &str| {
            caps.insert(cap.to_owned());
        };
        let mut mount = pb::Mount { input: -1, dest: self.dest.clone(), output, ..pb::Mount::default() };
        match &self.kind {
            Kind::Writable { fs, selector } => {
                mount.input = inputs.number_of(fs);
                mount.selector.clone_from(selector);
                need("exec.mount.bind");
            }
            Kind::ReadOnly { fs, selector, content_cache } => {
                mount.input = inputs.number_of(fs);
                mount.selector.clone_from(selector);
                mount.readonly = true;
                mount.content_cache = match content_cache {
                    ContentCache::Default => pb::MountContentCache::Default,
                    ContentCache::On => pb::MountContentCache::On,
                    ContentCache::Off => pb::MountContentCache::Off,
                }
                .into();
                need("exec.mount.bind");
                if *content_cache != ContentCache::Default {
                    need("exec.mount.cache.content");
                }
            }
            Kind::Cache { id, sharing } => {
                let sharing = match sharing {
                    Sharing::Shared => pb::CacheSharingOpt::Shared,
                    Sharing::Private => pb::CacheSharingOpt::Private,
                    Sharing::Locked => pb::CacheSharingOpt::Locked,
                };
                mount.mount_type = pb::MountType::Cache.into();
                mount.cache_opt = Some(pb::CacheOpt { id: id.clone(), sharing: sharing.into() });
                need("exec.mount.cache");
                need("exec.mount.cache.sharing");
            }
            Kind::Tmpfs { size } => {
                mount.mount_type = pb::MountType::Tmpfs.into();
                mount.tmpfs_opt = Some(pb::TmpfsOpt { size: *size });
                need("exec.mount.tmpfs");
                if *size > 0 {
                    need("exec.mount.tmpfs.size");
                }
            }
            Kind::Secret(secret) => {
                let Secret { id, mode, uid, gid, optional } = secret.clone();
                // Go leaves the output of secrets and agents at its default, and the daemon does not look at it.
                mount.output = 0;
                mount.mount_type = pb::MountType::Secret.into();
                mount.secret_opt = Some(pb::SecretOpt { id, uid, gid, mode, optional });
                need("exec.mount.secret");
            }
            Kind::Ssh { id, optional } => {
                mount.output = 0;
                mount.mount_type = pb::MountType::Ssh.into();
                mount.ssh_opt =
                    Some(pb::SshOpt { id: id.clone(), uid: 0, gid: 0, mode: 0o600, optional: *optional });
                need("exec.mount.ssh");
            }
        }
        if !mount.selector.is_empty() {
            need("exec.mount.selector");
        }
        mount
    }
}
