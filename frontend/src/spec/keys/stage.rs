//! Keys of a stage, in the order in which they are carried out.

use toml::de::DeValue;

use super::{STRINGS_BY_NAME, TEXT_OR_NUMBER, env, image, pairs, rule_or_number};
use crate::diag::Diagnostic;
use crate::spec::reader::{Node, Reader};
use crate::spec::rules::{config, names, paths};
use crate::spec::shape::Shape;
use crate::spec::table::{self, Key, Place, Row};
use crate::spec::types::Stage;
use crate::text::Spanned;

/// All of them.
pub(in crate::spec) static KEYS: &[Key<Stage>] = &[
    Key {
        row: Row::new(
            "from",
            Shape::Text,
            r#"from = "python:3.12-slim""#,
            "What the stage starts with: another stage, a named context, an image, or `scratch`",
        )
        .words(&["image", "base", "base-image"]),
        read: |reader, value, stage| stage.from = reader.text(value),
    },
    Key {
        row: Row::new(
            "platform",
            Shape::Choice(&["build"]),
            "[stages.assets]\nfrom = \"node:22-slim\"\nplatform = \"build\"",
            "`build`: the stage runs on the builder's own platform, whatever platform is built for",
        )
        .place(Place::NotApp),
        read: |_, _, stage| stage.native = true,
    },
    Key {
        row: Row::new(
            "env",
            STRINGS_BY_NAME,
            r#"env = { TZ = "UTC" }"#,
            "Environment variables, of the steps and of the container",
        )
        .words(&["environment", "environ", "envs", "variables", "vars"]),
        read: |reader, value, stage| stage.env = env(reader, value),
    },
    Key {
        row: Row::new(
            "workdir",
            Shape::Pattern("^/"),
            r#"workdir = "/srv""#,
            "The directory in which steps and the app run, and below which `dest` is; `/app` without it",
        )
        .words(&["working-dir", "working_dir", "working-directory", "cwd", "directory"]),
        read: |reader, value, stage| stage.workdir = reader.rule(value, paths::absolute),
    },
    Key {
        row: Row::new(
            "packages",
            Shape::OneOf(&[Shape::List(&Shape::Text), Shape::Table(|| table::rows(PACKAGES))]),
            r#"packages = ["libpq5"]"#,
            "System packages, installed with apt, apk or dnf by what the base has, or into a Debian that has no shell \
             (distroless) from another one (`docs/packages.md`); no lists or caches stay",
        )
        .words(&["apt", "apk", "dnf", "system-packages", "apt-packages", "build-packages"])
        .advice("system packages, as in packages = [\"libpq5\"]; Python packages are `dependencies`"),
        read: packages,
    },
    Key {
        row: Row::new(
            "dependencies",
            super::dependencies::SHAPE,
            r#"dependencies = "requirements.txt""#,
            "Python dependencies: a lock or requirements file, `false` for none, or a table; in `app` the file is \
             found by itself",
        )
        .words(&["requirements", "lock", "lockfile", "deps", "pip"])
        .advice(
            "this key names the file, as in dependencies = \"requirements.txt\"; packages are listed in that file",
        ),
        read: |reader, value, stage| stage.dependencies = Some(super::dependencies::read(reader, value)),
    },
    Key {
        row: Row::new(
            "copy",
            super::copy::SHAPE,
            r#"copy = ["app.py", { src = "conf/", dest = "/etc/app/" }]"#,
            "Files that come in, in order; in `app` it is `[\".\"]` without it",
        )
        .words(&["add", "files", "include", "sources"]),
        read: |reader, value, stage| stage.copy = Some(super::copy::read(reader, value)),
    },
    Key {
        row: Row::new(
            "run",
            super::run::SHAPE,
            r#"run = ["npm ci", ["make", "install"]]"#,
            "Steps, in order: a line for the shell, an array that is executed as it is, or a table",
        )
        .words(&["build", "script", "commands", "steps"]),
        read: |reader, value, stage| stage.run = super::run::read(reader, value),
    },
    Key {
        row: Row::new(
            "writable",
            Shape::List(&Shape::Text),
            r#"writable = ["instance/"]"#,
            "Directories that belong to the user, so that the app can write into them; everything else is root's, \
             also what is copied into them",
        ),
        read: |reader, value, stage| stage.writable = reader.list(value, paths::part_of_image),
    },
    Key {
        row: Row::new(
            "user",
            TEXT_OR_NUMBER,
            r#"user = "10001:10001""#,
            "The user that the container runs as: a name, or numbers. In `app` an unprivileged one without it; \
             steps of the build run as root. In `app` and beside `dependencies`, a name that the base does not \
             have is made",
        )
        .image_only(),
        read: |reader, value, stage| stage.user = rule_or_number(reader, value, names::user),
    },
    Key {
        row: Row::new(
            "expose",
            Shape::List(&Shape::OneOf(&[Shape::Integer(1, 65535), Shape::Text])),
            r#"expose = [8000, "53/udp"]"#,
            "Ports that the app listens on: numbers, `\"53/udp\"`, or a range such as `\"8000-8010\"`",
        )
        .words(&["port", "ports"])
        .image_only(),
        read: |reader, value, stage| stage.expose = image::expose(reader, value),
    },
    Key {
        row: Row::new(
            "volumes",
            Shape::List(&Shape::Pattern("^/")),
            r#"volumes = ["/data"]"#,
            "Directories whose content outlives the container; they belong to the user",
        )
        .words(&["data"])
        .image_only(),
        read: |reader, value, stage| stage.volumes = reader.list(value, paths::below_root),
    },
    Key {
        row: Row::new(
            "labels",
            STRINGS_BY_NAME,
            r#"labels = { "org.opencontainers.image.title" = "shop" }"#,
            "Labels of the image, besides those that the project's metadata gives",
        )
        .image_only(),
        read: |reader, value, stage| stage.labels = pairs(reader, value, image::label),
    },
    Key {
        row: Row::new(
            "healthcheck",
            image::HEALTHCHECK,
            r#"healthcheck = { cmd = ["python", "check.py"], interval = "30s" }"#,
            "How to see whether the app is well; `false` switches off the check of the base image",
        )
        .words(&["health", "health-check"])
        .image_only(),
        read: |reader, value, stage| stage.healthcheck = image::healthcheck(reader, value),
    },
    Key {
        row: Row::new(
            "stop-signal",
            TEXT_OR_NUMBER,
            r#"stop-signal = "SIGQUIT""#,
            "The signal that asks the app to stop; without it, SIGINT where the interpreter itself is started, \
             else the one of the base image",
        )
        .image_only(),
        read: |reader, value, stage| stage.stop_signal = rule_or_number(reader, value, config::signal),
    },
    Key {
        row: Row::new(
            "init",
            Shape::Bool,
            "init = true",
            "Whether a tiny init is process 1 and the app its child, for apps that leave children behind",
        )
        .image_only(),
        read: |_, value, stage| stage.init = value.value.as_bool() == Some(true),
    },
    Key {
        row: Row::new(
            "entrypoint",
            Shape::Argv,
            r#"entrypoint = ["/app/start"]"#,
            "The program that `cmd` is given to; without it, `cmd` is the whole command, whatever the base has",
        )
        .image_only(),
        read: |reader, value, stage| stage.entrypoint = image::start(reader, value),
    },
    Key {
        row: Row::new(
            "cmd",
            Shape::Argv,
            r#"cmd = ["python", "app.py"]"#,
            "The command that the container runs: the program and its arguments, without a shell; without it (and without `entrypoint`), what the files of the project say (`docs/start.md`)",
        )
        .words(&["command", "start", "start-command", "exec"])
        .image_only(),
        read: |reader, value, stage| stage.cmd = image::start(reader, value),
    },
    Key {
        row: Row::new(
            "gate",
            Shape::Bool,
            "[stages.test]\nrun = [\"pytest\"]\ngate = true",
            "Whether the image of `app` waits until this stage has succeeded",
        )
        .place(Place::Gate),
        read: |_, value, stage| stage.gate = value.value.as_bool() == Some(true),
    },
];

