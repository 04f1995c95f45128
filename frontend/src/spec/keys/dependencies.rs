//! `dependencies`: which lock file, and what of it is installed.

use toml::de::DeValue;

use crate::diag::Diagnostic;
use crate::spec::reader::{Node, Reader, integer};
use crate::spec::rules::{names, paths};
use crate::spec::shape::Shape;
use crate::spec::table::{self, Key, Row};
use crate::spec::types::{Dependencies, Mode};
use crate::text::Spanned;

/// The shape of `dependencies`.
pub(in crate::spec) const SHAPE: Shape =
    Shape::OneOf(&[Shape::Only(false), Shape::Text, Shape::Table(|| table::rows(KEYS))]);

static KEYS: &[Key<Dependencies>] = &[
    Key {
        row: Row::new(
            "file",
            Shape::Text,
            r#"dependencies = { file = "backend/uv.lock" }"#,
            "The lock file, `pyproject.toml` or requirements file, below the build context; without it, the one \
             that is there",
        ),
        read: |reader, value, to| to.file = reader.rule(value, paths::in_context),
    },
    Key {
        row: Row::new(
            "groups",
            Shape::List(&Shape::Text),
            r#"dependencies = { groups = ["worker"] }"#,
            "Dependency groups (PEP 735) that are installed too; without it, none",
        ),
        read: |reader, value, to| to.groups = reader.list(value, names::python_name),
    },
    Key {
        row: Row::new(
            "extras",
            Shape::List(&Shape::Text),
            r#"dependencies = { extras = ["postgres"] }"#,
            "Extras of the project that are installed too",
        ),
        read: |reader, value, to| to.extras = reader.list(value, names::python_name),
    },
    Key {
        row: Row::new(
            "member",
            Shape::Text,
            r#"dependencies = { member = "api" }"#,
            "The member of the workspace that is installed, with what it depends on",
        ),
        read: |reader, value, to| to.member = reader.rule(value, names::python_name),
    },
    Key {
        row: Row::new(
            "layers",
            Shape::Integer(1, 64),
            "dependencies = { layers = 4 }",
            "At most this many layers for all of them",
        ),
        read: |_, value, to| {
            let layers = integer(value).and_then(|layers| u32::try_from(layers).ok());
            to.layers = layers.map(|layers| Spanned::new(layers, value.span));
        },
    },
    Key {
        row: Row::new(
            "bytecode",
            Shape::Bool,
            "dependencies = { bytecode = false }",
            "Whether `.pyc` files are made, so that the app starts faster; `true` without it",
        ),
        read: |_, value, to| to.bytecode = value.value.as_bool(),
    },
    Key {
        row: Row::new(
            "only-binary",
            Shape::List(&Shape::Text),
            r#"dependencies = { only-binary = [":all:"] }"#,
            "Packages that must come as wheels, or `:all:`",
        ),
        read: |reader, value, to| to.only_binary = reader.list(value, names::package_or_all),
    },
    Key {
        row: Row::new(
            "no-binary",
            Shape::List(&Shape::Text),
            r#"dependencies = { no-binary = ["psycopg2"] }"#,
            "Packages that must be built from their sources, or `:all:`",
        ),
        read: |reader, value, to| to.no_binary = reader.list(value, names::package_or_all),
    },
    Key {
        row: Row::new(
            "mode",
            Shape::Choice(&["graph", "uv"]),
            r#"dependencies = { mode = "uv" }"#,
            "`graph`: every wheel is an input of its own and unchanged groups keep their layers. `uv`: one plain \
             step in which `uv` installs everything",
        ),
        read: |reader, value, to| {
            to.mode = reader.text(value).map(|text| {
                text.map(|text| match text.as_str() {
                    "uv" => Mode::Uv,
                    _ => Mode::Graph,
                })
            });
        },
    },
];

/// Reads any of the forms.
pub(in crate::spec) fn read<'a>(reader: &mut Reader<'a>, node: Node<'a>) -> Dependencies {
    let mut dependencies = Dependencies { span: Some(node.span), ..Dependencies::default() };
    match node.value {
        DeValue::Boolean(false) => dependencies.none = true,
        DeValue::String(_) => dependencies.file = reader.rule(node, paths::in_context),
        DeValue::Table(_) => {
            table::read(reader, node, KEYS, &mut dependencies);
        }
        _ => {}
    }
    let both = dependencies.only_binary.iter().find_map(|only| {
        let same = |other: &&Spanned<String>| other.value.eq_ignore_ascii_case(&only.value);
        dependencies.no_binary.iter().find(same).map(|no| (only, no))
    });
    if let Some((only, no)) = both {
        reader.report(
            Diagnostic::error(
                "binary-conflict",
                format!("`{}` must be a wheel, and must be built", only.value),
            )
            .label(only.span, "a wheel, says `only-binary`")
            .label(no.span, "built, says `no-binary`"),
        );
    }
    dependencies
}
