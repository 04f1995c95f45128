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
mod requests;
mod resolution;
mod session;
mod sources;
mod start;
mod versions;

use std::collections::BTreeMap;

use crate::answer::{Answer, Failure, PlatformImage, warning};
use crate::diag::{Checked, Diagnostic};
use crate::gateway::Gateway;
use crate::options::{self, Options, Platform};
use crate::run::Environment;
use crate::spec::{self, Spec};
use crate::subrequest::{self, Request};
use crate::text::Files;
use load::Loaded;
use session::Session;

/// Carries out what the client asks for.
///
/// # Errors
/// Everything that is wrong with the input, in one go; what the daemon refuses; our own mistakes.
pub async fn build(gateway: impl Gateway, environment: Environment) -> Result<Answer, Failure> {
    let (options, _) = options::parse(&environment.options).into_result().map_err(Failure::input)?;
    let request = options.request.as_deref().map(subrequest::find).transpose()?;
    if request == Some(Request::Describe) {
        return Ok(subrequest::describe());
    }
    let session = Session::new(&gateway, &environment, &options)?;
    let loaded = session.load().await?;
    let builder = session.builder();
    let platforms = options.targets(&builder);
    let parsed = parse(&loaded, &options, &builder, &platforms[0]);
    if request == Some(Request::Lint) {
        return Ok(requests::lint_of(parsed.diagnostics(), &loaded));
    }
    let fail = |errors| Failure::Input(errors, loaded.files.clone());
    let (spec, mut warnings) = parsed.into_result().map_err(fail)?;
    let (target, _) = spec.target(options.target.as_deref()).map_err(|error| fail(vec![error]))?;
    match request {
        Some(Request::Outline) => return Ok(requests::outline_of(&spec, target, &warnings, &loaded)),
        Some(Request::Targets) => return Ok(requests::targets_of(&spec, &warnings, &loaded)),
        Some(Request::Describe | Request::Lint) | None => {}
    }

    let mut project = session.project(&loaded, &spec, &warnings).await?;
    let mut images = vec![];
    for platform in platforms {
        let spec = match parse(&loaded, &options, &builder, &platform).into_result() {
            Ok((spec, _)) => spec,
            Err(errors) => return Err(fail(errors)),
        };
        let image = session.platform(&spec, &mut project, target, &platform).await?;
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

/// The description for one platform: its arguments know what is built.
fn parse(loaded: &Loaded, options: &Options, builder: &Platform, platform: &Platform) -> Checked<Spec> {
    let mut args = platform_args("BUILD", builder);
    args.extend(platform_args("TARGET", platform));
    args.extend(options.build_args.clone());
    let contexts = options.named_contexts.iter().map(|(name, _)| name);
    let contexts = contexts.map(|name| name.split_once("::").map_or(name, |(name, _)| name).to_owned());
    spec::parse_with_contexts(&loaded.description, &args, &contexts.collect())
}

/// The arguments that every build has, by BuildKit's names.
fn platform_args(prefix: &str, platform: &Platform) -> BTreeMap<String, String> {
    let parts = [
        ("PLATFORM", platform.to_string()),
        ("OS", platform.os.clone()),
        ("ARCH", platform.architecture.clone()),
        ("VARIANT", platform.variant.clone()),
    ];
    parts.into_iter().map(|(name, value)| (format!("{prefix}{name}"), value)).collect()
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
