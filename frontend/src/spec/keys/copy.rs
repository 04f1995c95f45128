//! `copy`: files that come into a stage.

use toml::de::DeValue;

use super::{TEXT_OR_NUMBER, rule_or_number};
use crate::diag::Diagnostic;
use crate::ignore::before_pattern;
use crate::spec::reader::{Node, Reader, Refusal, quoted, shorten};
use crate::spec::rules::{config, names, paths};
use crate::spec::shape::Shape;
use crate::spec::table::{self, Key, Row};
use crate::spec::types::Copy;
use crate::text::Spanned;

/// The shape of `copy`.
pub(in crate::spec) const SHAPE: Shape =
    Shape::List(&Shape::OneOf(&[Shape::Text, Shape::Table(|| table::rows(KEYS))]));

/// The keys of one entry.
static KEYS: &[Key<Entry>] = &[
    Key {
        row: Row::new(
            "from",
            Shape::Text,
            r#"copy = [{ from = "assets", src = "/src/dist", dest = "static/" }]"#,
            "The stage, image or named context that the files come from; without it, the build context",
        ),
        read: |reader, value, entry| entry.from = reader.text(value),
    },
    Key {
        row: Row::new(
            "src",
            Shape::Text,
            r#"copy = [{ src = "backend/", dest = "." }]"#,
            "A file, a directory (its content is copied) or a pattern (`*`, `?`, `[a-z]` within a name), from the root \
             of where it comes from. What a pattern matches keeps its name, directories too",
        )
        .words(&["source", "path"])
        .required(),
        read: |reader, value, entry| entry.src = reader.text(value),
    },
    Key {
        row: Row::new(
            "dest",
            Shape::Text,
            r#"copy = [{ src = "conf/app.ini", dest = "/etc/app/" }]"#,
            "Where it goes: absolute, or below `workdir`; with a `/` at the end, into that directory. \
             Without it: the same path as in `src`, below `workdir`. For a pattern it is always a directory; without \
             it, what stands before the pattern: `conf/*.ini` lands in `conf`",
        )
        .words(&["destination", "target", "to"]),
        read: |reader, value, entry| entry.dest = reader.rule(value, paths::in_image),
    },
    Key {
        row: Row::new(
            "include",
            Shape::List(&Shape::Text),
            r#"copy = [{ src = ".", include = ["**/*.py"] }]"#,
            "Only files below `src` that match one of these patterns, which are those of `.dockerignore`",
        ),
        read: |reader, value, entry| entry.include = reader.list(value, paths::pattern),
    },
    Key {
        row: Row::new(
            "exclude",
            Shape::List(&Shape::Text),
            r#"copy = [{ src = ".", exclude = ["tests", "*.md"] }]"#,
            "No files below `src` that match one of these patterns, which are those of `.dockerignore`",
        )
        .words(&["ignore"]),
        read: |reader, value, entry| entry.exclude = reader.list(value, paths::pattern),
    },
    Key {
        row: Row::new(
            "chmod",
            Shape::OneOf(&[Shape::Text, Shape::Integer(0, 0o7777)]),
            r#"copy = [{ src = "start.sh", chmod = "755" }]"#,
            "Mode bits of the copied files, octal: `\"755\"` or `0o755`",
        )
        .words(&["mode", "permissions"]),
        read: |reader, value, entry| entry.chmod = mode(reader, value),
    },
    Key {
        row: Row::new(
            "chown",
            TEXT_OR_NUMBER,
            r#"copy = [{ src = "data/", chown = "app:app" }]"#,
            "Owner of the copied files, by name or number, with `:` and a group if it is not the user's own",
        )
        .words(&["owner", "user"]),
        read: |reader, value, entry| entry.chown = rule_or_number(reader, value, names::user),
    },
];

/// An entry while it is read: what `src` may be depends on `from`.
#[derive(Default)]
struct Entry {
    from: Option<Spanned<String>>,
    src: Option<Spanned<String>>,
    dest: Option<Spanned<String>>,
    include: Vec<Spanned<String>>,
    exclude: Vec<Spanned<String>>,
    chmod: Option<Spanned<u32>>,
    chown: Option<Spanned<String>>,
}

/// Reads the whole array. Entries with something wrong in them are left out, after it was reported.
pub(in crate::spec) fn read<'a>(reader: &mut Reader<'a>, array: Node<'a>) -> Vec<Copy> {
    reader.items(array).into_iter().filter_map(|item| read_entry(reader, item)).collect()
}

fn read_entry<'a>(reader: &mut Reader<'a>, item: Node<'a>) -> Option<Copy> {
    let mut entry = Entry::default();
    match item.value {
        DeValue::String(_) => entry.src = reader.text(item),
        DeValue::Table(_) => {
            table::read(reader, item, KEYS, &mut entry);
        }
        _ => return None,
    }
    let written = entry.src?;
    let rule = if entry.from.is_some() { paths::in_source } else { paths::in_context };
    if let Some(refusal) = across_directories(&written.value) {
        reader.report(refusal.at(written.span));
        return None;
    }
    let src = match rule(&written.value) {
        // A last `/` means something: the content of the directory rather than the directory.
        Ok(src) if src != "." && written.value.ends_with('/') => {
            Spanned::new(format!("{src}/"), written.span)
        }
        Ok(src) => Spanned::new(src, written.span),
        Err(refusal) => {
            reader.report(refusal.at(written.span));
            return None;
        }
    };
    Some(Copy {
        span: item.span,
        from: entry.from,
        src,
        dest: entry.dest,
        include: entry.include,
        exclude: entry.exclude,
        chmod: entry.chmod,
        chown: entry.chown,
    })
}

/// In `src`, `**` would be nothing but `*`.
fn across_directories(src: &str) -> Option<Refusal> {
    let before = before_pattern(src)?;
    let pattern = src[before.len()..].trim_start_matches('/');
    pattern.split('/').any(|part| part.contains("**")).then(|| {
        let message = format!("`{}` has `**` in it, which is of `include` and `exclude`", shorten(src));
        let src = if before.is_empty() { "." } else { before };
        let entry =
            format!("{{ src = {}, include = [{}] }}", quoted(&shorten(src)), quoted(&shorten(pattern)));
        Refusal::new("bad-pattern", message, "here, `*` matches within one name")
            .help(format!("write {entry}"))
    })
}

/// Mode bits. A number must be written in octal: `755` as TOML reads it is `0o1363`.
fn mode<'a>(reader: &mut Reader<'a>, node: Node<'a>) -> Option<Spanned<u32>> {
    let Some(number) = node.value.as_integer() else { return reader.rule(node, config::mode) };
    if number.radix() == 8 {
        let mode = u32::from_str_radix(number.as_str(), 8).ok()?;
        return Some(Spanned::new(mode, node.span));
    }
    let digits = reader.source(node.span);
    let error = Diagnostic::error("decimal-mode", format!("`chmod = {digits}` is a decimal number"))
        .label(node.span, "TOML numbers that begin with `0o` are octal");
    reader.report(match config::mode(digits) {
        Ok(_) => error.help(format!("write \"{digits}\" or 0o{digits}")),
        Err(_) => error.help("for example \"755\" or 0o755"),
    });
    None
}
