//! What wheelbase leaves to uv, and makes reproducible around it: the commands `resolve`, `build` and `sync`.
//!
//! They run on an image with an interpreter and with a network, unlike everything else here: the helper calls uv
//! with an environment that does not depend on the image, and gives what comes out fixed names and times.

mod build;
mod index;
mod resolve;
mod sync;

pub use build::build;
pub use resolve::resolve;
pub use sync::sync;

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::contract::IndexInput;
use crate::error::{Context, Error, Result};

/// Where uv keeps what it downloads; a cache mount of the op.
const CACHE: &str = "/root/.cache/uv";

/// uv with nothing of the image's environment but its search path, proxies and certificates.
fn uv(program: &str, indexes: &[IndexInput]) -> Result<Command> {
    let kept = |name: &str| {
        let upper = name.to_ascii_uppercase();
        upper == "PATH" || upper.ends_with("_PROXY") || upper.starts_with("SSL_CERT_")
    };
    let mut uv = Command::new(program);
    uv.env_clear()
        .envs(std::env::vars_os().filter(|(name, _)| name.to_str().is_some_and(kept)))
        .env("HOME", "/root")
        .env("LC_ALL", "C.UTF-8")
        .env("UV_CACHE_DIR", CACHE)
        .env("UV_LINK_MODE", "copy")
        .env("UV_NO_CONFIG", "1")
        .env("UV_NO_PROGRESS", "1")
        .env("UV_PYTHON_DOWNLOADS", "never")
        .env("UV_SYSTEM_CERTS", "1")
        .envs(index::variables(indexes)?);
    Ok(uv)
}

fn run(command: &mut Command, what: &str) -> Result<()> {
    let status = command.status().context(|| format!("cannot {what}: cannot start uv"))?;
    if status.success() { Ok(()) } else { Err(Error::new(format!("cannot {what}: uv failed ({status})"))) }
}

/// A folder for uv's input, gone with the value.
struct Work(PathBuf);

impl Work {
    fn new() -> Result<Self> {
        let folder = PathBuf::from("/tmp/wheelbase");
        fs::create_dir_all(&folder).context(|| "cannot make a temporary folder")?;
        Ok(Self(folder))
    }

    fn write(&self, name: &str, lines: &[String]) -> Result<PathBuf> {
        let path = self.0.join(name);
        fs::write(&path, lines.join("\n") + "\n").context(|| format!("cannot write {name}"))?;
        Ok(path)
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        // What is left behind lies in a root that the op throws away.
        let _ = fs::remove_dir_all(&self.0);
    }
}
