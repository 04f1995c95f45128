//! A command in a container.
//!
//! What can be written and what comes out belong together: the places whose content is wanted are named when the
//! command is sealed ([`Exec::seal`]), and its outputs are handed out in the same order. There is no name of an
//! output that could be used with another command. The rules about numbering follow BuildKit's client
//! (`client/llb/exec.go`), because the daemon counts outputs by position.

use std::collections::BTreeSet;
use std::sync::Arc;

use buildkit_proto::{caps, pb};

use crate::meta::Meta;
use crate::mount::{ContentCache, Kind, Mount, Secret, Sharing};
use crate::note::Note;
use crate::output::{Fs, Inputs, Output, Vertex};
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

/// What a sealed command leaves behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed<const N: usize> {
    /// What is left in the root.
    pub root: Output,
    /// What is left at the places that [`Exec::seal`] was given, in their order.
    pub places: [Output; N],
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
            mounts: vec![Mount { dest: "/".to_owned(), kind: Kind::Writable(root.into()) }],
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

    /// Mounts a file system that may be written; what is there at the end is thrown away.
    pub fn throw_away(&mut self, dest: &str, fs: impl Into<Fs>) {
        self.mount(dest, Kind::ThrowAway(fs.into()));
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

    /// What is left in the root.
    pub fn output(self) -> Output {
        self.seal([]).root
    }

    /// What is left at one more place, which may be written and has the content of `fs` at first.
    ///
    /// # Panics
    /// As [`Exec::seal`].
    pub fn output_at(self, dest: &str, fs: impl Into<Fs>) -> Output {
        let [output] = self.seal([(dest, fs.into())]).places;
        output
    }

    /// Makes it an operation. Each of `places` may be written, has the content of its file system at first, and
    /// what is left there is an output, as is what is left in the root.
    ///
    /// ```
    /// # use buildkit_llb::{Exec, Fs, Sealed};
    /// let Sealed { root, places: [wheels, log] } =
    ///     Exec::new(Fs::Scratch, ["/build"]).seal([("/wheels", Fs::Scratch), ("/log", Fs::Scratch)]);
    /// assert!(root != wheels && wheels != log);
    /// ```
    ///
    /// # Panics
    /// If a place is not absolute or something is mounted there already.
    pub fn seal<const N: usize>(mut self, places: [(&str, Fs); N]) -> Sealed<N> {
        let wanted = places.map(|(dest, fs)| {
            self.mount(dest, Kind::Writable(fs));
            dest
        });
        self.mounts.sort_by(|a, b| a.order().cmp(&b.order()));
        let writable: Vec<String> =
            self.mounts.iter().filter(|mount| mount.has_output()).map(|mount| mount.dest.clone()).collect();
        let vertex = self.vertex();
        let output = |dest: &str| {
            let index = writable.iter().position(|known| known == dest).expect("it was mounted above");
            Output { vertex: vertex.clone(), index: index as i64 }
        };
        Sealed { root: output("/"), places: wanted.map(output) }
    }

    fn mount(&mut self, dest: &str, kind: Kind) {
        assert!(dest.starts_with('/'), "a mount point is an absolute path, not {dest:?}");
        assert!(!self.mounts.iter().any(|mount| mount.dest == dest), "{dest} is mounted twice");
        self.mounts.push(Mount { dest: dest.to_owned(), kind });
    }

    /// The operation, whose mounts are in order.
    fn vertex(self) -> Arc<Vertex> {
        let mut inputs = Inputs::default();
        let mut needed = self.needed();
        let mut next = 0;
        let mounts = self.mounts.iter().map(|mount| {
            let output = if mount.has_output() { next } else { -1 };
            next += i64::from(mount.has_output());
            mount.encode(&mut inputs, output, &mut needed)
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
        let note = Note::new(needed, self.meta);
        Output::seal(pb::op::Op::Exec(exec), platform, inputs, note)
    }

    fn needed(&self) -> BTreeSet<&'static str> {
        let wanted = [
            (caps::llb::EXEC_META_BASE, true),
            (caps::llb::EXEC_META_NETWORK, self.network != Network::Sandbox),
            (caps::llb::EXEC_META_PROXY, self.proxy.is_some()),
            (caps::llb::EXEC_META_SETS_DEFAULT_PATH, !self.env.iter().any(|(name, _)| name == "PATH")),
            (caps::llb::EXEC_META_ULIMIT, !self.ulimits.is_empty()),
            (caps::llb::EXEC_META_CGROUP_PARENT, !self.cgroup_parent.is_empty()),
            (caps::llb::EXEC_SECRET_ENV, !self.secret_env.is_empty()),
        ];
        wanted.into_iter().filter(|(_, wanted)| *wanted).map(|(cap, _)| cap).collect()
    }
}
