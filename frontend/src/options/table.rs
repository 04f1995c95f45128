//! One row is one option. The manual's page of options is made of this table.

use std::fmt;

use buildkit_proto::keys;

use super::Draft;
use super::check::CheckOptions;
use super::readers::{
    attestation, build_arg, cache_from, cache_imports, entry, extra_hosts, ignore, input_metadata,
    named_context, network, no_cache, optional_boolean, platforms, required_caps, resolve_mode, shm_size,
    source_date_epoch, text, ulimits,
};
use super::values::boolean;

/// One option.
pub struct Row {
    /// The key.
    pub key: Key,
    /// What it does, for the manual.
    pub about: &'static str,
    /// Reads the name, for keys that have one, and the value.
    pub(super) read: fn(&mut Draft, &str, &str) -> Result<(), String>,
}

/// The key of an option. Its text has a `*` where a name goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// Exactly this.
    Exact(&'static str),
    /// This, then a name.
    Named(&'static str),
    /// The build argument of this name.
    BuildArg(&'static str),
    /// Build arguments whose names begin so; the rest is the name.
    BuildArgs(&'static str),
}

impl Key {
    /// The name in `key`, empty for a key without one; `None` if it is another option's key.
    fn find<'k>(self, key: &'k str) -> Option<&'k str> {
        let argument = |key: &'k str| key.strip_prefix(keys::BUILD_ARG_PREFIX);
        let named = |key: &'k str, prefix: &str| key.strip_prefix(prefix).filter(|name| !name.is_empty());
        match self {
            Self::Exact(whole) => (key == whole).then_some(""),
            Self::Named(prefix) => named(key, prefix),
            Self::BuildArg(whole) => (argument(key)? == whole).then_some(""),
            Self::BuildArgs(prefix) => named(argument(key)?, prefix),
        }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exact(whole) => f.write_str(whole),
            Self::Named(prefix) => write!(f, "{prefix}*"),
            Self::BuildArg(whole) => write!(f, "{}{whole}", keys::BUILD_ARG_PREFIX),
            Self::BuildArgs(prefix) => write!(f, "{}{prefix}*", keys::BUILD_ARG_PREFIX),
        }
    }
}

