//! The `facts` command: what has to be known of a base image, and the first layer on top of it.
//!
//! Everything is read from files; nothing of the base is run, so it may be of another machine. What is found
//! is also in the layer, so that a worker that never saw the base can read it there.

mod distribution;
mod dpkg;
mod elf;
mod interpreter;
mod layer;
mod libc;
mod text;
mod users;
mod walk;

use crate::contract::{Facts, FactsRequest, Interpreter, Libc};
use crate::error::Result;
use crate::root::Root;

/// Reads the facts of `request.base` and writes the first layer to `request.out`.
///
/// Errors: a base that cannot be read; a user whose lines or home cannot be made.
pub fn run(request: &FactsRequest) -> Result<()> {
    let root = Root::new(&request.base);
    let mut facts = read(&root, &request.path)?;
    if let (Some(before), Some(interpreter)) = (&request.before_packages, &mut facts.interpreter) {
        let image = interpreter::find(&Root::new(before), &request.path)?;
        interpreter.from_packages = image.is_none_or(|image| image.interpreter.path != interpreter.path);
    }
    layer::write(&root, &facts, request)
}

/// The facts of the tree `root`, whose interpreter is looked for along `path`.
///
/// Errors: a tree that cannot be read.
pub fn read(root: &Root, path: &str) -> Result<Facts> {
    let found = interpreter::find(root, path)?;
    let shell = root.find("/bin/sh").filter(|(_, metadata)| metadata.is_file());
    let loader = match &found {
        Some(found) => found.loader.clone(),
        None => shell.as_ref().map(|(path, _)| libc::loader_of(root, path)).transpose()?.flatten(),
    };
    let (directories, directory_links) = walk::walk(root)?;
    Ok(Facts {
        libc: loader.map(|loader| libc::read(root, &loader)).transpose()?.flatten(),
        interpreter: found.map(|found| found.interpreter),
        distribution: distribution::read(root)?,
        shell: shell.is_some(),
        unconfigured: dpkg::unconfigured(root)?,
        users: users::read_users(root)?,
        groups: users::read_groups(root)?,
        directories,
        directory_links,
    })
}

/// The interpreter of `root` that is found along `path`, if there is one.
///
/// Errors: a program that cannot be read.
pub fn interpreter(root: &Root, path: &str) -> Result<Option<Interpreter>> {
    Ok(interpreter::find(root, path)?.map(|found| found.interpreter))
}

/// The interpreter of a given name (`python3.12`) along `path`, and its C library.
///
/// Errors: a program that cannot be read.
pub fn program(root: &Root, path: &str, name: &str) -> Result<Option<(Interpreter, Option<Libc>)>> {
    let Some(found) = interpreter::named(root, path, name)? else { return Ok(None) };
    let libc = found.loader.map(|loader| libc::read(root, &loader)).transpose()?.flatten();
    Ok(Some((found.interpreter, libc)))
}
