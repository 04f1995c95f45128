//! Stages beside the app: tests that gate it, what they install on top of it, an init, what is left out.

use wheelbase_tests::build::Build;
use wheelbase_tests::engine::Engine;
use wheelbase_tests::image::Image;
use wheelbase_tests::project::Project;

use crate::support::{flask, oci, prints, tree};

const TESTED: &str = r#"
//- app.toml
# syntax=wheelbase/wheelbase:0
python = "3.13"
copy = ["app.py"]
cmd = ["python", "app.py"]

[stages.test]
dependencies = { groups = ["dev"] }
copy = ["test_app.py"]
run = [{ cmd = "python -m pytest -q -p no:cacheprovider", network = "none" }]
gate = true
//- app.py
import itsdangerous

def double(number):
    return 2 * number

if __name__ == "__main__":
    print(double(21))
//- test_app.py
import app

def test_double():
    assert app.double(2) == 4
"#;

/// The project with the lock that its own tool made.
fn tested() -> Project {
    let project = Project::new(TESTED);
    let folder = wheelbase_tests::engine::repository().join("tests/end-to-end/projects/tested");
    for file in ["pyproject.toml", "uv.lock"] {
        project.write(file, std::fs::read(folder.join(file)).unwrap());
    }
    project.write("note.txt", project.path().display().to_string());
    project.edit(
        "app.py",
        "import itsdangerous",
        &format!("import itsdangerous\n# {}", project.path().display()),
    );
    project
}

#[test]
fn a_gate_runs_tests_before_the_app_is_done() {
    let engine = Engine::main();
    let project = tested();
    let (outcome, printed) = prints(&project, "gate", &[]);
    assert_eq!(printed, "42\n");
    assert!(outcome.ran().iter().any(|step| step.contains("pytest")), "{:?}", outcome.ran());
    // What tests need is installed on top of what the app needs, and is not in the app.
    let installs: Vec<&str> = outcome.named("[test] install").map(|step| step.name.as_str()).collect();
    assert!(installs.iter().any(|step| step.contains("pytest")), "{installs:?}");
    assert!(installs.iter().all(|step| !step.contains("itsdangerous")), "{installs:?}");
    let (_, tree) = tree(&engine, &project, &[]);
    assert!(tree.entries.keys().all(|path| !path.contains("pytest") && !path.contains("test_app")));

    let image = Image::new(&engine, "gated");
    let tag = image.tag();
    Build::new(&engine, &project).args(["--load", "--tag", tag]).succeed();
    let layers = "{{len .RootFS.Layers}}";
    let layers = engine.docker(&["image", "inspect", "--format", layers, tag]);
    let history = engine.docker(&["history", "--format", "{{.Comment}}|{{.Size}}", tag]);
    let ours = history.lines().filter(|line| line.starts_with("wheelbase")).count();
    let base = engine.docker(&["run", "--rm", "--entrypoint=true", "python:3.13-slim"]);
    assert_eq!(base, "");
    let base = engine.docker(&["image", "inspect", "--format", "{{len .RootFS.Layers}}", "python:3.13-slim"]);
    let number = |text: &str| text.trim().parse::<usize>().unwrap();
    assert_eq!(number(&layers), number(&base) + ours, "{history}");

    project.edit("app.py", "2 * number", "3 * number");
    let outcome = Build::new(&engine, &project).fail();
    assert!(outcome.message.contains(">>> run = [{ cmd = \"python -m pytest"), "{}", outcome.message);

    // Without the gate the app is built alone.
    project.edit("app.toml", "gate = true", "gate = false");
    let outcome = Build::new(&engine, &project).succeed();
    assert_eq!(outcome.named("pytest").count(), 0);
    Build::new(&engine, &project).arg("--target=test").fail();
}

const MADE: &str = r#"
//- app.toml
# syntax=wheelbase/wheelbase:0
python = "3.13"
dependencies = false
copy = [".", { from = "assets", src = "/made", dest = "static/" }]
cmd = ["python", "app.py"]

[stages.assets]
from = "python:3.13-slim"
run = ["mkdir /made && date +%N >/dev/null && echo content >/made/file && ln -s file /made/link"]
//- app.py
import time
print("up", flush=True)
time.sleep(60)
//- .git/config
of nobody's business
//- .venv/pyvenv.cfg
home = /usr/bin
//- a/.env
SECRET=1
"#;

#[test]
fn what_a_stage_made_has_a_fixed_time() {
    let engine = Engine::main();
    let project = Project::new(MADE);
    let folder = tempfile::TempDir::new().unwrap();
    let first = oci(&engine, &project, folder.path(), &["--no-cache"]);
    let second = oci(&engine, &project, folder.path(), &["--no-cache"]);
    assert!(second.ran().iter().any(|step| step.contains("run mkdir")), "{:?}", second.ran());
    assert_eq!(first.digest(), second.digest());
}

#[test]
fn an_init_is_process_1_and_the_app_its_child() {
    let engine = Engine::main();
    let project = Project::new(MADE);
    project.edit("app.toml", "cmd =", "init = true\ncmd =");
    let image = Image::new(&engine, "init");
    let tag = image.tag();
    Build::new(&engine, &project).args(["--load", "--tag", tag]).succeed();
    let container = engine.docker(&["run", "--detach", tag]);
    let container = container.trim();
    let first = engine.docker(&["exec", container, "cat", "/proc/1/cmdline"]);
    assert_eq!(first, "tini\0--\0python\0app.py\0");
    engine.docker(&["stop", "--time=5", container]);
    let state = engine.docker(&["inspect", "--format", "{{.State.ExitCode}}", container]);
    assert_eq!(state.trim(), "143", "stopped by SIGTERM, which the init passes on");
    engine.docker(&["rm", container]);
}

