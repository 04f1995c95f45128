//! What an edit costs, told by the engine's own log.

use wheelbase_tests::build::{Build, Outcome, Step};
use wheelbase_tests::engine::Engine;

use crate::support::{flask, installs};

#[test]
fn editing_the_app_reruns_no_dependency() {
    let engine = Engine::main();
    let project = flask();
    let first = Build::new(&engine, &project).succeed();
    assert!(!first.steps.is_empty());

    project.edit("app.py", "Hello", "Good morning");
    let second = Build::new(&engine, &project).succeed();
    let ran = second.ran();
    assert!(installs(&ran).is_empty(), "{ran:?}");
    assert!(ran.iter().any(|step| step.contains("copy")), "the app itself is copied again: {ran:?}");
}

#[test]
fn editing_a_tool_table_moves_nothing() {
    let engine = Engine::main();
    let project = flask();
    // pyproject.toml is no part of this image, so that what is left of the edit is the edit of the key.
    project.write(".dockerignore", "pyproject.toml\nuv.lock\n");
    Build::new(&engine, &project).succeed();

    let text = std::fs::read_to_string(project.file("pyproject.toml")).unwrap();
    project.write("pyproject.toml", text + "\n[tool.ruff]\nline-length = 100\n");
    let second = Build::new(&engine, &project).succeed();
    assert_eq!(work(&second), Vec::<&str>::new());
}

#[test]
fn reordering_the_lock_moves_nothing() {
    let engine = Engine::main();
    let project = flask();
    project.write(".dockerignore", "uv.lock\n");
    Build::new(&engine, &project).succeed();

    let text = std::fs::read_to_string(project.file("uv.lock")).unwrap();
    let mut parts: Vec<&str> = text.split("\n[[package]]").collect();
    let head = parts.remove(0);
    parts.reverse();
    let reordered = parts.iter().fold(head.to_owned(), |text, part| format!("{text}\n[[package]]{part}"));
    project.write("uv.lock", reordered);
    let second = Build::new(&engine, &project).succeed();
    assert_eq!(work(&second), Vec::<&str>::new());
}

#[test]
fn bumping_one_package_reruns_one_group() {
    let engine = Engine::main();
    let project = flask();
    let first = Build::new(&engine, &project).succeed();

    let lock = std::fs::read_to_string(project.file("uv.lock")).unwrap();
    project.write("uv.lock", with_older_itsdangerous(&lock));
    let second = Build::new(&engine, &project).succeed();
    // By digest: another run of this test may have left the result in the engine's cache.
    let known = |step: &&Step| !first.steps.iter().any(|before| before.digest == step.digest);
    let new: Vec<&str> = second.steps.iter().filter(known).map(|step| step.name.as_str()).collect();
    let installed = installs(&new);
    assert_eq!(installed.len(), 1, "{new:?}");
    assert!(installed[0].contains("itsdangerous"), "{installed:?}");
    assert!(installs(&second.ran()).iter().all(|step| step.contains("itsdangerous")), "{:?}", second.ran());
}

/// What was run but for the making of a bare directory: the engine forgets such results now and then, and making
/// one again is no work.
pub(crate) fn work(outcome: &Outcome) -> Vec<&str> {
    outcome.ran().into_iter().filter(|step| !step.contains("] make /")).collect()
}

/// The lock with another release of one package: the entry that uv itself writes for it.
fn with_older_itsdangerous(lock: &str) -> String {
    let start = lock.find("[[package]]\nname = \"itsdangerous\"").expect("Flask needs itsdangerous");
    let end = lock[start + 1..].find("[[package]]").map_or(lock.len(), |at| start + 1 + at);
    let older = include_str!("projects/itsdangerous-2.1.2.lock");
    format!("{}{older}\n{}", &lock[..start], &lock[end..])
}
