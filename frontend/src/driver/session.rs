//! What a whole build shares: the daemon, what the client said, our own image.

use std::collections::BTreeSet;
use std::future::Future;

use buildkit_llb::{Fs, Output, definition, missing_caps, verify};
use buildkit_proto::{caps, pb};
use futures_util::future::join_all;

use crate::answer::Failure;
use crate::diag::Diagnostic;
use crate::gateway::{Gateway, RefId, SolveRequest};
use crate::options::{Options, Platform};
use crate::run::Environment;

/// A build under way.
pub(super) struct Session<'a, G> {
    pub(super) gateway: &'a G,
    pub(super) environment: &'a Environment,
    pub(super) options: &'a Options,
    /// Our own image, in which the helper is.
    pub(super) own_image: Fs,
    enabled: BTreeSet<String>,
}

impl<'a, G: Gateway> Session<'a, G> {
    /// # Errors
    /// A daemon that does not hand over our own image: without it there is no helper.
    pub(super) fn new(
        gateway: &'a G,
        environment: &'a Environment,
        options: &'a Options,
    ) -> Result<Self, Failure> {
        let Some(own) = &environment.frontend else {
            let error =
                Diagnostic::error("old-buildkit", "this BuildKit does not hand a frontend its own image")
                    .help("update to BuildKit 0.13 (Docker 26) or newer");
            return Err(Failure::input(vec![error]));
        };
        let own_image =
            buildkit_llb::from_definition(own).map_err(|error| Failure::Bug(error.to_string()))?;
        let enabled = environment.caps.all_llb().clone();
        Ok(Self { gateway, environment, options, own_image, enabled })
    }

    /// The platform that the builder itself runs on.
    pub(super) fn builder(&self) -> Platform {
        self.environment.builder()
    }

    /// Whether the daemon can merge.
    pub(super) fn merges(&self) -> bool {
        self.environment.caps.llb("mergeop")
    }

    /// Hands over a graph; with `evaluate`, waits for its result.
    pub(super) async fn solve(&self, fs: &Fs, evaluate: bool) -> Result<RefId, Failure> {
        let definition = match fs {
            Fs::Scratch => pb::Definition::default(),
            Fs::Output(output) => self.definition(output)?,
        };
        let cache_imports = self.options.cache_imports.clone();
        Ok(self.gateway.solve(SolveRequest { definition, cache_imports, evaluate }).await?)
    }

    /// The graph of a result, checked against our rules and what the daemon can do.
    fn definition(&self, output: &Output) -> Result<pb::Definition, Failure> {
        let definition = definition(output);
        let violations = verify(&definition);
        if let Some(violation) = violations.first() {
            return Err(Failure::Bug(format!("the graph is wrong: {violation}")));
        }
        let missing = missing_caps(&definition, &self.enabled);
        if missing.is_empty() || self.enabled.is_empty() {
            return Ok(definition);
        }
        let errors = missing.into_iter().map(|missing| {
            let message =
                format!("this BuildKit cannot do `{}`, which `{}` needs", missing.cap, missing.needed_by);
            let error = Diagnostic::error("old-buildkit", message);
            match caps::since(&missing.cap) {
                Some(version) => error.help(format!("that needs BuildKit {version} or newer")),
                None => error.help("update BuildKit"),
            }
        });
        Err(Failure::input(errors.collect()))
    }
}

/// Asks several things at once and waits for all of them. Of what goes wrong, the first is given, in the order of the
/// questions: whichever the daemon answers first, the same build says the same.
pub(super) async fn all<T>(
    questions: impl IntoIterator<Item = impl Future<Output = Result<T, Failure>>>,
) -> Result<Vec<T>, Failure> {
    join_all(questions).await.into_iter().collect()
}
