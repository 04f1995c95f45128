//! What a build of the Flask example looks like from outside, and what its environment holds.

use std::collections::BTreeSet;

use wheelbase_tests::build::Build;
use wheelbase_tests::engine::Engine;
use wheelbase_tests::image::Image;

use crate::support::{flask, installs, oci, tree};

#[test]
fn every_wheel_is_a_source_and_nothing_runs_pip() {
    let engine = Engine::main();
    let outcome = Build::new(&engine, &flask()).succeed();
    let lock = include_str!("../../examples/flask/uv.lock");
    for name in ["flask", "werkzeug", "jinja2", "markupsafe", "click", "itsdangerous", "blinker"] {
        let title = format!("fetch {name}-");
        let fetched: Vec<_> = outcome.named(&title).collect();
        assert_eq!(fetched.len(), 1, "{name}: {fetched:?}");
        assert!(lock.contains(&format!("/{name}-")), "{name} is in the lock");
    }
    assert!(!installs(&outcome.steps.iter().map(|step| step.name.as_str()).collect::<Vec<_>>()).is_empty());
    let mentions_pip = |step: &&wheelbase_tests::build::Step| step.name.contains("pip ");
    assert_eq!(outcome.steps.iter().filter(mentions_pip).count(), 0);
}

#[test]
fn provenance_lists_every_wheel_with_its_checksum() {
    let engine = Engine::main();
    let project = flask();
    let folder = tempfile::TempDir::new().unwrap();
    let outcome = oci(&engine, &project, folder.path(), &["--provenance=mode=max"]);
    let materials = outcome.metadata["buildx.build.provenance"].to_string();
    let lock: toml::Table = include_str!("../../examples/flask/uv.lock").parse().unwrap();
    let mut wheels = 0;
    for package in lock["package"].as_array().unwrap() {
        // The example's lock has pure wheels, each the only one of its package, and MarkupSafe's many.
        let Some([wheel]) = package.get("wheels").and_then(|wheels| wheels.as_array()).map(Vec::as_slice)
        else {
            continue;
        };
        let name = package["name"].as_str().unwrap();
        if name == "colorama" {
            continue; // Only for Windows.
        }
        let url = wheel["url"].as_str().unwrap();
        let sha256 = wheel["hash"].as_str().unwrap().strip_prefix("sha256:").unwrap();
        assert!(materials.contains(url) && materials.contains(sha256), "{name} is not among {materials}");
        wheels += 1;
    }
    assert!(wheels >= 5, "{wheels} wheels were looked for");
}

#[test]
fn the_image_says_who_runs_what() {
    let engine = Engine::main();
    let project = flask();
    let loaded = Image::new(&engine, "configuration");
    Build::new(&engine, &project).args(["--load", "--tag", loaded.tag()]).succeed();
    let text = engine.docker(&["image", "inspect", loaded.tag()]);
    let image: serde_json::Value = serde_json::from_str(&text).unwrap();
    let config = &image[0]["Config"];
    assert_eq!(config["User"], "10001:10001");
    assert_eq!(config["WorkingDir"], "/app");
    assert_eq!(config["Cmd"], serde_json::json!(["python", "app.py"]));
    assert_eq!(config["StopSignal"], "SIGINT");
    assert!(config["Entrypoint"].is_null());
    assert!(config["ExposedPorts"].get("5000/tcp").is_some());
    let run = |args: &[&str]| {
        let all = [&["run", "--rm", loaded.tag()], args].concat();
        engine.docker(&all).trim().to_owned()
    };
    assert_eq!(run(&["id", "-u"]), "10001");
    let user =
        "import pwd, os; u = pwd.getpwuid(os.getuid()); print(u.pw_name, u.pw_dir, os.path.isdir(u.pw_dir))";
    assert_eq!(run(&["python", "-c", user]), "app /home/app True");
    assert_eq!(run(&["flask", "--version"]).lines().filter(|line| line.starts_with("Flask ")).count(), 1);
}

#[test]
fn no_tool_and_no_cache_is_in_our_layers() {
    let engine = Engine::main();
    let (_, ours) = tree(&engine, &flask(), &[]);
    let (_, base) = tree(&engine, &base_project(), &["--target=base"]);
    let base: BTreeSet<&String> = base.entries.keys().collect();
    let suspicious = |path: &str| {
        ["/pip/", "/pip-", "gcc", ".cache", "apt/lists/", "var/cache/apt/", "uv.lock.d"]
            .iter()
            .any(|part| path.contains(part))
    };
    let added = ours.entries.keys().filter(|path| !base.contains(path));
    let found: Vec<_> = added.filter(|path| suspicious(path)).collect();
    assert_eq!(found, Vec::<&String>::new());
}

#[test]
fn the_environment_is_what_uv_installs() {
    let engine = Engine::main();
    let (_, ours) = tree(&engine, &flask(), &[]);
    let (_, theirs) = tree(&engine, &uv_project(), &["--target=uv"]);
    let ours = ours.below("opt/venv").without(may_differ);
    let theirs = theirs.below("opt/venv").without(may_differ);
    let differences = ours.differences(&theirs);
    assert!(ours.entries.len() > 180, "only {} files were compared", ours.entries.len());
    assert_eq!(differences, Vec::<String>::new());
}

/// An image that is the base alone.
fn base_project() -> wheelbase_tests::project::Project {
    wheelbase_tests::project::Project::new(
        r#"
//- app.toml
# syntax=wheelbase/wheelbase:0
[stages.base]
from = "python:3.13-slim"
"#,
    )
}

/// The same lock installed by uv itself, in a plain stage.
fn uv_project() -> wheelbase_tests::project::Project {
    let project = flask();
    project.write(
        "app.toml",
        r#"# syntax=wheelbase/wheelbase:0
[stages.uv]
from = "python:3.13"
copy = ["pyproject.toml", "uv.lock"]
run = [
  { cmd = "pip install --quiet --root-user-action=ignore uv" },
  { cmd = "uv venv /opt/venv --python /usr/local/bin/python3", env = { UV_PYTHON_DOWNLOADS = "never" } },
  { cmd = "uv sync --frozen --no-install-project --no-dev", env = { UV_PROJECT_ENVIRONMENT = "/opt/venv", UV_LINK_MODE = "copy", UV_PYTHON_DOWNLOADS = "never" } },
]
"#,
    );
    project
}

/// What two right installations of one lock may differ in: who installed it, and the words of launchers.
fn may_differ(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let bookkeeping =
        ["INSTALLER", "RECORD", "REQUESTED", "direct_url.json", "pyvenv.cfg", "CACHEDIR.TAG", ".gitignore"];
    let of_uv = name.starts_with("activate") || name.ends_with("virtualenv.py") || name == "_virtualenv.pth";
    let other_venv = ["deactivate.bat", "pydoc.bat", ".lock"].contains(&name);
    bookkeeping.contains(&name)
        || of_uv
        || other_venv
        || path.contains("__pycache__")
        || path.starts_with("opt/venv/bin/")
        || path == "opt/venv/lib64"
        || path.starts_with("opt/venv/share/wheelbase")
        || path == "opt/venv/share"
}
