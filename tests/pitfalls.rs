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
        } else if name.ends_with(".md") {
            known.insert(name);
        } else if name.ends_with(".rs") {
            let text = std::fs::read_to_string(&path).expect("sources are text");
            let functions =
                text.split("fn ").skip(1).filter_map(|rest| rest.split_once('(').map(|(name, _)| name));
            known.extend(functions.map(str::to_owned));
            // Examples are tests made by a macro.
            known.extend(
                text.lines()
                    .filter_map(|line| line.trim().split_once(": \""))
                    .map(|(name, _)| name.to_owned()),
            );
        }
    }
}
