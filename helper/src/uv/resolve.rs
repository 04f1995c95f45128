//! The `resolve` command: requirements become a pylock.

use std::fs;
use std::path::Path;

use super::{Work, run, uv};
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

    let mut uv = uv(&request.uv, &request.indexes)?;
    uv.args(["pip", "compile", "--quiet", "--no-header", "--no-annotate", "--universal"]).args([
        "--format",
        "pylock.toml",
        "--python",
        &request.interpreter,
    ]);
    // Paths in a pylock are relative to where it is written.
    let written = match &request.project {
        Some(project) => {
            uv.current_dir(project);
            Path::new(project).join("pylock.wheelbase.toml")
        }
        None => work.0.join("pylock.toml"),
    };
    uv.arg("--output-file").arg(&written);
    for page in &request.find_links {
        uv.args(["--find-links", page]);
    }
    if request.no_index {
        uv.arg("--no-index");
    }
    if request.complete {
        uv.arg("--no-deps");
    }
    if request.prereleases {
        uv.args(["--prerelease", "allow"]);
    }
    if !request.constraints.is_empty() {
        uv.arg("--constraints").arg(work.write("constraints.txt", &request.constraints)?);
    }
    run(uv.arg(requirements), "resolve the requirements")?;
    let pylock = fs::read(&written).context(|| "cannot read what was resolved")?;
    tree.file(PYLOCK_PATH, &pylock, 0o644)?;
    tree.finish()
}
