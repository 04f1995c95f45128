//! File operations: copy, make, remove, without running anything.
//!
//! Actions are chained on one file system, and together they are one layer. What protobuf would leave out as a
//! default means something here (mode 0, time 0), so "not set" is -1 in the bytes and `None` in this module.

use std::collections::BTreeSet;

use buildkit_proto::{caps, pb};
use pb::file_action::Action;

use crate::meta::Meta;
use crate::note::Note;
use crate::output::{Fs, Inputs, Output};

/// Actions on a file system, in order.
#[derive(Debug, Clone)]
pub struct File {
    base: Fs,
    actions: Vec<Pending>,
    caps: BTreeSet<&'static str>,
    meta: Meta,
}

#[derive(Debug, Clone)]
struct Pending {
    source: Option<Fs>,
    action: Action,
}

/// Who owns what an action makes, by number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Owner {
    /// User.
    pub uid: u32,
    /// Group.
    pub gid: u32,
}

/// What a copy takes and how. The default is that of Go's client: nothing but the paths.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Copy {
    /// Only what matches one of these patterns, relative to the source path.
    pub include: Vec<String>,
    /// Nothing that matches one of these patterns.
    pub exclude: Vec<String>,
    /// Mode bits of everything that is copied.
    pub mode: Option<u32>,
    /// Owner of everything that is copied.
    pub owner: Option<Owner>,
    /// Modification time of everything that is copied, in seconds since 1970.
    pub time: Option<i64>,
    /// Whether links in the source path are followed.
    pub follow_symlink: bool,
    /// Whether of a directory the content is copied, rather than the directory.
    pub directory_contents: bool,
    /// Whether directories above the destination are made.
    pub create_destination: bool,
    /// Whether the source path is a pattern.
    pub wildcard: bool,
    /// Whether a pattern may match nothing.
    pub allow_empty_wildcard: bool,
    /// Whether an archive is unpacked.
    pub unpack: bool,
}

impl Copy {
    /// As a Dockerfile's `COPY` does it.
    pub fn as_dockerfile() -> Self {
        Self {
            follow_symlink: true,
            directory_contents: true,
            create_destination: true,
            wildcard: true,
            allow_empty_wildcard: true,
            ..Self::default()
        }
    }
}

impl File {
    /// Actions on `base`; at least one must follow.
    pub fn on(base: impl Into<Fs>) -> Self {
        Self {
            base: base.into(),
            actions: vec![],
            caps: [caps::llb::FILE_BASE].into(),
            meta: Meta::default(),
        }
    }

    /// Copies from another file system.
    #[must_use]
    pub fn copy(mut self, from: impl Into<Fs>, src: &str, dest: &str, how: Copy) -> Self {
        if !how.include.is_empty() || !how.exclude.is_empty() {
            self.caps.insert(caps::llb::FILE_COPY_INCLUDE_EXCLUDE_PATTERNS);
        }
        let action = Action::Copy(pb::FileActionCopy {
            src: absolute(src),
            dest: absolute(dest),
            owner: how.owner.map(Owner::to_pb),
            mode: how.mode.map_or(-1, |mode| mode as i32),
            follow_symlink: how.follow_symlink,
            dir_copy_contents: how.directory_contents,
            attempt_unpack_docker_compatibility: how.unpack,
            create_dest_path: how.create_destination,
            allow_wildcard: how.wildcard,
            allow_empty_wildcard: how.allow_empty_wildcard,
            timestamp: nanoseconds(how.time),
            include_patterns: how.include,
            exclude_patterns: how.exclude,
            ..pb::FileActionCopy::default()
        });
        self.actions.push(Pending { source: Some(from.into()), action });
        self
    }

    /// Makes a directory. BuildKit masks the mode with 0777. `time` in seconds since 1970.
    #[must_use]
    pub fn mkdir(
        self,
        path: &str,
        mode: u32,
        parents: bool,
        owner: Option<Owner>,
        time: Option<i64>,
    ) -> Self {
        self.action(Action::Mkdir(pb::FileActionMkDir {
            path: absolute(path),
            mode: mode as i32,
            make_parents: parents,
            owner: owner.map(Owner::to_pb),
            timestamp: nanoseconds(time),
        }))
    }

    /// Makes a file. `time` in seconds since 1970.
    #[must_use]
    pub fn mkfile(self, path: &str, mode: u32, data: &[u8], owner: Option<Owner>, time: Option<i64>) -> Self {
        self.action(Action::Mkfile(pb::FileActionMkFile {
            path: absolute(path),
            mode: mode as i32,
            data: data.to_vec(),
            owner: owner.map(Owner::to_pb),
            timestamp: nanoseconds(time),
        }))
    }

    /// Removes a path.
    #[must_use]
    pub fn rm(self, path: &str, allow_not_found: bool, wildcard: bool) -> Self {
        self.action(Action::Rm(pb::FileActionRm {
            path: absolute(path),
            allow_not_found,
            allow_wildcard: wildcard,
        }))
    }

    /// Makes a symbolic link at `path` that says `target`.
    #[must_use]
    pub fn symlink(mut self, target: &str, path: &str, owner: Option<Owner>, time: Option<i64>) -> Self {
        self.caps.insert(caps::llb::FILE_SYMLINK_CREATE);
        self.action(Action::Symlink(pb::FileActionSymlink {
            oldpath: target.to_owned(),
            newpath: absolute(path),
            owner: owner.map(Owner::to_pb),
            timestamp: nanoseconds(time),
        }))
    }

    /// Name and places.
    #[must_use]
    pub fn meta(mut self, meta: Meta) -> Self {
        self.meta = meta;
        self
    }

    /// The file system after the last action.
    ///
    /// # Panics
    /// If there is no action: BuildKit refuses such an operation.
    pub fn output(self) -> Output {
        assert!(!self.actions.is_empty(), "BuildKit refuses a file operation without an action");
        let mut inputs = Inputs::default();
        let base = inputs.number_of(&self.base);
        let sources: Vec<i64> = (self.actions.iter())
            .map(|pending| pending.source.as_ref().map_or(-1, |source| inputs.number_of(source)))
            .collect();
        // Behind the inputs of the operation, the results of its actions are numbered.
        let first_result = inputs.count();
        let last = self.actions.len() - 1;
        let actions = self.actions.into_iter().zip(sources).enumerate().map(|(index, (pending, source))| {
            pb::FileAction {
                input: if index == 0 { base } else { first_result + index as i64 - 1 },
                secondary_input: source,
                output: if index == last { 0 } else { -1 },
                action: Some(pending.action),
            }
        });
        let op = pb::op::Op::File(pb::FileOp { actions: actions.collect() });
        let note = Note::new(self.caps, self.meta);
        Output { vertex: Output::seal(op, None, inputs, note), index: 0 }
    }

    fn action(mut self, action: Action) -> Self {
        self.actions.push(Pending { source: None, action });
        self
    }
}

impl Owner {
    fn to_pb(self) -> pb::ChownOpt {
        let by_id = |id| Some(pb::UserOpt { user: Some(pb::user_opt::User::ById(id)) });
        pb::ChownOpt { user: by_id(self.uid), group: by_id(self.gid) }
    }
}

/// File operations have no working directory; a relative path is one of the root.
fn absolute(path: &str) -> String {
    if path.starts_with('/') { path.to_owned() } else { format!("/{path}") }
}

fn nanoseconds(time: Option<i64>) -> i64 {
    time.map_or(-1, |seconds| seconds.saturating_mul(1_000_000_000))
}
