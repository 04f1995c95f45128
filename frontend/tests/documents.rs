//! What README.md and docs/ say is true as far as it can be looked up: descriptions are read by the reader of
//! descriptions, paths and links lead somewhere, and flags of commands are flags.
//!
//! A block of the language `toml` is a description, unless the word after it names the file that it is from: then
//! it is a description if that file is a `pyproject.toml`. Other blocks have other languages.
#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]
#![expect(clippy::unwrap_used, reason = "a helper of tests fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use wheelbase::options::OPTIONS;
use wheelbase::spec;
use wheelbase::text::Files;

#[test]
fn descriptions_have_no_error_and_no_warning() {
    let mut count = 0;
    for page in pages() {
        for block in page.blocks.iter().filter(|block| block.is_description()) {
            let mut files = Files::default();
            let file = files.add(block.file().unwrap_or("app.toml"), block.text.as_str());
            let checked = spec::parse(&file, &BTreeMap::new());
            let letters: Vec<String> = checked.diagnostics().iter().map(|d| d.render(&files)).collect();
            assert!(letters.is_empty(), "{}, line {}:\n{}", page.name, block.line, letters.join("\n\n"));
            count += 1;
        }
    }
    assert!(count > 50, "only {count} descriptions were found");
}

#[test]
fn links_lead_to_files_and_headings() {
    for page in pages() {
        for (line, link) in page.links() {
            if link.contains("://") {
                continue;
            }
            let (path, heading) =
                link.split_once('#').map_or((link, None), |(path, heading)| (path, Some(heading)));
            let target =
                if path.is_empty() { page.path.clone() } else { page.path.parent().unwrap().join(path) };
            assert!(target.exists(), "{}, line {line}: `{link}` leads nowhere", page.name);
            if let Some(heading) = heading {
                let headings = Page::read(&target).headings();
                assert!(headings.contains(heading), "{}, line {line}: no heading `{heading}`", page.name);
            }
        }
    }
}

#[test]
fn paths_of_the_repository_exist() {
    for page in pages() {
        let written = page.code().into_iter().chain(page.shell_words());
        for (line, text) in written {
            if FOLDERS.iter().any(|folder| text.starts_with(folder)) && !text.contains(['*', ' ']) {
                assert!(root().join(text).exists(), "{}, line {line}: there is no `{text}`", page.name);
            }
        }
    }
}

#[test]
fn flags_of_builds_are_flags() {
    let ours: BTreeSet<&str> = OPTIONS.iter().flat_map(|row| row.about.split('`')).filter_map(flag).collect();
    for page in pages() {
        for (line, command) in page.commands() {
            // What another command prints is not for us.
            let own = command.split("$(").map(|part| part.rsplit(')').next().unwrap_or(part));
            for flag in own.flat_map(str::split_whitespace).filter_map(flag) {
                assert!(
                    ours.contains(flag) || OF_CLIENTS.contains(&flag),
                    "{}, line {line}: nothing is known of `{flag}`",
                    page.name
                );
            }
        }
    }
}

/// Flags of `docker buildx build` that no frontend hears of: they are between the client and the daemon.
const OF_CLIENTS: &[&str] = &[
    "--allow",
    "--annotation",
    "--builder",
    "--cache-to",
    "--check",
    "--file",
    "--load",
    "--metadata-file",
    "--output",
    "--progress",
    "--push",
    "--secret",
    "--ssh",
    "--tag",
];

/// Where paths of this repository begin.
const FOLDERS: &[&str] =
    &["docs/", "examples/", "frontend/", "helper/", "image/", "proto/", "schema/", "tests/"];

/// `--flag` of a word, without its value.
fn flag(word: &str) -> Option<&str> {
    let end = word.find(['=', '`']).unwrap_or(word.len());
    let name = word[..end].split_whitespace().next()?;
    (name.len() > 2 && name.starts_with("--")).then_some(name)
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// README.md and everything below docs/.
fn pages() -> Vec<Page> {
    let docs = std::fs::read_dir(root().join("docs")).unwrap();
    let mut paths: Vec<PathBuf> = docs.map(|entry| entry.unwrap().path()).collect();
    paths.push(root().join("README.md"));
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "md"));
    paths.sort();
    paths.iter().map(|path| Page::read(path)).collect()
}

