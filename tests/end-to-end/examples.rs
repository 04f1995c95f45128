//! Every example: built, started, asked, stopped, and its layers looked through. A folder of `examples` without a
//! test here is an error, so that no page of the manual rots.

use std::collections::BTreeSet;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;
use wheelbase_tests::build::Build;
use wheelbase_tests::engine::{Engine, repository};
use wheelbase_tests::image::Image;

/// Makes a test of each example, and the list of them.
macro_rules! examples {
    ($($test:ident: $folder:literal,)*) => {
        $(
            #[test]
            fn $test() {
                check($folder);
            }
        )*

        const TESTED: &[&str] = &[$($folder),*];
    };
}

examples! {
    alpine_libpq: "alpine-libpq",
    distroless: "distroless",
    distroless_packages: "distroless-packages",
    django: "django",
    fastapi: "fastapi",
    flask: "flask",
    flask_backend: "flask-backend",
    flask_requirements: "flask-requirements",
    machine_learning: "machine-learning",
    mysqlclient: "mysqlclient",
    package: "package",
    workspace: "workspace",
    zero_config: "zero-config",
}

#[test]
fn every_example_has_a_test() {
    let folders = std::fs::read_dir(repository().join("examples")).unwrap().map(Result::unwrap);
    let folders = folders.filter(|entry| entry.path().is_dir());
    let folders: BTreeSet<_> = folders.map(|entry| entry.file_name().into_string().unwrap()).collect();
    assert_eq!(folders, TESTED.iter().copied().map(ToOwned::to_owned).collect());
}

/// A file `expect*.toml`: what is to be expected of an image.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Expected {
    /// The base images that the build pulls; the first is the one that the image is made of.
    bases: String,
    /// Those that only `examples/compare` needs.
    #[serde(rename = "compare")]
    _compare: Option<String>,
    /// The description, if it is not app.toml: then nothing in it names the frontend.
    file: Option<String>,
    target: Option<String>,
    port: u16,
    path: String,
    answers: String,
    /// The rule of a warning that the build gives.
    warning: Option<String>,
    /// What a note of the build says.
    note: Option<String>,
}

fn check(name: &str) {
    let folder = repository().join("examples").join(name);
    let files = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
    let expectations = |path: &PathBuf| {
        let name = path.file_name().unwrap().to_str().unwrap();
        name.starts_with("expect") && name.ends_with(".toml")
    };
    for file in files.filter(expectations) {
        let expected = toml::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
        check_image(name, &folder, &expected);
    }
}

fn check_image(name: &str, folder: &Path, expected: &Expected) {
    let engine = Engine::main();
    let target = expected.target.as_deref().unwrap_or("app");
    let image = Image::new(&engine, &format!("example-{name}-{target}"));
    let tag = image.tag();
    build(&engine, folder, expected, tag);
    check_config(&engine, tag);
    check_layers(&engine, expected, tag);
    check_container(&engine, expected, tag);
}

fn build(engine: &Engine, folder: &Path, expected: &Expected, tag: &str) {
    let file = folder.join(expected.file.as_deref().unwrap_or("app.toml"));
    let mut build = Build::of(engine, folder).args(["--load", "--tag", tag, "--file"]);
    build = build.arg(file.display().to_string());
    if expected.file.is_some() {
        build = build.arg(format!("--build-arg=BUILDKIT_SYNTAX={}", engine.frontend()));
    }
    if let Some(target) = &expected.target {
        build = build.arg(format!("--target={target}"));
    }
    for base in expected.bases.split(' ').filter(|base| !is_short(base)) {
        let name = base.rsplit_once(':').map_or(base, |(name, _)| name);
        build = build.arg(format!("--build-context={name}=docker-image://{}", stand_in(engine, base)));
    }
    let outcome = build.succeed();
    let warned = |rule: &String| outcome.warnings.iter().any(|warning| warning.contains(rule.as_str()));
    match &expected.warning {
        Some(rule) => assert!(warned(rule), "there is no {rule} among {:?}", outcome.warnings),
        None => assert_eq!(outcome.warnings, Vec::<String>::new()),
    }
    let notes: Vec<&str> = outcome.named("[wheelbase] ").map(|step| step.name.as_str()).collect();
    match &expected.note {
        Some(text) => assert!(notes.iter().any(|note| note.contains(text)), "no {text} among {notes:?}"),
        None => assert_eq!(notes, Vec::<&str>::new()),
    }
}

/// Whether an image has one of Docker Hub's own names, for which the engine has a mirror.
fn is_short(image: &str) -> bool {
    !image.contains('/')
}

/// Where an image is pulled from: its own place, or the stand-in's, as `tests/engine/lib.sh` has it.
fn stand_in(engine: &Engine, image: &str) -> String {
    let registry = engine.variable("REGISTRY");
    match image.split_once('/') {
        _ if engine.variable("HUB") == "yes" => image.to_owned(),
        Some((_, rest)) => format!("{registry}/{rest}"),
        None => format!("{registry}/library/{image}"),
    }
}

fn check_config(engine: &Engine, tag: &str) {
    let config = &inspect(engine, tag)["Config"];
    // Numbers: a cluster that forbids root cannot tell who a name is.
    let user = config["User"].as_str().unwrap();
    let numbers: Vec<u32> = user.split(':').map(|part| part.parse().unwrap_or(0)).collect();
    assert!(numbers.iter().all(|number| *number > 0), "the user is {user:?}");
    assert!(config["Cmd"].is_array(), "{config}");
}

fn inspect(engine: &Engine, thing: &str) -> Value {
    let text = engine.docker(&["inspect", thing]);
    serde_json::from_str::<Vec<Value>>(&text).unwrap().remove(0)
}

