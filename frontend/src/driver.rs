//! One build, from the first question to the answer: the only module that asks the daemon.
//!
//! It goes in rounds: the description, the files of the project, images, facts of bases, files that a lock does
//! not name, the graph. What is asked in a round is decided by functions that ask nothing; every Solve carries
//! the cache imports, because on a worker that has nothing, even the first one should find its result elsewhere.

mod ahead;
mod bases;
mod contexts;
mod dependencies;
mod image;
mod images;
mod known;
mod load;
mod python;
mod requests;
mod resolution;
mod session;
mod sources;
mod start;
mod versions;

pub use images::{Image, Images};

use std::collections::BTreeMap;

use crate::answer::{Answer, Failure};
use crate::diag::Checked;
use crate::gateway::Gateway;
use crate::options::{self, Options, Platform};
use crate::run::Environment;
use crate::spec::{self, Spec};
use crate::subrequest::{self, Request};
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
    match request {
        Some(request) => session.told(request, &loaded).await,
        None => Ok(session.images(&loaded).await?.into_answer()),
    }
}

/// Builds the images that the client asks for, and gives them with all that was decided on the way: for hosts that
/// show a plan or a graph, rather than answer a daemon. A sub-request among the options is not looked at.
///
/// # Errors
/// As [`build`].
pub async fn images(gateway: impl Gateway, environment: Environment) -> Result<Images, Failure> {
    let (options, _) = options::parse(&environment.options).into_result().map_err(Failure::input)?;
    let session = Session::new(&gateway, &environment, &options)?;
    let loaded = session.load().await?;
    session.images(&loaded).await
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
