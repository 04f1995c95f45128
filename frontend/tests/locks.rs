//! Our selection against that of the formats' owners, over locks that their own tools made.
//!
//! The expectations were written by `tests/oracle/expect.py`, with the tools themselves; this test needs none of
//! them.
#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]
#![expect(clippy::unwrap_used, reason = "a test's helpers fail as the test does")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use sha2::{Digest, Sha256};
use wheelbase::diag::Diagnostic;
use wheelbase::lock::project::Project;
use wheelbase::lock::{self, FORMATS, Lock, Others, Read, Request};
use wheelbase::select::{Artifact, Chosen, Selection, Target, apply_lookup, select};
use wheelbase::text::Files;
use wheelbase_helper::contract::{Interpreter, Libc};

#[derive(Deserialize)]
struct Expectations {
    lock: String,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    target: String,
    groups: Vec<String>,
    extras: Vec<String>,
    member: Option<String>,
    /// `name version file`, sorted.
    packages: Option<Vec<String>>,
    /// Why the owner chooses nothing.
    refused: Option<String>,
}

fn locks() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/golden/locks")
}

fn expectations() -> Vec<Expectations> {
    let mut paths: Vec<PathBuf> =
        fs::read_dir(locks().join("expected")).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.iter().map(|path| serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()).collect()
}

fn target(name: &str) -> Target {
    let (machine, libc) = name.split_once('-').unwrap();
    let libc = if libc == "musl" { Libc::Musl(1, 2) } else { Libc::Glibc(2, 36) };
    let interpreter = Interpreter {
        path: "/usr/local/bin/python3.12".into(),
        implementation: "cpython".into(),
        version: "3.12.1".into(),
        abi_flags: String::new(),
        machine: machine.into(),
        from_packages: false,
    };
    Target::new(&interpreter, libc).unwrap()
}

impl Case {
    fn request(&self) -> Request {
        let request =
            self.groups.iter().fold(Request::default(), |request, group| request.group(group, None));
        let request = self.extras.iter().fold(request, |request, extra| request.extra(extra, None));
        match &self.member {
            Some(member) => request.member(member.parse().unwrap(), None),
            None => request,
        }
    }
}

/// Reads as a build does: gives the reader what it asks for, until it knows.
fn read(lock: &str, request: &Request) -> Lock {
    let mut files = Files::default();
    let path = locks().join(lock);
    let name = path.file_name().unwrap().to_str().unwrap();
    let file = files.add(name, fs::read_to_string(&path).unwrap());
    let mut others = Others::new();
    loop {
        match lock::read(&file, &others, request).into_result().unwrap().0 {
            Read::Locked(found) => return found,
            Read::Unlocked(unlocked) => panic!("{lock}: {}", unlocked.reason),
            Read::Needs(needs) => {
                for need in needs {
                    let text = fs::read_to_string(path.parent().unwrap().join(&need)).ok();
                    others.insert(need.clone(), text.map(|text| files.add(need, text)));
                }
            }
        }
    }
}

fn choose(lock: &str, case: &Case) -> Result<Vec<Chosen>, Vec<Diagnostic>> {
    let request = case.request();
    Ok(select(&read(lock, &request), &request, &target(&case.target)).into_result()?.0.packages)
}

/// As the expectations write a package.
fn line(chosen: &Chosen) -> String {
    let version = chosen.version.as_ref().map(ToString::to_string).unwrap_or_default();
    let file = match &chosen.artifact {
        Artifact::Wheel(file) | Artifact::Sdist(file) => file.filename.clone(),
        Artifact::Lookup(lookup) if lookup.filenames.is_empty() => {
            let digest = Sha256::digest(lookup.sha256.join(" "));
            let hex: String = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
            format!("{}:{hex}", lookup.sha256.len())
        }
        Artifact::Lookup(lookup) => lookup.filenames[0].clone(),
        Artifact::Tree(tree) => return format!("{} tree {}", chosen.name, tree.path),
        other => format!("{other:?}"),
    };
    format!("{} {version} {file}", chosen.name)
}

#[test]
fn selection_equals_that_of_the_owners() {
    let mut count = 0;
    let mut packages = 0;
    let mut refused = 0;
    let mut differences = vec![];
    for Expectations { lock, cases } in expectations() {
        for case in &cases {
            count += 1;
            let title =
                format!("{lock} {} {:?} {:?} {:?}", case.target, case.member, case.groups, case.extras);
            match (choose(&lock, case), &case.packages) {
                (Err(errors), None) => {
                    // uv refuses extras in conflict, `packaging` a lock without a file for the machine.
                    let same = ["conflicting-extras", "no-file"];
                    assert!(errors.iter().all(|error| same.contains(&error.code)), "{title}: {errors:#?}");
                    refused += 1;
                }
                (Ok(_), None) => differences.push(format!("{title}: refused: {:?}", case.refused)),
                (Err(errors), Some(_)) => {
                    let messages: Vec<&str> = errors.iter().map(|error| error.message.as_str()).collect();
                    differences.push(format!("{title}: {messages:#?}"));
                }
                (Ok(chosen), Some(expected)) => {
                    packages += chosen.len();
                    let mut ours: Vec<String> = chosen.iter().map(line).collect();
                    ours.sort();
                    for extra in ours.iter().filter(|line| !expected.contains(line)) {
                        differences.push(format!("{title}: + {extra}"));
                    }
                    for missing in expected.iter().filter(|line| !ours.contains(line)) {
                        differences.push(format!("{title}: - {missing}"));
                    }
                }
            }
        }
    }
    println!("{count} cases, {packages} packages, {refused} refused by both");
    assert!(differences.is_empty(), "{} differences:\n{}", differences.len(), differences.join("\n"));
    assert!(count >= 150 && packages >= 9000, "{count} cases, {packages} packages");
}

