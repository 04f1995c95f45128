//! One build, from the first question to the answer: the only module that asks the daemon.
//!
//! It goes in rounds: the description, the files of the project, images, facts of bases, files that a lock does
//! not name, the graph. What is asked in a round is decided by functions that ask nothing; every Solve carries
//! the cache imports, because on a worker that has nothing, even the first one should find its result elsewhere.

mod contexts;
mod dependencies;
mod image;
mod load;
mod python;
mod session;
mod sources;

use buildkit_proto::pb;

use crate::answer::{Answer, Failure, PlatformImage, warning};
use crate::diag::Diagnostic;
use crate::gateway::Gateway;
use crate::options::{self, Options};
use crate::run::Environment;
use crate::spec::Spec;
use crate::text::Files;
use load::Loaded;
use session::Session;

/// Carries out what the client asks for.
///
/// # Errors
/// Everything that is wrong with the input, in one go; what the daemon refuses; our own mistakes.
pub async fn build(gateway: impl Gateway, environment: Environment) -> Result<Answer, Failure> {
    let (options, _) = options::parse(&environment.options).into_result().map_err(Failure::input)?;
    let session = Session::new(&gateway, &environment, &options)?;
    let loaded = session.load().await?;
    let (spec, mut warnings) = match parse(&loaded, &options) {
        Ok(parsed) => parsed,
        Err(diagnostics) => return Err(Failure::Input(diagnostics, loaded.files)),
    };
    let target =
        target(&spec, &options).map_err(|error| Failure::Input(vec![error], loaded.files.clone()))?;
    let mut project = session.project(loaded, &spec).await?;

    let builder = session.builder();
    let mut images = vec![];
    for platform in options.targets(&builder) {
        let image = session.platform(&spec, &mut project, &target, &platform).await?;
        warnings.extend(image.warnings);
        images.push(PlatformImage {
            platform,
            reference: image.reference,
            config: image.config,
            base_config: image.base_config,
        });
    }
    session.show(&warnings, &project.files, &project.vertex).await?;
    Ok(Answer::images(images, options.by_platform))
}

/// The description, and what is to be said about it.
fn parse(loaded: &Loaded, options: &Options) -> Result<(Spec, Vec<Diagnostic>), Vec<Diagnostic>> {
    crate::spec::parse(&loaded.description, &options.build_args).into_result()
}

/// The stage that is wanted.
fn target(spec: &Spec, options: &Options) -> Result<String, Diagnostic> {
    let Some(target) = &options.target else { return Ok("app".to_owned()) };
    let found = spec.stages.keys().find(|name| name.eq_ignore_ascii_case(target));
    found.cloned().ok_or_else(|| {
        let error = Diagnostic::error("unknown-target", format!("there is no stage `{target}`"));
        let names: Vec<&str> = spec.stages.keys().map(String::as_str).collect();
        match crate::diag::did_you_mean(target, names.iter().copied()) {
            Some(name) => error.help(format!("did you mean `{name}`?")),
            None => error.help(format!("there are {}", names.join(", "))),
        }
    })
}

impl<G: Gateway> Session<'_, G> {
    /// Shows warnings, each once, with a vertex that the user has already seen.
    async fn show(&self, warnings: &[Diagnostic], files: &Files, vertex: &str) -> Result<(), Failure> {
        let mut shown: Vec<&Diagnostic> = vec![];
        for diagnostic in warnings {
            if !shown.contains(&diagnostic) {
                shown.push(diagnostic);
                self.gateway.warn(warning(diagnostic, files, vertex)).await?;
            }
        }
        Ok(())
    }
}

/// The platform as the graph has it.
fn llb_platform(platform: &options::Platform) -> buildkit_llb::Platform {
    let pb::Platform { architecture, os, variant, .. } = platform.to_pb();
    buildkit_llb::Platform { os, architecture, variant }
}
