//! `docs/pitfalls.md` promises a test for each pitfall: the tests that it names exist.

use std::collections::BTreeSet;
use std::path::Path;

use wheelbase_tests::engine::repository;

/// Pitfalls that later work rules out.
const LATER: &[&str] = &["5", "10", "18"];

#[test]
fn every_pitfall_names_a_test_that_exists() {
    let mut known = BTreeSet::new();
    for folder in ["tests", "helper", "frontend"] {
        collect(&repository().join(folder), &mut known);
    }
    let page = std::fs::read_to_string(repository().join("docs/pitfalls.md")).expect("the page is there");
    let rows: Vec<Vec<&str>> = (page.lines())
        .filter(|line| line.starts_with("| ") && line[2..].starts_with(|c: char| c.is_ascii_digit()))
        .map(|line| line.trim_matches('|').split('|').map(str::trim).collect())
        .collect();
    assert_eq!(rows.len(), 20);
    for row in rows {
        let names: Vec<&str> = row[3].split(", ").map(|name| name.trim_matches('`')).collect();
        match row[3] {
            "" => assert!(LATER.contains(&row[0]), "pitfall {} has no test", row[0]),
            _ => assert!(names.iter().all(|name| known.contains(*name)), "pitfall {}: {names:?}", row[0]),
        }
    }
}

/// The names of tests, and of golden pages, below a folder.
fn collect(folder: &Path, known: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).expect("the folder can be read").flatten() {
        let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
        if path.is_dir() && name != "target" {
            collect(&path, known);
        } else if path.ends_with(Path::new("golden/descriptions").join(&name)) {
            known.insert(name);
        } else if name.ends_with(".rs") {
            let text = std::fs::read_to_string(&path).expect("sources are text");
            known.extend(tests_of(&text).map(str::to_owned));
        }
    }
}

/// The tests of a source file: functions that are marked so, and examples, whose tests are made by a macro.
fn tests_of(text: &str) -> impl Iterator<Item = &str> {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let marked = |at: usize| {
        let attributes = lines[..at].iter().rev().take_while(|line| line.starts_with(['#', '/']));
        attributes.into_iter().any(|line| matches!(*line, "#[test]" | "#[tokio::test]"))
    };
    let functions: Vec<&str> = (0..lines.len())
        .filter(|at| marked(*at))
        .filter_map(|at| lines[at].trim_start_matches("async ").strip_prefix("fn ")?.split('(').next())
        .collect();
    let examples = text.split_once("\nexamples! {\n").and_then(|(_, rest)| rest.split_once("\n}"));
    let examples = examples.into_iter().flat_map(|(list, _)| list.lines());
    let examples = examples.filter_map(|line| Some(line.trim().split_once(": \"")?.0));
    functions.into_iter().chain(examples)
}

#[test]
fn only_tests_count() {
    let text = "fn helper() {}\n/// Says it.\n#[test]\n#[ignore]\nfn one() {\n}\n#[tokio::test]\nasync fn two() {\n\
                }\nlet x: \"no\";\nexamples! {\n    flask: \"flask\",\n}\n";
    assert_eq!(tests_of(text).collect::<Vec<_>>(), ["one", "two", "flask"]);
}
