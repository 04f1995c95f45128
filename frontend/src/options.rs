//! The options of a build: what the client sent, and what it means.
//!
//! [`RawOptions`] is exactly what was sent. [`parse`] turns it into [`Options`], all mistakes at once, each with
//! the key that it is under. One row of [`OPTIONS`] is one option: its key, what it does, and its reader. Keys
//! without a row are ignored, because clients send what older and newer frontends understand. Nothing here asks
//! the daemon or looks at the process.

mod check;
mod csv;
mod platform;
mod readers;
mod table;
mod values;

pub use buildkit_llb::Platform;
pub use check::CheckOptions;
pub use platform::{native_platform, parse_platform, platform};
pub use table::{Key, OPTIONS, Row};
pub(crate) use values::boolean;
pub use values::{ExtraHost, NetworkMode, NoCache, ProxyEnv, ResolveMode, Ulimit, Vcs};

use std::collections::BTreeMap;

use buildkit_proto::keys;

use crate::context::{NamedContexts, RemoteContext};
use crate::diag::{Checked, Diagnostic};
use crate::gateway::CacheImport;

/// The options by key, as the client sent them.
pub type RawOptions = BTreeMap<String, String>;

/// The options of a build, typed. What was not sent is at its default.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Options {
    /// `filename`: the build file, relative to where build files come from.
    pub filename: Option<String>,
    /// `dockerfilekey`: build files come from this directory of the client even if the context is remote.
    pub dockerfile_key: Option<String>,
    /// The main context, if it is remote.
    pub context: Option<RemoteContext>,
    /// `contextsubdir`: the directory of a remote context that is meant.
    pub context_subdir: Option<String>,
    /// `context:NAME`.
    pub named_contexts: NamedContexts,
    /// `input-metadata:NAME`: by name, then by key.
    pub input_metadata: BTreeMap<String, BTreeMap<String, Vec<u8>>>,
    /// `local-sessionid:NAME`: the session that has a directory, where it is not the build's own.
    pub local_sessions: BTreeMap<String, String>,
    /// `sharedkey:localdir:NAME`: more of the key under which the daemon keeps a copy of a directory.
    pub shared_keys: BTreeMap<String, String>,
    /// `target`: the stage to build.
    pub target: Option<String>,
    /// `build-arg:NAME`, those of the user: without proxies and without BuildKit's own.
    pub build_args: BTreeMap<String, String>,
    /// Proxies, which are build arguments of well-known names.
    pub proxy: ProxyEnv,
    /// `label:NAME`.
    pub labels: BTreeMap<String, String>,
    /// `platform`: what was asked for, in that order, each once; empty if nothing was.
    pub platforms: Vec<Platform>,
    /// Whether the result spells out its platforms.
    pub by_platform: bool,
    /// `no-cache`.
    pub no_cache: NoCache,
    /// `image-resolve-mode`.
    pub resolve_mode: ResolveMode,
    /// `force-network-mode`: the network of steps that do not say theirs.
    pub network: NetworkMode,
    /// `add-hosts`.
    pub extra_hosts: Vec<ExtraHost>,
    /// `ulimit`.
    pub ulimits: Vec<Ulimit>,
    /// `shm-size`, bytes.
    pub shm_size: Option<u64>,
    /// `cgroup-parent`.
    pub cgroup_parent: Option<String>,
    /// `hostname`.
    pub hostname: Option<String>,
    /// `cache-imports` and `cache-from`; to be sent with every Solve.
    pub cache_imports: Vec<CacheImport>,
    /// `BUILDKIT_CACHE_MOUNT_NS`: goes before the id of every cache mount.
    pub cache_namespace: Option<String>,
    /// `SOURCE_DATE_EPOCH`: seconds since 1970.
    pub source_date_epoch: Option<i64>,
    /// `BUILDKIT_DOCKERFILE_CHECK`: which checks, and whether a warning fails the build. `None`: the description may
    /// say it.
    pub check: Option<CheckOptions>,
    /// `requestid`: the sub-request that is wanted instead of a build.
    pub request: Option<String>,
    /// `frontend.caps`: what the client needs of us.
    pub required_caps: Vec<String>,
    /// `source`: the image that this frontend runs from.
    pub source: Option<String>,
    /// `cmdline`: the whole `# syntax=` value.
    pub cmdline: Option<String>,
    /// `vcs:*`.
    pub vcs: Vcs,
    /// `attest:TYPE`: parameters by type.
    pub attestations: BTreeMap<String, BTreeMap<String, String>>,
}

