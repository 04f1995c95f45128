//! The `install` command: wheels go straight from their zip to their place in an environment.
//!
//! Nothing is unpacked twice, no Python is asked for anything but bytecode. What comes out depends on the
//! wheels, their order, the prefix and the minor version of Python, so it may be built for another machine.

mod bytecode;
mod collisions;
mod entry_points;
mod file_name;
mod layout;
mod record;
mod script;
mod unpack;
mod wheel;

use std::fs;
use std::path::{Path, PathBuf};

use crate::contract::{InstallRequest, WheelInput};
use crate::error::{Context, Error, Result};
use crate::tree::Tree;
pub(crate) use bytecode::compile;
use collisions::Owners;
use layout::Layout;
use wheel::Wheel;

/// Installs the wheels of `request`, compiles bytecode if it says so, and gives warnings: files that several
/// wheels hold with different content.
///
/// Errors: a wheel that is broken, is not the one asked for or does not fit; an interpreter that crashes. Each
/// names the wheel.
pub fn run(request: &InstallRequest) -> Result<Vec<String>> {
    let layout = Layout::new(request.venv.trim_end_matches('/'), &request.python)?;
    let mut tree = Tree::new(&request.out, &request.ancestors)?;
    tree.directory(&layout.site_packages)?;
    let mut owners = Owners::default();
    for input in &request.wheels {
        let path = find(Path::new(&request.input), input)?;
        let file_name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let failed = || format!("cannot install {file_name}");
        let mut wheel = Wheel::open(&path, &file_name, input, &request.python).context(failed)?;
        unpack::unpack(&mut wheel, input, &layout, &mut tree, &mut owners).context(failed)?;
    }
    if let Some(interpreter) = &request.compile_with {
        bytecode::compile(interpreter, &request.out, &tree.host_path(&layout.site_packages)?)?;
    }
    tree.finish()?;
    Ok(owners.warnings())
}

/// The file of a wheel below `directory`: the one that is named, or the only one in the directory that is named.
fn find(directory: &Path, input: &WheelInput) -> Result<PathBuf> {
    let path = directory.join(input.file.trim_start_matches('/'));
    if !path.is_dir() {
        return Ok(path);
    }
    let entries = fs::read_dir(&path).context(|| format!("cannot install {}", input.name))?;
    let mut wheels: Vec<PathBuf> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "whl"))
        .collect();
    wheels.sort();
    match wheels.as_slice() {
        [one] => Ok(one.clone()),
        [] => Err(Error::new(format!("cannot install {}: its build left no wheel", input.name))),
        several => {
            Err(Error::new(format!("cannot install {}: its build left {} wheels", input.name, several.len())))
        }
    }
}
