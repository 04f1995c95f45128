//! Builds of projects that do not say how they start.

use std::collections::BTreeMap;

use buildkit_proto::{attrs::local, pb};
use prost::Message as _;
use serde_json::Value;
use wheelbase::answer::Failure;
use wheelbase::driver::build;

use crate::{daemon, environment};

const FLASK: &str = "from flask import Flask\n\napp = Flask(__name__)\n";

/// A locked list of packages.
fn pylock(packages: &[&str]) -> String {
    let mut text = "lock-version = '1.0'\ncreated-by = 'test'\n".to_owned();
    for name in packages {
        let file = format!("{name}-1-py3-none-any.whl");
        let hash = "0".repeat(64);
        text += &format!(
            "[[packages]]\nname = '{name}'\nversion = '1'\nwheels = [{{ name = '{file}', url = 'https://example.org/{file}', hashes = {{ sha256 = '{hash}' }} }}]\n"
        );
    }
    text
}

struct Built {
    config: Value,
    warnings: Vec<String>,
    /// What was decided, as steps of the progress.
    notes: Vec<String>,
    calls: Vec<String>,
    /// The attributes of the sources that were asked for.
    sources: Vec<BTreeMap<String, String>>,
}

async fn run(description: &str, files: &[(&str, &str)]) -> Result<Built, String> {
    let gateway = daemon(description, files);
    let answer = match build(gateway.clone(), environment(&[])).await {
        Ok(answer) => answer,
        Err(Failure::Input(errors, files)) => {
            return Err(errors.iter().map(|error| error.render(&files)).collect::<Vec<_>>().join("\n"));
        }
        Err(other) => panic!("{other:?}\n{:#?}", gateway.calls()),
    };
    let metadata: BTreeMap<String, Vec<u8>> = answer.metadata;
    let config = metadata.get("containerimage.config").expect("the image has a configuration");
    let config: Value = serde_json::from_slice(config).expect("the configuration is JSON");
    let warnings = gateway.warnings().into_iter();
    let warnings =
        warnings.map(|warning| [vec![warning.short], warning.detail].concat().join("\n  ")).collect();
    let ops = gateway.solves().into_iter().flat_map(|solve| solve.definition.def);
    let ops = ops.filter_map(|op| pb::Op::decode(op.as_slice()).ok()?.op);
    let sources = ops.filter_map(|op| match op {
        pb::op::Op::Source(source) => Some(source.attrs.into_iter().collect()),
        _ => None,
    });
    let sources = sources.collect();
    let calls = gateway.calls();
    let notes = calls.iter().filter_map(|call| call.strip_prefix("solve [wheelbase] ")).map(str::to_owned);
    let notes = notes.collect();
    Ok(Built { sources, config: config["config"].clone(), warnings, notes, calls })
}

