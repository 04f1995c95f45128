//! Twenty wrong descriptions and locks, each through `docker buildx build`: a clear error with its place, no panic.

use wheelbase_tests::build::Build;
use wheelbase_tests::engine::Engine;
use wheelbase_tests::project::Project;

/// A description on top of what every description here has; the first line of `rest` is line 2.
fn described(rest: &str) -> Project {
    Project::new(&format!("//- app.toml\n# syntax=wheelbase/wheelbase:0\n{rest}\n//- app.py\nprint()\n"))
}

/// The error must name each of `parts`, and must be no bug of ours.
#[track_caller]
fn check(project: &Project, parts: &[&str]) {
    check_with(project, &[], parts);
}

#[track_caller]
fn check_with(project: &Project, args: &[&str], parts: &[&str]) {
    let engine = Engine::main();
    let message = Build::new(&engine, project).args(args.iter().copied()).fail().message;
    for part in parts {
        assert!(message.contains(part), "the error does not say {part:?}:\n{message}");
    }
    for word in ["panicked", "bug in wheelbase", "exit code"] {
        assert!(!message.contains(word), "the error is a bug:\n{message}");
    }
}

#[test]
fn an_unknown_key() {
    check(&described("pyhton = \"3.13\""), &["app.toml:2:1", "unknown-key", "`python`", ">>> pyhton"]);
}

#[test]
fn a_wrong_type() {
    check(&described("python = \"3.13\"\nexpose = true"), &["app.toml:3", ">>> expose"]);
}

#[test]
fn a_version_that_is_a_number() {
    check(&described("python = 3.10"), &["app.toml:2", "3.10"]);
}

#[test]
fn an_unknown_stage() {
    let project =
        described("copy = [{ from = \"asets\", src = \"/x\" }]\n[stages.assets]\nfrom = \"scratch\"");
    check(&project, &["app.toml:2", "asets", "assets"]);
}

#[test]
fn stages_in_a_circle() {
    let project = described("from = \"a\"\n[stages.a]\nfrom = \"b\"\n[stages.b]\nfrom = \"a\"");
    check(&project, &["app.toml:", "`a`", "`b`"]);
}

#[test]
fn broken_toml() {
    check(&described("python = \"3.13\nexpose = [5000"), &["app.toml:2", ">>> python"]);
}

#[test]
fn several_mistakes_at_once() {
    check(
        &described("pyhton = \"3.13\"\nexpose = true\ncmd = 7"),
        &["app.toml:2", "app.toml:3", "app.toml:4"],
    );
}

#[test]
fn nul_bytes() {
    let project = described("");
    project.write("app.toml", b"# syntax=wheelbase/wheelbase:0\npython = \"3.\0\"\n");
    check(&project, &["app.toml", "NUL"]);
}

#[test]
fn ten_megabytes() {
    let project = described("");
    let comments = "# a comment of some length, over and over\n".repeat(250_000);
    project.write("app.toml", format!("# syntax=wheelbase/wheelbase:0\n{comments}"));
    check(&project, &["app.toml", "large"]);
}

#[test]
fn no_description() {
    let engine = Engine::main();
    let project = described("");
    let missing = project.file("missing.toml").display().to_string();
    let outcome = Build::of(&engine, project.path()).args(["--file", &missing]).fail();
    assert!(outcome.message.contains("missing.toml"), "{}", outcome.message);
}

#[test]
fn an_unknown_target() {
    let project = described("[stages.assets]\nfrom = \"scratch\"");
    check_with(&project, &["--target", "asset"], &["unknown-target", "--target assets"]);
}

#[test]
fn an_image_that_does_not_exist() {
    check(&described("from = \"python:no-such-tag\""), &["app.toml:2", "python:no-such-tag", "not found"]);
}

#[test]
fn no_name_of_an_image() {
    check(&described("from = \"Not An Image\""), &["app.toml:2", "Not An Image"]);
}

#[test]
fn a_lock_that_is_missing() {
    check(&described("dependencies = \"uv.lock\""), &["app.toml:2", "missing-file", ">>> dependencies"]);
}

#[test]
fn a_lock_that_is_broken() {
    let project = described("python = \"3.13\"");
    project.write("uv.lock", "version = 1\n[[package]\n");
    check(&project, &["uv.lock:2"]);
}

#[test]
fn a_lock_of_another_time() {
    let project = described("python = \"3.13\"");
    project.write("uv.lock", "version = 7\nrequires-python = \">=3.11\"\n");
    check(&project, &["uv.lock:1", "7"]);
}

#[test]
fn two_managers() {
    let project = described("python = \"3.13\"");
    project.write("uv.lock", "version = 1\nrequires-python = \">=3.11\"\n");
    project.write("poetry.lock", "[metadata]\nlock-version = \"2.1\"\n");
    check(&project, &["uv.lock", "poetry.lock", "dependencies ="]);
}

/// A lock with one package whose wheels are for others.
fn lock_with(requires: &str, wheel: &str) -> String {
    format!(
        "version = 1\nrevision = 3\nrequires-python = \"{requires}\"\n\n[[package]]\nname = \"app\"\nversion = \"1\"\n\
         source = {{ virtual = \".\" }}\ndependencies = [{{ name = \"odd\" }}]\n\n[[package]]\nname = \"odd\"\nversion = \"1.0\"\n\
         source = {{ registry = \"https://pypi.org/simple\" }}\nwheels = [\n    {{ url = \"https://files.example/{wheel}\", \
         hash = \"sha256:{}\" }},\n]\n",
        "0".repeat(64)
    )
}

#[test]
fn another_python_than_the_lock_is_for() {
    let project = described("python = \"3.13\"");
    project.write("uv.lock", lock_with(">=3.14", "odd-1.0-py3-none-any.whl"));
    check(&project, &["uv.lock:", "3.14", "3.13"]);
}

#[test]
fn no_wheel_for_the_platform() {
    let project = described("python = \"3.13\"");
    project.write("uv.lock", lock_with(">=3.11", "odd-1.0-cp313-cp313-win_amd64.whl"));
    check(&project, &["odd", "1.0", "3.13"]);
}

#[test]
fn an_unknown_group() {
    let project = described("python = \"3.13\"\ndependencies = { groups = [\"tests\"] }");
    project.write("uv.lock", lock_with(">=3.11", "odd-1.0-py3-none-any.whl"));
    check(&project, &["app.toml:3", "tests"]);
}

#[test]
fn an_option_that_means_nothing() {
    let project = described("python = \"3.13\"\ndependencies = false");
    check_with(&project, &["--build-arg", "BUILDKIT_DOCKERFILE_CHECK=skip"], &["BUILDKIT_DOCKERFILE_CHECK"]);
}

#[test]
fn a_path_out_of_the_context() {
    check(&described("copy = [\"../secrets\"]"), &["app.toml:2", "../secrets"]);
}

#[test]
fn credentials_in_a_url_are_not_shown() {
    let project =
        described("[[index]]\nname = \"private\"\nurl = \"https://user:hunter2@example.com/simple\"");
    let message = Build::new(&Engine::main(), &project).fail().message;
    assert!(message.contains("app.toml:4") && message.contains("secret"), "{message}");
    assert!(!message.contains("hunter2"), "{message}");
}