impl Options {
    /// The platforms to build for: those asked for, else the builder's own.
    pub fn targets(&self, builder: &Platform) -> Vec<Platform> {
        match self.platforms.is_empty() {
            true => vec![builder.clone()],
            false => self.platforms.clone(),
        }
    }

    /// The session that has a directory of the client: the build's own, unless the client names another.
    pub fn session<'s>(&'s self, local: &str, own: &'s str) -> &'s str {
        self.local_sessions.get(local).map_or(own, String::as_str)
    }
}

/// Reads the options. Each error names the key that it is about; none has a place in a file.
pub fn parse(raw: &RawOptions) -> Checked<Options> {
    let mut draft = Draft::default();
    let mut errors = vec![];
    for (key, value) in raw {
        let Some((row, name)) = table::find(key) else { continue };
        if let Err(why) = (row.read)(&mut draft, name, value) {
            errors.push(bad_option(key, &why));
        }
    }
    finish(&mut draft, raw, &mut errors);
    Checked::new(draft.options, errors)
}

/// Options while they are read, with what can be judged only once all are known.
#[derive(Debug, Default)]
pub(crate) struct Draft {
    options: Options,
    context_key: Option<String>,
    cache_from: Vec<CacheImport>,
    multi_platform: Option<bool>,
    multi_platform_arg: Option<bool>,
    sandbox_hostname: Option<String>,
    keep_git_dir: bool,
}

/// What depends on more than one option.
fn finish(draft: &mut Draft, raw: &RawOptions, errors: &mut Vec<Diagnostic>) {
    let options = &mut draft.options;
    let key = draft.context_key.as_deref().unwrap_or(keys::CONTEXT);
    match RemoteContext::parse(raw.get(key).map_or("", String::as_str)) {
        Ok(context) => options.context = context,
        Err(why) => errors.push(bad_option(key, &why)),
    }
    if let Some(RemoteContext::Git(git)) = &mut options.context {
        git.keep_git_dir |= draft.keep_git_dir;
    }
    for import in draft.cache_from.drain(..) {
        if !options.cache_imports.contains(&import) {
            options.cache_imports.push(import);
        }
    }
    if let Some(hostname) = draft.sandbox_hostname.take() {
        options.hostname = Some(hostname);
    }
    let several = options.platforms.len() > 1;
    options.by_platform = draft.multi_platform_arg.or(draft.multi_platform).unwrap_or(several);
    if several && !options.by_platform {
        errors.push(bad_option(keys::MULTI_PLATFORM, "is false, but `platform` asks for more than one"));
    }
}

