//! `facts`: what is read of small made-up bases, and the layer that is written for them.

mod support;

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use support::base::{Base, GLIBC, elf};
use support::{Bench, exists, mode, read, snapshot};
use wheelbase_helper::contract::{Directory, DirectoryLink, FACTS_PATH, Libc, MTIME};

const MUSL: &str = "musl libc (x86_64)\nVersion %s\n\0a.b.c\x001.2.5\0";

fn app() -> Value {
    json!({ "name": "app", "uid": 10001, "gid": 10001, "home": "/home/app" })
}

#[test]
fn debian() {
    let facts = Base::debian().directory("tmp", 0o1777).directory("srv/shared", 0o2775).facts();
    let interpreter = facts.interpreter.unwrap();
    assert_eq!(interpreter.path, "/usr/bin/python3.11");
    assert_eq!((interpreter.implementation.as_str(), interpreter.version.as_str()), ("cpython", "3.11.2"));
    assert_eq!((interpreter.abi_flags.as_str(), interpreter.machine.as_str()), ("", "x86_64"));
    assert_eq!(facts.libc, Some(Libc::Glibc(2, 36)));
    assert_eq!(facts.distribution.unwrap().codename.as_deref(), Some("bookworm"));
    assert!(facts.shell);
    assert_eq!(facts.users.iter().map(|user| user.name.as_str()).collect::<Vec<_>>(), ["root", "www-data"]);
    assert_eq!(facts.groups[1].gid, 33);
    let special = |path: &str, mode: u32| Directory { path: path.to_owned(), mode, uid: 0, gid: 0 };
    assert_eq!(facts.directories, [special("/srv/shared", 0o2775), special("/tmp", 0o1777)]);
    let link = |path: &str, to: &str| DirectoryLink { path: path.to_owned(), to: to.to_owned() };
    let links = [link("/bin", "/usr/bin"), link("/lib", "/usr/lib"), link("/lib64", "/usr/lib64")];
    assert_eq!(facts.directory_links, links);
}

#[test]
fn alpine() {
    let base = Base::new()
        .program("bin/busybox", elf(183, true, false, "/lib/ld-musl-aarch64.so.1", ""))
        .link("bin/sh", "/bin/busybox")
        .program("usr/bin/python3.12", elf(183, true, false, "/lib/ld-musl-aarch64.so.1", ""))
        .link("usr/bin/python3", "python3.12")
        .file("usr/lib/libpython3.12.so.1.0", "xx\x003.12.9\0")
        .file("lib/ld-musl-aarch64.so.1", MUSL);
    let facts = base.facts();
    let interpreter = facts.interpreter.unwrap();
    assert_eq!((interpreter.version.as_str(), interpreter.machine.as_str()), ("3.12.9", "aarch64"));
    assert_eq!(facts.libc, Some(Libc::Musl(1, 2)));
    assert!(facts.shell);
    assert_eq!(facts.distribution, None);
}

#[test]
fn a_base_without_anything() {
    let base = Base::new();
    let facts = base.facts();
    assert_eq!((facts.interpreter, facts.libc, facts.shell), (None, None, false));
    assert!(facts.users.is_empty() && facts.directories.is_empty());
    let out = base.run(app()).unwrap();
    assert_eq!(read(&out, "/etc/passwd"), "app:x:10001:10001::/home/app:/sbin/nologin\n");
    assert_eq!(read(&out, "/etc/group"), "app:x:10001:\n");
    assert!(!exists(&out, "/opt/venv/bin") && !exists(&out, "/opt/venv/pyvenv.cfg"));
}

/// The facts of an interpreter whose real file is `path`, with `text` in it.
#[track_caller]
fn interpreter(path: &str, text: &str, more: &[(&str, &str)]) -> Option<(String, String, String)> {
    let mut base = Base::new().program(path, elf(62, true, false, "/lib64/ld-linux-x86-64.so.2", text));
    if path != "usr/bin/python3" {
        base = base.link("usr/bin/python3", &format!("/{path}"));
    }
    for (path, content) in more {
        base = base.file(path, content);
    }
    let found = base.facts().interpreter?;
    Some((found.implementation, found.version, found.abi_flags))
}