#[tokio::test]
async fn a_project_that_says_nothing_starts_and_has_labels() {
    let lock = pylock(&["flask", "gunicorn"]);
    let pyproject = "[project]\nname = 'shop'\nversion = '1.2'\n";
    let files = [("pylock.toml", lock.as_str()), ("pyproject.toml", pyproject), ("app.py", FLASK)];
    let built = run("python = \"3.13\"\n", &files).await.unwrap();
    insta::assert_snapshot!(built.config["Cmd"].to_string(), @r#"["gunicorn","--bind","0.0.0.0:8000","app:app"]"#);
    insta::assert_snapshot!(built.config["ExposedPorts"].to_string(), @r#"{"8000/tcp":{}}"#);
    insta::assert_snapshot!(built.config["Labels"].to_string(), @r#"{"org.opencontainers.image.title":"shop","org.opencontainers.image.version":"1.2"}"#);
    assert!(built.warnings.is_empty(), "{:?}", built.warnings);
    insta::assert_snapshot!(built.notes.join("\n"), @r#"the app starts with `cmd = ["gunicorn", "--bind", "0.0.0.0:8000", "app:app"]`: `app` of `app.py` is a Flask app (app.py line 3)"#);
}

#[tokio::test]
async fn what_is_written_wins() {
    let lock = pylock(&["flask", "gunicorn"]);
    let pyproject = "[project]\nname = 'shop'\n";
    let files = [
        ("pylock.toml", lock.as_str()),
        ("pyproject.toml", pyproject),
        ("Procfile", "web: gunicorn app:app -b 0.0.0.0:$PORT"),
        ("app.py", FLASK),
    ];
    let description = "python = \"3.13\"\nexpose = [80]\nenv = { PORT = \"80\" }\nlabels = { \"org.opencontainers.image.title\" = \"My shop\" }\n";
    let built = run(description, &files).await.unwrap();
    insta::assert_snapshot!(built.config["Cmd"].to_string(), @r#"["gunicorn","app:app","-b","0.0.0.0:80"]"#);
    insta::assert_snapshot!(built.config["ExposedPorts"].to_string(), @r#"{"80/tcp":{}}"#);
    insta::assert_snapshot!(built.config["Env"].to_string(), @r#"["PATH=/opt/venv/bin:/usr/local/bin:/usr/bin:/bin","PYTHONUNBUFFERED=1","PORT=80"]"#);
    insta::assert_snapshot!(built.config["Labels"].to_string(), @r#"{"org.opencontainers.image.title":"My shop"}"#);
}

#[tokio::test]
async fn a_command_costs_nothing() {
    let files = [("app.py", FLASK)];
    let built = run("python = \"3.13\"\ncmd = [\"flask\", \"run\"]\n", &files).await.unwrap();
    insta::assert_snapshot!(built.config["Cmd"].to_string(), @r#"["flask","run"]"#);
    insta::assert_snapshot!(built.warnings.join("\n"), @"
    loopback: `flask` listens on 127.0.0.1, which nobody outside of the container can reach (app.toml line 2)
      add `--host` with `0.0.0.0`
    ");
    assert!(!built.calls.iter().any(|call| call.contains("app.py")), "{:#?}", built.calls);
    let contexts = built.calls.iter().filter(|call| *call == "solve local://context").count();
    assert_eq!(contexts, 1, "{:#?}", built.calls);
}

#[tokio::test]
async fn an_address_that_is_written_is_told_once() {
    let description = "python = \"3.13\"\ncmd = [\"uvicorn\", \"app:app\", \"--host\", \"127.0.0.1\"]\n";
    let built = run(description, &[]).await.unwrap();
    insta::assert_snapshot!(built.warnings.join("\n"), @"
    loopback: the app listens on `127.0.0.1`: nothing outside its container can reach it (app.toml line 2)
      listen on `0.0.0.0`; who may reach it is decided by whoever starts the container
    ");
}

#[tokio::test]
async fn only_what_can_be_in_the_image_is_sent() {
    let files = [(".dockerignore", "legacy\n*_old.py\n"), ("main.py", "")];
    let built = run("python = \"3.13\"\n", &files).await.unwrap();
    let source = built.sources.iter().find(|attributes| attributes.contains_key(local::INCLUDE_PATTERNS));
    let source = source.expect("the source files are looked for");
    insta::assert_snapshot!(source[local::INCLUDE_PATTERNS], @r#"["*.py","*/__init__.py","*/__main__.py","*/api.py","*/app.py","*/application.py","*/asgi.py","*/main.py","*/server.py","*/wsgi.py","src/*/__init__.py","src/*/__main__.py","src/*/api.py","src/*/app.py","src/*/application.py","src/*/asgi.py","src/*/main.py","src/*/server.py","src/*/wsgi.py"]"#);
    let excluded: Vec<String> = serde_json::from_str(&source[local::EXCLUDE_PATTERNS]).unwrap();
    assert!(excluded.ends_with(&["legacy".to_owned(), "*_old.py".to_owned()]), "{excluded:?}");
    assert!(excluded.contains(&"**/.venv".to_owned()));
}

#[tokio::test]
async fn two_ways_are_a_question() {
    let lock = pylock(&["flask", "gunicorn"]);
    let files = [("pylock.toml", lock.as_str()), ("main.py", FLASK), ("app.py", FLASK)];
    let error = run("python = \"3.13\"\n", &files).await.err().unwrap();
    insta::assert_snapshot!(error, @r#"
    error[two-starts]: the app may start in more than one way: `app` of `app.py` is a Flask app, and `app` of `main.py` is a Flask app
     --> app.py:3:1
      |
    3 | app = Flask(__name__)
      | ^^^^^^^^^^^
      |
     ::: main.py:3:1
      |
    3 | app = Flask(__name__)
      | -----------
      |
      = help: write one of these lines into the description: `cmd = ["gunicorn", "--bind", "0.0.0.0:8000", "app:app"]`, `cmd = ["gunicorn", "--bind", "0.0.0.0:8000", "main:app"]`
    "#);
}

#[tokio::test]
async fn nothing_to_start_is_a_warning() {
    let built = run("python = \"3.13\"\n", &[("notes.txt", "")]).await.unwrap();
    insta::assert_snapshot!(built.config["Cmd"].to_string(), @r#"["python3"]"#);
    insta::assert_snapshot!(built.warnings.join("\n"), @r#"
    no-command: nothing says how the app starts: there is no `Procfile`, `manage.py`, an app of a web framework, `[project.scripts]`, `__main__.py` or `main.py` that would
      write `cmd = ["python", "FILE"]` into the description
    "#);
}

#[tokio::test]
async fn what_is_not_copied_is_not_started() {
    let files = [("main.py", ""), ("web/app.py", FLASK)];
    let built = run("python = \"3.13\"\ndependencies = false\ncopy = [\"main.py\"]\n", &files).await.unwrap();
    insta::assert_snapshot!(built.config["Cmd"].to_string(), @r#"["python","main.py"]"#);
}

#[tokio::test]
async fn a_script_on_loopback_is_a_warning() {
    let source = format!("{FLASK}\nif __name__ == '__main__':\n    app.run(debug=True)\n");
    let files = [("Procfile", "web: python app.py"), ("app.py", source.as_str())];
    let built = run("python = \"3.13\"\n", &files).await.unwrap();
    insta::assert_snapshot!(built.notes.join("\n"), @r#"the app starts with `cmd = ["python", "app.py"]`: `Procfile` has the process `web` (Procfile line 1)"#);
    insta::assert_snapshot!(built.warnings.join("\n"), @r#"
    loopback: `app.run(…)` of `app.py` listens on 127.0.0.1, which nobody outside of the container can reach (app.py line 6)
      write `app.run(…, host="0.0.0.0")`
    "#);
}

#[tokio::test]
async fn a_lock_that_is_out_of_date_is_told() {
    let lock = "version = 1\n[[package]]\nname = \"shop\"\nsource = { virtual = \".\" }\n";
    let pyproject = "[project]\nname = 'shop'\ndependencies = ['flask>=3']\n";
    let files = [("uv.lock", lock), ("pyproject.toml", pyproject), ("main.py", "")];
    let built = run("python = \"3.13\"\n", &files).await.unwrap();
    assert!(built.warnings.iter().any(|warning| warning.starts_with("stale-lock: ")), "{:?}", built.warnings);
    let error = run("python = \"3.13\"\nlocked = true\n", &files).await.err().unwrap();
    insta::assert_snapshot!(error, @"
    error[stale-lock]: `uv.lock` does not have `flask`, which `pyproject.toml` requires: the lock is out of date
     --> pyproject.toml:3:18
      |
    3 | dependencies = ['flask>=3']
      |                  ^^^^^^^^
      |
      = help: lock again: `uv lock`
      = help: or take `locked = true` out of the description
    ");
}

#[tokio::test]
async fn what_a_pattern_copies_is_started() {
    let files = [("main.py", ""), ("notes.txt", "")];
    let built = run("python = \"3.13\"\ndependencies = false\ncopy = [\"*.py\"]\n", &files).await.unwrap();
    insta::assert_snapshot!(built.config["Cmd"].to_string(), @r#"["python","main.py"]"#);
}
