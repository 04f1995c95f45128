//! The files of an image, with all that can differ: kind, mode, owner, time, content.

use std::collections::BTreeMap;
use std::fmt;
use std::io::Read;
use std::path::Path;

use sha2::{Digest as _, Sha256};

/// The files of an image by path, without the leading `/`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tree {
    /// Entries by path.
    pub entries: BTreeMap<String, Entry>,
}

/// A file, directory or link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// `file`, `dir`, `link`, `hardlink` or another kind.
    pub kind: &'static str,
    /// Mode bits with setuid, setgid and sticky.
    pub mode: u32,
    /// Owner.
    pub uid: u64,
    /// Group.
    pub gid: u64,
    /// Seconds since 1970.
    pub mtime: u64,
    /// sha256 of a file's content, or a link's target.
    pub content: String,
}

impl Tree {
    /// Reads a tar archive, such as `--output type=tar` makes.
    ///
    /// # Panics
    /// If it is none.
    pub fn read(archive: &Path) -> Self {
        let file =
            std::fs::File::open(archive).unwrap_or_else(|error| panic!("{}: {error}", archive.display()));
        let mut tree = Self::default();
        let mut archive = tar::Archive::new(file);
        for entry in archive.entries().expect("a tar archive") {
            let mut entry = entry.expect("a tar archive");
            let path = entry.path().expect("a path").display().to_string();
            let path = path.trim_start_matches("./").trim_end_matches('/').to_owned();
            tree.entries.insert(path, Entry::read(&mut entry));
        }
        // A hard link is another name of a file; which of them is "the" file depends on the order.
        let links: Vec<_> = tree
            .entries
            .iter()
            .filter(|(_, entry)| entry.kind == "hardlink")
            .map(|(p, _)| p.clone())
            .collect();
        for link in links {
            let target = tree.entries[&link].content.trim_start_matches('/').to_owned();
            if let Some(target) = tree.entries.get(&target).cloned() {
                tree.entries.insert(link, target);
            }
        }
        tree
    }

    /// What differs between two trees, one line an entry; times are not compared.
    pub fn differences(&self, other: &Self) -> Vec<String> {
        let paths =
            self.entries.keys().chain(other.entries.keys()).collect::<std::collections::BTreeSet<_>>();
        let show = |entry: Option<&Entry>| entry.map_or_else(|| "-".to_owned(), ToString::to_string);
        paths
            .into_iter()
            .map(|path| (path, show(self.entries.get(path)), show(other.entries.get(path))))
            .filter(|(_, one, two)| one != two)
            .map(|(path, one, two)| format!("{path}: {one} | {two}"))
            .collect()
    }

    /// The entries below a path.
    #[must_use]
    pub fn below(&self, prefix: &str) -> Self {
        let prefix = prefix.trim_matches('/');
        let inside = |path: &str| path.strip_prefix(prefix).is_some_and(|rest| rest.starts_with('/'));
        let entries = self.entries.iter().filter(|(path, _)| inside(path));
        Self { entries: entries.map(|(path, entry)| (path.clone(), entry.clone())).collect() }
    }

    /// The same without the entries of which a test says that they may differ.
    #[must_use]
    pub fn without(mut self, differs: impl Fn(&str) -> bool) -> Self {
        self.entries.retain(|path, _| !differs(path));
        self
    }
}

impl Entry {
    fn read(entry: &mut tar::Entry<'_, impl Read>) -> Self {
        let kind = match entry.header().entry_type() {
            tar::EntryType::Regular | tar::EntryType::Continuous => "file",
            tar::EntryType::Directory => "dir",
            tar::EntryType::Symlink => "link",
            tar::EntryType::Link => "hardlink",
            _ => "other",
        };
        let link = entry.link_name().ok().flatten().map(|name| name.display().to_string());
        let header = entry.header();
        let (mode, uid, gid, mtime) = (header.mode(), header.uid(), header.gid(), header.mtime());
        let content = link.unwrap_or_else(|| {
            let mut bytes = vec![];
            entry.read_to_end(&mut bytes).expect("a tar archive");
            if kind == "file" { hex(&Sha256::digest(&bytes)) } else { String::new() }
        });
        Self {
            kind,
            mode: mode.expect("a mode") & 0o7777,
            uid: uid.expect("an owner"),
            gid: gid.expect("a group"),
            mtime: mtime.expect("a time"),
            content,
        }
    }
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let content = &self.content[..self.content.len().min(80)];
        write!(f, "{} {:o} {}:{} {content}", self.kind, self.mode, self.uid, self.gid)
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