/// A page of Markdown, as much of it as is looked at.
struct Page {
    path: PathBuf,
    name: String,
    blocks: Vec<Block>,
    /// Lines outside of blocks, with their numbers.
    prose: Vec<(usize, String)>,
}

/// A fenced block.
struct Block {
    /// The line of the fence.
    line: usize,
    /// What follows the fence: the language, and perhaps the name of a file.
    info: String,
    text: String,
}

impl Block {
    fn language(&self) -> &str {
        self.info.split_whitespace().next().unwrap_or_default()
    }

    fn file(&self) -> Option<&str> {
        self.info.split_whitespace().nth(1)
    }

    fn is_description(&self) -> bool {
        self.language() == "toml" && self.file().is_none_or(|file| file == "pyproject.toml")
    }
}

impl Page {
    fn read(path: &Path) -> Self {
        let text = std::fs::read_to_string(path).unwrap();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let mut page = Self { path: path.to_owned(), name, blocks: vec![], prose: vec![] };
        let mut open: Option<Block> = None;
        for (line, content) in (1..).zip(text.lines()) {
            match (open.as_mut(), content.trim_start().strip_prefix("```")) {
                (None, Some(info)) => {
                    open = Some(Block { line, info: info.trim().to_owned(), text: String::new() });
                }
                (None, None) => page.prose.push((line, content.to_owned())),
                (Some(_), Some(_)) => page.blocks.extend(open.take()),
                (Some(block), None) => block.text.extend([content, "\n"]),
            }
        }
        assert!(open.is_none(), "{}: a block is not closed", page.name);
        for block in &page.blocks {
            assert!(!block.info.is_empty(), "{}, line {}: a block without a language", page.name, block.line);
        }
        page
    }

    /// What stands in backticks, outside of blocks.
    fn code(&self) -> Vec<(usize, &str)> {
        let lines = self.prose.iter();
        lines.flat_map(|(line, text)| text.split('`').skip(1).step_by(2).map(|code| (*line, code))).collect()
    }

    /// The targets of `[text](target)`.
    fn links(&self) -> Vec<(usize, &str)> {
        let lines = self.prose.iter();
        let targets = lines.flat_map(|(line, text)| text.split("](").skip(1).map(|rest| (*line, rest)));
        targets.filter_map(|(line, rest)| Some((line, rest.split_once(')')?.0))).collect()
    }

    /// Headings, as links name them.
    fn headings(&self) -> BTreeSet<String> {
        let headings = self.prose.iter().filter_map(|(_, text)| text.strip_prefix('#'));
        headings
            .map(|heading| {
                let words = heading.trim_start_matches('#').trim().to_lowercase().replace(' ', "-");
                words.chars().filter(|c| c.is_alphanumeric() || "-_".contains(*c)).collect()
            })
            .collect()
    }

    /// The lines of shell blocks, with continued lines made one, and without comments.
    fn shell(&self) -> Vec<(usize, String)> {
        let shell = self.blocks.iter().filter(|block| block.language() == "sh");
        shell
            .flat_map(|block| {
                let text = block.text.replace("\\\n", " ");
                text.lines()
                    .map(|line| line.split(" # ").next().unwrap_or_default())
                    .map(|line| (block.line, line.to_owned()))
                    .collect::<Vec<_>>()
            })
            .collect()
    }

    fn shell_words(&self) -> Vec<(usize, &str)> {
        let blocks = self.blocks.iter().filter(|block| block.language() == "sh");
        blocks.flat_map(|block| block.text.split_whitespace().map(|word| (block.line, word))).collect()
    }

    /// `docker build` and `docker buildx build`, in blocks and in backticks; and flags alone, on the page that is about
    /// them.
    fn commands(&self) -> Vec<(usize, String)> {
        let code = self.code().into_iter().map(|(line, text)| (line, text.to_owned()));
        let starts = ["docker build ", "docker buildx build ", "--"];
        let starts = &starts[..if self.name == "building.md" { 3 } else { 2 }];
        let is_build = |text: &str| starts.iter().any(|start| text.trim_start().starts_with(start));
        code.chain(self.shell()).filter(|(_, text)| is_build(text)).collect()
    }
}
