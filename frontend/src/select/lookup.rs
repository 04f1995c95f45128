//! Putting the files that an index look-up found where the lock knew only versions and checksums.

use super::pick::Picker;
use super::remote::remote;
use super::{Artifact, Chosen, Lookup, Selection, Target};
use crate::diag::{Checked, Diagnostic};
use crate::lock::{File, Files, Lock, Package, Request, Source};

/// Replaces every [`Artifact::Lookup`] of a selection by a file of `found`, the lock that the look-up step
/// wrote: of the same name and version, and with a sha256 that the user's lock accepts. Where the lock named its
/// files, the first that was found is taken; else the best that fits.
///
/// # Errors
/// `not-found` for each package without such a file, all in one go.
pub fn apply_lookup(
    selection: Selection,
    found: &Lock,
    request: &Request,
    target: &Target,
) -> Checked<Selection> {
    let tags = target.tags();
    let picker = Picker { lock: found, request, target, tags: &tags };
    let mut missing = vec![];
    let mut packages = vec![];
    for chosen in selection.packages {
        let Artifact::Lookup(lookup) = &chosen.artifact else {
            packages.push(chosen);
            continue;
        };
        match replacement(&chosen, lookup, found, &picker) {
            Ok(artifact) => packages.push(Chosen { artifact, ..chosen }),
            Err(error) => missing.push(error),
        }
    }
    Checked::new(Selection { packages }, missing).limited()
}

fn replacement(
    chosen: &Chosen,
    lookup: &Lookup,
    found: &Lock,
    picker: &Picker<'_>,
) -> Result<Artifact, Diagnostic> {
    let same = |package: &&Package| {
        package.name == chosen.name && (package.version == chosen.version || chosen.version.is_none())
    };
    let name = match &chosen.version {
        Some(version) => format!("{} {version}", chosen.name),
        None => chosen.name.to_string(),
    };
    let index = lookup.index.as_deref().unwrap_or(crate::lock::DEFAULT_INDEX);
    let Some(package) = found.packages().find(same) else {
        let message = format!("`{name}` is not at the index {index}");
        return Err(Diagnostic::error("not-found", message).help(
            "if it comes from another index, name that in `[[index]]`; if it was deleted, lock again",
        ));
    };
    let mut files = Files::default();
    if let Source::Files(all) = &package.source {
        files.wheels = accepted(&all.wheels, lookup);
        files.sdists = accepted(&all.sdists, lookup);
    }
    let named = |name: &String| files.wheels.iter().chain(&files.sdists).find(|file| file.name() == *name);
    let best = match lookup.filenames.as_slice() {
        [] => picker.best_of(package, &files),
        names => names.iter().find_map(named),
    };
    if let Some(file) = best
        && let Ok(Some(remote)) = remote(file)
    {
        let wheel = remote.filename.ends_with(".whl");
        return Ok(if wheel { Artifact::Wheel(remote) } else { Artifact::Sdist(remote) });
    }
    let message = if files.wheels.is_empty() && files.sdists.is_empty() {
        format!("no file of `{name}` at the index {index} has a checksum that the lock accepts")
    } else {
        format!("of the files of `{name}` that the lock accepts, none fits {}", picker.target)
    };
    Err(Diagnostic::error("not-found", message)
        .help("lock again for this platform and Python, with the checksums of all files"))
}

fn accepted(files: &[File], lookup: &Lookup) -> Vec<File> {
    let known = |file: &&File| file.hash.sha256().is_some_and(|sha256| lookup.sha256.contains(&sha256));
    files.iter().filter(known).cloned().collect()
}
