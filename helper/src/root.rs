//! Looks into the tree of a base image the way a process inside it would.
//!
//! The tree is mounted somewhere, but its symbolic links mean places inside it: an absolute link starts at its
//! root, `..` at its root stays there. Every look at a base goes through here, so nothing outside is ever read.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::fs::{self, Metadata};
use std::io::ErrorKind;
use std::path::{Component, Path, PathBuf};

use crate::error::{Context, Error, Result};

/// As Linux: more links than this on one path are taken for a loop.
const MAX_LINKS: usize = 40;

/// The root of a base image.
#[derive(Debug)]
pub struct Root {
    base: PathBuf,
}

/// Where a path leads inside a [`Root`].
#[derive(Debug)]
pub struct Place {
    /// The place with all links resolved, absolute inside the root. If something of the path does not exist,
    /// this is where it would be made.
    pub path: PathBuf,
    /// What is there; `None` if nothing is.
    pub metadata: Option<Metadata>,
    /// The links on the way: where each is, with its own parents resolved, and what it says.
    pub links: Vec<(PathBuf, PathBuf)>,
}

impl Root {
    /// The tree that is mounted at `base`.
    pub fn new(base: impl Into<PathBuf>) -> Root {
        Root { base: base.into() }
    }

    /// Follows `path` to its end.
    ///
    /// Errors: a loop of links, a path through something that is not a directory, a file system that fails.
    pub fn place(&self, path: impl AsRef<Path>) -> Result<Place> {
        let path = path.as_ref();
        let failed = || format!("cannot look at {} of the base image", path.display());
        let mut at = PathBuf::from("/");
        let mut metadata = Some(fs::symlink_metadata(&self.base).context(failed)?);
        let mut links = Vec::new();
        let mut pending: VecDeque<Step> = steps(path).collect();
        while let Some(step) = pending.pop_front() {
            let name = match step {
                Step::Up => {
                    at.pop();
                    metadata = self.look(&at).context(failed)?;
                    continue;
                }
                Step::Down(name) => name,
            };
            if metadata.as_ref().is_some_and(|found| !found.is_dir()) {
                let message = format!("{}: {} is not a directory", failed(), at.display());
                return Err(Error::new(message));
            }
            let next = at.join(&name);
            metadata = if metadata.is_some() { self.look(&next).context(failed)? } else { None };
            if !metadata.as_ref().is_some_and(Metadata::is_symlink) {
                at = next;
                continue;
            }
            if links.len() == MAX_LINKS {
                return Err(Error::new(format!("{}: too many symbolic links", failed())));
            }
            let target = fs::read_link(self.host(&next)).context(failed)?;
            if target.is_absolute() {
                at = PathBuf::from("/");
            }
            metadata = self.look(&at).context(failed)?;
            for step in steps(&target).collect::<Vec<_>>().into_iter().rev() {
                pending.push_front(step);
            }
            links.push((next, target));
        }
        Ok(Place { path: at, metadata, links })
    }

    /// Where `path` leads and what is there; `None` if there is nothing, or the way there is broken.
    pub fn find(&self, path: impl AsRef<Path>) -> Option<(PathBuf, Metadata)> {
        let place = self.place(path).ok()?;
        place.metadata.map(|metadata| (place.path, metadata))
    }

    /// The content of the file that `path` leads to; `None` if there is no such file.
    ///
    /// Errors: a file that is there but cannot be read.
    pub fn read(&self, path: impl AsRef<Path>) -> Result<Option<Vec<u8>>> {
        match self.find(&path) {
            Some((resolved, metadata)) if metadata.is_file() => fs::read(self.host(&resolved))
                .map(Some)
                .context(|| format!("cannot read {} of the base image", resolved.display())),
            _ => Ok(None),
        }
    }

    /// The names in the directory that `path` leads to, sorted; none if there is no such directory.
    pub fn names(&self, path: impl AsRef<Path>) -> Vec<OsString> {
        let Some((resolved, metadata)) = self.find(path) else { return Vec::new() };
        if !metadata.is_dir() {
            return Vec::new();
        }
        let entries = fs::read_dir(self.host(&resolved)).into_iter().flatten();
        let mut names: Vec<OsString> = entries.flatten().map(|entry| entry.file_name()).collect();
        names.sort();
        names
    }

    /// Where a resolved path lies outside of the root.
    pub fn host(&self, resolved: &Path) -> PathBuf {
        self.base.join(resolved.strip_prefix("/").unwrap_or(resolved))
    }

    fn look(&self, resolved: &Path) -> std::io::Result<Option<Metadata>> {
        match fs::symlink_metadata(self.host(resolved)) {
            Ok(metadata) => Ok(Some(metadata)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// One part of a path: a name, or the way up.
enum Step {
    Down(OsString),
    Up,
}

fn steps(path: &Path) -> impl Iterator<Item = Step> {
    path.components().filter_map(|component| match component {
        Component::Normal(name) => Some(Step::Down(name.to_owned())),
        Component::ParentDir => Some(Step::Up),
        Component::RootDir | Component::CurDir | Component::Prefix(_) => None,
    })
}
