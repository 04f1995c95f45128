//! What must hold for every lock, good or broken: readers and selection never panic, and what they say has a place in
//! the file. What holds all the way to the graph is tested in `tests/mutations`.
#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]
#![expect(clippy::unwrap_used, reason = "a test's helpers fail as the test does")]

use std::fs;
use std::path::Path;

use proptest::prelude::*;
use wheelbase::diag::Diagnostic;
use wheelbase::lock::{self, FORMATS, Others, Read, Request, detect, python};
use wheelbase::select::{Target, select};
use wheelbase::text::Files;
use wheelbase_helper::contract::{Interpreter, Libc};

/// A small lock of each format.
const SAMPLES: &[&str] = &[
    "uv/sources/uv.lock",
    "uv/conflicts/uv.lock",
    "pylock/pip/pylock.toml",
    "poetry/small/poetry.lock",
    "pdm/small/pdm.lock",
    "pipfile/small/Pipfile.lock",
    "requirements/small/requirements.txt",
    "uv/small/pyproject.toml",
];

fn sample(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/golden/locks").join(path))
        .unwrap()
}

fn target() -> Target {
    let interpreter = Interpreter {
        path: "/usr/bin/python3".into(),
        implementation: "cpython".into(),
        version: "3.12.1".into(),
        abi_flags: String::new(),
        machine: "x86_64".into(),
        from_packages: false,
    };
    Target::new(&interpreter, Libc::Glibc(2, 36)).unwrap()
}

/// Reads and selects, and looks at every place that is spoken of.
fn exercise(name: &str, text: &str) {
    let mut files = Files::default();
    let file = files.add(name, text);
    let request = Request::default().group("dev", None).extra("yaml", None);
    let mut others = Others::new();
    let mut found: Vec<Diagnostic> = vec![];
    for _ in 0..3 {
        let Some(read) = lock::read(&file, &others, &request).drain_into(&mut found) else { break };
        match read {
            Read::Locked(lock) => {
                select(&lock, &request, &target()).drain_into(&mut found);
                break;
            }
            Read::Unlocked(unlocked) => {
                found.push(unlocked.warning());
                break;
            }
            Read::Needs(needs) => others.extend(needs.into_iter().map(|need| (need, None))),
        }
    }
    for diagnostic in found {
        for label in &diagnostic.labels {
            assert!(text.get(label.span.range()).is_some(), "{name}: {diagnostic:?}");
        }
        diagnostic.render(&files);
    }
}

/// Cuts, doubles, and puts other text into a sample.
fn broken_sample() -> impl Strategy<Value = (String, String)> {
    let edits = prop::collection::vec((any::<prop::sample::Index>(), 0..40_usize, "\\PC{0,12}"), 1..6);
    (prop::sample::select(SAMPLES), edits).prop_map(|(path, edits)| {
        let mut text: Vec<char> = sample(path).chars().collect();
        for (at, length, insert) in edits {
            let start = at.index(text.len() + 1);
            let end = (start + length).min(text.len());
            text.splice(start..end, insert.chars());
        }
        (path.rsplit('/').next().unwrap().to_owned(), text.into_iter().collect())
    })
}

/// Text that is nearly a requirement, a marker or an option.
fn words() -> impl Strategy<Value = String> {
    let word = prop::sample::select(
        &[
            "a",
            "-r",
            "-e",
            "--hash=",
            "sha256:",
            "==",
            "1.0",
            "*",
            ";",
            "python_version",
            "'3'",
            "and",
            "not",
            "in",
            "extras",
            "(",
            ")",
            "[",
            "]",
            "@",
            "git+https://",
            "file:",
            "./",
            "../",
            "#",
            "\\\n",
            "\n",
            "${X}",
            "\"",
            ",",
            "é",
            "~=",
            "extra",
            " ",
            "x86",
            "\u{feff}",
            "%",
            "%2",
            "=",
        ][..],
    );
    prop::collection::vec(word, 0..24).prop_map(|words| words.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(192) })]

    #[test]
    fn no_text_makes_a_reader_panic(text in "\\PC{0,200}", other in words()) {
        for row in FORMATS {
            exercise(row.name, &text);
            exercise(row.name, &other);
        }
        exercise("pyproject.toml", &other);
    }

    #[test]
    fn no_requirement_makes_a_reader_panic(text in words()) {
        exercise("requirements.txt", &text);
        let quoted = text.replace(['"', '\\', '\n'], " ");
        exercise("pyproject.toml", &format!("[project]\nname = 'a'\ndependencies = [\"{quoted}\"]\n"));
        let marker = format!("lock-version = '1.0'\n[[packages]]\nname = 'a'\nmarker = \"{quoted}\"\nwheels = []\n");
        exercise("pylock.toml", &marker);
        exercise("poetry.lock", &format!("[metadata]\nlock-version='2.1'\npython-versions=\"{quoted}\"\n"));
    }

    #[test]
    fn no_broken_lock_makes_a_reader_panic((name, text) in broken_sample()) {
        exercise(&name, &text);
    }

    #[test]
    fn detection_never_panics(text in "\\PC{0,80}", other in words()) {
        let mut files = Files::default();
        let names = python::FILES.iter().chain(detect::WANTED);
        for text in [&text, &other] {
            let contents: Others = names.clone().map(|name| ((*name).to_owned(), Some(files.add(*name, text.as_str())))).collect();
            let present = contents.keys().cloned().chain([text.clone()]).collect();
            let mut found = vec![];
            detect::detect(&present, &contents).drain_into(&mut found);
            python::detect(&contents).drain_into(&mut found);
            for diagnostic in found {
                diagnostic.render(&files);
            }
        }
    }
}
