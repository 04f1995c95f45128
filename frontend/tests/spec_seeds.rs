//! The five descriptions that the project started from, and one with everything: nothing is said about them.
#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]
#![expect(clippy::unwrap_used, reason = "a helper of tests fails by panicking")]

use std::collections::BTreeMap;

use wheelbase::spec::{self, Command, Spec};
use wheelbase::text::Files;

/// A description that nothing is to be said about.
#[track_caller]
fn silent(text: &str) -> Spec {
    let mut files = Files::default();
    let file = files.add("app.toml", text);
    let checked = spec::parse(&file, &BTreeMap::new());
    let letters: Vec<String> = checked.diagnostics().iter().map(|d| d.render(&files)).collect();
    assert!(letters.is_empty(), "{}", letters.join("\n\n"));
    checked.into_result().unwrap().0
}

#[test]
fn flask_in_a_directory() {
    let spec = silent(
        r#"# syntax=example/wheelbase
python = "3.9"
copy = [{ src = "backend/", dest = "." }]
dependencies = "backend/requirements.txt"
expose = [5000]
cmd = ["python", "app.py"]
"#,
    );
    let app = &spec.stages["app"];
    assert_eq!(spec.python.unwrap().value, "3.9");
    let copy = &app.copy.as_ref().unwrap()[0];
    assert_eq!((copy.src.as_str(), copy.dest.as_ref().unwrap().as_str()), ("backend/", "."));
    assert_eq!(app.dependencies.as_ref().unwrap().file.as_ref().unwrap().value, "backend/requirements.txt");
    assert_eq!(app.expose[0].value, "5000/tcp");
    assert_eq!(app.cmd.as_ref().unwrap().value, ["python", "app.py"]);
}

#[test]
fn alpine_with_a_toolchain() {
    let spec = silent(
        r#"python = "3.9"
from = "python:3.9-alpine"
packages = ["libpq"]
env = { PYTHONUNBUFFERED = "1", PYTHONDONTWRITEBYTECODE = "1" }
copy = ["app.py"]
expose = [5000]
cmd = ["python", "app.py"]

[stages.wheels]
from = "python:3.9-alpine"
packages = ["build-base"]
"#,
    );
    let app = &spec.stages["app"];
    let names: Vec<&str> = app.env.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE"], "in the order of the file");
    assert_eq!(spec.stages["wheels"].packages[0].value, "build-base");
    assert!(spec.stages["wheels"].header.is_some() && app.header.is_none());
}

#[test]
fn ubuntu_to_distroless() {
    silent(
        r#"from = "gcr.io/distroless/python3"
expose = [5000]
cmd = ["python", "app.py"]

[stages.wheels]
from = "ubuntu"
packages = ["python3", "python3-pip"]
"#,
    );
}

#[test]
fn flask() {
    silent("python = \"3.9\"\nexpose = [5000]\ncmd = [\"python\", \"app.py\"]\n");
}

#[test]
fn a_compiled_driver() {
    silent(
        r#"python = "3.9"
packages = ["libmariadb3"]
cmd = ["python", "app.py"]

[stages.wheels]
packages = ["gcc", "default-libmysqlclient-dev", "pkg-config"]
"#,
    );
}

#[test]
fn a_stage_that_is_not_python() {
    let spec = silent(
        r#"copy = [".", { from = "assets", src = "/src/dist", dest = "static/" }]
[stages.assets]
from = "node:22-slim"
workdir = "/src"
copy = ["web/"]
run = ["npm ci", "npm run build"]
"#,
    );
    let copies = spec.stages["app"].copy.as_ref().unwrap();
    assert_eq!(copies[0].src.value, ".");
    assert_eq!(copies[1].src.value, "src/dist", "from the root of the stage");
    assert_eq!(copies[1].dest.as_ref().unwrap().value, "static/", "a trailing slash means something");
    assert_eq!(spec.stages["assets"].run[1].cmd, Command::Shell("npm run build".to_owned()));
}

#[test]
fn in_a_pyproject() {
    let text = "[project]\nname = \"shop\"\n\n[tool.ruff]\nline-length = 100\n";
    assert!(silent(text).stages["app"].cmd.is_none(), "no description: the project is detected");
    let spec = silent(&format!(
        "{text}\n[tool.wheelbase]\ncmd = [\"shop\"]\n[tool.wheelbase.stages.wheels]\npackages = [\"gcc\"]\n"
    ));
    assert_eq!(spec.stages["app"].cmd.as_ref().unwrap().value, ["shop"]);
    assert_eq!(spec.stages["wheels"].packages[0].value, "gcc");
}

