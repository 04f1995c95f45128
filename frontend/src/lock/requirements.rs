//! requirements.txt, as pip reads it: a lock if every line is pinned and has checksums, else requirements that
//! have to be resolved.
//!
//! A file with one `--hash` is meant as a lock, as pip takes it: then a line without is a mistake. Paths are
//! relative to the build context, as if pip had been run there; only `-r` and `-c` are relative to the file that
//! holds them. Environment variables (`${TOKEN}`) have no value in a build.

mod item;
mod lines;
mod options;

use std::collections::BTreeSet;
use std::sync::Arc;

use self::item::{Item, Origin};
use self::options::Opt;
use super::binary::Binary;
use super::model::{Body, Entry, FileHash, Hashes, List, Lock, Package, Source, Tree, When};
use super::name::PackageName;
use super::project::Project;
use super::unlocked::{self, Indexes, Unlocked};
use super::{DEFAULT_INDEX, Format, Read, Reader, path, project, url};
use crate::diag::{Checked, Diagnostic};
use crate::text::{SourceFile, Span};

/// Reads a requirements file and what it includes.
pub(super) fn read(input: &Reader<'_>) -> Checked<Read> {
    let mut gathering =
        Gathering { input, seen: BTreeSet::new(), needs: BTreeSet::new(), all: All::default() };
    gathering.file(input.file, false);
    gathering.name_trees();
    if !gathering.needs.is_empty() {
        return Checked::ok(Read::Needs(gathering.needs.into_iter().collect()));
    }
    let mut all = gathering.all;
    let mut found = std::mem::take(&mut all.found);
    let read = match all.verdict(&mut found) {
        Verdict::Locked => {
            // The checksums decide what is taken, so what cannot be asked is not missed before something is not found.
            all.indexes_of(input, &mut vec![]);
            Read::Locked(all.lock(input.file))
        }
        Verdict::Unlocked(reason) => {
            match input.others.get(PYPROJECT) {
                None if !found.iter().any(Diagnostic::is_error) => {
                    return Checked::ok(Read::Needs(vec![PYPROJECT.to_owned()]));
                }
                _ => all.indexes_of(input, &mut found),
            }
            // A lock has its checksums; what is to be resolved needs the folder.
            found.extend(all.link_folders.drain(..).map(|(folder, span)| not_looked_into(&folder, span)));
            Read::Unlocked(all.unlocked(input.file, reason))
        }
    };
    Checked::new(read, found)
}

/// Where uv looks for settings when it is run in the build context.
const PYPROJECT: &str = "pyproject.toml";

/// Everything that the files say.
#[derive(Default)]
struct All {
    items: Vec<Asked>,
    constraints: Vec<String>,
    indexes: Indexes,
    /// Directories of `--find-links`.
    link_folders: Vec<(String, Span)>,
    binary: Binary,
    prereleases: bool,
    hashes_required: bool,
    found: Vec<Diagnostic>,
}

/// One requirement and where it is written.
struct Asked {
    item: Item,
    hashes: Vec<String>,
    editable: bool,
    span: Span,
}

enum Verdict {
    Locked,
    Unlocked(String),
}

struct Gathering<'a> {
    input: &'a Reader<'a>,
    seen: BTreeSet<(String, bool)>,
    needs: BTreeSet<String>,
    all: All,
}

