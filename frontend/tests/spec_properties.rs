//! What holds for every file, however wrong: no panic, no place outside the file, no secret in what is shown.
#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use wheelbase::diag::Diagnostic;
use wheelbase::spec;
use wheelbase::text::Files;

/// Reads a description in every way that there is, and checks what is said about it.
fn check(text: &str) -> Result<Vec<Diagnostic>, TestCaseError> {
    let mut files = Files::default();
    let file = files.add("app.toml", text);
    let args = BTreeMap::from([
        ("TAG".to_owned(), "3.12".to_owned()),
        ("TARGETARCH".to_owned(), "arm64".to_owned()),
    ]);
    let checked = spec::parse_with_contexts(&file, &args, &BTreeSet::from(["tools".to_owned()]));
    let diagnostics = checked.diagnostics().to_vec();
    for diagnostic in &diagnostics {
        for span in diagnostic.labels.iter().map(|label| label.span).chain(diagnostic.hidden.iter().copied())
        {
            prop_assert!(span.start <= span.end);
            prop_assert!(text.get(span.range()).is_some(), "{span:?} is no place of the file");
        }
        prop_assert!(!diagnostic.message.is_empty() && !diagnostic.message.contains('\n'));
        prop_assert!(!diagnostic.render(&files).is_empty());
    }
    if let Ok((spec, _)) = checked.into_result() {
        prop_assert!(spec.stages.contains_key("app"));
        prop_assert!(spec.target(None).is_ok());
    }
    Ok(diagnostics)
}

/// Every key of the language, some that are none, and names of stages.
const KEYS: &[&str] = &[
    "python",
    "variant",
    "locked",
    "builtin-ignore",
    "args",
    "index",
    "stages",
    "from",
    "platform",
    "env",
    "workdir",
    "packages",
    "dependencies",
    "copy",
    "run",
    "writable",
    "user",
    "expose",
    "volumes",
    "labels",
    "healthcheck",
    "stop-signal",
    "init",
    "entrypoint",
    "cmd",
    "gate",
    "src",
    "dest",
    "include",
    "exclude",
    "chmod",
    "chown",
    "cache",
    "secrets",
    "ssh",
    "tmpfs",
    "mounts",
    "network",
    "id",
    "target",
    "sharing",
    "required",
    "interval",
    "retries",
    "names",
    "snapshot",
    "file",
    "groups",
    "layers",
    "mode",
    "name",
    "url",
    "mirror",
    "secret",
    "app",
    "wheels",
    "test",
    "base",
    "tool",
    "project",
    "wheelbase",
    "TAG",
    "A.b",
    "ü",
];

/// Strings that some rule or other looks at.
const WORDS: &[&str] = &[
    "",
    ".",
    "/",
    "../x",
    "/srv",
    "app",
    "base",
    "bsae",
    "wheels",
    "scratch",
    "tools",
    "python:3.12",
    "3.12",
    "30s",
    "5000/udp",
    "1-65535",
    "SIGTERM",
    "0755",
    "root",
    "1:2",
    "gcc make",
    "$PORT",
    "${{ TAG }}",
    "${{ TAG",
    "${{}}",
    "${{ TARGETARCH }}",
    "https://u:s3cr3t@h/x",
    "https://s3cr3t@h",
    "https://h/simple",
    "a\\b",
    "😀",
    "-x",
    "slim",
    "build",
    "none",
    "locked",
    ":all:",
    "sh",
    "-c",
    "99999999999999999999h",
    "\u{0}",
    "\n",
    "2026-11-21",
];

