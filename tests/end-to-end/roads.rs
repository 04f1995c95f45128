//! The other roads to an environment: requirements without a lock, sdists that are built, options of the client.

use wheelbase_tests::build::Build;
use wheelbase_tests::engine::Engine;
use wheelbase_tests::image::Image;
use wheelbase_tests::project::Project;

use crate::support::prints;

const REQUIREMENTS: &str = r#"
//- app.toml
# syntax=wheelbase/wheelbase:0
python = "3.13"
cmd = ["python", "app.py"]
//- requirements.txt
flask>=3
-r more.txt
//- more.txt
itsdangerous<2.2  # an older one
//- app.py
import flask, itsdangerous
from importlib.metadata import version
print("flask", version("flask").split(".")[0], "itsdangerous", version("itsdangerous"))
"#;

#[test]
fn requirements_without_a_lock_are_resolved_and_say_so() {
    let (outcome, printed) = prints(&Project::new(REQUIREMENTS), "requirements", &[]);
    assert_eq!(printed.trim(), "flask 3 itsdangerous 2.1.2");
    assert!(outcome.named("resolve requirements").next().is_some());
    assert!(outcome.warnings.iter().any(|warning| warning.contains("not-locked")), "{:?}", outcome.warnings);
}

#[test]
fn requirements_without_a_lock_are_an_error_where_that_is_asked_for() {
    let project = Project::new(REQUIREMENTS);
    project.edit("app.toml", "python =", "locked = true\npython =");
    let message = Build::new(&Engine::main(), &project).fail().message;
    assert!(message.contains("not-locked") && message.contains("uv pip compile"), "{message}");
}

/// `docopt` has no wheel at the index: its sdist is built.
const SDIST: &str = r#"
//- app.toml
# syntax=wheelbase/wheelbase:0
python = "3.13"
cmd = ["python", "-c", "import docopt; print(docopt.__version__)"]
copy = []
//- requirements.txt
docopt==0.6.2 --hash=sha256:49b3a825280bd66b3aa83585ef59c4a8c82f2c8a522dbe754a8bc8d08c85c491
"#;

#[test]
fn an_sdist_is_built_in_a_step_of_its_own() {
    let (outcome, printed) = prints(&Project::new(SDIST), "sdist", &[]);
    assert_eq!(printed.trim(), "0.6.2");
    assert_eq!(outcome.named("build docopt 0.6.2").count(), 1);
    assert_eq!(outcome.named("fetch sources docopt-0.6.2.tar.gz").count(), 1);
}

const OPTIONS: &str = r#"
//- app.toml
# syntax=wheelbase/wheelbase:0
from = "base-of-mine"
dependencies = false
cmd = ["sh", "-c", "cat /greeting; cat /app/x; echo"]
copy = ["x"]

[args]
GREETING = "hello"

[stages.greeting]
from = "base-of-mine"
run = ["echo ${{ GREETING }} >/greeting"]

[stages.worker]
from = "greeting"
copy = [{ src = "x", dest = "/app/x" }]
cmd = ["cat", "/greeting", "/app/x"]
//- x
content
//- y
ignored
//- .dockerignore
y
"#;

#[test]
fn options_of_the_client_are_honoured() {
    let engine = Engine::main();
    let base =
        format!("base-of-mine=docker-image://{}/library/python:3.13-slim", engine.variable("REGISTRY"));
    let args = [
        "--build-context",
        &base,
        "--target=worker",
        "--build-arg=GREETING=good morning",
        "--label=a.b=c d",
        "--platform=linux/amd64",
        "--add-host=db:10.1.2.3",
        "--build-arg=SOURCE_DATE_EPOCH=1000000000",
    ];
    let project = Project::new(OPTIONS);
    let (_, printed) = prints(&project, "options", &args);
    assert_eq!(printed, "good morning\ncontent\n");

    let loaded = Image::new(&engine, "options-config");
    let tag = loaded.tag();
    Build::new(&engine, &project).args(args).args(["--load", "--tag", tag]).succeed();
    let image: serde_json::Value = serde_json::from_str(&engine.docker(&["image", "inspect", tag])).unwrap();
    assert_eq!(image[0]["Config"]["Labels"]["a.b"], "c d");
    assert_eq!(image[0]["Created"], "2001-09-09T01:46:40Z");
}

#[test]
fn calls_are_answered() {
    let engine = Engine::main();
    let project = Project::new(OPTIONS);
    let call = |call: &str| {
        let frontend = format!("wheelbase/wheelbase:0=docker-image://{}", engine.frontend());
        let file = project.file("app.toml").display().to_string();
        let context = project.path().display().to_string();
        let args = ["buildx", "build", call, "--build-context", &frontend, "--file", &file, &context];
        let output = engine.try_docker(&args);
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{call}: {}", String::from_utf8_lossy(&output.stderr));
        text
    };
    assert!(call("--call=targets").contains("worker"));
    let outline = call("--call=outline");
    assert!(outline.contains("GREETING") && outline.contains("hello"), "{outline}");
    assert!(call("--call=subrequests.describe").contains("outline"));
    assert!(call("--check").contains("no warnings"), "{}", call("--check"));
}

#[test]
fn a_project_without_a_description_is_built() {
    let engine = Engine::main();
    let project = crate::support::flask();
    std::fs::remove_file(project.file("app.toml")).unwrap();
    project.edit("pyproject.toml", ">=3.11", "==3.13.*");
    let syntax = format!("--build-arg=BUILDKIT_SYNTAX={}", engine.frontend());
    let outcome = Build::of(&engine, project.path()).arg(syntax).succeed();
    assert!(outcome.named("install").count() > 3);
}

/// What the app imports comes from its environment and the interpreter's own library, whatever the base has set.
#[test]
fn nothing_but_the_environment_is_on_the_path() {
    let project = Project::new(REQUIREMENTS);
    project.write(
        "app.py",
        "import os, sys, flask\nassert flask.__file__.startswith('/opt/venv/lib/')\n\
         print(os.environ.get('PYTHONPATH'), sys.prefix, sorted(p for p in sys.path if 'packages' in p))\n",
    );
    let (_, printed) = prints(&project, "path", &[]);
    assert_eq!(printed.trim(), "None /opt/venv ['/opt/venv/lib/python3.13/site-packages']");
}
