//! Which C library a program is linked with, by the loader that it asks for, and its version, by the text that
//! the library carries.

use std::path::{Path, PathBuf};

use super::elf::Elf;
use super::text::{after, two_numbers, until_nul};
use crate::contract::Libc;
use crate::error::{Context, Result};
use crate::root::Root;

/// Where C libraries lie when they are not beside their loader.
const LIBRARY_DIRECTORIES: [&str; 4] = ["/lib", "/usr/lib", "/lib64", "/usr/lib64"];

/// The loader of the program at `path`; `None` if it is static or not ELF.
///
/// Errors: a program that cannot be read.
pub(super) fn loader_of(root: &Root, path: &Path) -> Result<Option<String>> {
    let program = std::fs::read(root.host(path)).context(|| format!("cannot read {}", path.display()))?;
    Ok(Elf::parse(&program).and_then(|elf| elf.loader))
}

/// The C library that `loader` belongs to; `None` if it is not one that we know.
///
/// Errors: a library that cannot be read.
pub(super) fn read(root: &Root, loader: &str) -> Result<Option<Libc>> {
    let name = loader.rsplit('/').next().unwrap_or_default();
    let Some(content) = root.read(loader)? else { return Ok(None) };
    if name.starts_with("ld-musl-") {
        return Ok(musl_version(&content).map(|(major, minor)| Libc::Musl(major, minor)));
    }
    let mut version = None;
    for directory in library_directories(root, loader) {
        if let Some(content) = root.read(directory.join("libc.so.6"))? {
            version = glibc_version(&content);
        }
        if version.is_some() {
            break;
        }
    }
    // The loader of glibc carries the same text since 2.33.
    Ok(version.or_else(|| glibc_version(&content)).map(|(major, minor)| Libc::Glibc(major, minor)))
}

/// Where the C library of `loader` may be: beside it, then in the usual directories and, as Debian has them,
/// in those below for one machine each.
fn library_directories(root: &Root, loader: &str) -> Vec<PathBuf> {
    let beside = root.find(loader).and_then(|(path, _)| path.parent().map(Path::to_owned));
    let mut directories: Vec<PathBuf> = beside.into_iter().collect();
    for directory in LIBRARY_DIRECTORIES.map(Path::new) {
        directories.push(directory.to_owned());
        let names = root.names(directory).into_iter();
        let for_machine = names.filter(|name| name.to_string_lossy().contains("-linux-gnu"));
        directories.extend(for_machine.map(|name| directory.join(name)));
    }
    directories
}

/// From `GNU C Library (Debian GLIBC 2.36-9) stable release version 2.36.`; the words between differ, and a
/// loader calls itself `ld.so`.
fn glibc_version(content: &[u8]) -> Option<(u32, u32)> {
    after(content, b" release version ").find_map(two_numbers)
}

/// musl prints `musl libc (x86_64)` and, from another string, `1.2.5`.
fn musl_version(content: &[u8]) -> Option<(u32, u32)> {
    after(content, b"\0").map(until_nul).find_map(|text| {
        let numbers: Vec<&str> = text.split('-').next()?.split('.').collect();
        let all_numbers = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        let is_version = numbers.len() == 3 && numbers.iter().all(all_numbers);
        if is_version { two_numbers(text.as_bytes()) } else { None }
    })
}