fn three(implementation: &str, version: &str, flags: &str) -> Option<(String, String, String)> {
    Some((implementation.to_owned(), version.to_owned(), flags.to_owned()))
}

#[test]
fn versions_and_flags() {
    assert_eq!(interpreter("usr/bin/python3.9", "3.9.2", &[]), three("cpython", "3.9.2", ""));
    assert_eq!(interpreter("usr/bin/python3.14", "3.14.0rc1+", &[]), three("cpython", "3.14.0rc1", ""));
    assert_eq!(interpreter("usr/bin/python3.13t", "3.13.1", &[]), three("cpython", "3.13.1", "t"));
    assert_eq!(interpreter("usr/bin/python3.13d", "3.13.1", &[]), three("cpython", "3.13.1", "d"));
    let free_threaded = [("usr/lib/python3.13t/os.py", "")];
    assert_eq!(interpreter("usr/bin/python3.13", "3.13.1", &free_threaded), three("cpython", "3.13.1", "t"));
    let pypy = [("opt/pypy/include/pypy3.10/patchlevel.h", "#define PY_VERSION \"3.10.14\"\n")];
    assert_eq!(interpreter("opt/pypy/bin/pypy3.10", "", &pypy), three("pypy", "3.10.14", ""));
}

#[test]
fn versions_from_elsewhere() {
    let header = [("usr/include/python3.9/patchlevel.h", "#define PY_VERSION\t\"3.9.7\"\n")];
    assert_eq!(interpreter("usr/bin/python3.9", "", &header), three("cpython", "3.9.7", ""));
    let library = [("usr/lib/x86_64-linux-gnu/libpython3.9.so.1.0", "x\x003.9.8\0")];
    assert_eq!(interpreter("usr/bin/python3.9", "", &library), three("cpython", "3.9.8", ""));
    let library = [("usr/lib/libpython3.9.so.1.0", "/opt/python-3.9.1/lib\0/opt/python-3.9.6\0")];
    assert_eq!(interpreter("usr/bin/python3.9", "", &library), three("cpython", "3.9.6", ""));
    let library = [("usr/lib/libpython3.7m.so.1.0", "x\x003.7.16\0")];
    assert_eq!(interpreter("usr/bin/python3.7", "", &library), three("cpython", "3.7.16", ""));
    let directory = [("usr/lib/python3.11/os.py", "")];
    assert_eq!(interpreter("usr/bin/python3", "3.11.4", &directory), three("cpython", "3.11.4", ""));
}

#[test]
fn what_is_no_version() {
    assert_eq!(interpreter("usr/bin/python3.9", "3.19.2\x003.9.x\x003.9.1.2\x00v3.9.1", &[]), None);
    assert_eq!(interpreter("usr/bin/python3", "3.9.1", &[]), None);
}

#[test]
fn scripts_are_no_interpreters_and_the_path_counts() {
    let python = |minor: u32| elf(62, true, false, "/lib64/ld", &format!("3.{minor}.1"));
    let base = Base::new()
        .program("usr/local/bin/python3", b"#!/bin/sh\nexec pyenv\n".to_vec())
        .file("usr/bin/python3.13", elf(62, true, false, "/lib64/ld", "3.13.1"))
        .program("usr/bin/python3.9", python(9))
        .program("bin/python3.11", python(11));
    assert_eq!(base.facts().interpreter.unwrap().path, "/bin/python3.11", "the highest that can be run");
    let base = base.link("usr/bin/python", "python3.9");
    assert_eq!(
        base.facts().interpreter.unwrap().path,
        "/usr/bin/python3.9",
        "a name without version goes first"
    );
}