static PACKAGES: &[Key<Stage>] = &[
    Key {
        row: Row::new(
            "names",
            Shape::List(&Shape::Text),
            r#"packages = { names = ["libpq5"] }"#,
            "The packages",
        )
        .required(),
        read: |reader, value, stage| stage.packages = package_names(reader, value),
    },
    Key {
        row: Row::new(
            "snapshot",
            Shape::Pattern("^[0-9]{4}-[0-9]{2}-[0-9]{2}$"),
            r#"packages = { names = ["libpq5"], snapshot = "2026-11-21" }"#,
            "The day whose package lists are used, as they were when it began (UTC), so that later builds find the same \
             versions; for Debian and Ubuntu, in place of the base's own sources",
        ),
        read: |reader, value, stage| stage.snapshot = reader.rule(value, config::day),
    },
];

fn packages<'a>(reader: &mut Reader<'a>, node: Node<'a>, stage: &mut Stage) {
    match node.value {
        DeValue::Table(_) => {
            table::read(reader, node, PACKAGES, stage);
        }
        _ => stage.packages = package_names(reader, node),
    }
}

fn package_names<'a>(reader: &mut Reader<'a>, array: Node<'a>) -> Vec<Spanned<String>> {
    let mut packages: Vec<Spanned<String>> = vec![];
    for package in reader.list(array, names::system_package) {
        match packages.iter().find(|known| known.value == package.value) {
            Some(first) => {
                let first = first.span;
                reader.report(
                    Diagnostic::warning("package-twice", format!("`{}` is listed twice", package.value))
                        .label(package.span, "again")
                        .label(first, "first"),
                );
            }
            None => packages.push(package),
        }
    }
    packages
}