#[test]
fn every_format_has_samples() {
    let expectations = expectations();
    for row in FORMATS {
        let samples: Vec<&str> = expectations
            .iter()
            .map(|expectation| expectation.lock.as_str())
            .filter(|lock| lock::format_of(lock).is_some_and(|found| found.format == row.format))
            .collect();
        assert!(samples.len() >= 3, "{}: {samples:?}", row.name);
        let large = |case: &Case| case.packages.as_ref().is_some_and(|packages| packages.len() > 200);
        let of_format =
            expectations.iter().filter(|expectation| samples.contains(&expectation.lock.as_str()));
        assert!(
            of_format.flat_map(|expectation| &expectation.cases).any(large),
            "{}: no large lock",
            row.name
        );
    }
}

#[test]
fn every_sample_project_is_read() {
    for path in ["uv/small", "uv/workspace", "poetry/large", "pdm/medium"] {
        let text = fs::read_to_string(locks().join(path).join("pyproject.toml")).unwrap();
        let project = Project::read(&Files::default().add("pyproject.toml", text)).into_result().unwrap().0;
        assert_eq!(project.name.unwrap().as_str(), path.rsplit('/').next().unwrap());
    }
}

/// A lock without URLs, with what a look-up at the index found, is the same as a lock with URLs: `uv/medium` stands
/// for the index, as it lists every file of the releases that it has.
#[test]
fn looked_up_files_are_those_of_a_lock_with_urls() {
    let request = Request::default();
    let index = read("pylock/uv/pylock.toml", &request);
    let mut compared = 0;
    for target_name in ["x86_64-glibc", "aarch64-glibc", "x86_64-musl"] {
        let target = target(target_name);
        let direct = select(&index, &request, &target).into_result().unwrap().0;
        let by_name: BTreeMap<_, _> = direct.packages.iter().map(|chosen| (&chosen.name, chosen)).collect();
        for lock in [
            "requirements/medium/requirements.txt",
            "pipfile/medium/Pipfile.lock",
            "poetry/medium/poetry.lock",
        ] {
            let selection = select(&read(lock, &request), &request, &target).into_result().unwrap().0;
            let same = |chosen: &Chosen| {
                by_name.get(&chosen.name).is_some_and(|other| other.version == chosen.version)
            };
            let (known, unknown): (Vec<Chosen>, Vec<Chosen>) = selection.packages.into_iter().partition(same);
            let found = apply_lookup(Selection { packages: known }, &index, &[], &request, &target);
            for chosen in found.into_result().unwrap().0.packages {
                assert_eq!(chosen.artifact, by_name[&chosen.name].artifact, "{lock} {target_name}");
                compared += 1;
            }
            let at_index = |chosen: &Chosen| index.packages().any(|package| package.name == chosen.name);
            let unknown: Vec<Chosen> = unknown.into_iter().filter(|chosen| !at_index(chosen)).collect();
            let count = unknown.len();
            let found = apply_lookup(Selection { packages: unknown }, &index, &[], &request, &target);
            assert_eq!(found.diagnostics().iter().filter(|error| error.code == "not-found").count(), count);
        }
    }
    assert!(compared > 200, "{compared}");
}

#[derive(Deserialize)]
struct TagTarget {
    python: String,
    flags: String,
    libc: Libc,
    machine: String,
    count: usize,
    sha256: String,
}

#[test]
fn tags_are_those_of_packaging() {
    let targets: Vec<TagTarget> =
        serde_json::from_str(&fs::read_to_string(locks().join("tags.json")).unwrap()).unwrap();
    assert!(targets.len() >= 12);
    for TagTarget { python, flags, libc, machine, count, sha256 } in targets {
        let interpreter = Interpreter {
            path: "/usr/bin/python3".into(),
            implementation: "cpython".into(),
            version: format!("{python}.0"),
            abi_flags: flags,
            machine,
            from_packages: false,
        };
        let target = Target::new(&interpreter, libc).unwrap();
        let tags: Vec<String> = target.tags().iter().collect();
        let digest = Sha256::digest(tags.join("\n"));
        let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!((tags.len(), digest), (count, sha256), "{target}");
    }
}
