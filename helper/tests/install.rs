//! `install`: where the files of a wheel end up, and which wheels are refused.

mod support;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use serde_json::json;
use support::{Bench, WheelBuilder, exists, mode, read, snapshot};
use wheelbase_helper::contract::MTIME;

const SITE: &str = "/opt/venv/lib/python3.12/site-packages";

/// A wheel with one of everything.
fn rich() -> WheelBuilder {
    WheelBuilder::new("Rich_One-1.0-py3-none-any.whl")
        .file("rich_one/__init__.py", "")
        .file_with_mode("rich_one/tool.sh", "#!/bin/sh\n", 0o100_755)
        .file_with_mode("rich_one/group_writable.py", "x = 1\n", 0o100_666)
        .file("{}.data/scripts/hello", "#!python\nprint('hello')\n")
        .file("{}.data/scripts/native", b"\x7fELF\xff\xfe")
        .file("{}.data/scripts/rich-script.py", "#!python\n# shadowed\n")
        .file("{}.data/headers/rich.h", "int rich;\n")
        .file("{}.data/data/etc/rich.conf", "rich = 1\n")
        .file("{}.data/purelib/rich_extra.py", "y = 2\n")
        .file("{}.dist-info/entry_points.txt", "[console_scripts]\nrich = rich_one:main\n")
        .file("{}.dist-info/RECORD.jws", "{}")
        .file("{}.dist-info/INSTALLER", "somebody\n")
        .file("{}.dist-info/direct_url.json", "{}")
}

#[test]
fn everything_has_its_place() {
    let bench = Bench::new();
    let wheel = rich().write(&bench.input());
    let (out, warnings) = bench.install(&[wheel]).unwrap();
    assert_eq!(warnings, Vec::<String>::new());
    let files: Vec<String> = snapshot(&out)
        .into_iter()
        .filter(|(_, line)| !line.ends_with(" directory"))
        .map(|(path, line)| format!("{} {path}", line.split(' ').next().unwrap()))
        .collect();
    assert_eq!(
        files,
        [
            "755 /opt/venv/bin/hello",
            "755 /opt/venv/bin/native",
            "755 /opt/venv/bin/rich",
            "644 /opt/venv/etc/rich.conf",
            "644 /opt/venv/include/site/python3.12/rich-one/rich.h",
            "644 /opt/venv/lib/python3.12/site-packages/Rich_One-1.0.dist-info/INSTALLER",
            "644 /opt/venv/lib/python3.12/site-packages/Rich_One-1.0.dist-info/METADATA",
            "644 /opt/venv/lib/python3.12/site-packages/Rich_One-1.0.dist-info/RECORD",
            "644 /opt/venv/lib/python3.12/site-packages/Rich_One-1.0.dist-info/WHEEL",
            "644 /opt/venv/lib/python3.12/site-packages/Rich_One-1.0.dist-info/entry_points.txt",
            "644 /opt/venv/lib/python3.12/site-packages/rich_extra.py",
            "644 /opt/venv/lib/python3.12/site-packages/rich_one/__init__.py",
            "644 /opt/venv/lib/python3.12/site-packages/rich_one/group_writable.py",
            "755 /opt/venv/lib/python3.12/site-packages/rich_one/tool.sh",
        ]
    );
    assert_eq!(read(&out, "/opt/venv/bin/hello"), "#!/opt/venv/bin/python\nprint('hello')\n");
    assert!(read(&out, "/opt/venv/bin/rich").starts_with("#!/opt/venv/bin/python\nimport sys\n"));
    assert_eq!(read(&out, &format!("{SITE}/Rich_One-1.0.dist-info/INSTALLER")), "wheelbase\n");
}

#[test]
fn record_lists_what_is_there() {
    let bench = Bench::new();
    let wheel = rich().file("{}.dist-info/RECORD", "./rich_one/__init__.py,sha256=wrong,0\ngone.py,,\n");
    let wheel = wheel.write(&bench.input());
    let (out, _) = bench.install(&[wheel]).unwrap();
    let record = read(&out, &format!("{SITE}/Rich_One-1.0.dist-info/RECORD"));
    let site = out.join(SITE.trim_start_matches('/'));
    let mut listed = 0;
    for line in record.lines() {
        let (path, rest) = line.split_once(',').unwrap();
        let size = fs::metadata(site.join(path)).unwrap().len();
        if path.ends_with("/RECORD") {
            assert_eq!(rest, ",");
        } else {
            let (hash, told) = rest.split_once(',').unwrap();
            assert_eq!((hash.len(), told), ("sha256=".len() + 43, size.to_string().as_str()), "{line}");
        }
        listed += 1;
    }
    assert_eq!(listed, 14);
    assert!(record.contains("\n../../../etc/rich.conf,sha256="), "{record}");
    let empty = "rich_one/__init__.py,sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU,0\n";
    assert!(record.contains(empty), "{record}");
}

