//! What fuzzing found, each input as small as it could be made.

use std::fmt::Write as _;

use wheelbase::lock::{self, Others, Read, Request};
use wheelbase::select::select;
use wheelbase::text::Files;
use wheelbase_tests::check;
use wheelbase_tests::graph::Machine;

/// The codes of what is said about a lock that can be read.
fn refusals(name: &str, text: &str) -> Vec<&'static str> {
    assert_eq!(check::lock(name, text, None, &Request::default()), [], "{text}");
    let file = Files::default().add(name, text);
    let Ok((Read::Locked(lock), _)) = lock::read(&file, &Others::new(), &Request::default()).into_result()
    else {
        panic!("the lock can be read");
    };
    let selected = select(&lock, &Request::default(), &Machine::debian().target());
    selected.diagnostics().iter().map(|diagnostic| diagnostic.code).collect()
}

/// A source of LLB is a URL whose scheme says what it is, so that a lock could have named an image or the context.
#[test]
fn urls_that_are_not_of_the_web() {
    for url in
        ["ttps", "", "local://context/a", "docker-image://h/a", "HTTPS://h/a", "https://", "https:///a"]
    {
        let text = format!(
            "lock-version = '1.0'\n[[packages]]\nname = 'a'\nversion = '1'\n[packages.archive]\nurl = '{url}'\n\
             hashes = {{ sha256 = '{}' }}\n[[packages]]\nname = 'b'\nversion = '1'\n[[packages.wheels]]\n\
             name = 'b-1-py3-none-any.whl'\nurl = '{url}'\nhashes = {{ sha256 = '{0}' }}\n",
            "0".repeat(64)
        );
        assert_eq!(refusals("pylock.toml", &text), ["unsupported-source"; 2], "{url}");
    }
}

/// The name of a file becomes a part of the path that it is mounted at.
#[test]
fn names_that_are_paths() {
    for name in ["%2Fa.whl", "..%2Fa-1-py3-none-any.whl", "..", "%00"] {
        let url = format!("https://h/{name}#sha256={}", "0".repeat(64));
        assert_eq!(refusals("requirements.txt", &format!("a @ {url}")), ["unsupported-source"], "{name}");
    }
}

/// Whether a stage has an environment of its own was asked of all stages below it, each of which asked again.
#[test]
fn stages_upon_stages() {
    for more in ["", "dependencies = {}\n"] {
        let mut text = format!("[stages.a]\nfrom = \"s300\"\n{more}[stages.s0]\nfrom = \"scratch\"\n{more}");
        for stage in 1..=300 {
            write!(text, "[stages.s{stage}]\nfrom = \"s{}\"\n{more}", stage - 1)
                .expect("a text can be written to");
        }
        check::description("app.toml", text.as_bytes());
    }
}

/// Each diagnostic is shown with the whole file at hand: a text that is no lock at all had one for each line.
#[test]
fn texts_that_are_wrong_in_each_line() {
    let names: String = (0..2900).map(|_| "[[packages]]\nname='-'\n").collect();
    for (name, text) in [
        ("requirements.txt", "a b\n".repeat(16_000)),
        ("requirements.txt", (0..10_000).map(|number| format!("-r {number}\n")).collect()),
        ("pylock.toml", format!("lock-version='1.0'\n{names}")),
    ] {
        let file = Files::default().add(name, text.as_str());
        let request = Request::default();
        let mut found = vec![];
        let mut files = Files::default();
        wheelbase_tests::graph::read(&file, None, &request, &mut files, &mut found);
        assert!(found.len() <= 101 && found.iter().any(|diagnostic| diagnostic.code == "more"), "{name}");
    }
}

/// Groups that include others twice, which include others twice.
#[test]
fn groups_that_double() {
    let mut text = "[project]\nname='a'\nversion='1'\n[dependency-groups]\ng60=['b']\n".to_owned();
    for group in 0..60 {
        let next = group + 1;
        writeln!(text, "g{group}=[{{include-group='g{next}'}},{{include-group='g{next}'}}]")
            .expect("a text can be written to");
    }
    check::lock("pyproject.toml", &text, None, &Request::default().group("g0", None));
}
