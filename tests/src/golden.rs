//! The locks and descriptions that tests are made from: those of `tests/golden`.

use std::fs;
use std::path::{Path, PathBuf};

use wheelbase::lock::{FormatRow, format_of};

/// A lock that its own tool wrote.
#[derive(Clone)]
pub struct GoldenLock {
    /// Its path below the goldens: `uv/small/uv.lock`.
    pub path: String,
    /// What it is.
    pub row: &'static FormatRow,
    /// All of it.
    pub text: String,
    /// The `pyproject.toml` beside it, if there is one.
    pub project: Option<String>,
}

impl GoldenLock {
    /// A smaller one: of lines that begin alike and follow one another, the first and the last. Those are files and
    /// checksums of packages.
    pub fn shortened(&self) -> String {
        let head = |line: &str| {
            let indent = line.len() - line.trim_start().len();
            line.get(..(indent + 8).min(line.len())).unwrap_or(line).to_owned()
        };
        let lines: Vec<&str> = self.text.lines().collect();
        let alike = |a: usize, b: usize| lines[a].starts_with(' ') && head(lines[a]) == head(lines[b]);
        let kept = |at: &usize| {
            let inside = *at > 0 && at + 1 < lines.len();
            !(inside && alike(*at, at - 1) && alike(*at, at + 1))
        };
        (0..lines.len()).filter(kept).map(|at| format!("{}\n", lines[at])).collect()
    }
}

/// All of them, sorted by path.
///
/// # Panics
/// If they are not there.
pub fn locks() -> Vec<GoldenLock> {
    let root = root().join("locks");
    let mut paths = vec![];
    walk(&root, &mut paths);
    let mut locks: Vec<GoldenLock> = (paths.into_iter())
        .filter_map(|path| {
            let name = path.strip_prefix(&root).ok()?.to_str()?.to_owned();
            let project = fs::read_to_string(path.with_file_name("pyproject.toml")).ok();
            let row = format_of(&name)?;
            Some(GoldenLock { path: name, row, text: fs::read_to_string(&path).ok()?, project })
        })
        .collect();
    locks.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(locks.len() > 15, "the goldens are not there");
    locks
}

/// The descriptions in the goldens, the right ones and the wrong ones.
///
/// # Panics
/// If they are not there.
pub fn descriptions() -> Vec<String> {
    let mut paths = vec![];
    walk(&root().join("descriptions"), &mut paths);
    paths.sort();
    let texts: Vec<String> =
        paths.iter().map(|path| fs::read_to_string(path).expect("a golden is text")).collect();
    let blocks = texts.iter().flat_map(|text| text.split("```toml\n").skip(1));
    blocks.filter_map(|block| Some(block.split_once("```")?.0.to_owned())).collect()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("golden")
}

fn walk(directory: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).expect("the goldens are there").flatten() {
        match entry.path() {
            path if path.is_dir() => walk(&path, into),
            path => into.push(path),
        }
    }
}
