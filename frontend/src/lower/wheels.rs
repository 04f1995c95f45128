//! Wheels: fetched by the daemon under their checksums, or built in the compile stage, one step each.

use buildkit_llb::{ContentCache, Copy, File, Fs, Git, Http, Meta, Network, Output, SourceFile};
use wheelbase_helper::contract::{BuildRequest, Libc};

use super::Lowering;
use super::environment::inputs;
use crate::lock::GitCommit;
use crate::plan::{BuildSource, Download, WheelBuild};

impl Lowering<'_> {
    /// A download. Its identity is its name and its checksum, so a mirror gives the same.
    pub(super) fn fetch(&self, file: &Download, source: bool) -> Output {
        let what = if source { "fetch sources" } else { "fetch" };
        let Download { url, filename, sha256, secret, origin } = file;
        let name = format!("{what} {filename} sha256:{}", &sha256[..sha256.len().min(12)]);
        let mut http = Http::new(url).checksum(&format!("sha256:{sha256}")).filename(filename);
        if let Some(secret) = secret {
            http = http.auth_header_secret(secret);
        }
        http.meta(self.at(Meta::named(name), *origin)).output()
    }

    /// The directory with one built wheel.
    pub(super) fn build(&self, id: &str) -> Fs {
        let build = &self.plan.builds[id];
        let stage = self.plan.stages.iter().find(|stage| stage.name == "wheels");
        let stage = stage.expect("a plan with wheels to be built has the stage that builds them");
        let (source, fs, selector) = match &build.source {
            BuildSource::Remote(file) => {
                let fs = self.fetch(file, true);
                (format!("/src/{}", file.filename), fs, Some(format!("/{}", file.filename)))
            }
            BuildSource::Context(path) => {
                let name = path.rsplit('/').next().unwrap_or(path);
                let selector = format!("/{}", path.trim_start_matches('/'));
                (format!("/src/{name}"), self.context.clone(), Some(selector))
            }
            BuildSource::Git(git) => {
                let fs = fetch_commit(git);
                let folder = git.subdirectory.as_deref().map_or(String::new(), |path| format!("/{path}"));
                (format!("/src{folder}"), fs, None)
            }
            BuildSource::Tree(path) => {
                let contents = Copy { directory_contents: true, create_destination: true, ..Copy::default() };
                let file = File::on(Fs::Scratch).copy(self.context.clone(), &below_root(path), "/", contents);
                let meta = self.meta(stage, &format!("sources of {}", build.package));
                ("/src".to_owned(), file.meta(meta).output(), None)
            }
        };
        let request = BuildRequest {
            uv: "/uv/bin/uv".to_owned(),
            source: source.clone(),
            out: "/out".to_owned(),
            python: build.python.clone(),
            libc: build.libc,
            name: build.package.clone(),
            indexes: inputs(&self.plan.indexes),
        };
        let root = self.done["wheels"].fs.clone();
        let title = format!("build {}", build.title);
        let installed = stage.packages.as_ref().map_or(&[][..], |packages| &packages.names);
        let (advice, first, last) = advice(build, installed);
        // Clients show the last place first.
        let meta = self.at(self.meta(stage, &title).at(&advice, first, last), stage.origin);
        let mut exec = self.helper_exec(stage, root, "build", &request).meta(meta);
        for (name, value) in &stage.env {
            exec = exec.env(name, value);
        }
        exec = exec.network(Network::Sandbox).proxy(self.around.runtime.proxy.clone());
        match selector {
            Some(selector) => exec.read_only_part(&source, fs, &selector, ContentCache::Default),
            // A build writes beside its sources; what it writes is thrown away.
            None => exec.throw_away("/src", fs),
        }
        self.mount_uv(stage, &mut exec, &self.plan.indexes);
        exec.output_at("/out", Fs::Scratch).into()
    }
}

/// A path of the build context, seen from its root.
fn below_root(path: &str) -> String {
    match path.trim_start_matches("./") {
        "." => "/".to_owned(),
        path => format!("/{}", path.trim_start_matches('/')),
    }
}

