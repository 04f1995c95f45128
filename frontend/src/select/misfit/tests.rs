use wheelbase_helper::contract::Libc;

use crate::lock::{self, Others, Read, Request};
use crate::select::target::tests::target;
use crate::select::{Target, select};
use crate::text::Files;

const GLIBC: Libc = Libc::Glibc(2, 36);

/// What is said about a lock with one package that has these files, asked for so on that target.
fn check(files: &[&str], adjust: impl Fn(&mut Request), target: &Target) -> String {
    let hash = "0".repeat(64);
    let file = |name: &str| {
        format!("{{ name = '{name}', url = 'https://h/{name}', hashes = {{ sha256 = '{hash}' }} }}")
    };
    let wheels: Vec<String> =
        files.iter().filter(|name| name.ends_with(".whl")).map(|name| file(name)).collect();
    let sdist =
        files.iter().find(|name| !name.ends_with(".whl")).map(|name| format!("sdist = {}\n", file(name)));
    let text = format!(
        "lock-version = '1.0'\ncreated-by = 't'\n[[packages]]\nname = \"a\"\nversion = \"1.0\"\n{}wheels = [{}]\n",
        sdist.unwrap_or_default(),
        wheels.join(", ")
    );
    let mut all = Files::default();
    let file = all.add("pylock.toml", text);
    let mut request = Request::default();
    adjust(&mut request);
    let Ok((Read::Locked(lock), _)) = lock::read(&file, &Others::new(), &request).into_result() else {
        panic!()
    };
    match select(&lock, &request, target).into_result() {
        Ok((selection, _)) => format!("{:?}", selection.packages[0].artifact).chars().take(8).collect(),
        Err(errors) => errors.iter().map(|error| error.brief(&all)).collect::<Vec<_>>().join("\n"),
    }
}

