//! Keys that describe the configuration of an image: what a container is started with.

use toml::de::DeValue;

use super::{argv, rule_or_number};
use crate::diag::Diagnostic;
use crate::spec::reader::{Node, Reader, integer};
use crate::spec::rules::{Refusal, command::Kind, config};
use crate::spec::shape::Shape;
use crate::spec::table::{self, Key, Row};
use crate::spec::types::Healthcheck;
use crate::text::Spanned;

/// The shape of `healthcheck`.
pub(in crate::spec) const HEALTHCHECK: Shape =
    Shape::OneOf(&[Shape::Only(false), Shape::Table(|| table::rows(KEYS))]);

/// A duration.
const DURATION: Shape = Shape::Pattern("^([0-9]+(h|m|s|ms))+$");

static KEYS: &[Key<Parts>] = &[
    Key {
        row: Row::new(
            "cmd",
            Shape::Argv,
            r#"healthcheck = { cmd = ["python", "check.py"] }"#,
            "The command that ends with 0 while the app is well; no shell",
        )
        .required(),
        read: |reader, value, to| to.cmd = argv(reader, value, Kind::Start),
    },
    Key {
        row: Row::new(
            "interval",
            DURATION,
            r#"healthcheck = { cmd = ["/check"], interval = "30s" }"#,
            "Time between two checks",
        ),
        read: |reader, value, to| to.check.interval = duration(reader, value),
    },
    Key {
        row: Row::new(
            "timeout",
            DURATION,
            r#"healthcheck = { cmd = ["/check"], timeout = "3s" }"#,
            "Time after which a check has failed",
        ),
        read: |reader, value, to| to.check.timeout = duration(reader, value),
    },
    Key {
        row: Row::new(
            "start-period",
            DURATION,
            r#"healthcheck = { cmd = ["/check"], start-period = "1m" }"#,
            "Time that the app has to start, in which failures do not count",
        ),
        read: |reader, value, to| to.check.start_period = duration(reader, value),
    },
    Key {
        row: Row::new(
            "start-interval",
            DURATION,
            r#"healthcheck = { cmd = ["/check"], start-interval = "1s" }"#,
            "Time between two checks while the app starts",
        ),
        read: |reader, value, to| to.check.start_interval = duration(reader, value),
    },
    Key {
        row: Row::new(
            "retries",
            Shape::Integer(1, 1000),
            r#"healthcheck = { cmd = ["/check"], retries = 5 }"#,
            "Failures in a row after which the app is not well",
        ),
        read: |_, value, to| to.check.retries = integer(value).and_then(|number| u32::try_from(number).ok()),
    },
];

#[derive(Default)]
struct Parts {
    cmd: Option<Spanned<Vec<String>>>,
    check: Healthcheck,
}

/// `healthcheck`.
pub(in crate::spec) fn healthcheck<'a>(
    reader: &mut Reader<'a>,
    node: Node<'a>,
) -> Option<Spanned<Healthcheck>> {
    if let DeValue::Boolean(_) = node.value {
        return Some(Spanned::new(Healthcheck::default(), node.span));
    }
    let mut parts = Parts::default();
    table::read(reader, node, KEYS, &mut parts);
    let cmd = parts.cmd?;
    if cmd.value.is_empty() {
        reader.report(
            Diagnostic::error("empty-command", "a health check has no command")
                .label(cmd.span, "is empty")
                .help("`healthcheck = false` switches off the one of the base image"),
        );
        return None;
    }
    Some(Spanned::new(Healthcheck { cmd: cmd.value, ..parts.check }, node.span))
}

fn duration<'a>(reader: &mut Reader<'a>, node: Node<'a>) -> Option<u64> {
    reader.rule(node, config::duration).map(|duration| duration.value)
}

/// `cmd` and `entrypoint`.
pub(in crate::spec) fn start<'a>(reader: &mut Reader<'a>, node: Node<'a>) -> Option<Spanned<Vec<String>>> {
    let argv = argv(reader, node, Kind::Start)?;
    if let Some((index, host)) = loopback(&argv.value) {
        let span = reader.items(node).get(index).map_or(node.span, |item| item.span);
        reader.report(
            Diagnostic::warning(
                "loopback",
                format!("the app listens on `{host}`: nothing outside its container can reach it"),
            )
            .at(span)
            .help("listen on `0.0.0.0`; who may reach it is decided by whoever starts the container"),
        );
    }
    Some(argv)
}

/// The address of the container itself, given to a server as the one to listen on.
fn loopback(argv: &[String]) -> Option<(usize, &'static str)> {
    const FLAGS: [&str; 7] = ["--host", "--bind", "-b", "-h", "--address", "--server.address", "--listen"];
    argv.iter().enumerate().find_map(|(index, word)| {
        let before = index.checked_sub(1).map(|before| argv[before].as_str());
        let value = match word.split_once('=') {
            Some((flag, value)) if FLAGS.contains(&flag) => value,
            _ if before.is_some_and(|flag| FLAGS.contains(&flag) || flag == "runserver") => word,
            _ => return None,
        };
        let host = value.rsplit_once(':').map_or(value, |(host, _)| host);
        ["127.0.0.1", "localhost"].into_iter().find(|own| *own == host).map(|own| (index, own))
    })
}

/// `expose`: a range of ports is as many entries, all at its place.
pub(in crate::spec) fn expose<'a>(reader: &mut Reader<'a>, array: Node<'a>) -> Vec<Spanned<String>> {
    let mut exposed: Vec<Spanned<String>> = vec![];
    for item in reader.items(array) {
        if item.value.is_integer() && integer(item).is_none_or(|port| !(1..=65535).contains(&port)) {
            // Its shape says so already.
            continue;
        }
        let Some(ports) = rule_or_number(reader, item, config::ports) else { continue };
        for port in ports.value {
            if !exposed.iter().any(|known| known.value == port) {
                exposed.push(Spanned::new(port, item.span));
            }
        }
    }
    exposed
}

/// The name of a label.
pub(in crate::spec) fn label(name: &str) -> Result<String, Refusal> {
    if name.trim().is_empty() || name.contains(['\0', '\n', '=']) {
        return Err(Refusal::new(
            "bad-name",
            "this cannot be the name of a label",
            "not empty, no `=`, one line",
        ));
    }
    Ok(name.to_owned())
}
