//! Writes the tree that a command leaves behind, so that it is the same each time.
//!
//! Every mode is set, never left to the umask; every owner that is not 0:0 is set; at the end every file,
//! directory and link gets one fixed time. Directories that nobody described are plain: mode 0755, owned by
//! 0:0. Nothing here follows a symbolic link, so nothing is ever written outside of the tree.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, OpenOptions, Permissions};
use std::io::Write;
use std::os::unix::fs::{PermissionsExt, chown, symlink};
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, CWD, Timespec, Timestamps, utimensat};

use crate::contract::{Directory, MTIME};
use crate::error::{Context, Error, Result};

/// A tree that is being written. Paths are absolute, as the image will see them.
#[derive(Debug)]
pub struct Tree {
    out: PathBuf,
    special: BTreeMap<String, Directory>,
    made: BTreeSet<String>,
}

impl Tree {
    /// A tree below the directory `out`, in which `special` says what the directories that are not plain look
    /// like. A special directory is made only if something lies in it, or it is asked for.
    ///
    /// Errors: a special path that is not absolute or holds `..`.
    pub fn new(out: &str, special: &[Directory]) -> Result<Tree> {
        let mut by_path = BTreeMap::new();
        for directory in special {
            by_path.insert(checked(&directory.path)?.to_owned(), directory.clone());
        }
        Ok(Tree { out: PathBuf::from(out), special: by_path, made: BTreeSet::new() })
    }

    /// Says what one more directory looks like, from now on.
    ///
    /// Errors: a path that is not absolute or holds `..`.
    pub fn describe(&mut self, directory: Directory) -> Result<()> {
        self.special.insert(checked(&directory.path)?.to_owned(), directory);
        Ok(())
    }

    /// Makes a directory and those above it, where they are not there yet.
    ///
    /// Errors: a path that is not absolute or holds `..`; something there that is not a directory.
    pub fn directory(&mut self, path: &str) -> Result<()> {
        let path = checked(path)?;
        if self.made.contains(path) {
            return Ok(());
        }
        if let Some(parent) = parent(path) {
            self.directory(parent)?;
        }
        let host = self.host(path);
        match fs::symlink_metadata(&host) {
            Ok(found) if found.is_dir() => {}
            Ok(_) => return Err(Error::new(format!("{path} is already there and is not a directory"))),
            Err(_) => fs::create_dir(&host).context(|| format!("cannot make the directory {path}"))?,
        }
        // The root is the mount point: it stays as it is, unless the base says otherwise.
        if path != "/" {
            set_mode(&host, 0o755)?;
        }
        self.made.insert(path.to_owned());
        Ok(())
    }

    /// Makes a file that is to be written, with exactly this mode; what was there before is replaced.
    ///
    /// Errors: a path that is not absolute or holds `..`; a directory there.
    pub fn create(&mut self, path: &str, mode: u32) -> Result<File> {
        let host = self.clear(path)?;
        let open = || OpenOptions::new().write(true).create_new(true).open(&host);
        let file = open().context(|| format!("cannot write {path}"))?;
        file.set_permissions(Permissions::from_mode(mode)).context(|| format!("cannot write {path}"))?;
        Ok(file)
    }

    /// Writes a whole file.
    ///
    /// Errors: as [`Tree::create`], and a full disk.
    pub fn file(&mut self, path: &str, content: &[u8], mode: u32) -> Result<()> {
        self.create(path, mode)?.write_all(content).context(|| format!("cannot write {path}"))
    }

    /// Writes a whole file that has an owner.
    ///
    /// Errors: as [`Tree::file`].
    pub fn file_of(&mut self, path: &str, content: &[u8], mode: u32, uid: u32, gid: u32) -> Result<()> {
        self.file(path, content, mode)?;
        let host = self.host(checked(path)?);
        own(&host, uid, gid)?;
        set_mode(&host, mode) // Again: a change of owner clears setuid and setgid.
    }

    /// Makes a symbolic link that says `target`; what was there before is replaced.
    ///
    /// Errors: a path that is not absolute or holds `..`; a directory there.
    pub fn link(&mut self, path: &str, target: &str) -> Result<()> {
        let host = self.clear(path)?;
        symlink(target, &host).context(|| format!("cannot make the link {path}"))
    }

