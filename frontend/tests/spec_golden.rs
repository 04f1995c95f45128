//! Every wrong description under `tests/golden/descriptions`, with everything that is said about it.
//!
//! A file is Markdown: headings and prose for people, a `toml` block with a description, and a `text` block with
//! what is rendered, nothing masked. After `toml` the info string may hold build arguments (`NAME=VALUE`). With
//! `WHEELBASE_UPDATE=1` in the environment the `text` blocks are written anew.
#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use wheelbase::diag::Diagnostic;
use wheelbase::spec;
use wheelbase::text::Files;

/// Part of a Markdown file.
enum Part {
    /// Lines that are kept as they are.
    Prose(String),
    /// A case: the info string of its `toml` block, the description, what is expected.
    Case { info: String, description: String, expected: String },
}

#[test]
fn wrong_descriptions() {
    let update = std::env::var_os("WHEELBASE_UPDATE").is_some();
    let mut cases = 0;
    let mut wrong = vec![];
    for path in markdown_files() {
        let text = std::fs::read_to_string(&path).unwrap();
        let mut parts = parts(&text);
        for part in &mut parts {
            let Part::Case { info, description, expected } = part else { continue };
            cases += 1;
            let rendered = rendered(info, description);
            if rendered != *expected && !update {
                wrong.push(format!(
                    "{}\n{description}\nexpected:\n{expected}\nrendered:\n{rendered}",
                    path.display()
                ));
            }
            *expected = rendered;
        }
        if update {
            std::fs::write(&path, markdown(&parts)).unwrap();
        }
    }
    assert!(wrong.is_empty(), "{} of {cases} differ:\n\n{}", wrong.len(), wrong.join("\n\n"));
    assert!(cases >= 60, "only {cases} cases");
}

/// What is said about one description. Nothing may be silent: then the case shows nothing.
fn rendered(info: &str, description: &str) -> String {
    let args: BTreeMap<String, String> = info
        .split_whitespace()
        .filter_map(|word| word.split_once('='))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let pyproject =
        ["[project]", "[tool.", "[build-system]"].iter().any(|header| description.contains(header));
    let mut files = Files::default();
    let file = files.add(if pyproject { "pyproject.toml" } else { "app.toml" }, description);
    let diagnostics: Vec<Diagnostic> = spec::parse(&file, &args).diagnostics().to_vec();
    assert!(!diagnostics.is_empty(), "nothing is said about\n{description}");
    let letters: Vec<String> = diagnostics.iter().map(|diagnostic| diagnostic.render(&files)).collect();
    letters.join("\n\n") + "\n"
}

fn markdown_files() -> Vec<PathBuf> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/golden/descriptions");
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "md"));
    files.sort();
    files
}

fn parts(text: &str) -> Vec<Part> {
    let mut parts = vec![];
    let mut prose = String::new();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let Some(info) = line.strip_prefix("```toml") else {
            writeln!(prose, "{line}").unwrap();
            continue;
        };
        parts.push(Part::Prose(std::mem::take(&mut prose)));
        let description = block(&mut lines);
        while lines.next_if(|line| line.is_empty()).is_some() {}
        let expected = match lines.next_if_eq(&"```text") {
            Some(_) => block(&mut lines),
            None => String::new(),
        };
        parts.push(Part::Case { info: info.to_owned(), description, expected });
    }
    parts.push(Part::Prose(prose));
    parts
}

/// The lines up to the end of a block.
fn block<'t>(lines: &mut impl Iterator<Item = &'t str>) -> String {
    lines.take_while(|line| *line != "```").map(|line| format!("{line}\n")).collect()
}

fn markdown(parts: &[Part]) -> String {
    let mut text = String::new();
    for part in parts {
        match part {
            Part::Prose(prose) => text.push_str(prose),
            Part::Case { info, description, expected } => {
                let _ = write!(text, "```toml{info}\n{description}```\n\n```text\n{expected}```\n");
            }
        }
    }
    text
}
