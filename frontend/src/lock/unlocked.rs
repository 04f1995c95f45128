//! Requirements that are not locked: what has to be handed to a resolver.

use super::binary::Binary;
use super::{Read, Reader};
use crate::diag::{Checked, Diagnostic};
use crate::text::SourceFile;

/// Requirements that are not locked.
#[derive(Debug, Clone)]
pub struct Unlocked {
    /// The file that they come from.
    pub file: SourceFile,
    /// Requirements, one a line as `uv pip compile` reads them, sorted. Paths are relative to the build context.
    pub requirements: Vec<String>,
    /// Constraints (`-c`), one a line, sorted.
    pub constraints: Vec<String>,
    /// Directories of the build context among the requirements: the resolver has to read them.
    pub trees: Vec<String>,
    /// The indexes that the file names.
    pub indexes: Indexes,
    /// What the file says of wheels and sdists.
    pub binary: Binary,
    /// Whether pre-releases are wanted (`--pre`).
    pub prereleases: bool,
    /// Why it counts as not locked.
    pub reason: String,
    /// The command that would lock it.
    pub command: String,
}

/// The indexes that a file names.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Indexes {
    /// `--index-url`, if it is not the default index.
    pub index: Option<String>,
    /// `--extra-index-url`.
    pub extra: Vec<String>,
    /// `--find-links`.
    pub find_links: Vec<String>,
    /// `--no-index`.
    pub no_index: bool,
}

impl Unlocked {
    /// The warning that it is not locked: what was resolved today may be another thing tomorrow.
    pub fn warning(&self) -> Diagnostic {
        let message = format!("`{}` is not locked: {}", self.file.name(), self.reason);
        Diagnostic::warning("not-locked", message)
            .help(format!("to get the same packages at every build, lock them: `{}`", self.command))
    }
}

/// The requirements of a pyproject.toml.
pub(super) fn pyproject(input: &Reader<'_>) -> Checked<Read> {
    Checked::failed(Diagnostic::error("lock-format", format!("`{}` is not read yet", input.file.name())))
}
