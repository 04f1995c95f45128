//! The `resolve` command: requirements become a pylock.

use std::fs;
use std::path::Path;

use super::{Uv, Work};
use crate::contract::{PYLOCK_PATH, ResolveRequest};
use crate::error::{Context, Result};
use crate::tree::Tree;

/// Resolves requirements into the pylock at [`PYLOCK_PATH`].
///
/// Errors: what uv says, if it finds no resolution; whatever the file system refuses.
pub fn resolve(request: &ResolveRequest) -> Result<()> {
    let mut tree = Tree::new(&request.out, &request.ancestors)?;
    let work = Work::new()?;
    let requirements = work.write("requirements.txt", &request.requirements)?;

    let mut uv = Uv::new(&request.uv, &request.indexes)?;
    uv.command.args(["pip", "compile", "--quiet", "--no-header", "--no-annotate", "--universal"]).args([
        "--format",
        "pylock.toml",
        "--python",
        &request.interpreter,
    ]);
    // Paths in a pylock are relative to where it is written.
    let written = match &request.project {
        Some(project) => {
            uv.command.current_dir(project);
            Path::new(project).join("pylock.wheelbase.toml")
        }
        None => work.0.join("pylock.toml"),
    };
    uv.command.arg("--output-file").arg(&written);
    for page in &request.find_links {
        uv.command.args(["--find-links", page]);
    }
    if request.no_index {
        uv.command.arg("--no-index");
    }
    if request.complete {
        uv.command.arg("--no-deps");
    }
    if request.prereleases {
        uv.command.args(["--prerelease", "allow"]);
    }
    if !request.constraints.is_empty() {
        uv.command.arg("--constraints").arg(work.write("constraints.txt", &request.constraints)?);
    }
    uv.command.arg(requirements);
    uv.run("resolve the requirements")?;
    let pylock = fs::read_to_string(&written).context(|| "cannot read what was resolved")?;
    tree.file(PYLOCK_PATH, without_others(&pylock, &request.machine).as_bytes(), 0o644)?;
    tree.finish()
}

/// The pylock without the wheels of other systems and machines: it is part of the image. uv writes each wheel of a list
/// on a line of its own; what is written otherwise stays.
fn without_others(pylock: &str, machine: &str) -> String {
    let other = |line: &&str| {
        let entry = line.trim_start().strip_prefix("{ url = \"").and_then(|rest| rest.split('"').next());
        let platforms = entry.and_then(|url| url.strip_suffix(".whl")?.rsplit('-').next());
        platforms.is_some_and(|platforms| {
            let fits = |tag: &str| tag == "any" || tag.contains("linux") && tag.ends_with(machine);
            !platforms.split('.').any(fits)
        })
    };
    pylock.split_inclusive('\n').filter(|line| !other(line)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wheels_of_others_are_left_out() {
        let wheel = |tag: &str| {
            format!("    {{ url = \"https://example.com/a-1-cp313-cp313-{tag}.whl\", size = 1 }},\n")
        };
        let kept =
            ["any", "manylinux_2_17_x86_64.manylinux2014_x86_64", "musllinux_1_2_x86_64"].map(wheel).concat();
        let all = ["win_amd64", "macosx_11_0_arm64", "manylinux2014_aarch64", "macosx_10_9_x86_64"]
            .map(wheel)
            .concat();
        let around = |lines: &str| format!("name = \"a\"\nwheels = [\n{lines}]\n");
        assert_eq!(without_others(&around(&(all + &kept)), "x86_64"), around(&kept));
        let one = "wheels = [{ url = \"https://example.com/a-1-cp313-cp313-win_amd64.whl\" }]\n";
        assert_eq!(without_others(one, "x86_64"), one);
    }
}