#[test]
fn the_stage_app_by_its_name() {
    let spec = silent("python = \"3.12\"\n[stages.app]\ncmd = [\"shop\"]\n");
    assert_eq!(spec.stages["app"].cmd.as_ref().unwrap().value, ["shop"]);
}

#[test]
fn nothing_at_all() {
    assert_eq!(silent("").stages.len(), 1);
    assert_eq!(silent("# syntax=example/wheelbase\n").stages.len(), 1);
}

#[test]
fn everything_at_once() {
    let spec = silent(
        r#"#:schema ./schema/wheelbase.json
python = ">=3.12,<3.14"
variant = "slim-bookworm"
locked = true
builtin-ignore = false
env = { TZ = "UTC", PORT = "8000" }
workdir = "/srv/./shop/"
user = 10001
packages = { names = ["libpq5"], snapshot = "2026-11-21" }
dependencies = { file = "uv.lock", groups = ["prod"], extras = ["pg"], member = "shop", layers = 4, bytecode = false, only-binary = [":all:"], no-binary = ["psycopg2"], mode = "graph" }
copy = [".", { src = "conf/*.ini", dest = "/etc/shop/", exclude = ["secret*"], chmod = "0640", chown = "root:shop" }, { src = "bin", chmod = 0o755 }]
run = ["make", ["./configure", "--prefix=/usr"], { cmd = "pip download -d /w -r r.txt", cache = ["/root/.cache", { target = "/c", id = "c", sharing = "locked" }], secrets = ["netrc", { id = "t", env = "TOKEN", required = false }], ssh = true, tmpfs = ["/tmp"], mounts = [{ from = "assets", src = "/src", target = "/a" }, { target = "/ctx" }], network = "none", env = { A = "b" }, user = "nobody" }]
writable = ["instance/", "/var/lib/shop"]
expose = [8000, "9000-9001/udp"]
volumes = ["/data"]
labels = { "org.opencontainers.image.title" = "shop" }
healthcheck = { cmd = ["python", "check.py"], interval = "1m30s", timeout = "3s", start-period = "10s", start-interval = "500ms", retries = 3 }
stop-signal = "int"
init = true
entrypoint = ["/srv/start"]
cmd = ["gunicorn", "--bind", "0.0.0.0:8000", "shop.wsgi"]

[args]
NODE = "22-slim"

[[index]]
name = "company"
url = "https://packages.example.com/simple"
secret = "company"
mirror = "https://mirror.example.com/"

[stages.assets]
from = "node:${{ NODE }}"
platform = "build"
copy = ["web/"]
run = ["npm ci"]

[stages.worker]
from = "app"
cmd = ["celery", "-A", "shop", "worker"]

[stages.test]
dependencies = { groups = ["test"] }
run = ["pytest"]
gate = true
"#,
    );
    let app = &spec.stages["app"];
    assert_eq!(app.workdir.as_ref().unwrap().value, "/srv/shop");
    assert_eq!(app.user.as_ref().unwrap().value, "10001");
    assert_eq!(app.snapshot.as_ref().unwrap().value, "2026-11-21");
    let copies = app.copy.as_ref().unwrap();
    assert_eq!(copies[1].chmod.as_ref().unwrap().value, 0o640);
    assert_eq!(copies[2].chmod.as_ref().unwrap().value, 0o755);
    assert_eq!(app.run.len(), 3);
    assert_eq!(app.run[2].ssh[0].value, "default");
    assert!(!app.run[2].secrets[1].required);
    let ports: Vec<&str> = app.expose.iter().map(|port| port.as_str()).collect();
    assert_eq!(ports, ["8000/tcp", "9000/udp", "9001/udp"]);
    assert_eq!(app.healthcheck.as_ref().unwrap().interval, Some(90_000_000_000));
    assert_eq!(app.stop_signal.as_ref().unwrap().value, "SIGINT");
    assert_eq!(spec.stages["assets"].from.as_ref().unwrap().value, "node:22-slim");
    assert!(spec.stages["assets"].native && spec.stages["test"].gate);
    assert_eq!(spec.builtin_ignore, Some(false));
}
