//! The `sync` command: uv installs a whole environment by itself, for what the graph cannot do.
//!
//! uv works in the prefix of the image, because what it writes says where it lies. What it leaves there is then
//! taken over into the output, without what the environment's own layer has already.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::Uv;
use crate::contract::{SyncRequest, SyncWhat};
use crate::error::{Context, Error, Result};
use crate::install::compile;
use crate::tree::Tree;

/// Installs into the prefix `venv` and moves what was installed to `out`.
///
/// Errors: what uv says; files of kinds that no package has.
pub fn sync(request: &SyncRequest) -> Result<()> {
    let venv = request.venv.trim_end_matches('/');
    // A base may have an environment there already. It stays below ours, as it does below layers of wheels.
    let mut make = Uv::new(&request.uv, &[])?;
    make.command.args(["venv", "--quiet", "--clear", "--no-project", "--python", &request.interpreter, venv]);
    make.run("make an environment")?;

    let mut uv = Uv::new(&request.uv, &request.indexes)?;
    uv.command.current_dir(&request.project).env("VIRTUAL_ENV", venv).env("UV_PROJECT_ENVIRONMENT", venv);
    match &request.what {
        SyncWhat::Project { groups, extras, member } => {
            uv.command.args(["sync", "--frozen", "--no-editable", "--no-default-groups", "--no-progress"]);
            uv.command.args(["--python", &request.interpreter]);
            for (option, names) in [("--group", groups), ("--extra", extras)] {
                for name in names {
                    uv.command.args([option, name]);
                }
            }
            if let Some(member) = member {
                uv.command.args(["--package", member]);
            }
        }
        SyncWhat::File(file) => {
            uv.command.args(["pip", "install", "--no-progress", "--requirement", file]);
        }
    }
    for page in &request.find_links {
        uv.command.args(["--find-links", page]);
    }
    if request.no_index {
        uv.command.arg("--no-index");
    }
    uv.run("install the dependencies")?;

    let mut tree = Tree::new(&request.out, &request.ancestors)?;
    let lib = format!("{venv}/lib/python{}/site-packages", request.python);
    tree.directory(&lib)?;
    take_over(Path::new(venv), venv, &mut tree, &|path| is_skeleton(path, venv))?;
    if request.bytecode {
        compile(&request.interpreter, &request.out, &tree.host_path(&lib)?)?;
    }
    tree.finish()
}

/// What an environment has before anything is installed into it. The layer of the facts brings it.
fn is_skeleton(path: &str, venv: &str) -> bool {
    let Some(rest) = path.strip_prefix(venv).and_then(|rest| rest.strip_prefix('/')) else { return false };
    let site_packages = rest.split_once("/site-packages/").map(|(_, name)| name);
    match rest.strip_prefix("bin/") {
        Some(name) => {
            name == "activate"
                || name.starts_with("activate.")
                || matches!(name, "activate_this.py" | "deactivate.bat" | "pydoc.bat")
                || name.strip_prefix("python").is_some_and(|version| {
                    let version = version.strip_suffix('t').unwrap_or(version);
                    version.chars().all(|c| c.is_ascii_digit() || c == '.')
                })
        }
        None => {
            matches!(rest, "pyvenv.cfg" | "lib64" | "CACHEDIR.TAG" | ".gitignore" | ".lock")
                || matches!(site_packages, Some("_virtualenv.py" | "_virtualenv.pth"))
        }
    }
}

fn take_over(from: &Path, to: &str, tree: &mut Tree, skip: &dyn Fn(&str) -> bool) -> Result<()> {
    let failed = || format!("cannot read {}", from.display());
    let mut entries =
        fs::read_dir(from).context(failed)?.collect::<std::io::Result<Vec<_>>>().context(failed)?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let name = entry.file_name();
        let Some(name) = name.to_str() else {
            return Err(Error::new(format!("a file in {} has a name that is no UTF-8", from.display())));
        };
        let path = format!("{to}/{name}");
        if skip(&path) || name == "__pycache__" {
            continue;
        }
        let kind = entry.file_type().context(failed)?;
        if kind.is_dir() {
            tree.directory(&path)?;
            take_over(&entry.path(), &path, tree, skip)?;
        } else if kind.is_symlink() {
            let target = fs::read_link(entry.path()).context(failed)?;
            let target = target.to_str().map(str::to_owned);
            tree.link(&path, &target.ok_or_else(|| Error::new(format!("the link {path} is no UTF-8")))?)?;
        } else if kind.is_file() {
            let executable = entry.metadata().context(failed)?.permissions().mode() & 0o111 != 0;
            let mut copy = tree.create(&path, if executable { 0o755 } else { 0o644 })?;
            let mut original = fs::File::open(entry.path()).context(|| format!("cannot read {path}"))?;
            std::io::copy(&mut original, &mut copy).context(|| format!("cannot copy {path}"))?;
        } else {
            return Err(Error::new(format!("{path} is neither file, directory nor link")));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_are_told_from_the_skeleton() {
        let skeleton = |path: &str| is_skeleton(&format!("/opt/venv/{path}"), "/opt/venv");
        for path in [
            "bin/python",
            "bin/python3.13",
            "bin/python3.13t",
            "bin/activate",
            "bin/activate.fish",
            "bin/activate_this.py",
            "pyvenv.cfg",
            "lib64",
            "CACHEDIR.TAG",
        ] {
            assert!(skeleton(path), "{path}");
        }
        for path in [
            "bin/flask",
            "bin/python-argcomplete",
            "bin/activate-global-python-argcomplete",
            "lib/python3.13/site-packages/flask/app.py",
        ] {
            assert!(!skeleton(path), "{path}");
        }
        assert!(skeleton("lib/python3.13/site-packages/_virtualenv.pth"));
    }
}
