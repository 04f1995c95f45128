//! Where files and images come from: the main context and the named ones of `--build-context`.
//!
//! Everything here is parsing: strings of options become enums. Asking the daemon is the driver's business.

mod git;
mod image_name;
mod named;

pub use git::GitRef;
pub use image_name::ImageName;
pub use named::{NamedContext, NamedContexts};

/// A context that does not come from a directory of the client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RemoteContext {
    /// A repository.
    Git(GitRef),
    /// An archive, or a single file which is then the build file itself. `http://buildkit-session/…` is what the
    /// client was given on its stdin.
    Http(String),
}

impl RemoteContext {
    /// Reads the option `context`. `None`: not a remote context, so the context is a directory or an input.
    ///
    /// # Errors
    /// A repository's URL with a query that means nothing.
    pub fn parse(value: &str) -> Result<Option<Self>, String> {
        if let Some(git) = GitRef::parse(value)? {
            return Ok(Some(Self::Git(git)));
        }
        let http = value.starts_with("http://") || value.starts_with("https://");
        Ok(http.then(|| Self::Http(value.to_owned())))
    }
}

/// Whether the beginning of a downloaded context is an archive: bzip2, gzip, xz, or a tar as it is.
///
/// 1024 bytes are enough to tell; an archive is unpacked, anything else is the build file itself.
pub fn is_archive(head: &[u8]) -> bool {
    let magic: [&[u8]; 3] = [b"BZh", b"\x1f\x8b\x08", b"\xfd7zXZ\x00"];
    magic.iter().any(|magic| head.starts_with(magic)) || is_tar(head)
}

/// A tar begins with a header block whose checksum is the sum of its bytes, itself counted as spaces.
fn is_tar(head: &[u8]) -> bool {
    let Some(block) = head.get(..512) else { return false };
    let field = String::from_utf8_lossy(&block[148..156]).into_owned();
    let written = field.trim_matches(['\0', ' ']);
    let sum: u32 = block
        .iter()
        .enumerate()
        .map(|(at, byte)| match at {
            148..156 => u32::from(b' '),
            _ => u32::from(*byte),
        })
        .sum();
    u32::from_str_radix(written, 8).is_ok_and(|written| written == sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_of_remote_contexts() {
        let parse = |value: &str| RemoteContext::parse(value).unwrap();
        assert!(matches!(parse("https://example.com/app.git#main"), Some(RemoteContext::Git(_))));
        assert!(matches!(parse("https://example.com/app.tar.gz"), Some(RemoteContext::Http(_))));
        assert!(matches!(parse("http://buildkit-session/abc"), Some(RemoteContext::Http(_))));
        assert_eq!(parse("."), None);
        assert_eq!(parse(""), None);
    }

    #[test]
    fn archives_are_known_by_their_first_bytes() {
        assert!(is_archive(b"\x1f\x8b\x08\x00"));
        assert!(!is_archive(b"# syntax=wheelbase\n"));
        let mut tar = vec![0_u8; 1024];
        tar[..4].copy_from_slice(b"file");
        tar[148..156].fill(b' ');
        let sum: u32 = tar[..512].iter().map(|byte| u32::from(*byte)).sum();
        tar[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
        assert!(is_archive(&tar));
        tar[0] = b'g';
        assert!(!is_archive(&tar));
    }
}
