//! Keys that are written once, for the whole description.

use toml::de::DeValue;

use super::STRINGS_BY_NAME;
use crate::diag::Diagnostic;
use crate::spec::reader::{Node, Reader};
use crate::spec::rules::{names, python, urls};
use crate::spec::shape::Shape;
use crate::spec::table::{self, Key, Row};
use crate::spec::types::{Index, Spec, Variant};
use crate::text::Spanned;

/// All of them.
pub(in crate::spec) static KEYS: &[Key<Spec>] = &[
    Key {
        row: Row::new(
            "python",
            Shape::Text,
            r#"python = "3.12""#,
            "The version of Python, or what it must meet, such as `\">=3.12,<3.14\"`; without it, what \
             `.python-version` or `requires-python` says. Without `from` it also picks the image",
        )
        .words(&["python-version", "requires-python", "version"]),
        read: |reader, value, spec| spec.python = reader.rule(value, python::requirement),
    },
    Key {
        row: Row::new(
            "variant",
            Shape::Choice(&["slim", "slim-bookworm", "alpine", "full"]),
            r#"variant = "slim-bookworm""#,
            "Which of the official images of that Python; `slim` without it. It picks the image, so it cannot be \
             beside `from`",
        ),
        read: |reader, value, spec| {
            spec.variant = reader.text(value).map(|text| {
                text.map(|text| match text.as_str() {
                    "slim-bookworm" => Variant::SlimBookworm,
                    "alpine" => Variant::Alpine,
                    "full" => Variant::Full,
                    _ => Variant::Slim,
                })
            });
        },
    },
    Key {
        row: Row::new(
            "locked",
            Shape::Bool,
            "locked = true",
            "Whether dependencies that are not locked are an error; without it, they are a warning",
        ),
        read: |_, value, spec| spec.locked = value.value.as_bool() == Some(true),
    },
    Key {
        row: Row::new(
            "builtin-ignore",
            Shape::Bool,
            "builtin-ignore = false",
            "Whether what never belongs in an image (`.git`, `.venv`, `__pycache__`, `*.pyc`, `.env`, …) is left \
             out even if `.dockerignore` does not say so; `true` without it",
        ),
        read: |_, value, spec| spec.builtin_ignore = value.value.as_bool(),
    },
    Key {
        row: Row::new(
            "args",
            STRINGS_BY_NAME,
            "from = \"python:${{ TAG }}\"\nargs = { TAG = \"3.12-slim\" }",
            "Build arguments (`docker build --build-arg NAME=VALUE`) and their defaults; `${{ NAME }}` in a string \
             stands for the value",
        )
        .words(&["arg", "build-args", "arguments"]),
        // Read before everything else, since everything else may use them.
        read: |_, _, _| {},
    },
    Key {
        row: Row::new(
            "index",
            Shape::List(&Shape::Table(|| table::rows(INDEX))),
            "[[index]]\nname = \"company\"\nurl = \"https://packages.example.com/simple\"\nsecret = \"company\"",
            "Package indexes besides the default one",
        )
        .words(&["indexes", "indices", "registry"]),
        read: |reader, value, spec| spec.indexes = indexes(reader, value),
    },
    Key {
        row: Row::new(
            "stages",
            Shape::Map(&Shape::Table(|| table::rows(super::stage::KEYS))),
            "[stages.wheels]\npackages = [\"gcc\"]",
            "Other stages, by name. `wheels` and `test` are known: they have defaults",
        )
        .words(&["stage", "targets", "target"]),
        // Read by the module that knows what a whole description is.
        read: |_, _, _| {},
    },
];

static INDEX: &[Key<Parts>] = &[
    Key {
        row: Row::new(
            "name",
            Shape::Text,
            "[[index]]\nname = \"company\"\nurl = \"https://packages.example.com/simple\"",
            "What it is called in lock files and messages",
        )
        .required(),
        read: |reader, value, index| index.name = reader.rule(value, names::python_name),
    },
    Key {
        row: Row::new(
            "url",
            Shape::Text,
            "[[index]]\nname = \"company\"\nurl = \"https://packages.example.com/simple\"",
            "Where it is, without credentials",
        )
        .required(),
        read: |reader, value, index| index.url = reader.rule(value, urls::index),
    },
    Key {
        row: Row::new(
            "secret",
            Shape::Text,
            "[[index]]\nname = \"company\"\nurl = \"https://packages.example.com/simple\"\nsecret = \"company\"",
            "The id of the build secret that opens it. It holds the value of an `Authorization` header, such as \
             `Basic dXNlcjpwYXNzd29yZA==`, and is sent to the index (or its mirror) and nowhere else",
        ),
        read: |reader, value, index| index.secret = reader.rule(value, names::id),
    },
    Key {
        row: Row::new(
            "mirror",
            Shape::Text,
            "[[index]]\nname = \"a\"\nurl = \"https://a.example.com/simple\"\nmirror = \"https://b.example.com/a\"",
            "What is fetched instead of URLs that begin with `url`; the checksums stay those of the lock",
        ),
        read: |reader, value, index| index.mirror = reader.rule(value, urls::index),
    },
];

#[derive(Default)]
struct Parts {
    name: Option<Spanned<String>>,
    url: Option<Spanned<String>>,
    secret: Option<Spanned<String>>,
    mirror: Option<Spanned<String>>,
}

fn indexes<'a>(reader: &mut Reader<'a>, array: Node<'a>) -> Vec<Index> {
    let mut indexes: Vec<Index> = vec![];
    for item in reader.items(array) {
        if !matches!(item.value, DeValue::Table(_)) {
            continue;
        }
        let mut parts = Parts::default();
        table::read(reader, item, INDEX, &mut parts);
        let (Some(name), Some(url)) = (parts.name, parts.url) else { continue };
        if let Some(same) = indexes.iter().find(|index| index.name.eq_ignore_ascii_case(&name.value)) {
            reader.report(
                Diagnostic::error("index-twice", format!("two indexes are called `{}`", name.value))
                    .label(name.span, "the second")
                    .label(same.name.span, "the first"),
            );
            continue;
        }
        indexes.push(Index { name, url, secret: parts.secret, mirror: parts.mirror });
    }
    indexes
}
