//! What a step of `run` can see besides its own files: caches, secrets, parts of other sources.

use toml::de::DeValue;

use crate::spec::reader::{Node, Reader};
use crate::spec::rules::{names, paths};
use crate::spec::shape::Shape;
use crate::spec::table::{self, Key, Row};
use crate::spec::types::{BindMount, CacheMount, SecretMount, Sharing};
use crate::text::Spanned;

/// The keys of `cache`.
pub(super) static CACHE: &[Key<CacheParts>] = &[
    Key {
        row: Row::new(
            "target",
            Shape::Text,
            r#"run = [{ cmd = "make", cache = [{ target = "/root/.cache" }] }]"#,
            "Where it is in the step",
        )
        .required(),
        read: |reader, value, cache| cache.target = reader.rule(value, paths::below_root),
    },
    Key {
        row: Row::new(
            "id",
            Shape::Text,
            r#"run = [{ cmd = "make", cache = [{ target = "/root/.npm", id = "npm" }] }]"#,
            "Steps with the same id share it; without it, steps with the same target, platform and interpreter do",
        ),
        read: |reader, value, cache| cache.id = reader.rule(value, names::id),
    },
    Key {
        row: Row::new(
            "sharing",
            Shape::Choice(&["shared", "private", "locked"]),
            r#"run = [{ cmd = "make", cache = [{ target = "/db", sharing = "locked" }] }]"#,
            "When two builds want it: both at the same time, each its own, or one after the other",
        ),
        read: |reader, value, cache| {
            cache.sharing = match reader.text(value).as_ref().map(|text| text.as_str()) {
                Some("private") => Sharing::Private,
                Some("locked") => Sharing::Locked,
                _ => Sharing::Shared,
            }
        },
    },
];

/// The keys of `secrets`.
pub(super) static SECRET: &[Key<SecretParts>] = &[
    Key {
        row: Row::new(
            "id",
            Shape::Text,
            r#"run = [{ cmd = "./fetch", secrets = [{ id = "token" }] }]"#,
            "The id that is given with `docker build --secret id=…`",
        )
        .required(),
        read: |reader, value, secret| secret.id = reader.rule(value, names::id),
    },
    Key {
        row: Row::new(
            "target",
            Shape::Text,
            r#"run = [{ cmd = "./fetch", secrets = [{ id = "netrc", target = "/root/.netrc" }] }]"#,
            "The file that holds it; without it (and without `env`), `/run/secrets/ID`",
        ),
        read: |reader, value, secret| secret.target = reader.rule(value, paths::below_root),
    },
    Key {
        row: Row::new(
            "env",
            Shape::Text,
            r#"run = [{ cmd = "./fetch", secrets = [{ id = "token", env = "TOKEN" }] }]"#,
            "The environment variable that holds it, for this step only",
        ),
        read: |reader, value, secret| secret.env = reader.rule(value, names::variable),
    },
    Key {
        row: Row::new(
            "required",
            Shape::Bool,
            r#"run = [{ cmd = "./fetch", secrets = [{ id = "token", required = false }] }]"#,
            "Whether the build fails when the secret is not given; `true` without it",
        ),
        read: |_, value, secret| secret.optional = value.value.as_bool() == Some(false),
    },
];

/// The keys of `mounts`.
pub(super) static MOUNT: &[Key<MountParts>] = &[
    Key {
        row: Row::new(
            "from",
            Shape::Text,
            r#"run = [{ cmd = "make", mounts = [{ from = "node:22-slim", src = "/usr/local", target = "/node" }] }]"#,
            "The stage, image or named context; without it, the build context",
        ),
        read: |reader, value, mount| mount.from = reader.text(value),
    },
    Key {
        row: Row::new(
            "src",
            Shape::Text,
            r#"run = [{ cmd = "make -C /src", mounts = [{ src = "native/", target = "/src" }] }]"#,
            "A path from the root of where it comes from; without it, all of it",
        ),
        read: |reader, value, mount| mount.src = reader.text(value),
    },
    Key {
        row: Row::new(
            "target",
            Shape::Text,
            r#"run = [{ cmd = "make -C /src", mounts = [{ target = "/src" }] }]"#,
            "Where it is in the step, read-only",
        )
        .required(),
        read: |reader, value, mount| mount.target = reader.rule(value, paths::below_root),
    },
];

#[derive(Default)]
pub(super) struct CacheParts {
    target: Option<Spanned<String>>,
    id: Option<Spanned<String>>,
    sharing: Sharing,
}

#[derive(Default)]
pub(super) struct SecretParts {
    id: Option<Spanned<String>>,
    target: Option<Spanned<String>>,
    env: Option<Spanned<String>>,
    optional: bool,
}

#[derive(Default)]
pub(super) struct MountParts {
    from: Option<Spanned<String>>,
    src: Option<Spanned<String>>,
    target: Option<Spanned<String>>,
}

/// An entry of `cache`.
pub(super) fn cache<'a>(reader: &mut Reader<'a>, item: Node<'a>) -> Option<CacheMount> {
    let mut cache = CacheParts::default();
    match item.value {
        DeValue::Table(_) => {
            table::read(reader, item, CACHE, &mut cache);
        }
        _ => cache.target = reader.rule(item, paths::below_root),
    }
    Some(CacheMount { target: cache.target?, id: cache.id, sharing: cache.sharing })
}

/// An entry of `secrets`.
pub(super) fn secret<'a>(reader: &mut Reader<'a>, item: Node<'a>) -> Option<SecretMount> {
    let mut secret = SecretParts::default();
    match item.value {
        DeValue::Table(_) => {
            table::read(reader, item, SECRET, &mut secret);
        }
        _ => secret.id = reader.rule(item, names::id),
    }
    let required = !secret.optional;
    Some(SecretMount { id: secret.id?, target: secret.target, env: secret.env, required })
}

/// An entry of `mounts`.
pub(super) fn mount<'a>(reader: &mut Reader<'a>, item: Node<'a>) -> Option<BindMount> {
    let mut mount = MountParts::default();
    table::read(reader, item, MOUNT, &mut mount);
    let written = mount.src.unwrap_or_else(|| Spanned::new(".".to_owned(), item.span));
    let rule = if mount.from.is_some() { paths::in_source } else { paths::in_context };
    let src = match rule(&written.value) {
        Ok(src) => Spanned::new(src, written.span),
        Err(refusal) => {
            reader.report(refusal.at(written.span));
            return None;
        }
    };
    Some(BindMount { from: mount.from, src, target: mount.target? })
}