#[test]
fn whether_packages_brought_the_interpreter() {
    let without = Base::new();
    let other = Base::new().program("usr/bin/python3.9", elf(62, true, false, "/lib64/ld", "3.9.1"));
    let base = Base::debian();
    for (before, expected) in [(&without, true), (&other, true), (&base, false)] {
        let facts = base.facts_with(json!({ "before_packages": before.root }));
        assert_eq!(facts.interpreter.unwrap().from_packages, expected);
    }
}

#[test]
fn machines() {
    for (number, is_64, is_big, expected) in [
        (62, true, false, Some("x86_64")),
        (183, true, false, Some("aarch64")),
        (40, false, false, Some("armv7l")),
        (3, false, false, Some("i686")),
        (21, true, false, Some("ppc64le")),
        (22, true, true, Some("s390x")),
        (243, true, false, Some("riscv64")),
        (8, false, true, None),
    ] {
        let base = Base::new()
            .program("usr/bin/python3.11", elf(number, is_64, is_big, "/lib/ld.so.1", "3.11.2"))
            .file("lib/ld.so.1", "")
            .file("usr/lib/some-linux-gnu/libc.so.6", GLIBC);
        let facts = base.facts();
        assert_eq!(facts.interpreter.map(|found| found.machine).as_deref(), expected, "{number}");
        assert_eq!(facts.libc.is_some(), expected.is_some(), "{number}");
    }
}

#[test]
fn versions_of_glibc() {
    for (text, expected) in [
        ("GNU C Library (Ubuntu GLIBC 2.39-0ubuntu8.4) stable release version 2.39.\n", Some((2, 39))),
        ("GNU C Library (GNU libc) stable release version 2.34.\n", Some((2, 34))),
        ("GNU C Library (GNU libc) development release version 2.40.9000.\n", Some((2, 40))),
        ("GNU C Library\n", None),
    ] {
        let base = Base::debian().file("usr/lib/x86_64-linux-gnu/libc.so.6", text);
        assert_eq!(base.facts().libc, expected.map(|(major, minor)| Libc::Glibc(major, minor)), "{text}");
    }
}

#[test]
fn the_layer_of_debian() {
    let base = Base::debian().directory("opt", 0o2775).directory("etc", 0o755);
    let out = base.run(app()).unwrap();
    let lines: Vec<String> = snapshot(&out)
        .into_iter()
        .filter(|(path, _)| path != "/" && path != FACTS_PATH)
        .map(|(path, line)| format!("{path} {line}").replace(&format!(" {MTIME}"), ""))
        .collect();
    assert_eq!(
        lines,
        [
            "/etc 755 0:0 directory",
            "/etc/group 644 0:0 \"root:x:0:\\nwww-data:x:33:\\napp:x:10001:\\n\"",
            "/etc/passwd 644 0:0 \"root:x:0:0:root:/root:/bin/bash\\nwww-data:x:33:33:w:/var/www:/x\\n\
             app:x:10001:10001::/home/app:/sbin/nologin\\n\"",
            "/home 755 0:0 directory",
            "/home/app 755 10001:10001 directory",
            "/opt 2775 0:0 directory",
            "/opt/venv 755 0:0 directory",
            "/opt/venv/bin 755 0:0 directory",
            "/opt/venv/bin/python 777 0:0 -> /usr/bin/python3.11",
            "/opt/venv/bin/python3 777 0:0 -> python",
            "/opt/venv/bin/python3.11 777 0:0 -> python",
            "/opt/venv/lib 755 0:0 directory",
            "/opt/venv/lib/python3.11 755 0:0 directory",
            "/opt/venv/lib/python3.11/site-packages 755 0:0 directory",
            "/opt/venv/pyvenv.cfg 644 0:0 \"home = /usr/bin\\ninclude-system-site-packages = false\\n\
             implementation = CPython\\nversion_info = 3.11.2\\n\"",
            "/opt/venv/share 755 0:0 directory",
            "/opt/venv/share/wheelbase 755 0:0 directory",
        ]
    );
    assert_eq!(snapshot(&out), snapshot(&base.run(app()).unwrap()));
}

