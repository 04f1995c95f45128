//! Putting the files that an index look-up found where the lock knew only versions and checksums.

use super::pick::Picker;
use super::remote::remote;
use super::{Artifact, Chosen, Lookup, Selection, Target};
use crate::diag::{Checked, Diagnostic};
use crate::lock::{File, Files, Lock, Package, Request, Source};

/// Replaces every [`Artifact::Lookup`] of a selection by a file of `found`, the lock that the look-up step
/// wrote: of the same name and version, and with a sha256 that the user's lock accepts. Where the lock named its
/// files, the first that was found is taken; else the best that fits. `asked` are the places where it looked.
///
/// # Errors
/// `not-found` for each package without such a file, all in one go.
pub fn apply_lookup(
    selection: Selection,
    found: &Lock,
    asked: &[String],
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
        match replacement(&chosen, lookup, asked, &picker) {
            Ok(artifact) => packages.push(Chosen { artifact, ..chosen }),
            Err(error) => missing.push(error),
        }
    }
    Checked::new(Selection { packages }, missing).limited()
}

fn replacement(
    chosen: &Chosen,
    lookup: &Lookup,
    asked: &[String],
    picker: &Picker<'_>,
) -> Result<Artifact, Diagnostic> {
    let same = |package: &&Package| {
        package.name == chosen.name && (package.version == chosen.version || chosen.version.is_none())
    };
    let name = match &chosen.version {
        Some(version) => format!("{} {version}", chosen.name),
        None => chosen.name.to_string(),
    };
    let index = match asked {
        [] | [_] => format!("the index {}", lookup.index.as_deref().unwrap_or(crate::lock::DEFAULT_INDEX)),
        several => format!("any of {}", several.join(", ")),
    };
    // Each index that has it has files of its own.
    let packages: Vec<&Package> = picker.lock.packages().filter(same).collect();
    let Some(package) = packages.first() else {
        let message = format!("`{name}` is not at {index}");
        return Err(Diagnostic::error("not-found", message).help(
            "if it comes from another index, name that in `[[index]]`; if it was deleted, lock again",
        ));
    };
    let mut files = Files::default();
    for package in &packages {
        if let Source::Files(all) = &package.source {
            files.wheels.extend(accepted(&all.wheels, lookup));
            files.sdists.extend(accepted(&all.sdists, lookup));
        }
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
        format!("no file of `{name}` at {index} has a checksum that the lock accepts")
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

#[cfg(test)]
mod tests {
    use wheelbase_helper::contract::Libc;

    use super::*;
    use crate::lock::{self, Others, Read};
    use crate::select::select;
    use crate::select::target::tests::target;
    use crate::text;

    fn lock(name: &str, text: &str) -> Lock {
        let file = text::Files::default().add(name, text);
        let read = lock::read(&file, &Others::new(), &Request::default());
        let Ok((Read::Locked(lock), _)) = read.into_result() else { panic!("{name} is no lock") };
        lock
    }

    /// What is taken of `a` 1.0, known by the checksum of zeros, where each index has it with one of these.
    fn check(checksums: &[char], asked: &[&str]) -> String {
        let hash = |digit: char| digit.to_string().repeat(64);
        let pylock: String = checksums
            .iter()
            .map(|digit| {
                format!(
                    "[[packages]]\nname = 'a'\nversion = '1.0'\nwheels = [{{ url = 'https://h/{digit}/a-1.0-py3-none-any.whl', hashes = {{ sha256 = '{}' }} }}]\n",
                    hash(*digit)
                )
            })
            .collect();
        let found = lock("pylock.toml", &format!("lock-version = '1.0'\ncreated-by = 'uv'\n{pylock}"));
        let known = lock("requirements.txt", &format!("a==1.0 --hash=sha256:{}\n", hash('0')));
        let (request, target) = (Request::default(), target("3.13.1", "", Libc::Glibc(2, 36), "x86_64"));
        let selection = select(&known, &request, &target).into_result().unwrap().0;
        let asked: Vec<String> = asked.iter().map(|url| (*url).to_owned()).collect();
        match apply_lookup(selection, &found, &asked, &request, &target).into_result() {
            Ok((selection, _)) => match &selection.packages[0].artifact {
                Artifact::Wheel(file) => file.url.clone(),
                other => panic!("{other:?}"),
            },
            Err(errors) => errors.iter().map(|error| error.brief(&text::Files::default())).collect(),
        }
    }

    #[test]
    fn of_several_indexes_the_one_with_the_checksum_is_taken() {
        assert_eq!(check(&['1', '0'], &[]), "https://h/0/a-1.0-py3-none-any.whl");
        assert_eq!(check(&['0', '1'], &[]), "https://h/0/a-1.0-py3-none-any.whl");
    }

    #[test]
    fn what_is_not_found_names_all_that_were_asked() {
        insta::assert_snapshot!(check(&['1'], &["https://i/simple", "https://j/simple"]), @"
        error[not-found]: no file of `a 1.0` at any of https://i/simple, https://j/simple has a checksum that the lock accepts
          = help: lock again for this platform and Python, with the checksums of all files
        ");
        insta::assert_snapshot!(check(&[], &["https://i/simple", "https://j/simple"]), @"
        error[not-found]: `a 1.0` is not at any of https://i/simple, https://j/simple
          = help: if it comes from another index, name that in `[[index]]`; if it was deleted, lock again
        ");
    }
}
