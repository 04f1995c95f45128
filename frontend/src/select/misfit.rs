//! Letters about packages that cannot be installed: which package, on which target, why, and what to do.

use std::collections::BTreeSet;

use wheelbase_helper::contract::Libc;

use super::pick::Picker;
use super::target::Target;
use super::wheel::WheelName;
use crate::diag::Diagnostic;
use crate::lock::{File, Files, Lock, Package, place};

/// No wheel fits, and there is no sdist that may be built.
pub(super) fn no_file(picker: &Picker<'_>, package: &Package, files: &Files) -> Diagnostic {
    let target = picker.target;
    let (wheels_allowed, sdists_allowed) = picker.allowed(package);
    let names: Vec<_> = files.wheels.iter().map(File::name).collect();
    let wheels: Vec<WheelName<'_>> = names.iter().filter_map(|name| WheelName::parse(name)).collect();
    let name = titled(package);

    let mut reasons = vec![];
    if !wheels_allowed {
        reasons.push("`no-binary` forbids wheels".to_owned());
    } else if wheels.is_empty() {
        reasons.push("the lock has no wheel of it".to_owned());
    } else {
        reasons.push(format!("the lock has {}", summary(picker, &wheels)));
    }
    if !files.sdists.is_empty() && !sdists_allowed {
        reasons.push("`only-binary` forbids its sdist".to_owned());
    } else {
        reasons.push("no sdist".to_owned());
    }
    let what = if wheels_allowed { "no wheel" } else { "no sdist" };
    let message = format!("`{name}` has {what} for {target}: {}", reasons.join(", and "));
    let mut error = placed(Diagnostic::error("no-file", message), picker.lock, package);
    if !files.sdists.is_empty() && !sdists_allowed {
        error = error.help(format!("to build it from its sdist, add `no-binary = [\"{}\"]`", package.name));
    }
    if wheels_allowed {
        for advice in advice(picker, &wheels) {
            error = error.help(advice);
        }
    }
    match &picker.lock.caveat {
        Some(caveat) => error.help(caveat),
        None => error,
    }
}

/// The file that would be chosen cannot be checked.
pub(super) fn no_checksum(lock: &Lock, package: &Package, file: &File) -> Diagnostic {
    let why = match file.hash.algorithm() {
        Some("sha256") => "what the lock has is not 64 hexadecimal digits".to_owned(),
        Some(other) => format!("the lock has only its {other}"),
        None => "the lock has no checksum of it".to_owned(),
    };
    let message = format!("`{}` of `{}` has no sha256: {why}", file.name(), titled(package));
    let command = crate::lock::row(lock.format).command;
    placed(Diagnostic::error("no-checksum", message), lock, package)
        .help(format!("everything that is fetched is pinned by its sha256: lock again with `{command}`"))
}

/// Where it comes from is nothing that can be installed here.
pub(super) fn unsupported(lock: &Lock, package: &Package, why: &str) -> Diagnostic {
    let message = format!("`{}` cannot be installed: {why}", titled(package));
    placed(Diagnostic::error("unsupported-source", message), lock, package)
}

pub(super) fn titled(package: &Package) -> String {
    match &package.version {
        Some(version) => format!("{} {version}", package.name),
        None => package.name.to_string(),
    }
}

fn placed(error: Diagnostic, lock: &Lock, package: &Package) -> Diagnostic {
    error.at(place::package(lock, package))
}

/// What wheels there are, in a few words: those nearest to fitting.
fn summary(picker: &Picker<'_>, wheels: &[WheelName<'_>]) -> String {
    let fits_platform = wheels.iter().filter(|wheel| picker.tags.fits_platform(wheel));
    let interpreters = listed(fits_platform.flat_map(interpreters));
    if !interpreters.is_empty() {
        return format!("wheels for {interpreters} only");
    }
    let nearest = nearest(picker, wheels);
    let linux = listed(platforms(&nearest).filter(|tag| tag.contains("linux")).map(str::to_owned));
    if !linux.is_empty() {
        return format!("wheels for {linux} only");
    }
    format!("wheels for {} only", listed(platforms(&nearest).map(|tag| system(tag).to_owned())))
}

