//! What a command sees at one place, and how the daemon is told.
//!
//! Sentinels and capabilities follow BuildKit's client (`client/llb/exec.go`): an input of -1 is nothing, an output
//! of -1 is thrown away.

use std::collections::BTreeSet;

use buildkit_proto::{caps, pb};

use crate::output::{Fs, Inputs};

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

/// What is mounted at one place.
#[derive(Debug, Clone)]
pub(crate) struct Mount {
    pub(crate) dest: String,
    pub(crate) kind: Kind,
}

#[derive(Debug, Clone)]
pub(crate) enum Kind {
    /// What is there at the end is an output of the command.
    Writable(Fs),
    /// What is there at the end is forgotten.
    ThrowAway(Fs),
    ReadOnly {
        fs: Fs,
        selector: String,
        content_cache: ContentCache,
    },
    Cache {
        id: String,
        sharing: Sharing,
    },
    Tmpfs {
        size: i64,
    },
    Secret(Secret),
    Ssh {
        id: String,
        optional: bool,
    },
}

impl Mount {
    /// Files by destination, so the root is the first of all; then secrets; then agents.
    pub(crate) fn order(&self) -> (u8, &str) {
        let class = match self.kind {
            Kind::Secret(_) => 1,
            Kind::Ssh { .. } => 2,
            _ => 0,
        };
        (class, &self.dest)
    }

    pub(crate) fn has_output(&self) -> bool {
        matches!(self.kind, Kind::Writable(_))
    }

    /// The message, with the capabilities that it needs. `output` is the number of its output, -1 for none.
    pub(crate) fn encode(
        &self,
        inputs: &mut Inputs,
        output: i64,
        needed: &mut BTreeSet<&'static str>,
    ) -> pb::Mount {
        let mut mount = pb::Mount { input: -1, dest: self.dest.clone(), output, ..pb::Mount::default() };
        match &self.kind {
            Kind::Writable(fs) => {
                mount.input = inputs.number_of(fs);
                needed.insert(caps::llb::EXEC_MOUNT_BIND);
            }
            Kind::ThrowAway(fs) => {
                mount.input = inputs.number_of(fs);
                needed.extend([caps::llb::EXEC_MOUNT_BIND, caps::llb::EXEC_MOUNT_BIND_READ_WRITE_NO_OUTPUT]);
            }
            Kind::ReadOnly { fs, selector, content_cache } => {
                mount.input = inputs.number_of(fs);
                mount.selector.clone_from(selector);
                mount.readonly = true;
                mount.content_cache = content_cache.to_pb().into();
                needed.insert(caps::llb::EXEC_MOUNT_BIND);
                if !selector.is_empty() {
                    needed.insert(caps::llb::EXEC_MOUNT_SELECTOR);
                }
                if *content_cache != ContentCache::Default {
                    needed.insert(caps::llb::EXEC_MOUNT_CONTENT_CACHE);
                }
            }
            Kind::Cache { id, sharing } => {
                mount.mount_type = pb::MountType::Cache.into();
                mount.cache_opt = Some(pb::CacheOpt { id: id.clone(), sharing: sharing.to_pb().into() });
                needed.extend([caps::llb::EXEC_MOUNT_CACHE, caps::llb::EXEC_MOUNT_CACHE_SHARING]);
            }
            Kind::Tmpfs { size } => {
                mount.mount_type = pb::MountType::Tmpfs.into();
                mount.tmpfs_opt = Some(pb::TmpfsOpt { size: *size });
                needed.insert(caps::llb::EXEC_MOUNT_TMPFS);
                if *size > 0 {
                    needed.insert(caps::llb::EXEC_MOUNT_TMPFS_SIZE);
                }
            }
            Kind::Secret(secret) => {
                let Secret { id, mode, uid, gid, optional } = secret.clone();
                // Go leaves the output of secrets and agents at its default, and the daemon does not look at it.
                mount.output = 0;
                mount.mount_type = pb::MountType::Secret.into();
                mount.secret_opt = Some(pb::SecretOpt { id, uid, gid, mode, optional });
                needed.insert(caps::llb::EXEC_MOUNT_SECRET);
            }
            Kind::Ssh { id, optional } => {
                mount.output = 0;
                mount.mount_type = pb::MountType::Ssh.into();
                let (id, optional) = (id.clone(), *optional);
                mount.ssh_opt = Some(pb::SshOpt { id, uid: 0, gid: 0, mode: 0o600, optional });
                needed.insert(caps::llb::EXEC_MOUNT_SSH);
            }
        }
        mount
    }
}

impl ContentCache {
    fn to_pb(self) -> pb::MountContentCache {
        match self {
            Self::Default => pb::MountContentCache::Default,
            Self::On => pb::MountContentCache::On,
            Self::Off => pb::MountContentCache::Off,
        }
    }
}

impl Sharing {
    fn to_pb(self) -> pb::CacheSharingOpt {
        match self {
            Self::Shared => pb::CacheSharingOpt::Shared,
            Self::Private => pb::CacheSharingOpt::Private,
            Self::Locked => pb::CacheSharingOpt::Locked,
        }
    }
}
