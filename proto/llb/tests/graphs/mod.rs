//! Random graphs: a recipe is a list of steps, each of which takes results of those before it.

use buildkit_llb::{
    ContentCache, Copy, Exec, File, Fs, Git, Http, Image, Local, Meta, Network, OciLayout, Output, Owner,
    Platform, Secret, Sharing, SourceFile, diff, merge_with,
};
use proptest::prelude::*;

/// One operation. Numbers of results are taken modulo what is there.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    Image { name: u8, arch: bool },
    Layout { name: u8 },
    Local { patterns: Vec<String> },
    Http { name: u8, mode: Option<u32> },
    Git { name: u8, ssh: bool, subdirectory: bool, flags: bool },
    Exec { root: usize, args: Vec<String>, mounts: Vec<Mount>, places: [usize; 2], take: usize },
    File { base: usize, actions: Vec<Action> },
    Merge { inputs: Vec<usize> },
    Diff { lower: usize, upper: usize },
}

#[derive(Debug, Clone)]
pub(crate) enum Mount {
    ReadOnly { fs: usize, part: bool, cache: u8 },
    ThrowAway { fs: usize },
    Cache { sharing: u8 },
    Tmpfs { size: i64 },
    Secret { optional: bool },
    SecretEnv,
    Ssh,
}

#[derive(Debug, Clone)]
pub(crate) enum Action {
    Copy { from: usize, patterns: Vec<String>, mode: Option<u32>, owner: Option<u32> },
    Mkdir { name: u8, parents: bool },
    Mkfile { name: u8, data: Vec<u8>, time: Option<i64> },
    Rm { name: u8, wildcard: bool },
    Symlink { name: u8 },
}

/// What is noted beside an operation.
#[derive(Debug, Clone)]
pub(crate) struct Note {
    name: Option<String>,
    ignore_cache: bool,
    group: Option<bool>,
    places: Vec<(usize, u32)>,
}

pub(crate) type Recipe = Vec<(Step, Note)>;

pub(crate) fn recipe() -> impl Strategy<Value = Recipe> {
    prop::collection::vec((step(), note()), 1..14)
}

/// Builds the graph.
pub(crate) fn build(recipe: &Recipe) -> Output {
    build_with(recipe, Note::meta)
}

/// Builds the graph with nothing noted beside it.
pub(crate) fn build_bare(recipe: &Recipe) -> Output {
    build_with(recipe, |_| Meta::default())
}

fn build_with(recipe: &Recipe, meta: impl Fn(&Note) -> Meta) -> Output {
    let mut results = vec![Fs::Scratch];
    for (step, note) in recipe {
        let result = step.build(&results, meta(note));
        results.push(result);
    }
    let last = results.into_iter().rev().find_map(Fs::output);
    last.unwrap_or_else(|| Local::new("context").output())
}

impl Note {
    fn meta(&self) -> Meta {
        let files = ["a.toml", "b.toml"].map(|name| SourceFile::new(name, "x = 1\n", "TOML"));
        let meta = self.name.as_ref().map_or_else(Meta::default, Meta::named).ignore_cache(self.ignore_cache);
        let meta = self.group.iter().fold(meta, |meta, weak| meta.group("id", "group", *weak));
        self.places.iter().fold(meta, |meta, (file, line)| meta.at(&files[file % 2], *line, line + 1))
    }
}

impl Step {
    fn build(&self, results: &[Fs], meta: Meta) -> Fs {
        let of = |number: &usize| results[number % results.len()].clone();
        let output = match self {
            Self::Image { name, arch } => {
                let platform = Platform::linux(if *arch { "arm64" } else { "amd64" });
                Image::new(&format!("docker.io/library/i{name}:1"), &platform).meta(meta).output()
            }
            Self::Layout { name } => {
                OciLayout::new(&format!("docker.io/l{name}@sha256:0"), &Platform::linux("arm"))
                    .store("S", "store")
                    .meta(meta)
                    .output()
            }
            Self::Local { patterns } => {
                Local::new("context").exclude(patterns).follow_paths(patterns).meta(meta).output()
            }
            Self::Http { name, mode } => {
                let http = Http::new(&format!("https://files.example/{name}.whl")).filename("f").meta(meta);
                mode.iter().fold(http, |http, mode| http.mode(*mode)).output()
            }
            Self::Git { name, ssh, subdirectory, flags } => {
                let start = if *ssh { "git@h.example:" } else { "https://h.example/" };
                let mut git = Git::new(&format!("{start}{name}.git"), "v1").meta(meta);
                if *subdirectory {
                    git = git.subdirectory("sub");
                }
                if *flags {
                    git = git.keep_git_dir().skip_submodules().commit_time().checksum("abc");
                }
                git.output()
            }
            Self::Exec { root, args, mounts, places, take } => {
                let exec = exec(of(root), args, mounts, &of).meta(meta);
                let sealed = exec.seal([("/x", of(&places[0])), ("/a", of(&places[1]))]);
                let [x, a] = sealed.places;
                [sealed.root, x, a][take % 3].clone()
            }
            Self::File { base, actions } => {
                let file = File::on(of(base)).meta(meta);
                actions.iter().fold(file, |file, action| action.add(file, &of)).output()
            }
            Self::Merge { inputs } => return merge_with(inputs.iter().map(of), meta),
            Self::Diff { lower, upper } => return diff(&of(lower), &of(upper)),
        };
        output.into()
    }
}

