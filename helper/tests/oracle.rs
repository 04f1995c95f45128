//! Installs the wheels that people use most, and compares every file with what uv installs.
//!
//! It needs a package index, `python3` with pip, and `uv`, so it runs only if `WHEELBASE_ORACLE` names a directory,
//! in which the wheels are kept from one run to the next.

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::json;
use sha2::{Digest, Sha256};
use support::Bench;

/// Popular packages, and such that use the rarer parts of the format: data, scripts, headers, namespaces.
const PACKAGES: &str = "
    aiohttp anyio attrs awscli babel bcrypt beautifulsoup4 black blinker boto3 botocore build cachetools celery certifi
    cffi charset-normalizer click cryptography cython debugpy django fastapi filelock flask flit-core gevent google-api-core
    google-auth google-cloud-storage googleapis-common-protos greenlet grpcio gunicorn hatchling httpx idna isort
    jaraco.classes jinja2 jmespath jsonschema jupyterlab kiwisolver lxml markupsafe matplotlib mypy ninja nodeenv notebook
    numba numpy opencv-python-headless orjson packaging pandas pillow pip poetry-core protobuf psutil psycopg2-binary
    pyarrow pybind11 pybind11-global pydantic pydantic-core pyflakes pygments pyright pytest python-dateutil pytz pywavelets
    pyyaml pyzmq redis requests rich ruff scikit-learn scipy setuptools six sphinxcontrib-applehelp sqlalchemy sympy
    tornado tqdm typing-extensions urllib3 uv uvicorn uvloop virtualenv watchfiles websockets werkzeug wheel
    zope.event zope.interface
";

/// What may differ: who installed, what was asked for, how the environment was made.
const OWN_FILES: [&str; 5] = ["RECORD", "INSTALLER", "REQUESTED", "direct_url.json", "uv_cache.json"];

#[test]
fn the_same_files_as_uv() {
    let Some(cache) = std::env::var_os("WHEELBASE_ORACLE").map(PathBuf::from) else {
        eprintln!("skipped: WHEELBASE_ORACLE names no directory for wheels");
        return;
    };
    let packages: Vec<&str> = PACKAGES.split_whitespace().collect();
    download(&cache, &packages);
    let python = output("python3", &["-c", "import sys; print('%d.%d' % sys.version_info[:2])"]);
    let empty = Environment::new(&cache.join("empty"), None);
    let empty: BTreeSet<String> = files(&empty.prefix).into_keys().collect();
    let mut problems = Vec::new();
    for package in &packages {
        let wheel = fs::read_dir(cache.join(package)).unwrap().next().unwrap().unwrap().path();
        let theirs = Environment::new(&cache.join("theirs"), Some(&wheel));
        let bench = Bench::new();
        let request = json!({ "file": wheel, "name": normalized(package), "requested": true });
        let more = json!({ "input": "/", "python": python });
        let ours = bench.install_with(&[request], more).map(|(out, _)| out.join("opt/venv"));
        match ours {
            Ok(ours) => problems.extend(differences(package, &ours, &theirs.prefix, &empty)),
            Err(error) => problems.push(error),
        }
    }
    assert!(problems.is_empty(), "{} problems:\n{}", problems.len(), problems.join("\n"));
    eprintln!("{} packages are the same", packages.len());
}

/// An environment made by uv, which is removed at the end.
struct Environment {
    prefix: PathBuf,
}

impl Environment {
    fn new(prefix: &Path, wheel: Option<&Path>) -> Environment {
        let prefix_text = prefix.display().to_string();
        output("uv", &["venv", "--quiet", "--clear", "--python", "python3", &prefix_text]);
        if let Some(wheel) = wheel {
            let wheel = wheel.display().to_string();
            let install = ["pip", "install", "--quiet", "--no-deps", "--offline", "--no-index", "--python"];
            output("uv", &[&install[..], &[&prefix_text, &wheel]].concat());
        }
        Environment { prefix: prefix.to_owned() }
    }
}

impl Drop for Environment {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.prefix);
    }
}

/// Gets one wheel for each package, unless it is there.
fn download(cache: &Path, packages: &[&str]) {
    for package in packages {
        let directory = cache.join(package);
        if fs::read_dir(&directory).is_ok_and(|mut entries| entries.next().is_some()) {
            continue;
        }
        let directory = directory.display().to_string();
        let options = ["-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:", "--dest"];
        output("python3", &[&options[..], &[&directory, package]].concat());
    }
}

fn output(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output().expect("the program is installed");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program} {}: {said}", arguments.join(" "));
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

fn normalized(name: &str) -> String {
    name.to_lowercase().replace(['.', '_'], "-")
}

