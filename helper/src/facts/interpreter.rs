//! Finds the Python interpreter of a base, and what it is, without running it.
//!
//! Its name says the minor version and the ABI flags, its bytes the machine and the full version. Where the
//! name says less (`/usr/bin/python3` that is a file), the directory of its standard library says it.

use std::ffi::OsStr;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::elf::Elf;
use super::text::{after, number, until_nul};
use crate::contract::Interpreter;
use crate::error::{Context, Result};
use crate::root::Root;

/// An interpreter, and the loader that it asks for.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) interpreter: Interpreter,
    pub(super) loader: Option<String>,
}

/// The first interpreter along `path` (directories with `:` between): `python3`, else `python`, else the
/// `python3.N` with the highest N. Scripts that stand in for an interpreter (pyenv's shims) are none.
///
/// Errors: a program that cannot be read.
pub(super) fn find(root: &Root, path: &str) -> Result<Option<Found>> {
    for candidate in candidates(root, path) {
        if let Some(found) = examine(root, &candidate)? {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

/// The first interpreter of this very name along `path`.
///
/// Errors: a program that cannot be read.
pub(super) fn named(root: &Root, path: &str, name: &str) -> Result<Option<Found>> {
    for directory in path.split(':').map(Path::new).filter(|entry| entry.is_absolute()) {
        if let Some(found) = examine(root, &directory.join(name))? {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

/// Where an interpreter may be, best first.
fn candidates(root: &Root, path: &str) -> Vec<PathBuf> {
    let directories: Vec<&Path> =
        path.split(':').map(Path::new).filter(|entry| entry.is_absolute()).collect();
    let mut candidates = Vec::new();
    for name in ["python3", "python"] {
        candidates.extend(directories.iter().map(|directory| directory.join(name)));
    }
    let mut versioned = Vec::new();
    for directory in directories {
        for name in root.names(directory) {
            if let Some((minor, flags)) = version_of_name(&name, "python") {
                versioned.push((minor, flags, directory.join(name)));
            }
        }
    }
    // Stable: of equal versions the one that comes first along the path. Builds without flags are the usual.
    versioned.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    candidates.extend(versioned.into_iter().map(|(_, _, path)| path));
    candidates
}

/// What the program at `candidate` is; `None` if it is no interpreter, or not there.
fn examine(root: &Root, candidate: &Path) -> Result<Option<Found>> {
    let Some((path, metadata)) = root.find(candidate) else { return Ok(None) };
    if !metadata.is_file() || metadata.permissions().mode() & 0o111 == 0 {
        return Ok(None);
    }
    let program = std::fs::read(root.host(&path)).context(|| format!("cannot read {}", path.display()))?;
    let Some(Elf { machine: Some(machine), loader }) = Elf::parse(&program) else { return Ok(None) };
    let Some(shown) = path.to_str() else { return Ok(None) };
    let name = path.file_name().unwrap_or_default();
    let implementation = implementation(name);
    let Some((minor, flags)) =
        version_of_name(name, stem_of(implementation)).or_else(|| version_of_library(root, &path))
    else {
        return Ok(None);
    };
    let flags = if flags.is_empty() { flags_of_library(root, &path, minor) } else { flags };
    let Some(version) = full_version(root, &path, &program, minor, &flags)? else { return Ok(None) };
    let interpreter = Interpreter {
        path: shown.to_owned(),
        implementation: implementation.to_owned(),
        version,
        abi_flags: flags,
        machine: machine.to_owned(),
        from_packages: false,
    };
    Ok(Some(Found { interpreter, loader }))
}

/// `implementation_name` of PEP 508, by the name of the program.
fn implementation(name: &OsStr) -> &'static str {
    match name.to_string_lossy() {
        name if name.starts_with("pypy") => "pypy",
        name if name.starts_with("graalpy") => "graalpy",
        _ => "cpython",
    }
}

fn stem_of(implementation: &str) -> &str {
    if implementation == "cpython" { "python" } else { implementation }
}

/// `python3.13t`: minor version 13 and flags `t`; nothing for other names.
fn version_of_name(name: &OsStr, stem: &str) -> Option<(u32, String)> {
    let rest = name.to_str()?.strip_prefix(stem)?.strip_prefix("3.")?;
    let (minor, flags) = number(rest.as_bytes())?;
    matches!(flags, b"" | b"t" | b"d" | b"td" | b"m")
        .then(|| (minor, String::from_utf8_lossy(flags).into_owned()))
}

/// The version of the only `lib/python3.N` beside the interpreter's directory.
fn version_of_library(root: &Root, interpreter: &Path) -> Option<(u32, String)> {
    let prefix = interpreter.parent()?.parent()?;
    let names = ["lib", "lib64"].into_iter().flat_map(|lib| root.names(prefix.join(lib)));
    let mut versions: Vec<(u32, String)> =
        names.filter_map(|name| version_of_name(&name, "python")).collect();
    versions.sort();
    versions.dedup();
    if versions.len() == 1 { versions.pop() } else { None }
}

/// A free-threaded build is also installed under the name without its flag; its library directory has it.
fn flags_of_library(root: &Root, interpreter: &Path, minor: u32) -> String {
    let Some(prefix) = interpreter.parent().and_then(Path::parent) else { return String::new() };
    let has_library =
        |flag: &str| root.find(prefix.join(format!("lib/python3.{minor}{flag}/os.py"))).is_some();
    if has_library("t") && !has_library("") { "t".to_owned() } else { String::new() }
}

/// The full version: the text that the program carries, or its shared library, or the header file.
fn full_version(
    root: &Root,
    interpreter: &Path,
    program: &[u8],
    minor: u32,
    flags: &str,
) -> Result<Option<String>> {
    let header = header_version(root, interpreter, minor, flags)?;
    let mut versions = versions_in(program, minor);
    for library in libraries(root, interpreter, minor, flags) {
        if !versions.is_empty() {
            break;
        }
        versions = root.read(library)?.map(|content| versions_in(&content, minor)).unwrap_or_default();
    }
    Ok(match versions.as_slice() {
        [one] => Some(one.clone()),
        [] => header,
        // Something else looks like a version too: the header decides, if there is one.
        [first, ..] => header.filter(|header| versions.contains(header)).or_else(|| Some(first.clone())),
    })
}

/// Where the shared library of an interpreter may be.
fn libraries(root: &Root, interpreter: &Path, minor: u32, flags: &str) -> Vec<PathBuf> {
    let Some(prefix) = interpreter.parent().and_then(Path::parent) else { return Vec::new() };
    let mut directories = vec![prefix.join("lib"), prefix.join("lib64")];
    let machine_directories = root.names(prefix.join("lib")).into_iter();
    let machine_directories = machine_directories.filter(|name| name.to_string_lossy().contains("-linux-"));
    directories.extend(machine_directories.map(|name| prefix.join("lib").join(name)));
    // Until Python 3.7 the usual build had the flag `m`, which the names of its programs may lack.
    let names: Vec<String> = [flags, "m"].map(|flags| format!("libpython3.{minor}{flags}.so.1.0")).into();
    directories.iter().flat_map(|directory| names.iter().map(move |name| directory.join(name))).collect()
}

/// `PY_VERSION` of the header file that lies beside the interpreter, if there is one.
fn header_version(root: &Root, interpreter: &Path, minor: u32, flags: &str) -> Result<Option<String>> {
    let Some(prefix) = interpreter.parent().and_then(Path::parent) else { return Ok(None) };
    let stem = stem_of(implementation(interpreter.file_name().unwrap_or_default()));
    let header = prefix.join(format!("include/{stem}3.{minor}{flags}/patchlevel.h"));
    let Some(content) = root.read(header)? else { return Ok(None) };
    let text = String::from_utf8_lossy(&content).into_owned();
    let value = text.lines().find_map(|line| {
        let mut words = line.split_whitespace();
        (words.next() == Some("#define") && words.next() == Some("PY_VERSION"))
            .then(|| words.next())
            .flatten()
    });
    Ok(value.and_then(|value| as_version(value.trim_matches('"'), minor)))
}

/// All texts of a program that are a version of Python 3.`minor`, without repetition. Linkers store a text that
/// is the end of another only once, so the version may be the end of a prefix such as `/opt/python-3.12.4`; such
/// ends come after the texts that are nothing but a version.
fn versions_in(program: &[u8], minor: u32) -> Vec<String> {
    let mut versions = Vec::new();
    for before in ["\0", "/", "-", " "] {
        let start = format!("{before}3.{minor}.");
        for rest in after(program, start.as_bytes()) {
            let text = format!("3.{minor}.{}", until_nul(&rest[..rest.len().min(16)]));
            if let Some(version) = as_version(&text, minor).filter(|version| !versions.contains(version)) {
                versions.push(version);
            }
        }
    }
    versions
}

/// `3.12.4`, `3.14.0rc1`; a `+` at the end (built from a repository) is left out.
fn as_version(text: &str, minor: u32) -> Option<String> {
    let text = text.strip_suffix('+').unwrap_or(text);
    let rest = text.strip_prefix(&format!("3.{minor}."))?;
    let (_, stage) = number(rest.as_bytes())?;
    let pre_release =
        |name: &[u8]| stage.strip_prefix(name).and_then(number).is_some_and(|(_, end)| end.is_empty());
    (stage.is_empty() || [&b"a"[..], b"b", b"rc"].into_iter().any(pre_release)).then(|| text.to_owned())
}