#[test]
fn another_libc() {
    let files = ["a-1.0-cp313-cp313-manylinux_2_17_x86_64.manylinux2014_x86_64.whl"];
    insta::assert_snapshot!(check(&files, |_| {}, &target("3.13.0", "", Libc::Musl(1, 2), "x86_64")), @"
    pylock.toml:4:8: error[no-file]: `a 1.0` has no wheel for cpython 3.13 on musl 1.2 x86_64: the lock has wheels for manylinux2014_x86_64, manylinux_2_17_x86_64 only, and no sdist
      = help: it has wheels for glibc: use a base such as `python:3-slim` instead of Alpine
      = help: lock a version of it that has wheels for musl on x86_64
    ");
}

#[test]
fn a_newer_glibc() {
    let files = ["a-1.0-cp313-cp313-manylinux_2_39_x86_64.whl", "a-1.0-cp313-cp313-macosx_11_0_arm64.whl"];
    insta::assert_snapshot!(check(&files, |_| {}, &target("3.13.0", "", GLIBC, "x86_64")), @"
    pylock.toml:4:8: error[no-file]: `a 1.0` has no wheel for cpython 3.13 on glibc 2.36 x86_64: the lock has wheels for manylinux_2_39_x86_64 only, and no sdist
      = help: its wheels need glibc 2.39 or later: use a newer base
      = help: lock a version of it that has wheels for glibc on x86_64
    ");
}

#[test]
fn another_python() {
    let files = [
        "a-1.0-cp311-cp311-manylinux_2_17_x86_64.whl",
        "a-1.0-cp312-cp312-manylinux_2_17_x86_64.whl",
        "a-1.0-cp313-cp313-musllinux_1_2_x86_64.whl",
    ];
    insta::assert_snapshot!(check(&files, |_| {}, &target("3.13.0", "", GLIBC, "x86_64")), @r#"
    pylock.toml:4:8: error[no-file]: `a 1.0` has no wheel for cpython 3.13 on glibc 2.36 x86_64: the lock has wheels for cp311, cp312 only, and no sdist
      = help: choose a Python that it has wheels for (`python = "…"`), or lock a version of it that supports yours
    "#);
    insta::assert_snapshot!(check(&files, |_| {}, &target("3.12.0", "t", GLIBC, "x86_64")), @r#"
    pylock.toml:4:8: error[no-file]: `a 1.0` has no wheel for cpython 3.12t on glibc 2.36 x86_64: the lock has wheels for cp311, cp312 only, and no sdist
      = help: choose a Python that it has wheels for (`python = "…"`), or lock a version of it that supports yours
    "#);
}

#[test]
fn another_machine_or_system() {
    let files = ["a-1.0-cp313-cp313-manylinux_2_17_x86_64.whl"];
    insta::assert_snapshot!(check(&files, |_| {}, &target("3.13.0", "", GLIBC, "riscv64")), @"
    pylock.toml:4:8: error[no-file]: `a 1.0` has no wheel for cpython 3.13 on glibc 2.36 riscv64: the lock has wheels for manylinux_2_17_x86_64 only, and no sdist
      = help: lock a version of it that has wheels for glibc on riscv64
    ");
    let files = ["a-1.0-cp313-cp313-win_amd64.whl", "a-1.0-cp313-cp313-macosx_11_0_arm64.whl"];
    insta::assert_snapshot!(check(&files, |_| {}, &target("3.13.0", "", GLIBC, "x86_64")), @"
    pylock.toml:4:8: error[no-file]: `a 1.0` has no wheel for cpython 3.13 on glibc 2.36 x86_64: the lock has wheels for Windows, macOS only, and no sdist
      = help: lock a version of it that has wheels for glibc on x86_64
    ");
}

#[test]
fn only_binary_and_no_binary() {
    let glibc = target("3.13.0", "", GLIBC, "x86_64");
    let only = |request: &mut Request| request.binary.only.add(":all:");
    insta::assert_snapshot!(check(&["a-1.0.tar.gz"], only, &glibc), @r#"
    pylock.toml:4:8: error[no-file]: `a 1.0` has no wheel for cpython 3.13 on glibc 2.36 x86_64: the lock has no wheel of it, and `only-binary` forbids its sdist
      = help: to build it from its sdist, add `no-binary = ["a"]`
      = help: lock a version of it that has wheels for glibc on x86_64
    "#);
    insta::assert_snapshot!(check(&["a-1.0-py3-none-any.whl"], |request| request.binary.no.add("a"), &glibc), @"pylock.toml:4:8: error[no-file]: `a 1.0` has no sdist for cpython 3.13 on glibc 2.36 x86_64: `no-binary` forbids wheels, and no sdist");
    let both = ["a-1.0.tar.gz", "a-1.0-py3-none-any.whl"];
    insta::assert_snapshot!(check(&both, |_| {}, &glibc), @"Wheel(Re");
    insta::assert_snapshot!(check(&both, |request| request.binary.no.add("A"), &glibc), @"Sdist(Re");
    let all_but_this = |request: &mut Request| {
        request.binary.only.add(":all:");
        request.binary.no.add("a");
    };
    insta::assert_snapshot!(check(&both, all_but_this, &glibc), @"Sdist(Re");
}

#[test]
fn a_commit_is_whole() {
    let text = "lock-version = '1.0'\ncreated-by = 't'\n[[packages]]\nname = \"a\"\nvcs = { type = 'git', url = 'https://h/a', commit-id = 'main' }\n";
    let mut all = Files::default();
    let file = all.add("pylock.toml", text);
    let request = Request::default();
    let Ok((Read::Locked(lock), _)) = lock::read(&file, &Others::new(), &request).into_result() else {
        panic!()
    };
    let errors = select(&lock, &request, &target("3.13.0", "", GLIBC, "x86_64")).into_result().unwrap_err();
    insta::assert_snapshot!(errors[0].brief(&all), @"pylock.toml:4:8: error[unsupported-source]: `a` cannot be installed: `main` is no commit of 40 hexadecimal digits");
}
