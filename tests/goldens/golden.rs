//! Files below `tests/golden/examples`, compared or written anew.

use std::collections::BTreeMap;
use std::path::Path;

use wheelbase_tests::engine::repository;

use crate::files::files;

/// Compares what was made, by path, with what is there: other text, a missing file and one too many are failures.
#[track_caller]
pub(crate) fn check(made: &BTreeMap<String, String>) {
    let folder = repository().join("tests/golden/examples");
    if std::env::var_os("WHEELBASE_UPDATE").is_some() {
        update(&folder, made);
    }
    let mut known = files(&folder);
    let mut wrong = vec![];
    for (path, text) in made {
        match known.remove(path) {
            Some(golden) if golden == text.as_bytes() => {}
            Some(golden) => wrong.push(difference(path, &String::from_utf8_lossy(&golden), text)),
            None => wrong.push(format!("{path} is not there")),
        }
    }
    wrong.extend(known.keys().map(|path| format!("{path} belongs to no example")));
    assert!(
        wrong.is_empty(),
        "{} golden files of examples differ:\n\n{}\n\nIf that is meant, run the tests once with WHEELBASE_UPDATE=1",
        wrong.len(),
        wrong.join("\n\n")
    );
}

fn update(folder: &Path, made: &BTreeMap<String, String>) {
    if folder.exists() {
        std::fs::remove_dir_all(folder).unwrap();
    }
    for (path, text) in made {
        let path = folder.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
}

/// The first lines that differ.
fn difference(path: &str, golden: &str, made: &str) -> String {
    let (mut before, mut after) = (golden.lines(), made.lines());
    let mut number = 1;
    loop {
        match (before.next(), after.next()) {
            (None, None) => return format!("{path}: only the end of the last line differs"),
            (before, after) if before != after => {
                let shown = |line: Option<&str>| line.unwrap_or("(the end)").to_owned();
                return format!("{path}:{number}\n- {}\n+ {}", shown(before), shown(after));
            }
            _ => number += 1,
        }
    }
}