impl Gathering<'_> {
    fn file(&mut self, file: &SourceFile, constraint: bool) {
        if !self.seen.insert((file.name().to_owned(), constraint)) {
            return;
        }
        for line in lines::lines(file.text()) {
            let span = file.span(line.range.clone());
            if line.text.starts_with("<<<<<<< ") {
                let message = format!("`{}` holds a conflict of git", file.name());
                let error = Diagnostic::error("requirement", message).at(span);
                self.all.found.push(error.help("take one side of it, or lock again"));
                return;
            }
            if let Some(variable) = variable(&line.text) {
                self.all.found.push(variable_error(&variable, span));
            } else if let Err(error) = self.line(file, &line.text, span, constraint) {
                self.all.found.push(error);
            }
        }
    }

    fn line(
        &mut self,
        file: &SourceFile,
        text: &str,
        span: Span,
        constraint: bool,
    ) -> Result<(), Diagnostic> {
        let problem = |message: String| Diagnostic::error("requirement", message).at(span);
        let (requirement, options) = split(text);
        let options = options::parse(options).map_err(problem)?;
        if !requirement.is_empty() {
            let item = item::parse(requirement).map_err(|message| match requirement.contains("@ file:///") {
                true => problem(message).help(
                    "`pip freeze` writes where its own machine had the package: `pip list --format freeze` writes versions",
                ),
                false => problem(message),
            })?;
            let hashes =
                options.into_iter().filter(|(opt, _)| *opt == Opt::Hash).map(|(_, hash)| hash).collect();
            self.item(Asked { item, hashes, editable: false, span }, constraint);
            return Ok(());
        }
        for (opt, value) in options {
            match opt {
                Opt::Requirement => self.include(file, &value, span, constraint)?,
                Opt::Constraint => self.include(file, &value, span, true)?,
                Opt::Editable => {
                    let item = item::parse(&value).map_err(problem)?;
                    self.item(Asked { item, hashes: vec![], editable: true, span }, constraint);
                }
                Opt::IndexUrl => {
                    let index = index(&value, span)?;
                    self.all.indexes.index = (index.trim_end_matches('/') != DEFAULT_INDEX).then_some(index);
                }
                Opt::ExtraIndexUrl => self.all.indexes.extra.push(index(&value, span)?),
                Opt::FindLinks if !value.contains("://") => self.all.link_folders.push((value, span)),
                Opt::FindLinks => self.all.indexes.find_links.push(index(&value, span)?),
                Opt::NoIndex => self.all.indexes.no_index = true,
                Opt::NoBinary => self.all.binary.no.add(&value),
                Opt::OnlyBinary => self.all.binary.only.add(&value),
                Opt::Pre => self.all.prereleases = true,
                Opt::RequireHashes => self.all.hashes_required = true,
                Opt::Hash => {
                    return Err(problem("`--hash` belongs to a requirement, on the same line".to_owned()));
                }
                Opt::Ignored => {}
            }
        }
        Ok(())
    }

    fn item(&mut self, asked: Asked, constraint: bool) {
        if let Origin::Url(at) | Origin::Repository(at) = &asked.item.origin
            && url::credentials(at).is_some()
        {
            let repository = matches!(asked.item.origin, Origin::Repository(_));
            self.all.found.push(unlocked::reference_credentials(repository).at(asked.span));
        }
        if constraint {
            self.all.constraints.push(asked.item.to_line());
        } else {
            self.all.items.push(asked);
        }
    }

    /// `-r` and `-c`: relative to the file that holds them.
    fn include(
        &mut self,
        file: &SourceFile,
        target: &str,
        span: Span,
        constraint: bool,
    ) -> Result<(), Diagnostic> {
        let problem = |message: String| Diagnostic::error("requirement", message).at(span);
        if target.contains("://") {
            let message = format!("`{}` is not a file of the build context", url::public(target));
            return Err(problem(message).help("download it, and include the file"));
        }
        let Some(path) = path::beside(file.name(), target) else {
            return Err(problem(format!("`{target}` is outside of the build context")));
        };
        match self.input.others.get(&path) {
            Some(Some(included)) => {
                let included = included.clone();
                self.file(&included, constraint);
            }
            Some(None) => return Err(problem(format!("`{path}` does not exist"))),
            None => {
                self.needs.insert(path);
            }
        }
        Ok(())
    }

    /// A directory without a name has the name that its pyproject.toml says.
    fn name_trees(&mut self) {
        for asked in self.all.items.iter_mut().filter(|asked| asked.item.name.is_none()) {
            let Origin::Directory(directory) = &asked.item.origin else {
                let message = "this names no package";
                let help = "write `name @ URL`";
                self.all.found.push(Diagnostic::error("requirement", message).at(asked.span).help(help));
                continue;
            };
            let file = if directory == "." {
                "pyproject.toml".into()
            } else {
                format!("{directory}/pyproject.toml")
            };
            let Some(read) = self.input.others.get(&file) else {
                self.needs.insert(file);
                continue;
            };
            asked.item.name = read.as_ref().and_then(project_name);
            if asked.item.name.is_none() {
                let message = match read {
                    Some(_) => format!("the package in `{directory}` has no name in `{file}`"),
                    None => format!("there is no `{file}` that has the name of the package in `{directory}`"),
                };
                let path = if directory == "." { ".".to_owned() } else { format!("./{directory}") };
                let help = format!("write `NAME @ {path}`");
                self.all.found.push(Diagnostic::error("requirement", message).at(asked.span).help(help));
            }
        }
    }
}

