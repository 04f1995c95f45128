//! The `resolve` command: requirements become a pylock.

use std::fs;
use std::path::Path;

use super::{Uv, Work};
use crate::contract::{Extent, IndexInput, PYLOCK_PATH, ResolveRequest};
use crate::error::{Context, Result};
use crate::tree::Tree;

/// Resolves requirements into the pylock at [`PYLOCK_PATH`].
///
/// Errors: what uv says, if it finds no resolution; whatever the file system refuses.
pub fn resolve(request: &ResolveRequest) -> Result<()> {
    let mut tree = Tree::new(&request.out, &request.ancestors)?;
    let work = Work::new()?;
    let mut found = String::new();
    for indexes in orders(request) {
        found = united(found, &one(request, &indexes, &work)?);
    }
    tree.file(PYLOCK_PATH, useful(&found, request).as_bytes(), 0o644)?;
    tree.finish()
}

/// The orders in which indexes are asked. Of a version that several have, uv takes the files of the first alone. Where
/// the requirements are complete, a lock's checksums decide which file is taken, and it may be any of them: so each index
/// is the first one once.
fn orders(request: &ResolveRequest) -> Vec<Vec<IndexInput>> {
    let rounds = if request.complete && !request.no_index { request.indexes.len().max(1) } else { 1 };
    let order = |round: usize| {
        let mut indexes = request.indexes.clone();
        indexes.rotate_left(round);
        indexes
    };
    (0..rounds).map(order).collect()
}

/// One pylock with the packages of two. What both have in the same words is in it once.
fn united(mut pylock: String, other: &str) -> String {
    const PACKAGE: &str = "[[packages]]\n";
    if pylock.is_empty() {
        return other.to_owned();
    }
    let known: Vec<String> = pylock.split(PACKAGE).map(|package| package.trim_end().to_owned()).collect();
    for package in other.split(PACKAGE).skip(1).map(str::trim_end) {
        if !known.iter().any(|known| known == package) {
            pylock += &format!("\n{PACKAGE}{package}\n");
        }
    }
    pylock
}

/// What uv resolves with the indexes in this order.
fn one(request: &ResolveRequest, indexes: &[IndexInput], work: &Work) -> Result<String> {
    let requirements = work.write("requirements.txt", &request.requirements)?;
    let mut uv = Uv::new(&request.uv, indexes)?;
    uv.command.args(["pip", "compile", "--quiet", "--no-header", "--no-annotate", "--format", "pylock.toml"]);
    uv.command.args(["--python", &request.interpreter]);
    match &request.extent {
        Extent::Interpreter => {}
        Extent::Platform(platform) => {
            uv.command.args(["--python-platform", platform]);
        }
        Extent::Everything => {
            uv.command.arg("--universal");
        }
    }
    for (option, names) in [("--only-binary", &request.only_binary), ("--no-binary", &request.no_binary)] {
        for name in names {
            uv.command.args([option, name]);
        }
    }
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
        // A package is looked for at all indexes, not at the first alone that has one of its name. That is safe here: a
        // file counts only under a checksum that the lock has, so nobody can put another in its place.
        uv.command.args(["--index-strategy", "unsafe-best-match"]);
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
    // What is there would be kept to by the next round.
    fs::remove_file(&written).context(|| "cannot remove what was resolved")?;
    Ok(pylock)
}

/// The pylock without files that are not chosen, whatever the selection: it is part of the image. uv writes each wheel
/// of a list, and each sdist, on a line of its own; what is written otherwise stays.
fn useful(pylock: &str, request: &ResolveRequest) -> String {
    let mut lines = pylock.split_inclusive('\n').peekable();
    let mut kept = String::new();
    while let Some(line) = lines.next() {
        // Where uv chose a file, its wheel is taken, and the sources beside it are not.
        let chosen = request.extent != Extent::Everything
            && line.starts_with("sdist = {")
            && lines.peek().is_some_and(|next| next.starts_with("wheels = ["));
        if !chosen && !is_of_others(line, request) {
            kept.push_str(line);
        }
    }
    kept
}

