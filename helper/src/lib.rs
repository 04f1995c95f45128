//! What wheelbase runs inside a build, without anything of the image that it works on.
//!
//! The helper is one static binary. The frontend puts it into exec ops that have no network; it reads and
//! writes only what those ops mount. Each command takes one JSON argument, or a file with it, whose types are in
//! [`contract`], and writes a tree that is the same, byte for byte, each time: fixed times, fixed modes, sorted order.
//!
//! - [`facts`] reads a base image and writes the first layer of the image.
//! - [`install`] installs wheels into an environment; [`archive`] reads them.
//! - [`directories`] writes directories with exact modes and owners.
//! - [`uv`] has uv resolve what is not locked, build what has no wheel, or install all: the only one with a network.
//! - [`tree`] is the only module that writes; [`root`] the only one that follows the links of a base.

pub mod archive;
pub mod contract;
pub mod directories;
pub mod error;
pub mod facts;
pub mod install;
pub mod root;
pub mod tree;
pub mod uv;

use error::{Context, Error, Result};

/// Carries out the command `name` with its request in JSON, or `@` and the path of a file with it, and gives the
/// warnings for the user.
///
/// Errors: an unknown command, a request that is not as [`contract`] says, whatever the command cannot do.
pub fn run(name: &str, request: &str) -> Result<Vec<String>> {
    let file = request.strip_prefix('@');
    let file = file.map(|path| std::fs::read_to_string(path).context(|| format!("cannot read {path}")));
    let file = file.transpose()?;
    let request = file.as_deref().unwrap_or(request);
    match name {
        "facts" => facts::run(&parse(request)?).map(|()| Vec::new()),
        "install" => install::run(&parse(request)?),
        "directories" => directories::run(&parse(request)?).map(|()| Vec::new()),
        "resolve" => uv::resolve(&parse(request)?).map(|()| Vec::new()),
        "build" => uv::build(&parse(request)?).map(|()| Vec::new()),
        "sync" => uv::sync(&parse(request)?).map(|()| Vec::new()),
        other => Err(Error::new(format!(
            "no command `{other}`: there are facts, install, directories, resolve, build, sync"
        ))),
    }
}

fn parse<T: serde::de::DeserializeOwned>(request: &str) -> Result<T> {
    serde_json::from_str(request).context(|| "the request is not understood")
}
