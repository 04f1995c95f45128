//! Wheels: fetched by the daemon under their checksums, or built in the compile stage, one step each.

use buildkit_llb::{ContentCache, Copy, File, Fs, Git, Http, Meta, Network, Output};
use wheelbase_helper::contract::BuildRequest;

use super::Lowering;
use super::environment::certificates;
use crate::plan::BuildSource;

impl Lowering<'_> {
    /// A download. Its identity is its name and its checksum, so a mirror gives the same.
    pub(super) fn fetch(&self, url: &str, filename: &str, sha256: &str, source: bool) -> Output {
        let what = if source { "fetch sources" } else { "fetch" };
        Http::new(url)
            .checksum(&format!("sha256:{sha256}"))
            .filename(filename)
            .meta(Meta::named(format!("{what} {filename} sha256:{}", &sha256[..sha256.len().min(12)])))
            .output()
    }

    /// The directory with one built wheel.
    pub(super) fn build(&self, id: &str) -> Fs {
        let build = &self.plan.builds[id];
        let stage = self.plan.stages.iter().find(|stage| stage.name == "wheels");
        let stage = stage.expect("a plan with wheels to be built has the stage that builds them");
        let (source, fs, selector) = match &build.source {
            BuildSource::Remote(file) => {
                let fs = self.fetch(&file.url, &file.filename, &file.sha256, true);
                (format!("/src/{}", file.filename), fs, Some(format!("/{}", file.filename)))
            }
            BuildSource::Context(path) => {
                let name = path.rsplit('/').next().unwrap_or(path);
                let selector = format!("/{}", path.trim_start_matches('/'));
                (format!("/src/{name}"), self.context.clone(), Some(selector))
            }
            BuildSource::Git(git) => {
                let mut fetched = Git::new(&git.url, &git.commit);
                // A whole commit id is its own checksum. Of anything else, the daemon must not take the newest.
                if !is_commit(&git.commit) {
                    fetched = fetched.checksum(&git.commit);
                }
                let title = format!("fetch {} {}", git.url, git.commit);
                let fs = fetched.meta(Meta::named(title)).output();
                let folder = git.subdirectory.as_deref().map_or(String::new(), |path| format!("/{path}"));
                (format!("/src{folder}"), fs, None)
            }
            BuildSource::Tree(path) => {
                let contents = Copy { directory_contents: true, create_destination: true, ..Copy::default() };
                let src = format!("/{}", path.trim_start_matches("./").trim_matches('.'));
                let file = File::on(Fs::Scratch).copy(self.context.clone(), &src, "/", contents);
                let meta = self.meta(stage, &format!("sources of {}", build.package));
                ("/src".to_owned(), file.meta(meta).output(), None)
            }
        };
        let request = BuildRequest {
            uv: "/uv/bin/uv".to_owned(),
            source: source.clone(),
            out: "/out".to_owned(),
            python: build.python.clone(),
            name: build.package.clone(),
            indexes: vec![],
        };
        let root = self.done["wheels"].fs.clone();
        let title = format!("build {}", build.title);
        let meta = self.at(self.meta(stage, &title), stage.origin);
        let mut exec = self.helper_exec(stage, root, "build", &request).meta(meta);
        for (name, value) in certificates(stage) {
            exec = exec.env(name, value);
        }
        exec = exec.network(Network::Sandbox).proxy(self.around.runtime.proxy.clone());
        exec = exec.platform(&self.around.platform);
        match selector {
            Some(selector) => exec.read_only_part(&source, fs, &selector, ContentCache::Default),
            // A build writes beside its sources; what it writes is thrown away.
            None => exec.throw_away("/src", fs),
        }
        self.mount_uv(stage, &mut exec);
        exec.output_at("/out", Fs::Scratch).into()
    }
}

/// Whether git takes it for the id of a commit, rather than for a name.
fn is_commit(text: &str) -> bool {
    matches!(text.len(), 40 | 64)
        && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}