/// Whether a line is a wheel of a list that neither this machine nor this version of Python can use.
fn is_of_others(line: &str, request: &ResolveRequest) -> bool {
    let entry = line.trim_start().strip_prefix("{ url = \"").and_then(|rest| rest.split('"').next());
    let Some(wheel) = entry.and_then(|url| url.strip_suffix(".whl")) else { return false };
    let mut parts = wheel.rsplit('-');
    let [Some(platforms), Some(abis), Some(_)] = [parts.next(), parts.next(), parts.next()] else {
        return false;
    };
    let machine = |tag: &str| tag == "any" || tag.contains("linux") && tag.ends_with(&request.machine);
    // An ABI of CPython's own is one version's; `abi3` and `none` are not.
    let own = format!("cp{}", request.python.replace('.', ""));
    let python = |tag: &str| !tag.starts_with("cp") && !tag.starts_with("pypy") || tag.starts_with(&own);
    !platforms.split('.').any(machine) || !abis.split('.').any(python)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(extent: Extent) -> ResolveRequest {
        ResolveRequest {
            uv: "/uv".into(),
            out: "/out".into(),
            interpreter: "/python".into(),
            python: "3.13".into(),
            machine: "x86_64".into(),
            extent,
            requirements: vec![],
            constraints: vec![],
            project: None,
            find_links: vec![],
            no_index: false,
            prereleases: false,
            only_binary: vec![],
            no_binary: vec![],
            complete: false,
            indexes: vec![],
            ancestors: vec![],
        }
    }

    #[test]
    fn each_index_is_the_first_once_where_checksums_decide() {
        let index = |name: &str| IndexInput { url: name.to_owned(), authorization: None };
        let shown = |request: &ResolveRequest| -> Vec<String> {
            let names = |order: Vec<IndexInput>| order.into_iter().map(|index| index.url).collect();
            orders(request).into_iter().map(names).collect()
        };
        let indexes = vec![index("a"), index("b"), index("c")];
        let request = ResolveRequest { indexes, ..request(Extent::Everything) };
        assert_eq!(shown(&request), ["abc"]);
        let request = ResolveRequest { complete: true, ..request };
        assert_eq!(shown(&request), ["abc", "bca", "cab"]);
        assert_eq!(shown(&ResolveRequest { indexes: vec![], ..request.clone() }), [""]);
        assert_eq!(shown(&ResolveRequest { no_index: true, ..request }), ["abc"]);
    }

    #[test]
    fn what_two_indexes_have_alike_is_written_once() {
        let package = |name: &str, url: &str| format!("\n[[packages]]\nname = \"{name}\"\nurl = \"{url}\"\n");
        let head = "lock-version = \"1.0\"\n";
        let first = format!("{head}{}{}", package("a", "one"), package("b", "one"));
        let second = format!("{head}{}{}", package("a", "two"), package("b", "one"));
        assert_eq!(united(String::new(), &first), first);
        assert_eq!(united(first.clone(), &first), first);
        assert_eq!(united(first.clone(), &second), first + &package("a", "two"));
    }

    const SDIST: &str = "sdist = { url = \"https://example.com/a-1.tar.gz\" }\n";

    #[test]
    fn wheels_of_others_are_left_out() {
        let wheel =
            |tags: &str| format!("    {{ url = \"https://example.com/a-1-{tags}.whl\", size = 1 }},\n");
        let kept = [
            "cp313-cp313-any",
            "cp313-cp313-manylinux_2_17_x86_64.manylinux2014_x86_64",
            "cp39-abi3-musllinux_1_2_x86_64",
            "py3-none-any",
            "cp38.cp313-cp38.cp313-linux_x86_64",
        ];
        let others = [
            "cp313-cp313-win_amd64",
            "cp313-cp313-macosx_11_0_arm64",
            "cp313-cp313-manylinux2014_aarch64",
            "cp312-cp312-manylinux2014_x86_64",
            "pp311-pypy311_pp73-manylinux2014_x86_64",
        ];
        let (kept, others) = (kept.map(wheel).concat(), others.map(wheel).concat());
        let around = |lines: &str| format!("name = \"a\"\n{SDIST}wheels = [\n{lines}]\n");
        let request = request(Extent::Everything);
        assert_eq!(useful(&around(&(others + &kept)), &request), around(&kept));
        let one = "wheels = [{ url = \"https://example.com/a-1-cp313-cp313-win_amd64.whl\" }]\n";
        assert_eq!(useful(one, &request), one);
    }

    #[test]
    fn sources_of_what_is_a_wheel_are_left_out() {
        let wheels = "wheels = [{ url = \"https://example.com/a-1-py3-none-any.whl\" }]\n";
        let both = format!("{SDIST}{wheels}\n[[packages]]\n{SDIST}");
        let request = request(Extent::Interpreter);
        assert_eq!(useful(&both, &request), format!("{wheels}\n[[packages]]\n{SDIST}"));
    }
}
