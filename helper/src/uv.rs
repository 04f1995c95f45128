//! The `resolve` and `build` commands: what wheelbase leaves to uv, and makes reproducible around it.
//!
//! Both run on an image with an interpreter and with a network, unlike everything else here: the helper calls uv
//! with an environment that does not depend on the image, and gives what comes out fixed names and times.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::contract::{BuildRequest, IndexInput, MTIME, PYLOCK_PATH, ResolveRequest};
use crate::error::{Context, Error, Result};
use crate::index;
use crate::tree::Tree;

/// Where uv keeps what it downloads; a cache mount of the op.
const CACHE: &str = "/root/.cache/uv";

/// Resolves requirements into the pylock at [`PYLOCK_PATH`].
///
/// Errors: what uv says, if it finds no resolution; whatever the file system refuses.
pub fn resolve(request: &ResolveRequest) -> Result<()> {
    let mut tree = Tree::new(&request.out, &request.ancestors)?;
    let (folder, _) = PYLOCK_PATH.rsplit_once('/').expect("an absolute path");
    tree.directory(folder)?;
    let work = Work::new()?;
    let requirements = work.write("requirements.txt", &request.requirements)?;

    let mut uv = uv(&request.uv, &request.indexes)?;
    uv.args(["pip", "compile", "--quiet", "--no-header", "--no-annotate", "--universal"])
        .args(["--format", "pylock.toml", "--python", &request.interpreter])
        .arg("--output-file")
        .arg(tree.host_path(PYLOCK_PATH)?);
    if request.complete {
        uv.arg("--no-deps");
    }
    if !request.constraints.is_empty() {
        uv.arg("--constraints").arg(work.write("constraints.txt", &request.constraints)?);
    }
    run(uv.arg(requirements), "resolve the requirements")?;
    tree.finish()
}

/// Builds one wheel into the root of `out`.
///
/// Errors: what the build says, and after it what most likely helps; no wheel, or one of another package.
pub fn build(request: &BuildRequest) -> Result<()> {
    let mut uv = uv(&request.uv, &request.indexes)?;
    uv.args(["build", "--wheel", "--no-create-gitignore", "--python", &request.python])
        .args(["--out-dir", &request.out])
        .arg(&request.source)
        // A zip archive holds times. This one is the earliest it can, and never changes.
        .env("SOURCE_DATE_EPOCH", MTIME.to_string())
        .env("PYTHONHASHSEED", "0");
    run(&mut uv, &format!("build a wheel of {}", request.name)).map_err(|error| advise(error, request))?;

    let wheels: Vec<PathBuf> = fs::read_dir(&request.out)
        .context(|| "cannot read what was built")?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "whl"))
        .collect();
    match wheels.as_slice() {
        [_] => Tree::new(&request.out, &[])?.finish(),
        [] => Err(Error::new(format!("the build of {} made no wheel", request.name))),
        _ => Err(Error::new(format!("the build of {} made more than one wheel", request.name))),
    }
}

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

/// Native code needs a compiler, which slim images do not have; the build's own words are already shown.
fn advise(error: Error, request: &BuildRequest) -> Error {
    let path = std::env::var("PATH").unwrap_or_default();
    let has = |program: &str| path.split(':').any(|folder| Path::new(folder).join(program).exists());
    if has("cc") || has("gcc") || has("clang") {
        return Error::new(format!(
            "{error}\nif a header or a library is missing, add its development package to `packages` of \
             `[stages.wheels]`"
        ));
    }
    Error::new(format!(
        "{error}\nthe image in which {} is built has no C compiler; if its sources need one, add it to `packages` \
         of `[stages.wheels]`, for example `packages = [\"gcc\", \"libc6-dev\"]`",
        request.name
    ))
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
