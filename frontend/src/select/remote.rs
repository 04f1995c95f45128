//! Files of a lock as the daemon may be asked for them. A lock is text that somebody else may have written, and a
//! source of LLB is a URL whose scheme says what it is: `local://…` in a lock must not become one.

use super::RemoteFile;
use crate::lock::{File, Place, url};

/// What a lock says of a file, if it can be fetched and has a sha256.
///
/// # Errors
/// What is wrong with its URL or its name.
pub(super) fn remote(file: &File) -> Result<Option<RemoteFile>, String> {
    let (Place::Url { url: at, .. }, Some(sha256)) = (&file.place, file.hash.sha256()) else {
        return Ok(None);
    };
    let url = url::public(at);
    let host = ["https://", "http://"].iter().find_map(|scheme| url.strip_prefix(scheme));
    if host.is_none_or(|host| host.is_empty() || host.starts_with('/')) || url.contains(char::is_control) {
        return Err(format!("`{}` is no URL of the web", url.escape_debug()));
    }
    let filename = plain_name(file)?;
    Ok(Some(RemoteFile { url, filename, sha256, size: file.size, direct: false, subdirectory: None }))
}

/// The name of a file, which becomes a part of paths.
///
/// # Errors
/// A name that is none.
pub(super) fn plain_name(file: &File) -> Result<String, String> {
    let name = file.name();
    if matches!(&*name, "" | "." | "..") || name.contains('/') || name.contains(char::is_control) {
        return Err(format!("`{}` is no name of a file", name.escape_debug()));
    }
    Ok(name.into_owned())
}
