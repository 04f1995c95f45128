//! The main context: a directory of the client, a repository, an archive, or a graph that the client gives.

use buildkit_llb::{Copy, File, Fs, Git, Http, Meta, Output};

use super::session::Session;
use crate::answer::Failure;
use crate::context::{GitRef, RemoteContext, is_archive};
use crate::diag::Diagnostic;
use crate::gateway::Gateway;

/// Where the files of a build come from.
#[derive(Debug, Clone)]
pub(super) struct Origins {
    /// The context, if it is not a directory of the client.
    pub(super) context: Option<Output>,
    /// Where the build file is, if it is not in a directory of the client.
    pub(super) description: Option<Output>,
    /// The name of the build file, if the context is the build file itself.
    pub(super) filename: Option<String>,
}

impl<G: Gateway> Session<'_, G> {
    pub(super) async fn origins(&self) -> Result<Origins, Failure> {
        let mut origins = Origins { context: None, description: None, filename: None };
        match &self.options.context {
            Some(RemoteContext::Git(git)) => origins.context = Some(git_source(git)),
            Some(RemoteContext::Http(url)) => self.download(url, &mut origins).await?,
            None => {
                let mut inputs = self.gateway.inputs().await?;
                let mut input = |name: &str| {
                    let graph = inputs.remove(name).map(|graph| buildkit_llb::from_definition(&graph));
                    match graph.transpose().map_err(|error| Failure::Bug(error.to_string()))? {
                        Some(Fs::Output(output)) => Ok(Some(output)),
                        Some(Fs::Scratch) | None => Ok::<_, Failure>(None),
                    }
                };
                origins.context = input("context")?;
                origins.description = input("dockerfile")?;
            }
        }
        if let (Some(context), Some(folder)) = (&origins.context, &self.options.context_subdir) {
            let contents = Copy { directory_contents: true, ..Copy::default() };
            let file = File::on(Fs::Scratch).copy(context.clone(), folder, "/", contents);
            origins.context = Some(file.meta(Meta::named(format!("[internal] take {folder}"))).output());
        }
        if self.options.context.is_some() && origins.description.is_none() {
            origins.description.clone_from(&origins.context);
        }
        if self.options.dockerfile_key.is_some() {
            origins.description = None;
        }
        Ok(origins)
    }

    /// An archive becomes the context; any other file is the build file itself.
    async fn download(&self, url: &str, origins: &mut Origins) -> Result<(), Failure> {
        const NAME: &str = "context";
        let meta = Meta::named("[internal] load remote build context");
        let download = Http::new(url).filename(NAME).meta(meta).output();
        let reference = self.solve(&download.clone().into(), false).await?;
        let bytes = self.gateway.read_start(&reference, NAME, 1024).await?.unwrap_or_default();
        if is_archive(&bytes) {
            let unpack = Copy { unpack: true, ..Copy::default() };
            let file = File::on(Fs::Scratch).copy(download, NAME, "/", unpack);
            origins.context = Some(file.meta(Meta::named("[internal] unpack build context")).output());
            return Ok(());
        }
        if bytes.is_empty() {
            let error = Diagnostic::error("empty-context", "the context that was downloaded is empty");
            return Err(Failure::input(vec![error]));
        }
        origins.filename = Some(NAME.to_owned());
        origins.description = Some(download.clone());
        origins.context = Some(download);
        Ok(())
    }
}

/// A repository as a source: all that its URL asks for, the checksum above all.
pub(super) fn git_source(git: &GitRef) -> Output {
    let mut source = Git::new(&git.remote, git.reference.as_deref().unwrap_or_default());
    if let Some(folder) = &git.subdir {
        source = source.subdirectory(folder);
    }
    if let Some(commit) = &git.checksum {
        source = source.checksum(commit);
    }
    if git.keep_git_dir {
        source = source.keep_git_dir();
    }
    if git.submodules == Some(false) {
        source = source.skip_submodules();
    }
    if git.commit_time {
        source = source.commit_time();
    }
    if git.fetch_by_commit {
        source = source.fetch_by_commit();
    }
    source.meta(Meta::named(format!("[internal] load git source {}", git.display()))).output()
}

#[cfg(test)]
mod tests {
    use buildkit_llb::{definition, dump};

    use super::*;

    #[track_caller]
    fn check(context: &str, expected: &[&str]) {
        let git = GitRef::parse(context).unwrap().expect("it is a repository");
        let dump = dump(&definition(&git_source(&git)));
        let secret = |line: &str| line.contains("secret =") || line.starts_with('"');
        let lines: Vec<_> = dump.lines().map(str::trim).filter(|line| !secret(line)).collect();
        let (_, lines) = lines.split_last().expect("the last line is the result");
        assert_eq!(lines, expected);
    }

    #[test]
    fn what_a_git_url_asks_for_is_in_the_graph() {
        check(
            "https://example.com/app.git?branch=main&subdir=web&checksum=0123abc",
            &[
                "%0 = source git://example.com/app.git#refs/heads/main:web",
                "git.checksum = 0123abc",
                "git.fullurl = https://example.com/app.git",
            ],
        );
        check(
            "https://example.com/app.git?keep-git-dir&submodules=false&mtime=commit&fetch-by-commit&commit=0123abc",
            &[
                "%0 = source git://example.com/app.git",
                "git.checksum = 0123abc",
                "git.fetchbycommit = true",
                "git.fullurl = https://example.com/app.git",
                "git.keepgitdir = true",
                "git.mtime = commit",
                "git.skipsubmodules = true",
            ],
        );
    }

    #[test]
    fn every_form_of_ssh_has_an_agent() {
        for remote in ["git@example.com:me/app.git", "ssh://git@example.com/me/app.git"] {
            let full = format!("git.fullurl = {remote}");
            let expected =
                ["%0 = source git://example.com/me/app.git#v1", full.as_str(), "git.mountsshsock = default"];
            check(&format!("{remote}#v1"), &expected);
        }
    }
}
