//! Steps that install system packages, from the description to the graph, with facts from a literal.
#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

mod support;

use buildkit_llb::{Fs, Platform, definition, dump};
use wheelbase::plan::look;
use wheelbase_helper::contract::{Distribution, Facts};

use support::{World, described, plain};

fn facts(shell: bool, id: &str, codename: Option<&str>) -> Facts {
    let codename = codename.map(str::to_owned);
    let distribution = Some(Distribution { id: id.to_owned(), like: vec![], version: None, codename });
    Facts { distribution, shell, ..plain() }
}

/// What a description comes to: the images that are looked at first, then the step of its packages without the text
/// of its script, or the errors.
fn check(description: &str, platform: &Platform, bottom: Option<Facts>) -> String {
    let (files, spec) = described(description);
    let mut world = World::new(platform.clone());
    let looked_at = look(&world.ingredients(&spec)).into_keys().collect::<Vec<_>>();
    world.bottoms.extend(bottom.map(|facts| ("base".to_owned(), facts)));
    let plan = match world.plan(&spec, &files) {
        Ok(plan) => plan,
        Err(errors) => return errors,
    };
    let lowered = world.lower(&plan, &files, &["base", "python:3.13-slim"], &["debian:bookworm-slim"]);
    let Fs::Output(output) = lowered.fs else { panic!("an app is not scratch") };
    let text = dump(&definition(&output));
    let sources = text.lines().filter(|line| line.contains("source docker-image")).map(str::to_owned);
    let script = |line: &str| line.rsplit_once('"').map(|(_, rest)| format!("exec …{rest}"));
    let step = text.lines().skip_while(|line| !line.contains("exec /bin/sh"));
    let (first, rest) = (step.clone().take(1).filter_map(script), step.skip(1));
    let rest = rest.take_while(|line| !line.starts_with(['%', 'r'])).map(str::to_owned);
    let lines: Vec<String> = sources.chain(first).chain(rest).collect();
    format!("looks at {looked_at:?}\n{}", lines.join("\n"))
}

const ON_BASE: &str = "from = \"base\"\npackages = [\"libpq5\"]\ndependencies = false\ncopy = []\n";

#[test]
fn a_base_that_is_known_is_not_looked_at() {
    let description = "packages = [\"libpq5\"]\ndependencies = false\ncopy = []\n";
    insta::assert_snapshot!(check(description, &Platform::linux("amd64"), None), @r#"
    looks at []
    %0 = source docker-image://docker.io/library/python:3.13-slim
    exec … packages 315532800 libpq5 [%0:0]
        "[app] packages libpq5"
        platform linux/amd64
        cwd /
        env PATH=/opt/venv/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
        env PYTHONUNBUFFERED=1
        user 0:0
        mount / rw $0 -> :0
        mount /var/cache/apt cache /wheelbase-apt-cache-python:3.13-slim-linux/amd64 locked
        mount /var/lib/apt/lists cache /wheelbase-apt-lists-python:3.13-slim-linux/amd64 locked
    "#);
}

#[test]
fn a_base_with_a_shell_installs_them_itself() {
    let facts = facts(true, "alpine", None);
    insta::assert_snapshot!(check(ON_BASE, &Platform::linux("amd64"), Some(facts)), @r#"
    looks at ["base"]
    %0 = source docker-image://docker.io/library/base
    exec … packages 315532800 libpq5 [%0:0]
        "[app] packages libpq5"
        platform linux/amd64
        cwd /
        env PATH=/opt/venv/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
        env PYTHONUNBUFFERED=1
        user 0:0
        mount / rw $0 -> :0
        mount /var/cache/apt cache /wheelbase-apt-cache-base-linux/amd64 locked
        mount /var/lib/apt/lists cache /wheelbase-apt-lists-base-linux/amd64 locked
    "#);
}

#[test]
fn a_base_without_a_shell_has_them_unpacked_on_the_builder() {
    let facts = facts(false, "debian", Some("bookworm"));
    insta::assert_snapshot!(check(ON_BASE, &Platform::linux("arm64"), Some(facts)), @r#"
    looks at ["base"]
    %0 = source docker-image://docker.io/library/debian:bookworm-slim
    %1 = source docker-image://docker.io/library/base
    exec … packages 315532800 arm64 libpq5 [%0:0, %1:0]
        "[app] packages libpq5"
        platform linux/amd64
        cwd /
        user 0:0
        mount / rw $0 -> :0
        mount /target rw $1 -> :1
        mount /var/cache/apt cache /wheelbase-apt-cache-debian:bookworm-slim-linux/arm64 locked
        mount /var/lib/apt/lists cache /wheelbase-apt-lists-debian:bookworm-slim-linux/arm64 locked
    "#);
}

#[test]
fn a_snapshot_is_part_of_the_step() {
    let facts = facts(true, "debian", Some("bookworm"));
    let description = ON_BASE.replace("[\"libpq5\"]", "{ names = [\"libpq5\"], snapshot = \"2026-11-01\" }");
    insta::assert_snapshot!(check(&description, &Platform::linux("amd64"), Some(facts)), @r#"
    looks at ["base"]
    %0 = source docker-image://docker.io/library/base
    exec … packages 315532800 libpq5 [%0:0]
        "[app] packages libpq5"
        platform linux/amd64
        cwd /
        env PATH=/opt/venv/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
        env PYTHONUNBUFFERED=1
        env SOURCES=deb [check-valid-until=no] http://snapshot.debian.org/archive/debian/20261101T000000Z bookworm main
    deb [check-valid-until=no] http://snapshot.debian.org/archive/debian/20261101T000000Z bookworm-updates main
    deb [check-valid-until=no] http://snapshot.debian.org/archive/debian-security/20261101T000000Z bookworm-security main
        user 0:0
        mount / rw $0 -> :0
        mount /var/cache/apt cache /wheelbase-apt-cache-base-linux/amd64 locked
        mount /var/lib/apt/lists cache /wheelbase-apt-lists-base deb [check-valid-until=no] http://snapshot.debian.org/archive/debian/20261101T000000Z bookworm main-linux/amd64 locked
    "#);
}

#[test]
fn what_cannot_be_done_is_told() {
    let amd64 = Platform::linux("amd64");
    insta::assert_snapshot!(check(ON_BASE, &amd64, Some(facts(false, "wolfi", None))), @r#"
    error[no-shell]: `packages` cannot be installed on `base`: it has no shell, and it is `wolfi`, not Debian
     --> app.toml:2:13
      |
    2 | packages = ["libpq5"]
      |             ^^^^^^^^
      |
      = help: start from an image with a package manager, such as `python:3.13-slim`
      = help: or install them in a stage that has one, and `copy` the files that are needed from there
    "#);
    let description = ON_BASE.replace("[\"libpq5\"]", "{ names = [\"libpq5\"], snapshot = \"2026-11-01\" }");
    insta::assert_snapshot!(check(&description, &amd64, Some(facts(true, "alpine", None))), @r#"
    error[no-snapshot]: `snapshot` needs a base with apt, and `base` is `alpine`
     --> app.toml:2:45
      |
    2 | packages = { names = ["libpq5"], snapshot = "2026-11-01" }
      |                                             ^^^^^^^^^^^^
      |
      = help: Debian and Ubuntu keep the package lists of every day; others do not
      = help: leave `snapshot` out, and pin the base by its digest instead
    "#);
}
