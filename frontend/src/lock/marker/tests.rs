use std::collections::BTreeSet;

use super::*;

fn environment() -> Environment {
    Environment {
        platform_machine: "x86_64".into(),
        implementation_name: "cpython".into(),
        platform_python_implementation: "CPython".into(),
        python_version: "3.12".parse().unwrap(),
        python_full_version: "3.12.4".parse().unwrap(),
    }
}

#[track_caller]
fn check(marker: &str, expected: Truth) {
    let extras = BTreeSet::from(["foo-bar".to_owned()]);
    let groups = BTreeSet::from(["dev".to_owned()]);
    let marker: Marker = marker.parse().unwrap_or_else(|error| panic!("{marker}: {error}"));
    let active = Active { extras: &extras, groups: &groups };
    assert_eq!(marker.evaluate(&environment(), active), expected, "{marker}");
}

#[test]
fn holds() {
    for marker in [
        "",
        "python_version >= '3.9'",
        "python_version > '3.9' and python_version < '3.100'",
        "python_full_version < '3.12.5'",
        "python_version == '3.*'",
        "python_version ~= '3.8'",
        "'3.8' <= python_version",
        "python_version in '2.7, 3.12'",
        "python_version not in '2.7 3.1'",
        "os_name == 'posix'and sys_platform=='linux'",
        "os.name == 'posix' and sys.platform == \"linux\" and python_implementation == 'CPython'",
        "sys_platform in 'linux darwin'",
        "'linux' in sys_platform",
        "'x86' in platform_machine",
        "sys_platform == 'win32' or (platform_system == 'Linux' and platform_machine != 'arm64')",
        "extra == 'Foo_Bar'",
        "'foo.bar' in extras and 'dev' in dependency_groups and 'docs' not in dependency_groups",
        "platform_release >= '20' or sys_platform == 'linux'",
        "implementation_version >= '3.12'",
    ] {
        check(marker, Truth::Yes);
    }
}

#[test]
fn does_not_hold() {
    for marker in [
        "python_version == '3.1'",
        "python_full_version <= '3.12.3'",
        "extra == 'other'",
        "extra != 'foo-bar'",
        "platform_system == 'Darwin' and platform_release >= '19.0'",
        "sys_platform ~= 'linux'",
        "platform_machine == 'x86_64' and (os_name == 'nt' or os_name == 'java')",
        "python_version in '2.7 3.1'",
    ] {
        check(marker, Truth::No);
    }
}

#[test]
fn depends_on_the_kernel() {
    check("platform_release >= '20' and sys_platform == 'linux'", Truth::Unknown);
}

#[test]
fn not_markers() {
    for marker in [
        "python_version",
        "python_version >= 3.9",
        "'a' == 'b'",
        "os_name == sys_platform",
        "os_name == 'posix' and",
        "(os_name == 'posix'",
        "os_name == 'posix",
        "os_name 'posix'",
        "colour == 'red'",
        "extra > 'a'",
        "extras == 'a'",
        "os_name == 'posix' xor os_name == 'nt'",
        "é",
    ] {
        assert!(marker.parse::<Marker>().is_err(), "{marker}");
    }
    assert!("(".repeat(100_000).parse::<Marker>().is_err());
}