#[test]
fn what_never_belongs_into_an_image_is_left_out_unless_told() {
    let engine = Engine::main();
    let project = Project::new(MADE);
    let files = |project: &Project| {
        tree(&engine, project, &[]).1.below("app").entries.into_keys().collect::<Vec<_>>()
    };
    let kept = files(&project);
    assert!(kept.iter().any(|path| path == "app/app.py"), "{kept:?}");
    let unwanted = |path: &&String| [".git", ".env", ".venv"].iter().any(|part| path.contains(part));
    assert_eq!(kept.iter().find(unwanted), None, "{kept:?}");
    project.edit("app.toml", "python =", "builtin-ignore = false\npython =");
    let kept = files(&project);
    assert!(
        kept.iter().any(|path| path == "app/.git/config") && kept.iter().any(|path| path == "app/a/.env"),
        "{kept:?}"
    );
}

#[test]
fn commands_of_python_are_stopped_by_an_interrupt() {
    let engine = Engine::main();
    let project = flask();
    let signal = |command: &str| {
        let description = std::fs::read_to_string(project.file("app.toml")).unwrap();
        let head = description.split("\ncmd").next().unwrap();
        project.write("app.toml", format!("{head}\ncmd = [\"{command}\"]\n"));
        let image = Image::new(&engine, "signal");
        let tag = image.tag();
        Build::new(&engine, &project).args(["--load", "--tag", tag]).succeed();
        let signal = engine.docker(&["image", "inspect", "--format", "{{.Config.StopSignal}}", tag]);
        signal.trim().to_owned()
    };
    assert_eq!(signal("flask"), "SIGINT");
    assert_eq!(signal("gunicorn"), "");
    let text = std::fs::read_to_string(project.file("pyproject.toml")).unwrap();
    project.write("pyproject.toml", text + "\n[project.scripts]\nserve-it = \"app:app\"\n");
    assert_eq!(signal("serve-it"), "SIGINT");
}

/// Copies to places where a base has links and directories of its own, patterns, owners by name, a second gate.
const PLACES: &str = r#"
//- app.toml
# syntax=wheelbase/wheelbase:0
python = "3.13"
dependencies = false
user = "www-data"
writable = ["instance/", "/tmp/own"]
volumes = ["/var/run/volume"]
copy = [
    ".",
    { src = "*.py", dest = "matched" },
    { src = "conf/.env", dest = "/bin/named" },
    { src = "app.py", dest = "/lib/app.py" },
    { from = "made", src = "/made/", dest = "made", chown = "www-data" },
]
run = [{ cmd = "id -u >instance/id && test -f /mounted/d/f", user = "www-data", network = "none", mounts = [{ from = "made", src = "/made", target = "/mounted" }] }]
cmd = ["python", "app.py"]

[stages.made]
from = "python:3.13-slim"
run = ["mkdir -p /made/d && echo 1 >/made/d/f && ln -s d /made/link"]

[stages.lint]
from = "made"
run = ["test -f /made/d/f"]
gate = true

[stages.web]
from = "python:3.13-slim"
user = "www-data"
copy = [{ src = "conf", chown = "www-data" }]
writable = ["/var/run/web"]
//- app.py
print("up")
//- matched.py/inner
in a directory that the pattern matches
//- instance/.keep
//- conf/a.ini
a
//- conf/.env
NAMED=1
//- .env
SECRET=1
"#;

#[test]
fn what_is_copied_lands_where_it_is_promised_on_both_roads() {
    let project = Project::new(PLACES);
    for engine in [Engine::main(), Engine::named("WHEELBASE_ENGINE_GRAPH")] {
        let (outcome, tree) = tree(&engine, &project, &[]);
        // Done or found done: another run of this test may have left the result in the engine's cache.
        assert!(outcome.named("[lint] run test").any(|step| step.completed), "{:?}", outcome.steps);
        let entry = |path: &str| tree.entries.get(path).unwrap_or_else(|| panic!("{path} is not there"));
        for path in ["app/matched/app.py", "app/matched/matched.py/inner", "app/made/link", "usr/bin/named"] {
            entry(path);
        }
        let owner = |path: &str| (entry(path).uid, entry(path).mode & 0o7777);
        assert_eq!(owner("app/instance"), (33, 0o755), "over the copy that brings it too");
        assert_eq!((owner("app/instance/.keep").0, owner("app/instance/id").0), (0, 33));
        assert_eq!((owner("app/made/d").0, owner("tmp"), owner("tmp/own").0), (33, (0, 0o1777), 33));
        assert_eq!((owner("run/volume").0, entry("usr/lib/app.py").uid), (33, 0));
        assert!(tree.entries.keys().all(|path| !path.ends_with(".env")), "only for what names it");
        let (_, web) = crate::support::tree(&engine, &project, &["--target=web"]);
        assert_eq!((web.entries["run/web"].uid, web.entries["app/conf/a.ini"].uid), (33, 33));
        assert!(web.entries.keys().all(|path| !path.starts_with("opt/venv")), "it is only looked at");
    }
}
