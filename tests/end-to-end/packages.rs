//! System packages where the base cannot install them itself, and package lists of a day.

use wheelbase_tests::build::Build;
use wheelbase_tests::engine::Engine;
use wheelbase_tests::image::Image;
use wheelbase_tests::project::Project;
use wheelbase_tests::server::Server;

use crate::support::{same_twice, tree};

/// An image without a shell, with a library that only its packages bring.
const DISTROLESS: &str = r#"
//- app.toml
# syntax=wheelbase/wheelbase:0
from = "gcr.io/distroless/python3"
packages = ["libmariadb3", "libpq5"]
dependencies = false
cmd = ["python", "app.py"]
//- app.py
import ctypes, os
mariadb, libpq = ctypes.CDLL("libmariadb.so.3"), ctypes.CDLL("libpq.so.5")
mariadb.mysql_get_client_info.restype = ctypes.c_char_p
print("libmariadb", mariadb.mysql_get_client_info().decode().split(".")[0])
print("libpq", libpq.PQlibVersion() // 10000)
print("shell", os.path.exists("/bin/sh"), "user", os.getuid())
"#;

/// The arguments that lead to the stand-in for the image without a shell.
fn context(engine: &Engine) -> [String; 2] {
    let image = format!("docker-image://{}/distroless/python3:latest", engine.variable("REGISTRY"));
    ["--build-context".to_owned(), format!("gcr.io/distroless/python3={image}")]
}

#[test]
fn a_base_without_a_shell_gets_packages() {
    let engine = Engine::main();
    let loaded = Image::new(&engine, "distroless-packages");
    let tag = loaded.tag();
    let project = Project::new(DISTROLESS);
    let outcome =
        Build::new(&engine, &project).args(context(&engine)).args(["--load", "--tag", tag]).succeed();
    let printed = engine.docker(&["run", "--rm", tag]);
    assert_eq!(printed, "libmariadb 3\nlibpq 15\nshell False user 65532\n");
    let warning = outcome.warnings.iter().find(|warning| warning.contains("not-configured"));
    let warning = warning.unwrap_or_else(|| panic!("{:?}", outcome.warnings));
    assert!(warning.contains("`mariadb-common` and `mysql-common`"), "{warning}");
}

#[test]
fn packages_of_a_base_without_a_shell_come_out_the_same() {
    let [context, value] = context(&Engine::main());
    same_twice(&Project::new(DISTROLESS), &[&context, &value], &["packages"]);
}

#[test]
fn packages_of_a_base_without_a_shell_are_where_they_should_be() {
    let (containerd, graph) = (Engine::main(), Engine::named("WHEELBASE_ENGINE_GRAPH"));
    let project = Project::new(DISTROLESS);
    let [context, value] = context(&containerd);
    let (_, merged) = tree(&containerd, &project, &[&context, &value]);
    let (_, copied) = tree(&graph, &project, &[&context, &value]);
    assert_eq!(merged.differences(&copied), Vec::<String>::new());

    // Scanners find the packages; nothing that was needed to install them stays.
    for path in ["var/lib/dpkg/status.d/libpq5", "var/lib/dpkg/status.d/libldap-2.5-0"] {
        assert!(merged.entries.contains_key(path), "{path}");
    }
    for path in [".unpack", "var/lib/apt", "var/cache/apt", "usr/share/man", "var/lib/dpkg/status.d/debconf"]
    {
        assert!(!merged.entries.contains_key(path), "{path}");
    }
    assert_eq!(merged.entries["tmp"].mode, 0o1777);
}

/// Directories of the base that a package has too, with modes and links of their own.
const AWKWARD: &str = r#"
//- app.toml
# syntax=wheelbase/wheelbase:0
from = "awkward"
packages = ["mysql-common"]
dependencies = false
copy = []
cmd = ["python"]

[stages.awkward]
from = "gcr.io/distroless/python3"
copy = [{ from = "links", src = "/links/", dest = "/" }]

[stages.links]
from = "python:3.13-slim"
run = ["""
mkdir -p /links/etc/real /links/real/doc /links/usr/share
ln -s /etc/real /links/etc/mysql
ln -s ../../real/doc /links/usr/share/doc
chown 33:33 /links/etc/real
chmod 2775 /links/etc/real
"""]
"#;

#[test]
fn links_of_a_base_without_a_shell_survive_packages() {
    let engine = Engine::main();
    let project = Project::new(AWKWARD);
    let [context, value] = context(&engine);
    let (_, files) = tree(&engine, &project, &[&context, &value]);
    let entry = |path: &str| files.entries.get(path).unwrap_or_else(|| panic!("{path} is missing"));
    assert_eq!(entry("etc/mysql").kind, "link");
    assert_eq!(entry("etc/real/my.cnf.fallback").kind, "file");
    let real = entry("etc/real");
    assert_eq!((real.mode, real.uid, real.gid), (0o2775, 33, 33));
}

#[test]
fn a_misspelt_package_for_a_base_without_a_shell_marks_its_line() {
    let engine = Engine::main();
    let project = Project::new(DISTROLESS);
    project.edit("app.toml", "libpq5", "libpq-of-nobody");
    let outcome = Build::new(&engine, &project).args(context(&engine)).fail();
    assert!(outcome.message.contains(">>> packages ="), "{}", outcome.message);
    let said = outcome.logs.values().any(|log| log.contains("E: Unable to locate package libpq-of-nobody"));
    assert!(said, "{:?}", outcome.logs);
}

/// A project on an image with an os-release and nothing else, and the arguments that lead to that image.
fn only_os_release(os_release: &str, packages: &str) -> (Project, [String; 2]) {
    let project = Project::new(&format!(
        "//- app.toml\n# syntax=wheelbase/wheelbase:0\nfrom = \"bare\"\npackages = {packages}\n\
         dependencies = false\ncmd = [\"/app\"]\ncopy = []\n\n[stages.bare]\nfrom = \"bare-image\"\n\
         //- image/etc/os-release\n{os_release}\n"
    ));
    let image = format!("bare-image={}", project.file("image").display());
    (project, ["--build-context".to_owned(), image])
}

/// Such a project is an error that says all of this.
#[track_caller]
fn refused((project, image): (Project, [String; 2]), parts: &[&str]) {
    let message = Build::new(&Engine::main(), &project).args(image).fail().message;
    for part in parts {
        assert!(message.contains(part), "the error does not say {part:?}:\n{message}");
    }
}

#[test]
fn packages_need_a_shell_or_debian() {
    let packages = r#"["libpq"]"#;
    let parts = ["app.toml:3", "no-shell", "bare-image", "`wolfi`, not Debian"];
    refused(only_os_release("ID=wolfi", packages), &parts);
    refused(only_os_release("", packages), &["app.toml:3", "no-shell", "bare-image"]);
}

/// No emulator is registered on the machines of the tests, so a step that ran something of the image would fail.
#[test]
fn packages_of_another_architecture_need_no_emulation() {
    let debian = "ID=debian\nVERSION_CODENAME=bookworm";
    let (project, [context, image]) = only_os_release(debian, r#"["libpq5"]"#);
    let (_, files) = tree(&Engine::main(), &project, &[&context, &image, "--platform=linux/arm64"]);
    for path in ["usr/lib/aarch64-linux-gnu/libpq.so.5", "var/lib/dpkg/status.d/libc6"] {
        assert!(files.entries.contains_key(path), "{path}");
    }
}

/// The archives of old lists cannot be reached everywhere, so something that only notes the questions is in between.
#[test]
fn a_snapshot_asks_for_the_lists_of_its_day() {
    let engine = Engine::main();
    let project = Project::new(
        r#"
//- app.toml
# syntax=wheelbase/wheelbase:0
python = "3.13"
packages = { names = ["libpq5"], snapshot = "2026-11-01" }
dependencies = false
cmd = ["python"]
copy = []
"#,
    );
    let proxy = Server::start(&engine, None);
    let argument = format!("--build-arg=http_proxy={}", proxy.url());
    // A proxy is no part of what a step is told apart by.
    let message = Build::new(&engine, &project).args([&argument, "--no-cache"]).fail().message;
    assert!(message.contains("app.toml:3") && message.contains(">>> packages ="), "{message}");
    let asked: Vec<String> = proxy.requests().into_iter().map(|request| request.path).collect();
    assert!(asked.iter().all(|url| url.contains("/20261101T000000Z/dists/trixie")), "{asked:?}");
    assert!(!asked.is_empty());
}

#[test]
fn a_snapshot_needs_debian_or_ubuntu() {
    let packages = r#"{ names = ["libpq"], snapshot = "2026-11-01" }"#;
    let (project, image) = only_os_release("ID=alpine\nVERSION_ID=3.22.1", packages);
    project.write("image/bin/sh", "");
    refused((project, image), &["app.toml:3", "no-snapshot", "`bare-image` is `alpine`"]);
}