#[test]
fn a_user_who_is_there_stays() {
    let base = Base::debian();
    for (name, uid) in [("www-data", 10001), ("app", 33)] {
        let out = base.run(json!({ "name": name, "uid": uid, "gid": 10001, "home": "/home/app" })).unwrap();
        assert!(!exists(&out, "/etc") && !exists(&out, "/home"), "{name}");
    }
    let out = base.run(json!({ "name": "app", "uid": 10001, "gid": 33, "home": "/home/app" })).unwrap();
    assert!(exists(&out, "/etc/passwd") && !exists(&out, "/etc/group"));
    let error = base.run(json!({ "name": "a:b", "uid": 1, "gid": 1, "home": "/x" })).unwrap_err();
    assert_eq!(error, "a user \"a:b\" with home \"/x\" cannot be written to passwd");
}

#[test]
fn a_user_who_serves_as_well_stays() {
    let base = Base::debian();
    let with_unless = |other: &str| {
        let user = json!({ "name": "app", "uid": 10001, "gid": 10001, "home": "/home/app", "unless": other });
        exists(&base.run(user).unwrap(), "/etc/passwd")
    };
    assert!(!with_unless("www-data"));
    assert!(with_unless("nonroot"));
}

#[test]
fn modes_of_passwd_and_a_home_that_is_there_stay() {
    let base = Base::debian().put("etc/passwd", b"root:x:0:0::/:", 0o640).directory("home/app", 0o700);
    let out = base.run(app()).unwrap();
    assert_eq!(mode(&out, "/etc/passwd"), 0o640);
    assert_eq!(read(&out, "/etc/passwd").lines().count(), 2);
    assert!(!exists(&out, "/home/app"));
}

#[test]
fn links_of_the_base_are_followed_and_repeated() {
    let base = Base::debian().link("home", "var/home").link("opt", "/var/opt").directory("var", 0o775);
    let out = base.run(app()).unwrap();
    assert_eq!(fs::read_link(out.join("home")).unwrap(), Path::new("var/home"));
    assert_eq!(fs::read_link(out.join("opt")).unwrap(), Path::new("/var/opt"));
    assert!(exists(&out, "/var/home/app"));
    assert_eq!(mode(&out, "/var"), 0o775);
    assert!(exists(&out, "/var/opt/venv/share/wheelbase/facts.json"));
    assert!(exists(&out, "/var/opt/venv/bin/python"));
}

#[test]
fn links_cannot_leave_the_base() {
    let secret = Bench::new();
    fs::write(secret.input().join("passwd"), "outside:x:1:1::/:/\n").unwrap();
    let outside = secret.input();
    let upwards = format!("{}{}", "../".repeat(30), outside.join("passwd").display());
    for target in [outside.join("passwd").display().to_string(), upwards] {
        let base = Base::new().link("etc/passwd", &target);
        assert!(base.facts().users.is_empty(), "{target}");
        let out = base.run(app()).unwrap();
        let inside = out.join(outside.strip_prefix("/").unwrap()).join("passwd");
        assert_eq!(
            fs::read_to_string(inside).unwrap(),
            "app:x:10001:10001::/home/app:/sbin/nologin\n",
            "{target}"
        );
        assert_eq!(fs::read_to_string(outside.join("passwd")).unwrap(), "outside:x:1:1::/:/\n");
    }
    let base = Base::new().link("etc/passwd", "group").link("etc/group", "passwd");
    assert!(base.facts().users.is_empty());
    assert_eq!(
        base.run(app()).unwrap_err(),
        "cannot look at /etc/passwd of the base image: too many symbolic links"
    );
}

#[test]
fn what_the_kernel_mounts_is_not_looked_into() {
    let facts =
        Base::new().directory("proc/1", 0o555).directory("dev/shm", 0o1777).directory("sys", 0o555).facts();
    assert_eq!(facts.directories.iter().map(|found| found.path.as_str()).collect::<Vec<_>>(), ["/sys"]);
}