    /// What the tree holds at `path`, if it is a file.
    ///
    /// Errors: a path that is not absolute or holds `..`; a file that cannot be read.
    pub fn read(&self, path: &str) -> Result<Option<Vec<u8>>> {
        let host = self.host(checked(path)?);
        if !fs::symlink_metadata(&host).is_ok_and(|found| found.is_file()) {
            return Ok(None);
        }
        fs::read(&host).map(Some).context(|| format!("cannot read {path}"))
    }

    /// Where `path` lies while the tree is being written.
    ///
    /// Errors: a path that is not absolute or holds `..`.
    pub fn host_path(&self, path: &str) -> Result<PathBuf> {
        Ok(self.host(checked(path)?))
    }

    /// Gives the special directories their modes and owners, and everything its time. Nothing is written after.
    ///
    /// Errors: whatever the file system refuses.
    pub fn finish(self) -> Result<()> {
        for path in self.made.iter().rev() {
            if let Some(directory) = self.special.get(path) {
                let host = self.host(path);
                own(&host, directory.uid, directory.gid)?;
                set_mode(&host, directory.mode)?;
            }
        }
        fix_times(&self.out)
    }

    /// Makes room for a file or link at `path`: its directory is there, and it is not.
    fn clear(&mut self, path: &str) -> Result<PathBuf> {
        let path = checked(path)?;
        if let Some(parent) = parent(path) {
            self.directory(parent)?;
        }
        let host = self.host(path);
        match fs::symlink_metadata(&host) {
            Ok(found) if found.is_dir() => Err(Error::new(format!("{path} is already a directory"))),
            Ok(_) => fs::remove_file(&host).context(|| format!("cannot replace {path}")).map(|()| host),
            Err(_) => Ok(host),
        }
    }

    fn host(&self, path: &str) -> PathBuf {
        self.out.join(path.trim_start_matches('/'))
    }
}

/// The path if it is absolute, has no `.`, `..` or empty part and no NUL; a slash at the end is dropped.
fn checked(path: &str) -> Result<&str> {
    let trimmed = if path.len() > 1 { path.strip_suffix('/').unwrap_or(path) } else { path };
    let plain = |part: &str| !part.is_empty() && part != "." && part != ".." && !part.contains('\0');
    match trimmed.strip_prefix('/') {
        Some("") => Ok(trimmed),
        Some(rest) if rest.split('/').all(plain) => Ok(trimmed),
        _ => Err(Error::new(format!("`{}` is not a plain absolute path", path.escape_debug()))),
    }
}

/// The directory that a checked path lies in; the root lies in none.
fn parent(path: &str) -> Option<&str> {
    match path.rsplit_once('/')? {
        ("", "") => None,
        ("", _) => Some("/"),
        (parent, _) => Some(parent),
    }
}

fn set_mode(host: &Path, mode: u32) -> Result<()> {
    fs::set_permissions(host, Permissions::from_mode(mode))
        .context(|| format!("cannot set the mode of {}", host.display()))
}

/// Files are made with owner 0:0 where the helper runs, so only other owners are set; that keeps the package's
/// own tests free of root.
fn own(host: &Path, uid: u32, gid: u32) -> Result<()> {
    if (uid, gid) == (0, 0) {
        return Ok(());
    }
    chown(host, Some(uid), Some(gid)).context(|| format!("cannot set the owner of {}", host.display()))
}

/// Sets the time of everything below `path`, then of `path`: a directory's time changes with its entries.
fn fix_times(path: &Path) -> Result<()> {
    let failed = || format!("cannot set the times in {}", path.display());
    for entry in fs::read_dir(path).context(failed)? {
        let entry = entry.context(failed)?;
        if entry.file_type().context(failed)?.is_dir() {
            fix_times(&entry.path())?;
        } else {
            fix_time(&entry.path())?;
        }
    }
    fix_time(path)
}

fn fix_time(path: &Path) -> Result<()> {
    let time = Timespec { tv_sec: MTIME, tv_nsec: 0 };
    let times = Timestamps { last_access: time, last_modification: time };
    utimensat(CWD, path, &times, AtFlags::SYMLINK_NOFOLLOW)
        .context(|| format!("cannot set the time of {}", path.display()))
}
