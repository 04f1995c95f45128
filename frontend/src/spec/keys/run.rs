//! `run`: steps of the build.

use toml::de::DeValue;

use super::{STRINGS_BY_NAME, TEXT_OR_NUMBER, argv, env, mounts, rule_or_number};
use crate::diag::Diagnostic;
use crate::spec::reader::{Node, Reader, quoted};
use crate::spec::rules::{command::Kind, names, paths};
use crate::spec::shape::Shape;
use crate::spec::table::{self, Key, Row};
use crate::spec::types::{Command, Network, Run};
use crate::text::Spanned;

/// The shape of `run`.
pub(in crate::spec) const SHAPE: Shape =
    Shape::List(&Shape::OneOf(&[Shape::Text, Shape::Argv, Shape::Table(|| table::rows(KEYS))]));

static KEYS: &[Key<Step>] = &[
    Key {
        row: Row::new(
            "cmd",
            Shape::OneOf(&[Shape::Text, Shape::Argv]),
            r#"run = [{ cmd = "npm ci", cache = ["/root/.npm"] }]"#,
            "A line for `/bin/sh`, or an array that is executed as it is",
        )
        .words(&["command", "run", "exec"])
        .required(),
        read: |reader, value, step| step.cmd = command(reader, value),
    },
    Key {
        row: Row::new(
            "cache",
            Shape::List(&Shape::OneOf(&[Shape::Text, Shape::Table(|| table::rows(mounts::CACHE))])),
            r#"run = [{ cmd = "make", cache = ["/root/.cache/ccache"] }]"#,
            "Directories that are kept between builds and are not part of the image",
        ),
        read: |reader, value, step| step.run.cache = each(reader, value, mounts::cache),
    },
    Key {
        row: Row::new(
            "secrets",
            Shape::List(&Shape::OneOf(&[Shape::Text, Shape::Table(|| table::rows(mounts::SECRET))])),
            r#"run = [{ cmd = "./fetch", secrets = ["token"] }]"#,
            "Build secrets (`docker build --secret id=…`) that the step may read; they are in no layer",
        ),
        read: |reader, value, step| step.run.secrets = each(reader, value, mounts::secret),
    },
    Key {
        row: Row::new(
            "ssh",
            Shape::OneOf(&[Shape::Only(true), Shape::List(&Shape::Text)]),
            r#"run = [{ cmd = "git clone git@example.com:a/b", ssh = true }]"#,
            "`true` for the ssh agent of the person who builds, or the ids of several (`docker build --ssh`)",
        ),
        read: |reader, value, step| {
            step.run.ssh = match value.value {
                DeValue::Boolean(_) => vec![Spanned::new("default".to_owned(), value.span)],
                _ => reader.list(value, names::id),
            }
        },
    },
    Key {
        row: Row::new(
            "tmpfs",
            Shape::List(&Shape::Text),
            r#"run = [{ cmd = "make test", tmpfs = ["/tmp"] }]"#,
            "Directories in memory, empty when the step begins and gone when it ends",
        ),
        read: |reader, value, step| step.run.tmpfs = reader.list(value, paths::below_root),
    },
    Key {
        row: Row::new(
            "mounts",
            Shape::List(&Shape::Table(|| table::rows(mounts::MOUNT))),
            r#"run = [{ cmd = "make -C /src", mounts = [{ src = ".", target = "/src" }] }]"#,
            "Parts of the context, of other stages or of images that the step can read without a copy",
        )
        .words(&["volumes", "bind", "binds"]),
        read: |reader, value, step| step.run.mounts = each(reader, value, mounts::mount),
    },
    Key {
        row: Row::new(
            "network",
            Shape::Choice(&["default", "none", "host"]),
            r#"run = [{ cmd = "make test", network = "none" }]"#,
            "The network of the step; `host` needs `docker build --allow network.host`",
        ),
        read: |reader, value, step| {
            step.run.network = reader.text(value).map(|text| {
                text.map(|text| match text.as_str() {
                    "none" => Network::None,
                    "host" => Network::Host,
                    _ => Network::Default,
                })
            });
        },
    },
    Key {
        row: Row::new(
            "env",
            STRINGS_BY_NAME,
            r#"run = [{ cmd = "make", env = { CFLAGS = "-O2" } }]"#,
            "Environment variables of this step only",
        ),
        read: |reader, value, step| step.run.env = env(reader, value),
    },
    Key {
        row: Row::new(
            "user",
            TEXT_OR_NUMBER,
            r#"run = [{ cmd = "make test", user = "nobody" }]"#,
            "The user that the step runs as; without it, root",
        ),
        read: |reader, value, step| step.run.user = rule_or_number(reader, value, names::user),
    },
];

struct Step {
    cmd: Option<Command>,
    run: Run,
}

/// Reads the whole array. Entries with something wrong in them are left out, after it was reported.
pub(in crate::spec) fn read<'a>(reader: &mut Reader<'a>, array: Node<'a>) -> Vec<Run> {
    warn_of_words(reader, array);
    each(reader, array, step)
}

/// `run = ["npm", "ci"]` is two lines for the shell; whoever writes it nearly always means one command.
fn warn_of_words<'a>(reader: &mut Reader<'a>, array: Node<'a>) {
    let items = reader.items(array);
    let words: Option<Vec<&str>> = items.iter().map(|item| item.value.as_str()).collect();
    let Some(words) = words else { return };
    if words.len() > 1 && words.iter().all(|word| !word.contains(char::is_whitespace)) {
        let list: Vec<String> = words.iter().map(|word| quoted(word)).collect();
        reader.report(
            Diagnostic::warning(
                "run-of-words",
                format!("this is {} steps, each a line for the shell", words.len()),
            )
            .at(array.span)
            .help(format!("one command is `run = [{}]`", quoted(&words.join(" "))))
            .help(format!("without a shell it is `run = [[{}]]`", list.join(", "))),
        );
    }
}

fn step<'a>(reader: &mut Reader<'a>, item: Node<'a>) -> Option<Run> {
    let run = Run {
        span: item.span,
        cmd: Command::Argv(vec![]),
        cache: vec![],
        secrets: vec![],
        ssh: vec![],
        tmpfs: vec![],
        mounts: vec![],
        network: None,
        env: vec![],
        user: None,
    };
    let mut step = Step { cmd: None, run };
    match item.value {
        DeValue::Table(_) => {
            table::read(reader, item, KEYS, &mut step);
        }
        _ => step.cmd = command(reader, item),
    }
    Some(Run { cmd: step.cmd?, ..step.run })
}

fn command<'a>(reader: &mut Reader<'a>, node: Node<'a>) -> Option<Command> {
    let empty = match node.value {
        DeValue::String(line) => line.trim().is_empty(),
        DeValue::Array(words) => words.is_empty(),
        _ => return None,
    };
    if empty {
        reader
            .report(Diagnostic::error("empty-command", "a step has no command").label(node.span, "is empty"));
        return None;
    }
    match node.value {
        DeValue::String(_) => reader.text(node).map(|line| Command::Shell(line.value)),
        _ => argv(reader, node, Kind::Run).map(|argv| Command::Argv(argv.value)),
    }
}

/// What a function makes of each item of an array.
fn each<'a, T>(
    reader: &mut Reader<'a>,
    array: Node<'a>,
    read: fn(&mut Reader<'a>, Node<'a>) -> Option<T>,
) -> Vec<T> {
    reader.items(array).into_iter().filter_map(|item| read(reader, item)).collect()
}
