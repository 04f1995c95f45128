//! What the daemon tells a frontend when it starts it: environment variables and one file.

use std::collections::BTreeMap;

use buildkit_llb::Platform;
use buildkit_proto::{keys::env, pb};
use prost::Message as _;
use serde::Deserialize;

use crate::answer::Failure;
use crate::diag::Diagnostic;
use crate::gateway::Caps;
use crate::options::{RawOptions, native_platform, platform};

/// What a frontend is started with.
#[derive(Debug, Clone, Default)]
pub struct Environment {
    /// The options, as sent.
    pub options: RawOptions,
    /// The session of the client, which has its directories.
    pub session: String,
    /// The daemon's workers, the one that builds first.
    pub workers: Vec<Worker>,
    /// What the daemon is part of: `docker`, `buildkit`, or nothing.
    pub product: String,
    /// The graph of this frontend's own image, so that builds can use what is in it.
    pub frontend: Option<pb::Definition>,
    /// What the daemon can do, as it answered the ping.
    pub caps: Caps,
}

/// A worker of the daemon.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct Worker {
    /// Its id.
    #[serde(default)]
    pub id: String,
    /// What it says of itself.
    #[serde(default)]
    pub labels: Option<BTreeMap<String, String>>,
    /// What it can run, its own platform first.
    #[serde(default)]
    pub platforms: Option<Vec<WorkerPlatform>>,
}

/// A platform as a worker tells it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct WorkerPlatform {
    /// `linux`.
    pub os: String,
    /// `amd64`, …
    pub architecture: String,
    /// `v2`, or nothing.
    #[serde(default)]
    pub variant: String,
}

impl Environment {
    /// Reads the environment of this process.
    ///
    /// # Errors
    /// An environment that no daemon makes.
    pub fn of_process() -> Result<Self, Failure> {
        let variables = std::env::vars_os().filter_map(|(name, value)| {
            Some((name.into_string().ok()?, value.to_string_lossy().into_owned()))
        });
        Self::collect(variables, std::fs::read(env::FRONTEND_DEFINITION).ok())
    }

    /// Puts together what the daemon told; `frontend` is the file that holds the graph of our image.
    ///
    /// Each option is a variable of its own, whose value is `KEY=VALUE`; only the first `=` divides.
    ///
    /// # Errors
    /// Workers that are not the JSON that they should be, a graph that is none.
    pub fn collect(
        variables: impl IntoIterator<Item = (String, String)>,
        frontend: Option<Vec<u8>>,
    ) -> Result<Self, Failure> {
        let mut environment = Self::default();
        let mut errors = vec![];
        for (name, value) in variables {
            match name.as_str() {
                env::SESSION_ID => environment.session = value,
                env::EXPORTED_PRODUCT => environment.product = value,
                env::WORKERS if value.is_empty() => {}
                env::WORKERS => match serde_json::from_str::<Option<Vec<Worker>>>(&value) {
                    Ok(workers) => environment.workers = workers.unwrap_or_default(),
                    Err(error) => errors.push(wrong(env::WORKERS, &error)),
                },
                name if name.starts_with(env::OPTION_PREFIX) => {
                    let (key, value) = value.split_once('=').unwrap_or((&value, ""));
                    environment.options.insert(key.to_owned(), value.to_owned());
                }
                _ => {}
            }
        }
        match frontend.map(|bytes| pb::Definition::decode(bytes.as_slice())).transpose() {
            Ok(definition) => environment.frontend = definition,
            Err(error) => errors.push(wrong(env::FRONTEND_DEFINITION, &error)),
        }
        match errors.is_empty() {
            true => Ok(environment),
            false => Err(Failure::input(errors)),
        }
    }

    /// The platform that the daemon builds on: what is not asked for is built for it.
    pub fn builder(&self) -> Platform {
        let first = self.workers.first().and_then(|worker| worker.platforms.as_ref()?.first());
        first.map_or_else(native_platform, |found| platform(&found.os, &found.architecture, &found.variant))
    }
}

fn wrong(what: &str, error: &dyn std::error::Error) -> Diagnostic {
    Diagnostic::error("bad-environment", format!("`{what}` is not what BuildKit writes there: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variables(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn what_a_daemon_sets() {
        let workers = r#"[{"id":"w","labels":{"a":"b"},"platforms":[{"architecture":"aarch64","os":"linux"},
            {"architecture":"arm","os":"linux","variant":"v7"}],"gcPolicy":null}]"#;
        let definition = pb::Definition { def: vec![vec![1, 2]], ..Default::default() };
        let environment = Environment::collect(
            variables(&[
                ("BUILDKIT_FRONTEND_OPT_7", "build-arg:A=b=c d\ne"),
                ("BUILDKIT_FRONTEND_OPT_0", "no-cache="),
                ("BUILDKIT_SESSION_ID", "s"),
                ("BUILDKIT_EXPORTEDPRODUCT", "docker"),
                ("BUILDKIT_WORKERS", workers),
                ("PATH", "/bin"),
            ]),
            Some(definition.encode_to_vec()),
        )
        .unwrap();
        assert_eq!(environment.options["build-arg:A"], "b=c d\ne");
        assert_eq!(environment.options["no-cache"], "");
        assert_eq!((environment.session.as_str(), environment.product.as_str()), ("s", "docker"));
        assert_eq!(environment.builder().name(), "linux/arm64");
        assert_eq!(environment.frontend, Some(definition));
    }

    #[test]
    fn a_daemon_that_tells_nothing() {
        let environment = Environment::collect(variables(&[("BUILDKIT_WORKERS", "null")]), None).unwrap();
        assert_eq!(environment.builder(), native_platform());
    }

    #[test]
    fn what_no_daemon_sets() {
        let broken = Environment::collect(variables(&[("BUILDKIT_WORKERS", "{")]), Some(vec![0xff]));
        let Err(Failure::Input(errors, _)) = broken else { panic!("an error") };
        assert_eq!(errors.len(), 2);
    }
}