/// What no layer of ours may hold: tools that installed something, and what they left.
fn is_left_over(path: &str) -> bool {
    let path = path.trim_start_matches("./");
    let name = path.rsplit('/').next().unwrap_or(path);
    let of_bin = path.contains("bin/");
    let tool =
        of_bin && (name.starts_with("pip") || ["uv", "gcc", "cc", "c++", "g++", "make"].contains(&name));
    let package =
        ["-packages/pip/", "-packages/uv/", "/gcc/", ".cache/"].iter().any(|part| path.contains(part));
    let lists = path.starts_with("var/lib/apt/lists/") && !path.ends_with('/');
    let caches = path.starts_with("var/cache/apt/") && (name.ends_with(".bin") || name.ends_with(".deb"));
    tool || package || lists || caches
}

#[test]
fn left_overs_are_seen() {
    let left = [
        "opt/venv/bin/pip3",
        "usr/bin/gcc",
        "opt/venv/lib/python3.13/site-packages/pip/__init__.py",
        "./var/lib/apt/lists/deb.debian.org_debian_dists_trixie_InRelease",
        "var/cache/apt/pkgcache.bin",
        "root/.cache/uv/CACHEDIR.TAG",
    ];
    assert_eq!(left.iter().filter(|path| !is_left_over(path)).collect::<Vec<_>>(), Vec::<&&str>::new());
    let kept = ["opt/venv/bin/flask", "var/lib/apt/lists/", "usr/lib/x86_64-linux-gnu/libpq.so.5"];
    assert_eq!(kept.iter().filter(|path| is_left_over(path)).collect::<Vec<_>>(), Vec::<&&str>::new());
}

fn check_layers(engine: &Engine, expected: &Expected, tag: &str) {
    let base = stand_in(engine, expected.bases.split(' ').next().unwrap());
    engine.docker(&["pull", "--quiet", &base]);
    let base = inspect(engine, &base);
    let base = base["RootFS"]["Layers"].as_array().unwrap();

    let folder = tempfile::TempDir::new().unwrap();
    let archive = folder.path().join("image.tar").display().to_string();
    engine.docker(&["save", "--output", &archive, tag]);
    tar(&["--extract", "--file", &archive, "--directory", &folder.path().display().to_string()]);
    let manifest: Value = read_json(&folder.path().join("manifest.json"));
    let config = read_json(&folder.path().join(manifest[0]["Config"].as_str().unwrap()));
    let diffs = config["rootfs"]["diff_ids"].as_array().unwrap();
    assert_eq!(&diffs[..base.len()], base, "the base's layers are first, as they are");

    let history = config["history"].as_array().unwrap();
    let with_layer = history.iter().filter(|entry| entry["empty_layer"] != true).count();
    assert_eq!(with_layer, diffs.len(), "each layer has an entry in the history: {history:#?}");

    let layers = &manifest[0]["Layers"].as_array().unwrap()[base.len()..];
    assert!(!layers.is_empty());
    for layer in layers.iter().map(|layer| layer.as_str().unwrap()) {
        let files = tar(&["--list", "--file", &folder.path().join(layer).display().to_string()]);
        let left: Vec<_> = files.lines().filter(|path| is_left_over(path)).collect();
        assert_eq!(left, Vec::<&str>::new(), "in a layer of {tag}");
    }
}

fn read_json(file: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap()
}

/// `tar` itself, because it sees by which program a layer was compressed.
fn tar(args: &[&str]) -> String {
    let output = Command::new("tar").args(args).output().unwrap();
    assert!(output.status.success(), "tar {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn check_container(engine: &Engine, expected: &Expected, tag: &str) {
    let port = expected.port.to_string();
    let published = format!("--publish=127.0.0.1::{port}");
    let started = engine.docker(&["run", "--detach", &published, tag]);
    let container = Container { engine, id: started.trim() };

    let address = engine.docker(&["port", container.id, &port]);
    let address = address.lines().next().unwrap_or_default();
    let answer = container.ask(address, &expected.path);
    assert!(answer.contains(&expected.answers), "{answer}");

    let pid = inspect(engine, container.id)["State"]["Pid"].to_string();
    let processes = engine.docker(&["top", container.id, "-o", "pid,uid,comm"]);
    let first = processes.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    let first = first.into_iter().find(|words| words.first() == Some(&pid.as_str()));
    let first = first.unwrap_or_else(|| panic!("{pid} is not among {processes}"));
    assert_ne!(first[1], "0", "{processes}");
    assert!(!first[2].ends_with("sh"), "a shell is process 1: {processes}");

    // What does not end within three seconds is killed, which gives 137.
    engine.docker(&["stop", "--time=3", container.id]);
    let code = inspect(engine, container.id)["State"]["ExitCode"].clone();
    assert_ne!(code, 137, "it does not stop when it is asked to");
}

/// A running container, gone with the value.
struct Container<'e> {
    engine: &'e Engine,
    id: &'e str,
}

impl Container<'_> {
    /// What it answers, once it does.
    fn ask(&self, address: &str, path: &str) -> String {
        for _ in 0..150 {
            match get(address, path) {
                Ok(answer) if !answer.is_empty() => return answer,
                _ => std::thread::sleep(Duration::from_millis(200)),
            }
        }
        let output = self.engine.try_docker(&["logs", self.id]);
        panic!(
            "it does not answer:\n{}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
    }
}

impl Drop for Container<'_> {
    fn drop(&mut self) {
        self.engine.try_docker(&["rm", "--force", self.id]);
    }
}

fn get(address: &str, path: &str) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    write!(stream, "GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n")?;
    let mut answer = vec![];
    stream.read_to_end(&mut answer)?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}
