//! The files of an example as a client would send them: those that a source of kind `local` asks for.

use std::collections::BTreeMap;
use std::path::Path;

use buildkit_proto::{attrs::local, pb};

/// Files by their path.
pub(crate) type Files = BTreeMap<String, Vec<u8>>;

/// All files below a folder.
pub(crate) fn files(folder: &Path) -> Files {
    let mut files = Files::new();
    collect(folder, "", &mut files);
    files
}

fn collect(folder: &Path, prefix: &str, files: &mut Files) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let path = format!("{prefix}{}", entry.file_name().to_str().unwrap());
        if entry.path().is_dir() {
            collect(&entry.path(), &format!("{path}/"), files);
        } else {
            files.insert(path, std::fs::read(entry.path()).unwrap());
        }
    }
}

/// The files that a client sends for a source.
pub(crate) fn sent(all: &Files, source: &pb::SourceOp) -> Files {
    let patterns = |key: &str| -> Vec<String> {
        source.attrs.get(key).map(|list| serde_json::from_str(list).unwrap()).unwrap_or_default()
    };
    let mut wanted = patterns(local::FOLLOW_PATHS);
    wanted.extend(patterns(local::INCLUDE_PATTERNS));
    let excluded = patterns(local::EXCLUDE_PATTERNS);
    let is_sent = |path: &str| {
        (wanted.is_empty() || wanted.iter().any(|pattern| matches(pattern, path)))
            && !excluded.iter().any(|pattern| matches(pattern, path))
    };
    let sent = all.iter().filter(|(path, _)| is_sent(path));
    sent.map(|(path, data)| (path.clone(), data.clone())).collect()
}

/// Whether a pattern names a path or a directory above it.
fn matches(pattern: &str, path: &str) -> bool {
    let parts: Vec<&str> = path.split('/').collect();
    match pattern.strip_prefix("**/") {
        Some(rest) => (0..parts.len()).any(|start| begins(rest, &parts[start..])),
        None => begins(pattern, &parts),
    }
}

fn begins(pattern: &str, parts: &[&str]) -> bool {
    let pattern: Vec<&str> = pattern.split('/').collect();
    let pairs = || pattern.iter().zip(parts);
    pattern.len() <= parts.len() && pairs().all(|(pattern, part)| fits(pattern, part))
}

/// A part of a path may have one `*`; examples need no more.
fn fits(pattern: &str, part: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == part,
        Some((head, tail)) => {
            part.len() >= head.len() + tail.len() && part.starts_with(head) && part.ends_with(tail)
        }
    }
}

#[test]
fn patterns_are_a_clients() {
    let yes = [
        ("app.py", "app.py"),
        ("web", "web/a.js"),
        ("*.py", "a.py"),
        ("**/*.pyc", "a/b.pyc"),
        ("*/app.py", "a/app.py"),
    ];
    let no = [("app", "app.py"), ("*.py", "a/b.py"), ("**/.git", "a.git"), ("a/b", "a")];
    assert_eq!(yes.iter().filter(|(pattern, path)| !matches(pattern, path)).count(), 0);
    assert_eq!(no.iter().filter(|(pattern, path)| matches(pattern, path)).count(), 0);
}