fn exec(root: Fs, args: &[String], mounts: &[Mount], of: &dyn Fn(&usize) -> Fs) -> Exec {
    let mut exec = Exec::new(root, ["/bin/sh".to_owned()].into_iter().chain(args.iter().cloned()))
        .platform(&Platform::linux("amd64"))
        .network(Network::None)
        .env("A", "b");
    for (number, mount) in mounts.iter().enumerate() {
        // Places on both sides of `/a` and `/x` in the order of mounts.
        let dest = format!("/{}{number}", ["0", "m", "z"][number % 3]);
        match mount {
            Mount::ReadOnly { fs, part, cache } => {
                let cache =
                    [ContentCache::Default, ContentCache::On, ContentCache::Off][usize::from(cache % 3)];
                exec.read_only_part(&dest, of(fs), if *part { "/part" } else { "" }, cache);
            }
            Mount::ThrowAway { fs } => exec.throw_away(&dest, of(fs)),
            Mount::Cache { sharing } => {
                let sharing = [Sharing::Shared, Sharing::Private, Sharing::Locked][usize::from(sharing % 3)];
                exec.cache(&dest, "id", sharing);
            }
            Mount::Tmpfs { size } => exec.tmpfs(&dest, *size),
            Mount::Secret { optional } => {
                exec.secret(&dest, Secret { optional: *optional, ..Secret::new("s") });
            }
            Mount::SecretEnv => exec.secret_env("TOKEN", "s", false),
            Mount::Ssh => exec.ssh("default", true),
        }
    }
    exec
}

impl Action {
    fn add(&self, file: File, of: &dyn Fn(&usize) -> Fs) -> File {
        match self {
            Self::Copy { from, patterns, mode, owner } => {
                let owner = owner.map(|uid| Owner { uid, gid: 0 });
                let how = Copy { include: patterns.clone(), mode: *mode, owner, ..Copy::as_dockerfile() };
                file.copy(of(from), "/", "dest", how)
            }
            Self::Mkdir { name, parents } => file.mkdir(&format!("/d{name}"), 0o755, *parents, None, None),
            Self::Mkfile { name, data, time } => file.mkfile(&format!("/f{name}"), 0o644, data, None, *time),
            Self::Rm { name, wildcard } => file.rm(&format!("/f{name}"), true, *wildcard),
            Self::Symlink { name } => file.symlink("/target", &format!("/l{name}"), None, Some(0)),
        }
    }
}

fn step() -> impl Strategy<Value = Step> {
    let fs = || 0usize..20;
    let image = (0u8..3, any::<bool>()).prop_map(|(name, arch)| Step::Image { name, arch });
    let http = (0u8..3, prop::option::of(1u32..0o1000));
    let http = http.prop_map(|(name, mode)| Step::Http { name, mode });
    let git = (0u8..3, any::<bool>(), any::<bool>(), any::<bool>());
    let git = git.prop_map(|(name, ssh, subdirectory, flags)| Step::Git { name, ssh, subdirectory, flags });
    let mounts = prop::collection::vec(mount(), 0..6);
    let exec = (fs(), words(), mounts, [fs(), fs()], fs());
    let exec =
        exec.prop_map(|(root, args, mounts, places, take)| Step::Exec { root, args, mounts, places, take });
    let file = (fs(), prop::collection::vec(action(), 1..4));
    let file = file.prop_map(|(base, actions)| Step::File { base, actions });
    prop_oneof![
        1 => image,
        1 => (0u8..3).prop_map(|name| Step::Layout { name }),
        1 => words().prop_map(|patterns| Step::Local { patterns }),
        1 => http,
        1 => git,
        4 => exec,
        2 => file,
        2 => prop::collection::vec(fs(), 0..4).prop_map(|inputs| Step::Merge { inputs }),
        1 => (fs(), fs()).prop_map(|(lower, upper)| Step::Diff { lower, upper }),
    ]
}

fn mount() -> impl Strategy<Value = Mount> {
    let read_only = (0usize..20, any::<bool>(), 0u8..3);
    prop_oneof![
        read_only.prop_map(|(fs, part, cache)| Mount::ReadOnly { fs, part, cache }),
        (0usize..20).prop_map(|fs| Mount::ThrowAway { fs }),
        (0u8..3).prop_map(|sharing| Mount::Cache { sharing }),
        (0i64..3).prop_map(|size| Mount::Tmpfs { size }),
        any::<bool>().prop_map(|optional| Mount::Secret { optional }),
        Just(Mount::SecretEnv),
        Just(Mount::Ssh),
    ]
}

fn action() -> impl Strategy<Value = Action> {
    let number = prop::option::of(0u32..0o1000);
    prop_oneof![
        (0usize..20, words(), number.clone(), number)
            .prop_map(|(from, patterns, mode, owner)| Action::Copy { from, patterns, mode, owner }),
        (0u8..3, any::<bool>()).prop_map(|(name, parents)| Action::Mkdir { name, parents }),
        (0u8..3, prop::collection::vec(any::<u8>(), 0..4), prop::option::of(0i64..9))
            .prop_map(|(name, data, time)| Action::Mkfile { name, data, time }),
        (0u8..3, any::<bool>()).prop_map(|(name, wildcard)| Action::Rm { name, wildcard }),
        (0u8..3).prop_map(|name| Action::Symlink { name }),
    ]
}

fn note() -> impl Strategy<Value = Note> {
    let places = prop::collection::vec((0usize..2, 1u32..4), 0..3);
    (prop::option::of("[a-c]{1,2}"), any::<bool>(), prop::option::of(any::<bool>()), places)
        .prop_map(|(name, ignore_cache, group, places)| Note { name, ignore_cache, group, places })
}

fn words() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec("[a-z<>&\"\u{2028}é ]{0,4}", 0..3)
}
