//! A step that fails shows the user's own line: this works only if our digests are the daemon's.

use wheelbase_tests::build::Build;
use wheelbase_tests::engine::Engine;
use wheelbase_tests::project::Project;

fn message(description: &str) -> String {
    let project = Project::new(&format!("//- app.toml\n{description}\n//- app.py\n"));
    Build::new(&Engine::main(), &project).fail().message
}

#[test]
fn a_run_that_fails_marks_its_line() {
    let message = message(
        r#"# syntax=wheelbase/wheelbase:0
python = "3.13"
dependencies = false
run = [
  "true",
  "echo this goes wrong; exit 7",
]
cmd = ["python", "app.py"]"#,
    );
    assert!(message.contains("app.toml:6"), "{message}");
    assert!(message.contains(">>>   \"echo this goes wrong; exit 7\""), "{message}");
    assert!(message.contains("exit code: 7"), "{message}");
}

#[test]
fn a_misspelt_package_marks_its_line() {
    let message = message(
        r#"# syntax=wheelbase/wheelbase:0
python = "3.13"
dependencies = false
packages = ["libpq5", "libfoo-of-nobody"]
cmd = ["python", "app.py"]"#,
    );
    assert!(message.contains("app.toml:4"), "{message}");
    assert!(message.contains(">>> packages ="), "{message}");
}

/// A wheel that cannot be built, for want of a compiler or by its own doing.
const UNBUILT: &str = r#"
//- app.toml
# syntax=wheelbase/wheelbase:0
python = "3.13"
cmd = ["python", "app.py"]
dependencies = "requirements.txt"

[stages.wheels]
from = "python:3.13-slim"
packages = ["libpq5"]
//- app.py
//- requirements.txt
native @ ./native
//- native/setup.py
from setuptools import Extension, setup
setup(name="native", version="1", ext_modules=[Extension("native", ["native.c"])])
//- native/native.c
int native;
"#;

#[test]
fn a_wheel_that_cannot_be_built_says_what_to_write() {
    let project = Project::new(UNBUILT);
    let outcome = Build::new(&Engine::main(), &project).fail();
    let (message, logs) = (&outcome.message, outcome.logs.values().cloned().collect::<String>());
    assert!(message.contains("native, built from its sources:2"), "{message}");
    assert!(message.contains(">>> [stages.wheels]"), "{message}");
    assert!(message.contains(">>> packages = [\"libpq5\", \"gcc\", \"libc6-dev\"]"), "{message}");
    assert!(message.contains("If its own build is broken, see `[build-system]`"), "{message}");
    assert!(logs.contains("has no C compiler"), "{logs}");

    project.edit(
        "native/setup.py",
        "setup(",
        "import sys\nif 'bdist_wheel' in sys.argv: sys.exit('not today')\nsetup(",
    );
    let outcome = Build::new(&Engine::main(), &project).fail();
    let (message, logs) = (&outcome.message, outcome.logs.values().cloned().collect::<String>());
    assert!(message.contains("built from its sources:2"), "{message}");
    assert!(logs.contains("not today"), "{logs}");
}

#[test]
fn a_wrong_checksum_names_the_wheel() {
    let engine = Engine::main();
    let project = crate::support::flask();
    let lock = std::fs::read_to_string(project.file("uv.lock")).unwrap();
    let at = lock.find("blinker-").expect("Flask needs blinker");
    let hash = at + lock[at..].find("sha256:").expect("a hash follows") + "sha256:".len();
    // Both files of blinker get a hash that nothing has.
    let mut wrong = lock.clone();
    wrong.replace_range(hash..hash + 64, &"0".repeat(64));
    let second = lock[hash..].find("sha256:").map(|next| hash + next + "sha256:".len()).unwrap();
    wrong.replace_range(second..second + 64, &"0".repeat(64));
    project.write("uv.lock", wrong);
    let outcome = Build::new(&engine, &project).fail();
    let failed: Vec<_> = outcome.steps.iter().filter(|step| step.error.contains("digest mismatch")).collect();
    assert_eq!(failed.len(), 1, "{}", outcome.message);
    assert!(failed[0].name.contains("blinker"), "{}", failed[0].name);
}
