//! Resolutions by uv, in a step of their own: of what is not locked, and of files that a lock knows by checksum alone.

use buildkit_llb::Fs;
use wheelbase_helper::contract::{Facts, Interpreter, Libc, PYLOCK_PATH};

use super::session::Session;
use crate::answer::Failure;
use crate::gateway::Gateway;
use crate::lock::name::normalise;
use crate::lock::{self, Binary, Format, Lock, Others, Read, Request, Unlocked};
use crate::lower::{Surroundings, lower_resolution};
use crate::plan::{Indexes, Plan, Resolution, VENV, library_version, place};
use crate::select::{Artifact, Selection};
use crate::text::{Files, Span};

impl<G: Gateway> Session<'_, G> {
    /// Has a resolution made, and reads what came out of it: a lock, in files of its own.
    pub(super) async fn resolve(
        &self,
        resolution: &Resolution,
        prepared: &Plan,
        around: &Surroundings<'_>,
    ) -> Result<(Lock, Files), Failure> {
        let output = lower_resolution(prepared, resolution, around);
        let reference = self.solve(&Fs::Output(output), false).await?;
        let bytes = self.gateway.read_file(&reference, PYLOCK_PATH).await?;
        let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
        let text = text.ok_or_else(|| Failure::Bug("the resolution left no pylock".to_owned()))?;
        let mut files = Files::default();
        let file = files.add("pylock.toml", text);
        match lock::read(&file, &Others::new(), &Request::default()).into_result() {
            Ok((Read::Locked(lock), _)) => Ok((lock, files)),
            Ok(_) => Err(Failure::Bug("the resolution is no lock".to_owned())),
            Err(errors) => Err(Failure::Input(errors, files)),
        }
    }
}

/// The resolution of what is not locked. `binary` is what the description and the file say of wheels and sdists,
/// `packages` are the system packages of the stage.
pub(super) fn resolution(
    unlocked: &Unlocked,
    binary: &Binary,
    indexes: &Indexes,
    interpreter: &Interpreter,
    facts: &Facts,
    packages: &[String],
) -> Resolution {
    let sorted = |lines: &[String]| {
        let mut lines = lines.to_vec();
        lines.sort();
        lines.dedup();
        lines
    };
    let (only_binary, no_binary) = arguments(unlocked, binary);
    Resolution {
        requirements: sorted(&unlocked.requirements),
        constraints: sorted(&unlocked.constraints),
        trees: unlocked.trees.clone(),
        find_links: unlocked.indexes.find_links.clone(),
        no_index: unlocked.indexes.no_index,
        prereleases: unlocked.prereleases,
        only_binary,
        no_binary,
        complete: false,
        interpreter: interpreter.path.clone(),
        python: library_version(interpreter),
        machine: interpreter.machine.clone(),
        platform: facts.libc.and_then(|libc| platform(&interpreter.machine, libc)),
        needs_packages: builds(unlocked) || needs_packages(interpreter, packages),
        indexes: indexes.asked(unlocked.indexes.index.as_deref(), &unlocked.indexes.extra),
        ancestors: place(VENV, facts).ancestors,
        origin: Some(Span { file: unlocked.file.id(), start: 0, end: 0 }),
    }
}

/// What uv is told of wheels and sdists. What the requirements name by its sources is built, whatever is said of others:
/// selection does the same, but uv would not even ask it what it needs.
fn arguments(unlocked: &Unlocked, binary: &Binary) -> (Vec<String>, Vec<String>) {
    let (mut only, mut no) = (binary.only.arguments(), binary.no.clone());
    if !only.is_empty() {
        for line in &unlocked.requirements {
            let Some((name, place)) = line.split_once(" @ ") else { continue };
            let file = place.split([' ', '#', ';']).next().unwrap_or(place);
            if !file.ends_with(".whl") {
                let name = normalise(name.split('[').next().unwrap_or(name).trim());
                only.retain(|known| *known != name);
                no.add(&name);
            }
        }
    }
    (only, no.arguments())
}