/// All options, by theme. A key is read by the first row that fits it.
pub static OPTIONS: &[Row] = &[
    Row {
        key: Key::Exact(keys::FILENAME),
        about: "The build file, relative to its directory.",
        read: |draft, _, value| text(&mut draft.options.filename, value),
    },
    Row {
        key: Key::Exact(keys::DOCKERFILE_KEY),
        about: "The directory of the client that build files come from, even if the context is remote.",
        read: |draft, _, value| text(&mut draft.options.dockerfile_key, value),
    },
    Row {
        key: Key::Exact(keys::CONTEXT_KEY),
        about: "The key under which the URL of a remote context is found.",
        read: |draft, _, value| text(&mut draft.context_key, value),
    },
    Row {
        key: Key::Exact(keys::CONTEXT),
        about: "The URL of a remote context: a repository, an archive, or what the client was given on stdin.",
        read: |_, _, _| Ok(()),
    },
    Row {
        key: Key::Exact(keys::CONTEXT_SUBDIR),
        about: "The directory of a remote context that is meant.",
        read: |draft, _, value| text(&mut draft.options.context_subdir, value),
    },
    Row {
        key: Key::Named(keys::NAMED_CONTEXT_PREFIX),
        about: "`--build-context`: what stands for an image, a stage or a copy source of that name.",
        read: named_context,
    },
    Row {
        key: Key::Named(keys::INPUT_PREFIX),
        about: "The URL that an input came from; informational.",
        read: ignore,
    },
    Row {
        key: Key::Named(keys::INPUT_METADATA_PREFIX),
        about: "What the client knows of an input, such as its image configuration.",
        read: input_metadata,
    },
    Row {
        key: Key::Named(keys::LOCAL_SESSION_ID_PREFIX),
        about: "The session that has that directory of the client.",
        read: |draft, name, value| entry(&mut draft.options.local_sessions, name, value),
    },
    Row {
        key: Key::Named(keys::SHARED_KEY_LOCAL_DIR_PREFIX),
        about: "More of the key under which the daemon keeps a copy of that directory.",
        read: |draft, name, value| entry(&mut draft.options.shared_keys, name, value),
    },
    Row {
        key: Key::Exact(keys::TARGET),
        about: "`--target`: the stage to build.",
        read: |draft, _, value| text(&mut draft.options.target, value),
    },
    Row {
        key: Key::BuildArg(keys::build_arg::SOURCE_DATE_EPOCH),
        about: "The time of the image, in seconds since 1970.",
        read: source_date_epoch,
    },
    Row {
        key: Key::BuildArg(keys::build_arg::MULTI_PLATFORM),
        about: "As `multi-platform`; wins over it.",
        read: |draft, _, value| optional_boolean(&mut draft.multi_platform_arg, value),
    },
    Row {
        key: Key::BuildArg(keys::build_arg::CACHE_MOUNT_NS),
        about: "Goes before the id of every cache mount.",
        read: |draft, _, value| text(&mut draft.options.cache_namespace, value),
    },
    Row {
        key: Key::BuildArg(keys::build_arg::SANDBOX_HOSTNAME),
        about: "As `hostname`; wins over it.",
        read: |draft, _, value| text(&mut draft.sandbox_hostname, value),
    },
    Row {
        key: Key::BuildArg(keys::build_arg::CONTEXT_KEEP_GIT_DIR),
        about: "Whether `.git` stays in a context that is a repository.",
        read: |draft, _, value| boolean(value).map(|yes| draft.keep_git_dir = yes),
    },
    Row {
        key: Key::BuildArg(keys::build_arg::DOCKERFILE_CHECK),
        about: "Which warnings are shown, and whether one fails the build: `skip=CODE,…;error=true`.",
        read: |draft, _, value| {
            let written = Some(value).filter(|value| !value.is_empty());
            draft.options.check = written.map(CheckOptions::parse).transpose()?;
            Ok(())
        },
    },
    Row {
        key: Key::BuildArgs(keys::build_arg::ATTEST_PREFIX),
        about: "As `attest:*`, for clients without that flag.",
        read: |draft, name, value| attestation(draft, &name.to_lowercase(), value),
    },
    Row { key: Key::BuildArgs("BUILDKIT_"), about: "For BuildKit and its clients; ignored.", read: ignore },
    Row {
        key: Key::Named(keys::BUILD_ARG_PREFIX),
        about: "`--build-arg`: the value of an argument of the description. `HTTP_PROXY`, `HTTPS_PROXY`, `FTP_PROXY`, `NO_PROXY` and `ALL_PROXY` go to the steps instead.",
        read: build_arg,
    },
    Row {
        key: Key::Named(keys::LABEL_PREFIX),
        about: "`--label`: a label of the image; wins over the description.",
        read: |draft, name, value| entry(&mut draft.options.labels, name, value),
    },
    Row {
        key: Key::Exact(keys::PLATFORM),
        about: "`--platform`: the platforms to build for.",
        read: platforms,
    },
    Row {
        key: Key::Exact(keys::MULTI_PLATFORM),
        about: "Whether the result spells out its platforms even if there is only one.",
        read: |draft, _, value| optional_boolean(&mut draft.multi_platform, value),
    },
    Row {
        key: Key::Exact(keys::NO_CACHE),
        about: "`--no-cache`: empty, all steps run again; `--no-cache-filter`: those of these stages.",
        read: no_cache,
    },
    Row {
        key: Key::Exact(keys::IMAGE_RESOLVE_MODE),
        about: "`--pull`: where images are looked for (`default`, `pull`, `local`).",
        read: resolve_mode,
    },
    Row {
        key: Key::Exact(keys::FORCE_NETWORK_MODE),
        about: "`--network`: the network of steps that do not say theirs (`sandbox`, `host`, `none`).",
        read: network,
    },
    Row {
        key: Key::Exact(keys::ADD_HOSTS),
        about: "`--add-host`: lines of /etc/hosts in steps.",
        read: extra_hosts,
    },
    Row { key: Key::Exact(keys::ULIMIT), about: "`--ulimit`: limits of steps.", read: ulimits },
    Row {
        key: Key::Exact(keys::SHM_SIZE),
        about: "`--shm-size`: the size of /dev/shm in steps, in bytes.",
        read: shm_size,
    },
    Row {
        key: Key::Exact(keys::CGROUP_PARENT),
        about: "`--cgroup-parent`: the control group of steps.",
        read: |draft, _, value| text(&mut draft.options.cgroup_parent, value),
    },
    Row {
        key: Key::Exact(keys::HOSTNAME),
        about: "The host name in steps.",
        read: |draft, _, value| text(&mut draft.options.hostname, value),
    },
    Row {
        key: Key::Exact(keys::CACHE_IMPORTS),
        about: "`--cache-from`: where cached results are looked for.",
        read: cache_imports,
    },
    Row {
        key: Key::Exact(keys::CACHE_FROM),
        about: "The older form of `cache-imports`: names of images.",
        read: cache_from,
    },
    Row {
        key: Key::Named(keys::ATTEST_PREFIX),
        about: "`--sbom`, `--provenance`: attestations that are wanted.",
        read: attestation,
    },
    Row {
        key: Key::Exact(keys::REQUEST_ID),
        about: "`--call`: the sub-request that is wanted instead of a build.",
        read: |draft, _, value| text(&mut draft.options.request, value),
    },
    Row {
        key: Key::Exact(keys::FRONTEND_CAPS),
        about: "What the client needs of this frontend.",
        read: required_caps,
    },
    Row {
        key: Key::Exact(keys::SOURCE),
        about: "The image that this frontend runs from.",
        read: |draft, _, value| text(&mut draft.options.source, value),
    },
    Row {
        key: Key::Exact(keys::CMDLINE),
        about: "The whole value of the `# syntax=` line.",
        read: |draft, _, value| text(&mut draft.options.cmdline, value),
    },
    Row {
        key: Key::Exact(keys::VCS_SOURCE),
        about: "The URL of the repository that the client runs in.",
        read: |draft, _, value| {
            value.clone_into(&mut draft.options.vcs.source);
            Ok(())
        },
    },
    Row {
        key: Key::Exact(keys::VCS_REVISION),
        about: "The commit that the client's repository is at.",
        read: |draft, _, value| {
            value.clone_into(&mut draft.options.vcs.revision);
            Ok(())
        },
    },
    Row {
        key: Key::Named(keys::VCS_LOCAL_DIR_PREFIX),
        about: "Where that directory of the client lies in its repository; ignored.",
        read: ignore,
    },
];

/// The row of a key, and the name in it.
pub(super) fn find(key: &str) -> Option<(&'static Row, &str)> {
    OPTIONS.iter().find_map(|row| row.key.find(key).map(|name| (row, name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_can_be_reached_and_says_what_it_does() {
        for row in OPTIONS {
            let key = row.key.to_string().replace('*', "x");
            let (found, _) = find(&key).expect("its own key");
            assert_eq!(found.key, row.key, "an earlier row takes `{key}`");
            assert!(row.about.ends_with('.'), "{}", row.key);
        }
    }
}