/// What to write when a wheel cannot be built, in place of the lines of a file, and which of its lines matter. The
/// log has said what is missing, or what is broken. `installed` are the system packages that are there.
fn advice(build: &WheelBuild, installed: &[String]) -> (SourceFile, u32, u32) {
    let WheelBuild { package, title, .. } = build;
    let compiler: &[&str] = match build.libc {
        Some(Libc::Musl(..)) => &["build-base"],
        Some(Libc::Glibc(..)) | None => &["gcc", "libc6-dev"],
    };
    let mut names: Vec<&str> = installed.iter().map(String::as_str).collect();
    for name in compiler {
        if !names.contains(name) {
            names.push(name);
        }
    }
    let broken = match build.source {
        BuildSource::Remote(_) => {
            format!("take a version that has a wheel: `only-binary = [\"{package}\"]` in `[dependencies]`")
        }
        BuildSource::Context(_) | BuildSource::Git(_) | BuildSource::Tree(_) => {
            "see `[build-system]` in its pyproject.toml".to_owned()
        }
    };
    let text = format!(
        "# If a compiler, a header or a library is missing, the stage that builds wheels has to install it:\n\
         [stages.wheels]\n\
         packages = {names:?}  # and the headers that are missing: `NAME-dev`\n\
         # If its own build is broken, {broken}\n"
    );
    (SourceFile::new(format!("{title}, built from its sources"), text, "TOML"), 2, 3)
}

/// A commit, and never another one. A whole id is its own checksum; of anything else the daemon is told to refuse
/// what does not begin with it.
fn fetch_commit(git: &GitCommit) -> Output {
    let GitCommit { url, commit, .. } = git;
    let mut source = Git::new(url, commit).meta(Meta::named(format!("fetch {url} {commit}")));
    if !is_whole(commit) {
        source = source.checksum(commit);
    }
    source.output()
}

/// Whether git takes it for the id of a commit, rather than for a name.
fn is_whole(commit: &str) -> bool {
    matches!(commit.len(), 40 | 64)
        && commit.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

#[cfg(test)]
mod tests {
    use buildkit_llb::{definition, dump};

    use super::*;

    #[track_caller]
    fn check(url: &str, commit: &str, expected: &[&str]) {
        let git =
            GitCommit { url: url.to_owned(), commit: commit.to_owned(), requested: None, subdirectory: None };
        let dump = dump(&definition(&fetch_commit(&git)));
        let lines: Vec<_> = dump.lines().map(str::trim).collect();
        for line in expected {
            assert!(lines.contains(line), "{line} is not in\n{dump}");
        }
        assert_eq!(lines.iter().any(|line| line.starts_with("git.checksum")), !is_whole(commit));
    }

    #[test]
    fn directories_may_begin_and_end_with_a_dot() {
        for (path, expected) in
            [(".", "/"), ("./", "/"), ("./libs/a", "/libs/a"), (".vendor/a.", "/.vendor/a.")]
        {
            assert_eq!(below_root(path), expected);
        }
    }

    #[test]
    fn what_to_write_names_the_packages_of_the_stage_and_a_compiler() {
        let text = |libc, source, packages: &[&str]| {
            let packages: Vec<String> = packages.iter().map(|name| (*name).to_owned()).collect();
            let (package, title) = ("a".to_owned(), "a 1".to_owned());
            let build = WheelBuild { package, title, source, python: "3.13".to_owned(), libc: Some(libc) };
            let (file, first, last) = advice(&build, &packages);
            assert_eq!((file.info().filename.as_str(), first, last), ("a 1, built from its sources", 2, 3));
            String::from_utf8(file.info().data.clone()).unwrap()
        };
        let tree = text(Libc::Glibc(2, 41), BuildSource::Tree(".".to_owned()), &["gcc", "libpq-dev"]);
        assert!(
            tree.contains("\n[stages.wheels]\npackages = [\"gcc\", \"libpq-dev\", \"libc6-dev\"]  #"),
            "{tree}"
        );
        assert!(!tree.contains("only-binary"), "{tree}");
        let file = Download {
            url: String::new(),
            filename: String::new(),
            sha256: String::new(),
            secret: None,
            origin: None,
        };
        let sdist = text(Libc::Musl(1, 2), BuildSource::Remote(file), &[]);
        assert!(
            sdist.contains("packages = [\"build-base\"]") && sdist.contains("only-binary = [\"a\"]"),
            "{sdist}"
        );
    }

    #[test]
    fn commits_are_fetched_by_https_and_ssh() {
        let commit = "0123456789abcdef0123456789abcdef01234567";
        let source = format!("%0 = source git://example.com/me/app.git#{commit}");
        check("https://example.com/me/app.git", commit, &[&source]);
        check("ssh://git@example.com/me/app.git", commit, &[&source, "git.mountsshsock = default"]);
        check("git@example.com:me/app.git", commit, &[&source, "git.mountsshsock = default"]);
    }

    #[test]
    fn what_is_no_whole_commit_is_checked_by_the_daemon() {
        check("https://example.com/app.git", "main", &["git.checksum = main"]);
        check("https://example.com/app.git", "0123abc", &["git.checksum = 0123abc"]);
    }
}
