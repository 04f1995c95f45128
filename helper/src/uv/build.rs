//! The `build` command: an sdist or a source tree becomes a wheel that fits the app.

use std::fs;
use std::path::Path;

use super::Uv;
use crate::contract::{BuildRequest, Libc, MTIME};
use crate::error::{Context, Error, Result};
use crate::facts;
use crate::root::Root;
use crate::tree::Tree;

/// Builds one wheel into the root of `out`.
///
/// Errors: an image without the app's Python; what the build says, and after it what most likely helps; no wheel, or
/// more than one; a wheel that needs a C library which the app's base does not have.
pub fn build(request: &BuildRequest) -> Result<()> {
    let path = std::env::var("PATH").unwrap_or_default();
    let root = Root::new("/");
    let program = format!("python{}", request.python);
    let Some((interpreter, libc)) = facts::program(&root, &path, &program)? else {
        return Err(no_interpreter(&root, &path, request));
    };
    let mut uv = Uv::new(&request.uv, &request.indexes)?;
    // `env` of the stage is the way to talk to a build: flags of compilers, versions.
    uv.command
        .envs(std::env::vars_os().filter(|(name, _)| name.to_str().is_some_and(|name| !is_of_python(name))));
    uv.command
        .args(["build", "--wheel", "--no-create-gitignore", "--python", &interpreter.path])
        .args(["--out-dir", &request.out])
        .arg(&request.source)
        // A zip archive holds times. This one is the earliest it can, and never changes.
        .env("SOURCE_DATE_EPOCH", MTIME.to_string())
        .env("PYTHONHASHSEED", "0");
    uv.run(&format!("build a wheel of {}", request.name))
        .map_err(|error| advise(error, request, libc, &path))?;

    let wheels: Vec<String> = fs::read_dir(&request.out)
        .context(|| "cannot read what was built")?
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| name.ends_with(".whl"))
        .collect();
    match wheels.as_slice() {
        [wheel] => check_libc(wheel, libc, request)?,
        [] => return Err(Error::new(format!("the build of {} made no wheel", request.name))),
        _ => return Err(Error::new(format!("the build of {} made more than one wheel", request.name))),
    }
    Tree::new(&request.out, &[])?.finish()
}

/// Variables that would change how uv and Python themselves work.
fn is_of_python(name: &str) -> bool {
    ["UV_", "PIP_", "PYTHON", "VIRTUAL_ENV"].iter().any(|prefix| name.starts_with(prefix)) || name == "HOME"
}

/// Code that was compiled for a C library runs with that one, and with newer ones of its kind.
fn check_libc(wheel: &str, built: Option<Libc>, request: &BuildRequest) -> Result<()> {
    let (Some(built), Some(app)) = (built, request.libc) else { return Ok(()) };
    let fits = match (built, app) {
        (Libc::Glibc(major, minor), Libc::Glibc(app_major, app_minor))
        | (Libc::Musl(major, minor), Libc::Musl(app_major, app_minor)) => {
            (major, minor) <= (app_major, app_minor)
        }
        (Libc::Glibc(..), Libc::Musl(..)) | (Libc::Musl(..), Libc::Glibc(..)) => false,
    };
    if fits || wheel.ends_with("-any.whl") {
        return Ok(());
    }
    Err(Error::new(format!(
        "{wheel} was compiled with {}, but the app's base has {}\nthe image in which wheels are built (`from` of \
         `[stages.wheels]`) must have the same C library as the app's, and no newer one",
        shown(built),
        shown(app)
    )))
}

fn shown(libc: Libc) -> String {
    match libc {
        Libc::Glibc(major, minor) => format!("glibc {major}.{minor}"),
        Libc::Musl(major, minor) => format!("musl {major}.{minor}"),
    }
}

fn no_interpreter(root: &Root, path: &str, request: &BuildRequest) -> Error {
    let has = match facts::interpreter(root, path) {
        Ok(Some(interpreter)) => format!("it has Python {}", interpreter.version),
        Ok(None) | Err(_) => "it has no Python at all".to_owned(),
    };
    Error::new(format!(
        "the image in which {} is built has no Python {}, which the app has: {has}\nchange `from` of \
         `[stages.wheels]` to an image with the app's Python, or add that Python to its `packages`",
        request.name, request.python
    ))
}

/// Native code needs a compiler, which slim images do not have; the build's own words are already shown.
fn advise(error: Error, request: &BuildRequest, libc: Option<Libc>, path: &str) -> Error {
    let has = |program: &str| path.split(':').any(|folder| Path::new(folder).join(program).exists());
    if has("cc") || has("gcc") || has("clang") {
        return Error::new(format!(
            "{error}\nif a header or a library is missing, add its development package to `packages` of \
             `[stages.wheels]`"
        ));
    }
    // Where the C library is musl, the packages are most likely Alpine's.
    let packages = match libc {
        Some(Libc::Musl(..)) => "\"build-base\"",
        _ => "\"gcc\", \"libc6-dev\"",
    };
    Error::new(format!(
        "{error}\nthe image in which {} is built has no C compiler; if its sources need one, add it to `packages` \
         of `[stages.wheels]`, for example `packages = [{packages}]`",
        request.name
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(libc: Libc) -> BuildRequest {
        BuildRequest {
            uv: "/uv".into(),
            source: "/src".into(),
            out: "/out".into(),
            python: "3.13".into(),
            libc: Some(libc),
            name: "a".into(),
            indexes: vec![],
        }
    }

    #[test]
    fn a_compiler_that_is_missing_is_named_as_the_base_names_it() {
        let advice =
            |libc| advise(Error::new("it failed"), &request(libc), Some(libc), "/nowhere").to_string();
        assert!(advice(Libc::Glibc(2, 41)).ends_with("for example `packages = [\"gcc\", \"libc6-dev\"]`"));
        assert!(advice(Libc::Musl(1, 2)).ends_with("for example `packages = [\"build-base\"]`"));
    }

    #[test]
    fn native_wheels_fit_the_library_of_the_app() {
        let native = "a-1-cp313-cp313-linux_x86_64.whl";
        let check = |wheel, built, app| check_libc(wheel, Some(built), &request(app)).is_ok();
        assert!(check(native, Libc::Glibc(2, 36), Libc::Glibc(2, 41)));
        assert!(!check(native, Libc::Glibc(2, 41), Libc::Glibc(2, 36)));
        assert!(!check(native, Libc::Glibc(2, 36), Libc::Musl(1, 2)));
        assert!(check("a-1-py3-none-any.whl", Libc::Glibc(2, 41), Libc::Musl(1, 2)));
    }
}
