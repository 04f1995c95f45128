//! `run`: commands, and what is mounted into them.

use wheelbase_helper::contract::Facts;

use super::copies::{absolute, source};
use super::users::{AppUser, owner};
use super::{CopySource, Ingredients, RunMount, RunStep, Stage};
use crate::diag::Diagnostic;
use crate::spec::{self, Command, Network, Sharing};

impl Ingredients<'_> {
    pub(super) fn run(
        &self,
        run: &spec::Run,
        stage: &Stage,
        facts: Option<&Facts>,
        app: &AppUser,
    ) -> Result<RunStep, Diagnostic> {
        let (argv, title) = match &run.cmd {
            Command::Shell(line) => (vec!["/bin/sh".into(), "-c".into(), line.clone()], line.clone()),
            Command::Argv(argv) => (argv.clone(), argv.join(" ")),
        };
        let user = match &run.user {
            None => "0:0".to_owned(),
            Some(user) => match owner(user, facts, app) {
                Ok((uid, gid)) => format!("{uid}:{gid}"),
                // The stage's own steps may have made the user; the daemon looks the name up.
                Err(_) if user.value.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c)) => {
                    user.value.clone()
                }
                Err(error) => return Err(error),
            },
        };
        Ok(RunStep {
            argv,
            title,
            env: run.env.iter().map(|(name, value)| (name.value.clone(), value.value.clone())).collect(),
            user,
            network: match run.network.as_ref().map(|network| network.value).unwrap_or_default() {
                Network::Default => "default",
                Network::None => "none",
                Network::Host => "host",
            },
            mounts: self.mounts(run, stage, facts),
            origin: run.span,
        })
    }

    fn mounts(&self, run: &spec::Run, stage: &Stage, facts: Option<&Facts>) -> Vec<RunMount> {
        let cache = run.cache.iter().map(|mount| {
            let target = absolute(&stage.workdir, mount.target.value.trim_end_matches('/'));
            let id = match &mount.id {
                Some(id) => id.value.clone(),
                None => self.cache_id(&target, facts),
            };
            let sharing = match mount.sharing {
                Sharing::Shared => "shared",
                Sharing::Private => "private",
                Sharing::Locked => "locked",
            };
            RunMount::Cache { id: format!("{}/{id}", self.cache_namespace), target, sharing }
        });
        let secrets = run.secrets.iter().map(|secret| match &secret.env {
            Some(name) => RunMount::SecretEnv {
                id: secret.id.value.clone(),
                name: name.value.clone(),
                required: secret.required,
            },
            None => RunMount::SecretFile {
                id: secret.id.value.clone(),
                target: match &secret.target {
                    Some(target) => absolute(&stage.workdir, &target.value),
                    None => format!("/run/secrets/{}", secret.id.value),
                },
                required: secret.required,
            },
        });
        let ssh = run.ssh.iter().map(|id| RunMount::Ssh { id: id.value.clone() });
        let tmpfs =
            run.tmpfs.iter().map(|path| RunMount::Tmpfs { target: absolute(&stage.workdir, &path.value) });
        let binds = run.mounts.iter().map(|mount| RunMount::Bind {
            from: mount.from.as_ref().map_or(CopySource::Context, |name| source(self.spec, &name.value)),
            src: absolute("/", &mount.src.value),
            target: absolute(&stage.workdir, mount.target.value.trim_end_matches('/')),
        });
        cache.chain(secrets).chain(ssh).chain(tmpfs).chain(binds).collect()
    }

    /// The identity of a cache mount that has none: what lies in it may depend on platform and interpreter.
    fn cache_id(&self, target: &str, facts: Option<&Facts>) -> String {
        let interpreter = facts.and_then(|facts| facts.interpreter.as_ref());
        let python = interpreter.map(|interpreter| format!("-python{}", interpreter.version));
        format!("{target}-{}{}", self.platform, python.unwrap_or_default())
    }
}