/// The look-up of files whose lock knows versions and checksums, but no URLs. All indexes that the lock names are asked,
/// whatever their order: its checksums decide which file is taken.
pub(super) fn look_up(
    selection: &Selection,
    lock: &Lock,
    indexes: &Indexes,
    interpreter: &Interpreter,
    facts: &Facts,
    packages: &[String],
) -> Option<Resolution> {
    let mut pins = vec![];
    let mut named = vec![];
    for chosen in &selection.packages {
        if let (Artifact::Lookup(lookup), Some(version)) = (&chosen.artifact, &chosen.version) {
            pins.push((chosen.name.as_str(), version.to_string()));
            named.extend(lookup.index.clone());
        }
    }
    named.sort();
    named.dedup();
    named.extend(lock.indexes.extra.iter().chain(&lock.indexes.explicit).cloned());
    // Of a list of requirements, `--index-url` stands in for the usual index. Of other locks, what names no index may be
    // at the usual one still.
    let default = lock.indexes.index.as_deref().filter(|_| lock.format == Format::Requirements);
    let asked = indexes.asked(default, &named);
    // `==1.0` is also 1.0+cpu, which another of several places may have.
    let equals = if asked.len() > 1 || !lock.indexes.find_links.is_empty() { "===" } else { "==" };
    let mut requirements: Vec<String> =
        pins.iter().map(|(name, version)| format!("{name}{equals}{version}")).collect();
    requirements.sort();
    (!requirements.is_empty()).then(|| Resolution {
        requirements,
        constraints: vec![],
        trees: vec![],
        find_links: lock.indexes.find_links.clone(),
        no_index: lock.indexes.no_index,
        prereleases: false,
        only_binary: vec![],
        no_binary: vec![],
        complete: true,
        interpreter: interpreter.path.clone(),
        python: library_version(interpreter),
        machine: interpreter.machine.clone(),
        platform: None,
        needs_packages: needs_packages(interpreter, packages),
        indexes: asked,
        ancestors: place(VENV, facts).ancestors,
        origin: None,
    })
}

/// Whether something of the requirements has to be built, or fetched with a program of its own, to know what it needs:
/// directories, archives, repositories. Sdists of an index say themselves what they need, but for old ones.
fn builds(unlocked: &Unlocked) -> bool {
    let direct = |line: &String| line.contains(" @ ") || line.contains("://") || line.starts_with(['.', '/']);
    !unlocked.trees.is_empty() || unlocked.requirements.iter().chain(&unlocked.constraints).any(direct)
}

/// Whether the step cannot do without system packages: they bring the interpreter, or what it trusts indexes by.
fn needs_packages(interpreter: &Interpreter, packages: &[String]) -> bool {
    interpreter.from_packages || packages.iter().any(|name| name.starts_with("ca-certificates"))
}

/// A platform as uv names it. Of those for glibc it knows some versions: the newest that the target has.
fn platform(machine: &str, libc: Libc) -> Option<String> {
    if !matches!(machine, "x86_64" | "aarch64") {
        return None;
    }
    match libc {
        Libc::Glibc(2, minor) => {
            let known = [17, 28].into_iter().chain(31..=40).filter(|known| *known <= minor).max()?;
            Some(format!("{machine}-manylinux_2_{known}"))
        }
        Libc::Musl(1, 2..) => Some(format!("{machine}-unknown-linux-musl")),
        Libc::Glibc(..) | Libc::Musl(..) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn platforms_are_those_that_uv_knows() {
        let name = |machine, libc| platform(machine, libc).unwrap_or_default();
        assert_eq!(name("aarch64", Libc::Glibc(2, 36)), "aarch64-manylinux_2_36");
        assert_eq!(name("x86_64", Libc::Glibc(2, 30)), "x86_64-manylinux_2_28");
        assert_eq!(name("x86_64", Libc::Glibc(2, 99)), "x86_64-manylinux_2_40");
        assert_eq!(name("aarch64", Libc::Musl(1, 2)), "aarch64-unknown-linux-musl");
        for (machine, libc) in
            [("x86_64", Libc::Glibc(2, 12)), ("x86_64", Libc::Musl(1, 1)), ("s390x", Libc::Glibc(2, 36))]
        {
            assert_eq!(platform(machine, libc), None);
        }
    }
}