/// The files and links of an environment, by path, with whether they can be executed.
fn files(prefix: &Path) -> BTreeMap<String, bool> {
    let mut files = BTreeMap::new();
    let mut pending = vec![prefix.to_owned()];
    while let Some(directory) = pending.pop() {
        for entry in fs::read_dir(&directory).expect("it is a directory").flatten() {
            let kind = entry.file_type().expect("it was just listed");
            if kind.is_dir() {
                pending.push(entry.path());
            } else {
                let path = entry.path().strip_prefix(prefix).expect("it lies below").display().to_string();
                let mode = entry.metadata().expect("it was just listed").permissions().mode();
                files.insert(path, kind.is_file() && mode & 0o111 != 0);
            }
        }
    }
    files
}

fn differences(package: &str, ours: &Path, theirs: &Path, empty: &BTreeSet<String>) -> Vec<String> {
    let is_own = |path: &str| {
        let mut parts = path.rsplit('/');
        let (name, parent) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        OWN_FILES.contains(&name) && parent.ends_with(".dist-info")
    };
    // uv's own lock of an environment.
    let is_own = |path: &str| is_own(path) || path == ".lock";
    let mut problems = unlisted(package, ours);
    let (our_files, their_files) = (files(ours), files(theirs));
    let both: BTreeSet<&String> = our_files.keys().chain(their_files.keys()).collect();
    for path in both.into_iter().filter(|path| !empty.contains(*path) && !is_own(path)) {
        let problem = match (our_files.get(path), their_files.get(path)) {
            (Some(_), None) => "only ours",
            (None, Some(_)) => "only uv's",
            (Some(our_bit), Some(their_bit)) if our_bit != their_bit => "another mode",
            _ if !same_content(&ours.join(path), &theirs.join(path), theirs) => "another content",
            _ => continue,
        };
        problems.push(format!("{package}: {path}: {problem}"));
    }
    problems
}

/// Whether two files hold the same, apart from the prefix in a script and the text around a launcher's call.
fn same_content(ours: &Path, theirs: &Path, prefix: &Path) -> bool {
    let (ours, theirs) = (fs::read(ours).unwrap_or_default(), fs::read(theirs).unwrap_or_default());
    if ours == theirs {
        return true;
    }
    let (Ok(ours), Ok(theirs)) = (String::from_utf8(ours), String::from_utf8(theirs)) else { return false };
    let theirs = theirs.replace(&prefix.display().to_string(), "/opt/venv");
    let call = |text: &str| {
        let lines: Vec<String> = text.lines().map(|line| line.trim().to_owned()).collect();
        let is_call = |line: &&String| {
            line.starts_with("#!") || line.starts_with("from ") || line.starts_with("sys.exit(")
        };
        lines.iter().filter(is_call).cloned().collect::<Vec<_>>()
    };
    let normal = theirs.replacen("#!/opt/venv/bin/python3\n", "#!/opt/venv/bin/python\n", 1);
    ours == normal || (ours.lines().count() == 7 && call(&ours) == call(&normal))
}

/// Files that RECORD does not list as they are.
fn unlisted(package: &str, prefix: &Path) -> Vec<String> {
    let all = files(prefix);
    let Some(record) = all.keys().find(|path| path.ends_with(".dist-info/RECORD")) else {
        return vec![format!("{package}: no RECORD")];
    };
    let site = record.rsplitn(3, '/').nth(2).expect("it lies in site-packages");
    let mut problems = Vec::new();
    let mut listed = BTreeSet::new();
    for line in fs::read_to_string(prefix.join(record)).expect("RECORD is text").lines() {
        let mut fields = line.rsplitn(3, ',');
        let (size, hash, path) = (fields.next(), fields.next(), fields.next().unwrap_or_default());
        let path = path.trim_matches('"');
        let path = path.strip_prefix("../../../").map_or_else(|| format!("{site}/{path}"), str::to_owned);
        let content = fs::read(prefix.join(&path)).unwrap_or_default();
        let digest = Sha256::digest(&content);
        let expected = format!("sha256={}", base64(&digest));
        if path != *record && (hash != Some(&expected) || size != Some(content.len().to_string().as_str())) {
            problems.push(format!("{package}: {path}: RECORD does not say what it holds"));
        }
        listed.insert(path);
    }
    problems.extend(
        all.keys()
            .filter(|path| !listed.contains(*path))
            .map(|path| format!("{package}: {path}: not in RECORD")),
    );
    problems
}

/// Written once more on purpose, and differently: it is to catch mistakes of the other.
fn base64(bytes: &[u8]) -> String {
    let bits: Vec<u8> = bytes.iter().flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1)).collect();
    bits.chunks(6)
        .map(|chunk| {
            let value = chunk.iter().chain([0; 6].iter()).take(6).fold(0_u8, |value, bit| value << 1 | bit);
            char::from(
                b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"[usize::from(value)],
            )
        })
        .collect()
}