/// Any TOML value, as it is written.
fn value() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        4 => prop::sample::select(WORDS).prop_map(|word| format!("{word:?}").replace("\\0", "\\u0000")),
        1 => any::<i64>().prop_map(|number| number.to_string()),
        1 => (0u16..9000).prop_map(|number| number.to_string()),
        1 => prop::sample::select(&["true", "false", "0o755", "0x10", "3.10", "nan", "1979-05-27", "\"\"\"a\nb\"\"\""][..])
            .prop_map(str::to_owned),
    ];
    leaf.prop_recursive(3, 24, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(|items| format!("[{}]", items.join(", "))),
            prop::collection::btree_map(key(), inner, 0..5).prop_map(|entries| {
                let entries: Vec<String> =
                    entries.iter().map(|(key, value)| format!("{key} = {value}")).collect();
                format!("{{ {} }}", entries.join(", "))
            }),
        ]
    })
}

fn key() -> impl Strategy<Value = String> {
    prop::sample::select(KEYS).prop_map(|key| {
        if key.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') {
            key.to_owned()
        } else {
            format!("{key:?}")
        }
    })
}

/// A TOML document out of the words of the language, in an order that makes no sense.
fn document() -> impl Strategy<Value = String> {
    let table = (
        prop::sample::select(
            &[
                "",
                "[stages.wheels]",
                "[stages.base]",
                "[stages.app]",
                "[env]",
                "[args]",
                "[[index]]",
                "[tool.wheelbase]",
                "[tool.wheelbase.stages.base]",
                "[stages]",
                "[project]",
                "[healthcheck]",
            ][..],
        ),
        prop::collection::btree_map(key(), value(), 0..8),
    );
    prop::collection::vec(table, 1..5).prop_map(|tables| {
        let mut text = String::new();
        for (header, entries) in tables {
            text.push_str(header);
            text.push('\n');
            for (key, value) in entries {
                text.push_str(&format!("{key} = {value}\n"));
            }
        }
        text
    })
}

fn config() -> ProptestConfig {
    // A failing case is kept beside this file, for everybody to run again.
    let kept = prop::test_runner::FileFailurePersistence::WithSource("regressions");
    ProptestConfig { cases: 1000, failure_persistence: Some(Box::new(kept)), ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        if let Ok(text) = spec::decode("app.toml", &bytes) {
            check(&text)?;
        }
        check(&String::from_utf8_lossy(&bytes))?;
    }

    #[test]
    fn any_line_of_toml_signs(text in "[a-z\"'=\\[\\]{},.#\n\r\t 0-9$\\\\ü-]{0,120}") {
        check(&text)?;
    }

    #[test]
    fn any_document(text in document()) {
        let diagnostics = check(&text)?;
        let mut files = Files::default();
        files.add("app.toml", text.as_str());
        for diagnostic in &diagnostics {
            prop_assert!(!diagnostic.render(&files).contains("s3cr3t"), "a secret is shown");
            prop_assert!(!diagnostic.brief(&files).contains("s3cr3t"), "a secret is told");
        }
    }

    /// A file that is broken anywhere says so, and everything else about it stays in bounds.
    #[test]
    fn any_document_cut_short(text in document(), at in any::<prop::sample::Index>()) {
        let mut end = at.index(text.len() + 1);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        check(&text[..end])?;
    }
}

/// Sizes that a file of one megabyte can have: nothing takes more than a moment.
#[test]
fn large_files() {
    let stages: String = (0..20_000).map(|n| format!("[stages.s{n}]\nfrom = \"s{}\"\n", n + 1)).collect();
    let files = [
        "a".repeat(spec::MAX_BYTES),
        format!("{} = 1", "a".repeat(1_000_000)),
        format!("from = \"{}\"", "a".repeat(1_000_000)),
        "[".repeat(200_000),
        "x = [".repeat(100_000),
        "= ".repeat(400_000),
        "=\n".repeat(400_000),
        (0..20_000).map(|n| format!("k{n} = {n}\n")).collect(),
        format!("[args]\nA = \"{}\"\n[env]\nB = \"{}\"", "a".repeat(400_000), "${{ A }}".repeat(60_000)),
        "https://a:b@c ".repeat(60_000),
        format!("cmd = [\"{}\"]", "https://a:b@c ".repeat(60_000)),
        stages,
    ];
    for text in files {
        check(&text).unwrap();
    }
}
