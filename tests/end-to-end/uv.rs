//! What is left to uv: a whole environment where that is asked for, requirements that are directories, and the builds
//! of wheels.

use wheelbase_tests::build::Build;
use wheelbase_tests::engine::Engine;
use wheelbase_tests::project::Project;

use crate::support::{flask, prints, tree};

#[test]
fn one_step_of_uv_gives_what_groups_give() {
    let engine = Engine::main();
    let project = flask();
    let (_, graph) = tree(&engine, &project, &[]);
    for file in ["uv.lock", "requirements.txt"] {
        if file == "requirements.txt" {
            std::fs::remove_file(project.file("uv.lock")).unwrap();
            project.write(file, "flask==3.1.3\nclick==8.5.1\nmarkupsafe==3.0.4\nwerkzeug==3.1.9\n");
        }
        let description = std::fs::read_to_string(project.file("app.toml")).unwrap();
        let plain = description.split("\n[dependencies]").next().unwrap();
        project.write("app.toml", format!("{plain}\n[dependencies]\nfile = \"{file}\"\nmode = \"uv\"\n"));
        let (outcome, one) = tree(&engine, &project, &[]);
        assert_eq!(outcome.named("install with uv").count(), 1, "{file}");
        assert_eq!(outcome.named("install group").count(), 0, "{file}");
        let packages = |tree: &wheelbase_tests::tree::Tree| {
            tree.below("opt/venv").without(|path| {
                let name = path.rsplit('/').next().unwrap_or(path);
                // Who installed it is another matter; uv's launchers are other programs that do the same.
                ["INSTALLER", "RECORD", "REQUESTED"].contains(&name)
                    || path.starts_with("opt/venv/bin/")
                    || path.starts_with("opt/venv/share/")
            })
        };
        let differences = packages(&graph).differences(&packages(&one));
        assert_eq!(differences, Vec::<String>::new(), "{file}");
    }
}

const PACKAGE: &str = r#"
//- app.toml
# syntax=wheelbase/wheelbase:0
python = "3.13"
copy = []
cmd = ["python", "-c", "import hello; from importlib.metadata import version; print(hello.TEXT, version('hello'))"]
//- pyproject.toml
[project]
name = "hello"
version = "2.5"
dependencies = ["itsdangerous"]
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"
//- hello/__init__.py
import itsdangerous
TEXT = "installed"
"#;

#[test]
fn a_package_without_a_lock_is_installed_too() {
    let (outcome, printed) = prints(&Project::new(PACKAGE), "package", &[]);
    assert_eq!(printed, "installed 2.5\n");
    assert!(outcome.warnings.iter().any(|warning| warning.contains("not-locked")), "{:?}", outcome.warnings);
}

#[test]
fn requirements_may_be_directories() {
    let project = Project::new(PACKAGE);
    project.write("requirements.txt", "-e .\n");
    project.edit("app.toml", "copy = []", "copy = []\ndependencies = \"requirements.txt\"");
    let (_, printed) = prints(&project, "directory", &[]);
    assert_eq!(printed, "installed 2.5\n");
}

const RESOLVED: &str = r#"
//- app.toml
# syntax=wheelbase/wheelbase:0
python = "3.13"
copy = []
cmd = ["python", "-c", "import markupsafe._speedups, sys; print(len(open('/opt/venv/share/wheelbase/pylock.toml').read()))"]
//- requirements.txt
jinja2
-c constraints.txt
"#;

#[test]
fn a_resolution_survives_system_packages() {
    let engine = Engine::main();
    let project = Project::new(RESOLVED);
    // A constraint of its own, so that no other run of the tests has resolved it.
    let own = project
        .path()
        .file_name()
        .unwrap()
        .to_string_lossy()
        .replace(|c: char| !c.is_ascii_alphanumeric(), "");
    project.write("constraints.txt", format!("own-{own}<1\n"));
    let first = Build::new(&engine, &project).succeed();
    assert!(first.ran().iter().any(|step| step.contains("resolve")), "{:?}", first.ran());
    project.edit("app.toml", "copy = []", "copy = []\npackages = [\"libpq5\"]");
    let second = Build::new(&engine, &project).succeed();
    assert!(second.named("libpq5").count() > 0 && second.named("resolve").count() > 0);
    assert!(!second.ran().iter().any(|step| step.contains("resolve")), "{:?}", second.ran());
}

#[test]
fn requests_may_be_longer_than_an_argument() {
    let project = Project::new(RESOLVED);
    let constraints: String = (0..12_000).map(|number| format!("package-{number}<2\n")).collect();
    assert!(constraints.len() > 128 << 10);
    project.write("constraints.txt", constraints);
    let (_, printed) = prints(&project, "long-request", &[]);
    // The pylock, which is in the image, has one file of each package.
    let length: usize = printed.trim().parse().unwrap();
    assert!((200..1_000).contains(&length), "{printed}");
}

#[test]
fn a_version_that_comes_from_a_repository_is_to_be_said() {
    let engine = Engine::main();
    let project = Project::new(PACKAGE);
    project.edit("pyproject.toml", "version = \"2.5\"", "dynamic = [\"version\"]");
    project.edit("pyproject.toml", "[\"hatchling\"]", "[\"hatchling\", \"hatch-vcs\"]");
    project.edit(
        "pyproject.toml",
        "[build-system]",
        "[tool.hatch.version]\nsource = \"vcs\"\n[build-system]",
    );
    let message = Build::new(&engine, &project).fail().message;
    let variable = "SETUPTOOLS_SCM_PRETEND_VERSION";
    assert!(message.contains("version-from-vcs") && message.contains(variable), "{message}");

    let description = std::fs::read_to_string(project.file("app.toml")).unwrap();
    let stage = format!(
        "[args]\nVERSION = \"0\"\n\n[stages.wheels]\nenv = {{ {variable} = \"${{{{ VERSION }}}}\" }}\n"
    );
    project.write("app.toml", format!("{description}\n{stage}"));
    let (_, printed) = prints(&project, "version", &["--build-arg=VERSION=7.1"]);
    assert_eq!(printed, "installed 7.1\n");
}

#[test]
fn wheels_are_built_with_the_python_of_the_app() {
    let project = Project::new(PACKAGE);
    let description = std::fs::read_to_string(project.file("app.toml")).unwrap();
    project.write("app.toml", format!("{description}\n[stages.wheels]\nfrom = \"debian:trixie-slim\"\n"));
    let outcome = Build::new(&Engine::main(), &project).fail();
    let logs: String = outcome.logs.values().cloned().collect();
    assert!(
        logs.contains("has no Python 3.13, which the app has: it has no Python at all"),
        "{logs}{}",
        outcome.message
    );
    assert!(outcome.message.contains(">>> [stages.wheels]"), "{}", outcome.message);
}