fn project_name(file: &SourceFile) -> Option<PackageName> {
    Project::read(file).drain_into(&mut vec![])?.name
}

impl All {
    /// Puts the indexes of uv.toml, or else of `[tool.uv]`, before those of the requirements, as uv does.
    fn indexes_of(&mut self, input: &Reader<'_>, found: &mut Vec<Diagnostic>) {
        let pyproject = input.others.get(PYPROJECT).and_then(Option::as_ref);
        let project = pyproject.and_then(|file| project::read_into(file, found));
        let mut uv = project.map(|project| project.uv).unwrap_or_default();
        let Some(file) = project::overruled(&mut uv, pyproject, input, found) else { return };
        let mut indexes = unlocked::uv::indexes(&uv, file, found);
        let own = std::mem::take(&mut self.indexes);
        indexes.index = indexes.index.or(own.index);
        indexes.extra.extend(own.extra);
        indexes.find_links.extend(own.find_links);
        indexes.no_index |= own.no_index;
        self.indexes = indexes;
    }

    /// Whether this is a lock; what keeps it from being one is a mistake if somebody wanted checksums.
    fn verdict(&self, found: &mut Vec<Diagnostic>) -> Verdict {
        let meant_as_lock = self.hashes_required || self.items.iter().any(|asked| !asked.hashes.is_empty());
        let mut reason = None;
        for asked in &self.items {
            // What a directory needs is listed beside it in a lock, and nowhere in a list that is none.
            let tree = asked.tree().filter(|_| !meant_as_lock);
            let tree = tree.map(|tree| format!("what `{tree}` needs is not listed"));
            let Some(gap) = asked.gap().or(tree) else { continue };
            if meant_as_lock {
                let message = format!("{gap}, and other lines have checksums");
                found.push(Diagnostic::error("requirement-unpinned", message).at(asked.span).help(
                    "with one `--hash`, every line needs `==` and `--hash`: write the file with \
                             `pip-compile --generate-hashes` or `uv pip compile --generate-hashes`",
                ));
            }
            reason.get_or_insert(gap);
        }
        match reason {
            Some(reason) if !meant_as_lock => Verdict::Unlocked(reason),
            _ => Verdict::Locked,
        }
    }

    fn lock(self, file: &SourceFile) -> Lock {
        let index = self.indexes.index.clone();
        let entries = self.items.into_iter().filter_map(|asked| asked.entry(index.as_deref())).collect();
        Lock {
            format: Format::Requirements,
            file: file.clone(),
            requires_python: None,
            environments: vec![],
            binary: self.binary,
            indexes: self.indexes,
            caveat: Some(
                "`pip-compile` writes a lock for the machine that it ran on; `uv pip compile --universal` and `uv \
                 export` write locks for all"
                    .to_owned(),
            ),
            body: Body::List(List { entries, ..List::default() }),
        }
    }

    fn unlocked(self, file: &SourceFile, reason: String) -> Unlocked {
        let mut requirements: Vec<String> = self.items.iter().map(|asked| asked.item.to_line()).collect();
        requirements.sort();
        requirements.dedup();
        let mut constraints = self.constraints;
        constraints.sort();
        constraints.dedup();
        let mut trees: Vec<String> = self.items.iter().filter_map(Asked::local).map(str::to_owned).collect();
        trees.sort();
        trees.dedup();
        let name = file.name();
        Unlocked {
            requirements,
            constraints,
            trees,
            project: None,
            indexes: self.indexes,
            binary: self.binary,
            prereleases: self.prereleases,
            reason,
            command: format!(
                "uv pip compile --universal --generate-hashes {name} --output-file {}",
                locked(name)
            ),
            file: file.clone(),
        }
    }
}

