//! Every golden lock, broken in many ways and brought into other orders: the short run of what `tests/fuzz` does for
//! minutes, the same each time.

use buildkit_llb::dump;
use prost::Message as _;
use wheelbase::lock::Request;
use wheelbase_tests::golden::{descriptions, locks};
use wheelbase_tests::mutate::{broken, reordered};
use wheelbase_tests::random::Random;
use wheelbase_tests::{check, graph::Built};

mod found;

/// Larger ones take seconds without optimisation, and hold nothing that smaller ones do not.
const LARGEST: usize = 200_000;

/// How often each lock is broken.
const ROUNDS: u64 = 10;

/// What is put into locks: pieces that mean something to one reader or another.
const WORDS: &[&str] = &[
    "é",
    "\"",
    "'",
    "[",
    "]",
    "{",
    "}",
    "=",
    ",",
    "\n",
    "\\",
    "\u{feff}",
    "\0",
    "0",
    "-1",
    "1e999",
    "true",
    "null",
    "..",
    "../",
    "file:///",
    "git+https://h/a.git@",
    "https://u:p@h/",
    "#sha256=",
    "sha256:",
    "--hash=",
    "-r ",
    "-e ",
    "${A}",
    ";",
    "extra == 'a'",
    "python_version",
    "not in",
    "*",
    "==",
    "%2",
    ".whl",
    ".tar.gz",
    "py3-none-any",
];

#[test]
fn no_broken_lock_makes_anything_panic() {
    for lock in locks() {
        let text = lock.shortened();
        let request = match lock.path.len() % 2 {
            0 => Request::default(),
            _ => Request::default().group("dev", None).extra("yaml", None),
        };
        for seed in 0..ROUNDS {
            let text = broken(&text, WORDS, &mut Random::new(seed));
            check::lock(lock.row.name, &text, lock.project.as_deref(), &request);
        }
    }
}

#[test]
fn no_broken_project_makes_anything_panic() {
    for project in locks().into_iter().filter_map(|lock| lock.project) {
        for seed in 0..ROUNDS {
            let text = broken(&project, WORDS, &mut Random::new(seed));
            check::lock("pyproject.toml", &text, None, &Request::default());
        }
    }
}

#[test]
fn no_broken_description_makes_anything_panic() {
    for (text, seed) in descriptions().iter().zip(0..) {
        check::description("app.toml", text.as_bytes());
        check::description("app.toml", broken(text, WORDS, &mut Random::new(seed)).as_bytes());
    }
}

#[test]
fn order_of_packages_changes_no_byte_of_the_graph() {
    let bytes = |built: &[Built]| -> Vec<Vec<u8>> {
        built.iter().map(|built| built.definition.encode_to_vec()).collect()
    };
    let mut formats = vec![];
    for lock in locks().into_iter().filter(|lock| lock.text.len() < LARGEST) {
        let built =
            |text: &str| check::lock(lock.row.name, text, lock.project.as_deref(), &Request::default());
        let before = built(&lock.text);
        if before.is_empty() {
            continue; // Not a lock, or for another Python.
        }
        let text = reordered(lock.row.format, &lock.text, &mut Random::new(lock.text.len() as u64));
        assert_ne!(text, lock.text, "{} is in another order", lock.path);
        let after = built(&text);
        if bytes(&before) != bytes(&after) {
            let dumped = |built: &[Built]| built.iter().map(|b| dump(&b.definition)).collect::<String>();
            assert_eq!(dumped(&before), dumped(&after), "{}", lock.path);
            panic!("{}: only what is noted beside the graph differs", lock.path);
        }
        if !formats.contains(&lock.row.format) {
            formats.push(lock.row.format);
        }
    }
    assert_eq!(
        formats.len(),
        wheelbase::lock::FORMATS.len(),
        "a lock of each format is small enough: {formats:?}"
    );
}
