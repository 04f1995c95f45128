//! Places in files as the answers of sub-requests have them: the number of a file in a list that comes along.

use buildkit_proto::errors::Range;
use serde::{Serialize, Serializer};

use crate::answer::excerpt;
use crate::text::{FileId, Files, SourceFile, Span};

/// Lines of a file of the list.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Location {
    /// -1: no file. Zero is left out, as Go does.
    #[serde(rename = "sourceIndex", skip_serializing_if = "is_zero")]
    source: i32,
    ranges: Vec<Range>,
}

impl Location {
    /// No place at all, for readers that cannot do without a location.
    pub(super) const NOWHERE: Self = Self { source: -1, ranges: vec![] };
    /// The first file of the list, without lines.
    pub(super) const FIRST: Self = Self { source: 0, ranges: vec![] };
}

/// The list of files, as places ask for them.
pub(super) struct Sources<'f> {
    files: &'f Files,
    used: Vec<FileId>,
}

impl<'f> Sources<'f> {
    /// No file yet.
    pub(super) fn new(files: &'f Files) -> Self {
        Self { files, used: vec![] }
    }

    /// The lines of a span; its file is in the list from here on.
    pub(super) fn location(&mut self, span: Span) -> Option<Location> {
        let file = self.files.get(span.file)?;
        let index = match self.used.iter().position(|used| *used == span.file) {
            Some(index) => index,
            None => {
                self.used.push(span.file);
                self.used.len() - 1
            }
        };
        let range = excerpt::range(excerpt::lines(file, span));
        Some(Location { source: i32::try_from(index).ok()?, ranges: vec![range] })
    }

    /// The files of the list.
    pub(super) fn files(&self) -> impl Iterator<Item = &'f SourceFile> {
        self.used.iter().filter_map(|id| self.files.get(*id))
    }
}

/// Bytes as Go's JSON writes them.
pub(super) fn base64<S: Serializer>(texts: &[String], serializer: S) -> Result<S::Ok, S::Error> {
    use base64::prelude::{BASE64_STANDARD, Engine as _};
    serializer.collect_seq(texts.iter().map(|text| BASE64_STANDARD.encode(text)))
}

// serde hands over a reference.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde asks for")]
fn is_zero(number: &i32) -> bool {
    *number == 0
}