/// A name for the locked file beside the other: `requirements.in` is locked to `requirements.txt`.
fn locked(name: &str) -> String {
    match (name.strip_suffix(".in"), name.strip_suffix(".txt")) {
        (Some(stem), _) => format!("{stem}.txt"),
        (None, Some(stem)) => format!("{stem}.lock.txt"),
        (None, None) => format!("{name}.lock.txt"),
    }
}

impl Asked {
    /// What is missing for a lock.
    fn gap(&self) -> Option<String> {
        let line = self.item.to_line();
        match &self.item.origin {
            Origin::Index { pinned: None, .. } => Some(format!("`{line}` is not pinned with `==`")),
            Origin::Index { .. } if self.hashes.is_empty() => Some(format!("`{line}` has no `--hash`")),
            Origin::Url(_) => {
                let pinned = item::archive(&self.item.origin, &self.hashes)?.file.hash.sha256().is_some();
                (!pinned).then(|| format!("`{line}` has no sha256"))
            }
            Origin::Repository(repository) if item::git_commit(repository).is_none() => {
                Some(format!("`{line}` names no commit"))
            }
            _ => None,
        }
    }

    fn tree(&self) -> Option<&str> {
        match &self.item.origin {
            Origin::Directory(path) => Some(path),
            _ => None,
        }
    }

    /// What it is in the build context.
    fn local(&self) -> Option<&str> {
        match &self.item.origin {
            Origin::Directory(path) | Origin::File(path) => Some(path),
            _ => None,
        }
    }

    /// `None` for what has been reported: no name, no pin.
    fn entry(self, index: Option<&str>) -> Option<Entry> {
        let (source, version) = match &self.item.origin {
            Origin::Index { pinned, .. } => {
                let hashes = self.hashes.iter().filter_map(|hash| FileHash::from_prefixed(hash).sha256());
                let mut sha256: Vec<String> = hashes.collect();
                sha256.sort();
                sha256.dedup();
                let index = index.map(str::to_owned);
                (Source::Hashes(Hashes { index, sha256 }), Some(pinned.clone()?))
            }
            Origin::Repository(repository) => (Source::Git(item::git_commit(repository)?), None),
            Origin::Directory(path) => {
                (Source::Tree(Tree { path: path.clone(), editable: self.editable }), None)
            }
            origin => (Source::Archive(item::archive(origin, &self.hashes)?), None),
        };
        let package =
            Package { name: self.item.name?, version, requires_python: None, source, span: Some(self.span) };
        let when = vec![When { group: None, marker: Arc::new(self.item.marker) }];
        Some(Entry { package, when, requested: true })
    }
}

/// Where the options start: at the first word with a dash, as pip has it.
fn split(text: &str) -> (&str, &str) {
    let dashed = |&(at, _): &(usize, &str)| at == 0 || text[..at].ends_with(char::is_whitespace);
    match text.match_indices('-').find(dashed) {
        Some((at, _)) => (text[..at].trim_end(), &text[at..]),
        None => (text, ""),
    }
}

/// The URL of an index; credentials in it are an error, because they would be in the graph and the history.
fn index(value: &str, span: Span) -> Result<String, Diagnostic> {
    if url::credentials(value).is_some() {
        return Err(unlocked::index_credentials().at(span));
    }
    Ok(value.to_owned())
}

fn not_looked_into(folder: &str, span: Span) -> Diagnostic {
    let message = format!("`--find-links {folder}` names a directory, which is not looked into");
    Diagnostic::warning("find-links", message).at(span).help(
        "if something is only there, name the wheels themselves, such as `./wheels/a-1.0-py3-none-any.whl`",
    )
}

/// The first `${NAME}`, as pip knows them: upper case, digits, `_`.
fn variable(text: &str) -> Option<String> {
    let mut rest = text;
    while let Some(at) = rest.find("${") {
        rest = &rest[at + 2..];
        let end = rest.find('}')?;
        let name = &rest[..end];
        let fits = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
        if !name.is_empty() && name.bytes().all(fits) {
            return Some(name.to_owned());
        }
    }
    None
}

fn variable_error(name: &str, span: Span) -> Diagnostic {
    Diagnostic::error("requirement-variable", format!("`${{{name}}}` has no value in a build"))
        .at(span)
        .help("credentials of an index: take them out, and name a build secret in `[[index]]`")
        .help("anything else: write the value itself")
}

#[cfg(test)]
mod tests;
