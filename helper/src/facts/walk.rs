//! Goes through all directories of a base once, for what a layer on top of it must not destroy: directories
//! that are not plain, and links that lead to directories.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use crate::contract::{Directory, DirectoryLink};
use crate::error::{Context, Result};
use crate::root::Root;

/// The kernel puts something else there in every container; what an image has below is never seen.
const OF_THE_KERNEL: [&str; 3] = ["/dev", "/proc", "/sys"];

/// Mode, owner and group of a plain directory.
const PLAIN: (u32, u32, u32) = (0o755, 0, 0);

/// The directories that are not plain and the links that lead to directories, each by path. Names that are not
/// UTF-8 are left out: no description of an image can name them.
///
/// Errors: a directory that cannot be read.
pub(super) fn walk(root: &Root) -> Result<(Vec<Directory>, Vec<DirectoryLink>)> {
    let mut directories = Vec::new();
    let mut links = Vec::new();
    let mut pending = vec![PathBuf::from("/")];
    while let Some(path) = pending.pop() {
        directories.extend(special(root, &path)?);
        if OF_THE_KERNEL.iter().any(|skipped| path == Path::new(skipped)) {
            continue;
        }
        let failed = || format!("cannot read the directory {} of the base image", path.display());
        for entry in fs::read_dir(root.host(&path)).context(failed)? {
            let entry = entry.context(failed)?;
            let kind = entry.file_type().context(failed)?;
            if kind.is_dir() {
                pending.push(path.join(entry.file_name()));
            } else if kind.is_symlink() {
                links.extend(directory_link(root, &path.join(entry.file_name())));
            }
        }
    }
    directories.sort();
    links.sort();
    Ok((directories, links))
}

/// The directory at `path`, if it is not plain.
fn special(root: &Root, path: &Path) -> Result<Option<Directory>> {
    let metadata = fs::symlink_metadata(root.host(path))
        .context(|| format!("cannot look at the directory {} of the base image", path.display()))?;
    let (mode, uid, gid) = (metadata.permissions().mode() & 0o7777, metadata.uid(), metadata.gid());
    if (mode, uid, gid) == PLAIN {
        return Ok(None);
    }
    Ok(path.to_str().map(|path| Directory { path: path.to_owned(), mode, uid, gid }))
}

/// The link at `path`, if it leads to a directory. A link that leads nowhere yet is none.
fn directory_link(root: &Root, path: &Path) -> Option<DirectoryLink> {
    let (to, metadata) = root.find(path)?;
    if !metadata.is_dir() {
        return None;
    }
    Some(DirectoryLink { path: path.to_str()?.to_owned(), to: to.to_str()?.to_owned() })
}
