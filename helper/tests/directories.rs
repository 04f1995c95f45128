//! `directories`, and what the commands refuse before they do anything.

mod support;

use serde_json::json;
use support::{Bench, mode, snapshot};

#[test]
fn modes_beyond_what_mkdir_can() {
    let bench = Bench::new();
    let out = bench.output("out");
    let directories = json!([
        { "path": "/tmp", "mode": 0o1777, "uid": 0, "gid": 0 },
        { "path": "/srv/shared", "mode": 0o2775, "uid": 0, "gid": 0 },
        { "path": "/srv/shared/inner/", "mode": 0o700, "uid": 0, "gid": 0 },
    ]);
    let request = json!({ "out": out, "directories": directories });
    wheelbase_helper::run("directories", &request.to_string()).unwrap();
    assert_eq!(mode(&out, "/tmp"), 0o1777);
    assert_eq!(mode(&out, "/srv"), 0o755);
    assert_eq!(mode(&out, "/srv/shared"), 0o2775);
    assert_eq!(mode(&out, "/srv/shared/inner"), 0o700);
    assert_eq!(snapshot(&out).len(), 5);
}

#[test]
fn paths_that_are_not_plain() {
    let bench = Bench::new();
    let out = bench.output("out");
    for path in ["tmp", "/a/../b", "", "/a//b", "/a/./b", "/a\0"] {
        let directories = json!([{ "path": path, "mode": 0o755, "uid": 0, "gid": 0 }]);
        let request = json!({ "out": out, "directories": directories });
        let error = wheelbase_helper::run("directories", &request.to_string()).unwrap_err();
        assert_eq!(error.to_string(), format!("`{}` is not a plain absolute path", path.escape_debug()));
    }
    assert_eq!(snapshot(&out).len(), 1);
}

#[test]
fn commands_that_are_not_understood() {
    let said = |name: &str, request: &str| wheelbase_helper::run(name, request).unwrap_err().to_string();
    assert_eq!(
        said("unpack", "{}"),
        "no command `unpack`: there are facts, install, directories, resolve, build, sync"
    );
    assert!(said("install", "{").starts_with("the request is not understood: "));
    assert!(said("install", r#"{"colour":1}"#).contains("unknown field `colour`"));
}

#[test]
fn a_request_may_be_in_a_file() {
    let bench = Bench::new();
    let out = bench.output("out");
    let file = out.with_file_name("request.json");
    let request = json!({ "out": out, "directories": [{ "path": "/d", "mode": 0o700, "uid": 0, "gid": 0 }] });
    std::fs::write(&file, request.to_string()).unwrap();
    wheelbase_helper::run("directories", &format!("@{}", file.display())).unwrap();
    assert_eq!(mode(&out, "/d"), 0o700);
    let missing = wheelbase_helper::run("directories", "@/nowhere").unwrap_err().to_string();
    assert!(missing.starts_with("cannot read /nowhere: "), "{missing}");
}