fn bad_option(key: &str, why: &str) -> Diagnostic {
    Diagnostic::error("bad-option", format!("option `{key}`: {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(pairs: &[(&str, &str)]) -> RawOptions {
        pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    }

    fn parsed(pairs: &[(&str, &str)]) -> Options {
        parse(&raw(pairs)).into_result().expect("no error").0
    }

    fn errors(pairs: &[(&str, &str)]) -> Vec<String> {
        parse(&raw(pairs)).diagnostics().iter().map(|error| error.message.clone()).collect()
    }

    #[test]
    fn nothing_sent() {
        let options = parsed(&[]);
        assert_eq!(options, Options::default());
        let builder = parse_platform("linux/arm64").unwrap();
        assert_eq!(options.targets(&builder), [builder]);
    }

    #[test]
    fn what_buildx_sends_for_a_plain_build() {
        let options = parsed(&[
            ("attest:provenance", "mode=min,inline-only=true"),
            ("build-arg:BUILDKIT_SYNTAX", "wheelbase"),
            ("build-arg:http_proxy", "http://proxy:3128"),
            ("build-arg:VERSION", "1=2"),
            ("cmdline", "wheelbase:1 strict"),
            ("filename", "app.toml"),
            ("image-resolve-mode", "local"),
            ("label:org.opencontainers.image.title", "a b"),
            ("local-sessionid:context", "abc"),
            ("source", "wheelbase:1"),
            ("something-new", "ignored"),
            ("vcs:revision", "0123"),
        ]);
        assert_eq!(options.filename.as_deref(), Some("app.toml"));
        assert_eq!(options.build_args, BTreeMap::from([("VERSION".to_owned(), "1=2".to_owned())]));
        assert_eq!(options.proxy.http, "http://proxy:3128");
        assert_eq!(options.resolve_mode, ResolveMode::Local);
        assert_eq!(options.session("context", "own"), "abc");
        assert_eq!(options.session("dockerfile", "own"), "own");
        assert_eq!(options.labels["org.opencontainers.image.title"], "a b");
        assert_eq!(options.attestations["provenance"]["mode"], "min");
        assert_eq!(options.vcs.revision, "0123");
        assert!(!options.by_platform);
    }

    #[test]
    fn platforms() {
        let options = parsed(&[("platform", "linux/arm64/v8,linux/amd64,linux/arm64")]);
        let ids: Vec<String> = options.platforms.iter().map(Platform::name).collect();
        assert_eq!(ids, ["linux/arm64", "linux/amd64"]);
        assert!(options.by_platform);
        assert!(parsed(&[("platform", "linux/amd64"), ("multi-platform", "true")]).by_platform);
        assert!(parsed(&[("multi-platform", "0"), ("build-arg:BUILDKIT_MULTI_PLATFORM", "1")]).by_platform);
    }

    #[test]
    fn caches() {
        let options = parsed(&[
            (
                "cache-imports",
                r#"[{"Type":"registry","Attrs":{"ref":"r/a:cache"}},{"Type":"gha","Attrs":{}}]"#,
            ),
            ("cache-from", "r/a:cache,r/b"),
        ]);
        let seen: Vec<(&str, Option<&str>)> = options
            .cache_imports
            .iter()
            .map(|import| (import.kind.as_str(), import.attributes.get("ref").map(String::as_str)))
            .collect();
        assert_eq!(seen, [("registry", Some("r/a:cache")), ("gha", None), ("registry", Some("r/b"))]);
        assert_eq!(parsed(&[("cache-imports", "null")]).cache_imports, []);
        assert_eq!(parsed(&[("no-cache", "")]).no_cache, NoCache::All);
        let some = parsed(&[("no-cache", "App,wheels")]).no_cache;
        assert!(some.contains("app") && some.contains("WHEELS") && !some.contains("test"));
    }

    #[test]
    fn steps() {
        let options = parsed(&[
            ("add-hosts", "DB=10.0.0.1,v6=::1"),
            ("ulimit", "nofile=1024:2048,core=-1"),
            ("shm-size", "67108864"),
            ("force-network-mode", "none"),
            ("hostname", "a"),
            ("build-arg:BUILDKIT_SANDBOX_HOSTNAME", "b"),
            ("build-arg:BUILDKIT_CACHE_MOUNT_NS", "ns"),
        ]);
        assert_eq!(options.extra_hosts[0], ExtraHost { host: "db".into(), ip: "10.0.0.1".parse().unwrap() });
        assert_eq!(options.ulimits[0], Ulimit { name: "nofile".into(), soft: 1024, hard: 2048 });
        assert_eq!(options.ulimits[1], Ulimit { name: "core".into(), soft: -1, hard: -1 });
        assert_eq!(options.shm_size, Some(67_108_864));
        assert_eq!(options.network, NetworkMode::None);
        assert_eq!(options.hostname.as_deref(), Some("b"));
        assert_eq!(options.cache_namespace.as_deref(), Some("ns"));
    }

    #[test]
    fn contexts() {
        let options = parsed(&[
            ("contextkey", "ctx"),
            ("ctx", "https://example.com/a.git#main"),
            ("build-arg:BUILDKIT_CONTEXT_KEEP_GIT_DIR", "1"),
            ("context:python::linux/amd64", "docker-image://python:3.12"),
            ("input-metadata:base", r#"{"containerimage.config":"e30="}"#),
        ]);
        let Some(RemoteContext::Git(git)) = &options.context else { panic!("a repository") };
        assert!(git.keep_git_dir);
        let amd64 = parse_platform("linux/amd64").unwrap();
        assert!(options.named_contexts.find("python", &amd64).is_some());
        assert_eq!(options.input_metadata["base"]["containerimage.config"], b"{}");
    }

    #[test]
    fn all_mistakes_at_once_each_with_its_key() {
        let found = errors(&[
            ("platform", "linux/amd64,toaster"),
            ("multi-platform", "perhaps"),
            ("image-resolve-mode", "always"),
            ("force-network-mode", "bridge"),
            ("add-hosts", "db"),
            ("ulimit", "nofile=many,bogus=1"),
            ("shm-size", "1g"),
            ("cache-imports", "{"),
            ("context", "https://example.com/a.git?colour=red"),
            ("context:x", "ftp://x"),
            ("input-metadata:x", "[]"),
            ("attest:magic", ""),
            ("build-arg:SOURCE_DATE_EPOCH", "yesterday"),
            ("build-arg:BUILDKIT_DOCKERFILE_CHECK", "skip"),
        ]);
        assert_eq!(found.len(), 14);
        insta::assert_snapshot!(found.join("\n"), @"
        option `add-hosts`: `db` is not `HOST=ADDRESS`
        option `attest:magic`: `magic` is not a kind of attestation (sbom, provenance)
        option `build-arg:BUILDKIT_DOCKERFILE_CHECK`: `skip` has no value; write `skip=NAME` or `error=true`
        option `build-arg:SOURCE_DATE_EPOCH`: `yesterday` is not a number of seconds since 1970
        option `cache-imports`: is not a JSON list: invalid type: map, expected a sequence at line 1 column 0
        option `context:x`: `ftp` is not a kind of context (docker-image, oci-layout, local, git, http, input)
        option `force-network-mode`: `bridge` is none of `sandbox`, `host`, `none`
        option `image-resolve-mode`: `always` is none of `default`, `pull`, `local`
        option `input-metadata:x`: is not a JSON object of strings: invalid type: sequence, expected a map at line 1 column 0
        option `multi-platform`: `perhaps` is neither `true` nor `false`
        option `platform`: `toaster` is not a platform; write it as `linux/amd64`
        option `shm-size`: `1g` is not a number of bytes
        option `ulimit`: `many` is not a number
        option `context`: `https://example.com/a.git?colour=red`: unknown query `colour`
        ");
    }

    #[test]
    fn several_platforms_cannot_be_one_result() {
        let found = errors(&[("platform", "linux/amd64,linux/arm64"), ("multi-platform", "false")]);
        assert_eq!(found, ["option `multi-platform`: is false, but `platform` asks for more than one"]);
    }

    #[test]
    fn attestations_of_clients_without_the_flag() {
        let options = parsed(&[("build-arg:BUILDKIT_ATTEST_SBOM", "generator=x,type=sbom")]);
        assert_eq!(options.attestations["sbom"]["generator"], "x");
        assert!(options.build_args.is_empty());
    }
}