#[test]
fn twice_is_the_same_and_nothing_has_the_time_of_the_day() {
    let bench = Bench::new();
    let wheel = rich().write(&bench.input());
    let (first, _) = bench.install(std::slice::from_ref(&wheel)).unwrap();
    let (second, _) = bench.install(&[wheel]).unwrap();
    let tree = snapshot(&first);
    assert_eq!(tree, snapshot(&second));
    for (path, line) in tree {
        assert_eq!(line.split(' ').nth(2), Some(MTIME.to_string().as_str()), "{path}");
    }
}

#[test]
fn requested_and_direct_url_only_where_asked_for() {
    let bench = Bench::new();
    let mut wheel = rich().write(&bench.input());
    wheel["requested"] = json!(true);
    wheel["direct_url"] = json!({ "url": "file:///x", "dir_info": {} });
    let (out, _) = bench.install(&[wheel]).unwrap();
    let info = format!("{SITE}/Rich_One-1.0.dist-info");
    assert_eq!(read(&out, &format!("{info}/REQUESTED")), "");
    assert_eq!(read(&out, &format!("{info}/direct_url.json")), r#"{"url":"file:///x","dir_info":{}}"#);
    assert!(read(&out, &format!("{info}/RECORD")).contains("/REQUESTED,sha256="));
}

#[test]
fn a_directory_may_stand_for_the_wheel_in_it() {
    let bench = Bench::new();
    fs::create_dir(bench.input().join("built")).unwrap();
    WheelBuilder::new("a-1-py3-none-any.whl").file("a.py", "").write(&bench.input().join("built"));
    let wheel = json!({ "file": "built", "name": "a", "accepted_tags": ["cp312-cp312-linux_x86_64", "py3-none-any"] });
    let (out, _) = bench.install(std::slice::from_ref(&wheel)).unwrap();
    assert!(exists(&out, &format!("{SITE}/a.py")));

    WheelBuilder::new("a-2-py3-none-any.whl").file("a.py", "").write(&bench.input().join("built"));
    assert_eq!(bench.install(&[wheel]).unwrap_err(), "cannot install a: its build left 2 wheels");
}

#[test]
fn ancestors_look_as_in_the_base() {
    let bench = Bench::new();
    let wheel = rich().write(&bench.input());
    let ancestors = json!([
        { "path": "/opt", "mode": 0o2775, "uid": 0, "gid": 0 },
        { "path": "/srv", "mode": 0o1777, "uid": 0, "gid": 0 },
    ]);
    let (out, _) = bench.install_with(&[wheel], json!({ "ancestors": ancestors })).unwrap();
    assert_eq!(mode(&out, "/opt"), 0o2775);
    assert_eq!(mode(&out, "/opt/venv"), 0o755);
    assert!(!exists(&out, "/srv"));
}

#[test]
fn different_files_of_one_name_are_told_and_the_later_wins() {
    let bench = Bench::new();
    let a =
        WheelBuilder::new("a-1-py3-none-any.whl").file("tests/__init__.py", "a").file("ns/__init__.py", "");
    let b =
        WheelBuilder::new("b-2-py3-none-any.whl").file("tests/__init__.py", "b").file("ns/__init__.py", "");
    let wheels = [a.write(&bench.input()), b.write(&bench.input())];
    let (out, warnings) = bench.install(&wheels).unwrap();
    assert_eq!(
        warnings,
        [format!(
            "a 1 and b 2 both hold {SITE}/tests/__init__.py, with different content: that of b 2 is used"
        )]
    );
    assert_eq!(read(&out, &format!("{SITE}/tests/__init__.py")), "b");
}

#[test]
fn no_wheels_leave_an_empty_environment() {
    let bench = Bench::new();
    let (out, _) = bench.install(&[]).unwrap();
    assert_eq!(fs::read_dir(out.join(SITE.trim_start_matches('/'))).unwrap().count(), 0);
}

/// What is said of a wheel that cannot be installed.
#[track_caller]
fn refused(wheel: WheelBuilder, expected: &str) {
    let bench = Bench::new();
    let wheel = wheel.write(&bench.input());
    assert_eq!(bench.install(&[wheel]), Err(expected.to_owned()));
}

fn plain() -> WheelBuilder {
    WheelBuilder::new("a-1-py3-none-any.whl").file("a.py", "")
}

#[test]
fn refusals_name_the_wheel() {
    refused(
        plain().file("{}.dist-info/WHEEL", "Wheel-Version: 2.0\n"),
        "cannot install a-1-py3-none-any.whl: its format is version 2.0; 1.0 is known",
    );
    refused(
        plain().file("{}.dist-info/WHEEL", "Root-Is-Purelib: true\n"),
        "cannot install a-1-py3-none-any.whl: its WHEEL file names no Wheel-Version",
    );
    refused(
        plain().file("{}.data/sbin/x", ""),
        "cannot install a-1-py3-none-any.whl: its .data directory has a part `sbin`; known are purelib, platlib, \
         scripts, headers, data",
    );
    refused(
        plain().file("{}.data/x", ""),
        "cannot install a-1-py3-none-any.whl: its file a-1.data/x belongs to no part of .data",
    );
    refused(
        plain().file("{}.data/scripts/python3", ""),
        "cannot install a-1-py3-none-any.whl: its file bin/python3 would replace a part of the environment itself",
    );
    refused(
        plain().file("{}.dist-info/entry_points.txt", "[console_scripts]\n../../sbin/init = a:b\n"),
        "cannot install a-1-py3-none-any.whl: its entry point `../../sbin/init = a:b` has a name that is no file name",
    );
    refused(
        plain().file("A-1.dist-info/WHEEL", ""),
        "cannot install a-1-py3-none-any.whl: it has several metadata directories: A-1.dist-info, a-1.dist-info",
    );
    refused(
        plain().file("a.py/b.py", ""),
        &format!("cannot install a-1-py3-none-any.whl: {SITE}/a.py is already there and is not a directory"),
    );
}

#[test]
fn a_wheel_of_another_name_or_for_another_machine() {
    let bench = Bench::new();
    let mut wheel = plain().write(&bench.input());
    wheel["accepted_tags"] = json!(["cp312-cp312-manylinux_2_36_x86_64", "cp312-cp312-linux_x86_64"]);
    assert_eq!(
        bench.install(std::slice::from_ref(&wheel)).unwrap_err(),
        "cannot install a-1-py3-none-any.whl: it was built for py3-none-any, which does not fit the image \
         (Python 3.12; cp312-cp312-manylinux_2_36_x86_64 would): build it on an image with the same Python and \
         the same or an older C library"
    );
    wheel["name"] = json!("b");
    assert_eq!(bench.install(&[wheel]).unwrap_err(), "cannot install a-1-py3-none-any.whl: it is a, not b");
}

#[test]
fn what_is_no_wheel_at_all() {
    let bench = Bench::new();
    fs::write(bench.input().join("a-1-py3-none-any.whl"), "<html>not found</html>").unwrap();
    let wheel = json!({ "file": "a-1-py3-none-any.whl", "name": "a" });
    assert_eq!(
        bench.install(&[wheel]).unwrap_err(),
        "cannot install a-1-py3-none-any.whl: it is not a zip archive"
    );
    let wheel = json!({ "file": "b-1-py3-none-any.whl", "name": "b" });
    let error = bench.install(&[wheel]).unwrap_err();
    assert!(error.starts_with("cannot install b-1-py3-none-any.whl: cannot open it: "), "{error}");
}

/// Needs an interpreter of the machine.
#[test]
fn bytecode_is_the_same_each_time_and_names_the_files_of_the_image() {
    let python = "/usr/bin/python3";
    if !std::path::Path::new(python).exists() {
        eprintln!("skipped: there is no {python}");
        return;
    }
    let bench = Bench::new();
    let large: String =
        (0..40_000).map(|number| format!("x{number} = {{'a', 'b', 'c{number}'}}\n")).collect();
    let wheel = WheelBuilder::new("a-1-py3-none-any.whl")
        .file("a/__init__.py", "def f(x):\n    return x in {'a', 'b', 'c', 'd'}\n")
        .file("a/broken.py", "def (:\n")
        .file("a/large.py", &large)
        .file("a/large2.py", &large)
        .file("a/\u{e9}t\u{e9}.py", "x = 1\n")
        .file("json.py", "raise SystemExit('a module of a package was imported')\n")
        .write(&bench.input());
    let compile = json!({ "compile_with": python });
    let (first, _) = bench.install_with(std::slice::from_ref(&wheel), compile.clone()).unwrap();
    let (second, _) = bench.install_with(&[wheel], compile).unwrap();
    assert_eq!(snapshot(&first), snapshot(&second));
    let compiled: Vec<String> = snapshot(&first).into_keys().filter(|path| path.ends_with(".pyc")).collect();
    assert_eq!(compiled.len(), 5, "{compiled:?}");
    let package = compiled.iter().find(|path| path.contains("/a/__pycache__/__init__.")).unwrap();
    let content = fs::read(first.join(package.trim_start_matches('/'))).unwrap();
    let name = format!("{SITE}/a/__init__.py");
    assert!(content.windows(name.len()).any(|window| window == name.as_bytes()), "{package}");
    assert_eq!(content[4], 1, "PEP 552: checked by hash, never");
    assert_eq!(mode(&first, package), 0o644);
}

#[test]
fn an_interpreter_that_fails_is_an_error() {
    let bench = Bench::new();
    let wheel = plain().write(&bench.input());
    let error = bench
        .install_with(std::slice::from_ref(&wheel), json!({ "compile_with": "/bin/false" }))
        .unwrap_err();
    assert!(error.starts_with("cannot compile bytecode with /bin/false: exit status: 1"), "{error}");
    let error = bench.install_with(&[wheel], json!({ "compile_with": "/no/python" })).unwrap_err();
    assert!(error.starts_with("cannot compile bytecode with /no/python: "), "{error}");
}

/// Needs an interpreter of the machine.
#[test]
fn bytecode_that_cannot_be_written_is_an_error_unless_its_name_is_why() {
    let python = "/usr/bin/python3";
    if !std::path::Path::new(python).exists() {
        eprintln!("skipped: there is no {python}");
        return;
    }
    let bench = Bench::new();
    let long = format!("a/{}.py", "x".repeat(250));
    let wheel = WheelBuilder::new("a-1-py3-none-any.whl")
        .file("a/__init__.py", "x = 1\n")
        .file(&long, "x = 1\n")
        .file("b/__init__.py", "x = 1\n")
        .file("b/__pycache__", "")
        .write(&bench.input());
    let (out, _) =
        bench.install_with(std::slice::from_ref(&wheel), json!({ "compile_with": python })).unwrap();
    let compiled = snapshot(&out).into_keys().filter(|path| path.ends_with(".pyc")).count();
    assert_eq!(compiled, 1);

    // No file may have a byte: what a full disk says, without one.
    let limited = bench.input().join("python");
    fs::write(&limited, format!("#!/bin/sh\nulimit -f 0\nexec {python} \"$@\"\n")).unwrap();
    fs::set_permissions(&limited, fs::Permissions::from_mode(0o755)).unwrap();
    let error = bench.install_with(&[wheel], json!({ "compile_with": limited })).unwrap_err();
    assert!(error.contains("cannot compile bytecode with") && error.contains("OSError"), "{error}");
}

#[test]
fn data_of_an_old_name_has_its_place_too() {
    let bench = Bench::new();
    let wheel = WheelBuilder::new("old-name-1-py3-none-any.whl")
        .file("old-name-1.data/scripts/tool", "#!python\n")
        .file("old-name-1.dist-info/WHEEL", "Wheel-Version: 1.0\n");
    let mut wheel = wheel.file("old-name-1.dist-info/METADATA", "Name: old-name\n").write(&bench.input());
    wheel["name"] = json!("old-name");
    let (out, _) = bench.install(&[wheel]).unwrap();
    assert_eq!(read(&out, "/opt/venv/bin/tool"), "#!/opt/venv/bin/python\n");
    assert!(!exists(&out, &format!("{SITE}/old-name-1.data")));
}

#[test]
fn of_the_environment_only_the_path_of_libraries_reaches_the_interpreter() {
    let bench = Bench::new();
    let wheel = plain().write(&bench.input());
    let (python, out) = (bench.input().join("python"), bench.output("compiled"));
    fs::write(&python, "#!/bin/sh\nenv >&2\nexit 1\n").unwrap();
    fs::set_permissions(&python, fs::Permissions::from_mode(0o755)).unwrap();
    let request = json!({
        "input": bench.input(), "out": out, "venv": "/opt/venv", "python": "3.12", "wheels": [wheel],
        "compile_with": python,
    });
    let helper = Command::new(env!("CARGO_BIN_EXE_helper"))
        .args(["install", &request.to_string()])
        .envs([("LD_LIBRARY_PATH", "/opt/python/lib"), ("PYTHONPATH", "/evil")])
        .output()
        .unwrap();
    let said = String::from_utf8(helper.stderr).unwrap();
    assert!(said.contains("LD_LIBRARY_PATH=/opt/python/lib") && !said.contains("PYTHONPATH"), "{said}");
}