/// Those for our interpreter, or all if there are none.
fn nearest<'w, 'f>(picker: &Picker<'_>, wheels: &'w [WheelName<'f>]) -> Vec<&'w WheelName<'f>> {
    let fits_python: Vec<_> = wheels.iter().filter(|wheel| picker.tags.fits_python(wheel)).collect();
    if fits_python.is_empty() { wheels.iter().collect() } else { fits_python }
}

/// What to change so that one of the wheels fits.
fn advice(picker: &Picker<'_>, wheels: &[WheelName<'_>]) -> Vec<String> {
    let target = picker.target;
    if wheels.iter().any(|wheel| picker.tags.fits_platform(wheel)) {
        let help = "choose a Python that it has wheels for (`python = \"…\"`), or lock a version of it that \
                    supports yours";
        return vec![help.to_owned()];
    }
    let nearest = nearest(picker, wheels);
    let ours: Vec<&str> = platforms(&nearest).filter(|tag| tag.ends_with(target.machine())).collect();
    let manylinux = ours.iter().filter_map(|tag| manylinux(tag)).min();
    let base = match (target.libc(), manylinux) {
        (Libc::Musl(..), Some(_)) => {
            Some("it has wheels for glibc: use a base such as `python:3-slim` instead of Alpine".to_owned())
        }
        (Libc::Glibc(..), Some((major, minor))) => {
            Some(format!("its wheels need glibc {major}.{minor} or later: use a newer base"))
        }
        _ => None,
    };
    let lock = format!("lock a version of it that has wheels for {}", short(target));
    base.into_iter().chain([lock]).collect()
}

fn short(target: &Target) -> String {
    let libc = match target.libc() {
        Libc::Glibc(..) => "glibc",
        Libc::Musl(..) => "musl",
    };
    format!("{libc} on {}", target.machine())
}

fn platforms<'w>(wheels: &[&'w WheelName<'_>]) -> impl Iterator<Item = &'w str> {
    wheels.iter().flat_map(|wheel| wheel.platforms())
}

/// `cp312`, `cp39 (abi3)`, `cp313t`
fn interpreters(wheel: &WheelName<'_>) -> Vec<String> {
    let stable = wheel.abis().find(|abi| !abi.starts_with("cp") && *abi != "none");
    let free_threaded = wheel.abis().any(|abi| abi.starts_with("cp") && abi.ends_with('t'));
    let spelt = |python: &str| match stable {
        Some(abi) => format!("{python} ({abi})"),
        None if free_threaded => format!("{python}t"),
        None => python.to_owned(),
    };
    wheel.pythons().map(spelt).collect()
}

/// `macosx_11_0_arm64` is a wheel for macOS.
fn system(tag: &str) -> &str {
    match tag.split('_').next() {
        Some("macosx") => "macOS",
        Some("win" | "win32") => "Windows",
        Some("android") => "Android",
        Some("ios") => "iOS",
        _ => tag,
    }
}

/// `manylinux_2_28_x86_64` needs glibc 2.28.
fn manylinux(tag: &str) -> Option<(u32, u32)> {
    let legacy = [("manylinux1_", 5), ("manylinux2010_", 12), ("manylinux2014_", 17)];
    if let Some((_, minor)) = legacy.into_iter().find(|(prefix, _)| tag.starts_with(prefix)) {
        return Some((2, minor));
    }
    let mut numbers = tag.strip_prefix("manylinux_")?.split('_').map(str::parse);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
}

/// At most six of them, sorted, each once.
fn listed(words: impl IntoIterator<Item = String>) -> String {
    let words: Vec<String> = words.into_iter().collect::<BTreeSet<_>>().into_iter().collect();
    let shown = words.iter().take(6).cloned().collect::<Vec<_>>().join(", ");
    if words.len() > 6 { format!("{shown} and {} more", words.len() - 6) } else { shown }
}

#[cfg(test)]
mod tests;
