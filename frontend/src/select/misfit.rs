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
    let wheels: Vec<WheelName> =
        files.wheels.iter().filter_map(|file| WheelName::parse(&file.name())).collect();
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
    let why = match &file.hashes.other {
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
    match place::package(lock, package) {
        Some(span) => error.at(span),
        None => error,
    }
}

/// What wheels there are, in a few words: those nearest to fitting.
fn summary(picker: &Picker<'_>, wheels: &[WheelName]) -> String {
    let fits_platform: Vec<&WheelName> =
        wheels.iter().filter(|wheel| picker.tags.fits_platform(wheel)).collect();
    if !fits_platform.is_empty() {
        let pythons = listed(fits_platform.iter().flat_map(|wheel| interpreter(wheel)));
        return format!("wheels for {pythons} only");
    }
    let fits_python: Vec<&WheelName> = wheels.iter().filter(|wheel| picker.tags.fits_python(wheel)).collect();
    let nearest = if fits_python.is_empty() { wheels.iter().collect() } else { fits_python };
    let linux: Vec<&String> = platforms(&nearest).filter(|tag| tag.contains("linux")).collect();
    if linux.is_empty() {
        return format!("wheels for {} only", listed(platforms(&nearest).map(|tag| system(tag).to_owned())));
    }
    format!("wheels for {} only", listed(linux.into_iter().cloned()))
}

/// What to change so that one of the wheels fits.
fn advice(picker: &Picker<'_>, wheels: &[WheelName]) -> Vec<String> {
    let target = picker.target;
    let mut advice = vec![];
    if wheels.iter().any(|wheel| picker.tags.fits_platform(wheel)) {
        advice.push(
            "choose a Python that it has wheels for (`python = \"…\"`), or update it to a version that supports \
             yours"
                .to_owned(),
        );
        return advice;
    }
    let python: Vec<&WheelName> = wheels.iter().filter(|wheel| picker.tags.fits_python(wheel)).collect();
    let ours: Vec<&String> = platforms(&python).filter(|tag| tag.ends_with(target.machine())).collect();
    match target.libc() {
        Libc::Musl(..) if ours.iter().any(|tag| tag.starts_with("manylinux")) => {
            advice.push(
                "it has wheels for glibc: use a base such as `python:3-slim` instead of Alpine".to_owned(),
            );
        }
        Libc::Glibc(..) => {
            if let Some((major, minor)) = ours.iter().filter_map(|tag| manylinux(tag)).min() {
                advice.push(format!("its wheels need glibc {major}.{minor}: use a newer base"));
            }
        }
        Libc::Musl(..) => {}
    }
    advice.push(format!("or update it to a version that has wheels for {}", short(target)));
    if let [only] = advice.as_mut_slice() {
        *only = only.trim_start_matches("or ").to_owned();
    }
    advice
}

fn short(target: &Target) -> String {
    let libc = match target.libc() {
        Libc::Glibc(..) => "glibc",
        Libc::Musl(..) => "musl",
    };
    format!("{libc} on {}", target.machine())
}

fn platforms<'w>(wheels: &[&'w WheelName]) -> impl Iterator<Item = &'w String> {
    wheels.iter().flat_map(|wheel| &wheel.platforms).collect::<Vec<_>>().into_iter()
}

/// `cp312`, `cp39 (abi3)`
fn interpreter(wheel: &WheelName) -> impl Iterator<Item = String> + '_ {
    let abi = wheel.abis.iter().find(|abi| !abi.starts_with("cp") && *abi != "none");
    let threads = wheel.abis.iter().any(|abi| abi.starts_with("cp") && abi.ends_with('t'));
    wheel.pythons.iter().map(move |python| match abi {
        Some(abi) => format!("{python} ({abi})"),
        None if threads => format!("{python}t"),
        None => python.clone(),
    })
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
    let mut numbers = tag.strip_prefix("manylinux_")?.split('_').map(str::parse);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
}

/// At most six of them, sorted, each once.
fn listed(words: impl IntoIterator<Item = String>) -> String {
    let words: Vec<String> = words.into_iter().collect::<BTreeSet<_>>().into_iter().collect();
    let shown = words.iter().take(6).cloned().collect::<Vec<_>>().join(", ");
    if words.len() > 6 { format!("{shown} and {} more", words.len() - 6) } else { shown }
}
