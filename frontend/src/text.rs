//! Source files and places in them.
//!
//! A [`Span`] is three numbers and says nothing without the [`Files`] that made its file: this keeps spans
//! small enough to sit on every value of a description. Nothing here reads a disk.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

/// All files that a build has read, in the order in which they were read.
#[derive(Debug, Default, Clone)]
pub struct Files {
    files: Vec<SourceFile>,
}

impl Files {
    /// Adds a file and returns it. `name` is what people see in messages: a path relative to the context.
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<String>) -> SourceFile {
        let id = FileId(u32::try_from(self.files.len()).expect("fewer than four billion files"));
        let file = SourceFile { id, inner: Arc::new(Inner { name: name.into(), text: text.into() }) };
        self.files.push(file.clone());
        file
    }

    /// The file that a span points into. `None` only for an id of another `Files`.
    pub fn get(&self, id: FileId) -> Option<&SourceFile> {
        self.files.get(id.0 as usize)
    }

    /// All files, first read first.
    pub fn iter(&self) -> impl Iterator<Item = &SourceFile> {
        self.files.iter()
    }
}

/// The number of a file in its [`Files`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(u32);

/// One file: its name, for people, and its text. Cheap to clone.
#[derive(Debug, Clone)]
pub struct SourceFile {
    id: FileId,
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    name: String,
    text: String,
}

impl SourceFile {
    /// Its number in its [`Files`].
    pub fn id(&self) -> FileId {
        self.id
    }

    /// Its name, as people see it.
    pub fn name(&self) -> &str {
        &self.inner.name
    }

    /// Its whole text.
    pub fn text(&self) -> &str {
        &self.inner.text
    }

    /// A span of this file. Ends outside the file or inside a character are moved to the nearest place that
    /// is valid, so a span can always be shown.
    pub fn span(&self, range: Range<usize>) -> Span {
        let start = self.boundary(range.start);
        let end = self.boundary(range.end.max(range.start));
        Span { file: self.id, start: start as u32, end: end as u32 }
    }

    /// The whole of a line, counted from 1, without its line break; the end of the file if there are fewer.
    pub fn line_span(&self, line: usize) -> Span {
        let mut start = 0;
        for (number, text) in self.text().split_inclusive('\n').enumerate() {
            if number + 1 == line {
                return self.span(start..start + text.trim_end_matches(['\n', '\r']).len());
            }
            start += text.len();
        }
        self.span(self.text().len()..self.text().len())
    }

    /// Line and column, both counted from 1, of a byte offset. Columns count characters.
    pub fn line_column(&self, offset: u32) -> (usize, usize) {
        let before = &self.text()[..self.boundary(offset as usize)];
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
    }

    fn boundary(&self, offset: usize) -> usize {
        let mut at = offset.min(self.text().len());
        while !self.text().is_char_boundary(at) {
            at -= 1;
        }
        at
    }
}

/// A place in a file: bytes `start..end`, always inside the file and on character boundaries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// Which file.
    pub file: FileId,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The bytes, for slicing the file's text.
    pub fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// A value and where it was written. Compares and orders by the value alone.
#[derive(Clone, Copy)]
pub struct Spanned<T> {
    /// What was written.
    pub value: T,
    /// Where.
    pub span: Span,
}

impl<T> Spanned<T> {
    /// Puts a value and its place together.
    pub fn new(value: T, span: Span) -> Self {
        Self { value, span }
    }

    /// The same place with another value.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Spanned<U> {
        Spanned { value: f(self.value), span: self.span }
    }

    /// A borrowed value at the same place.
    pub fn as_ref(&self) -> Spanned<&T> {
        Spanned { value: &self.value, span: self.span }
    }
}

impl<T: fmt::Debug> fmt::Debug for Spanned<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)
    }
}

impl<T: PartialEq> PartialEq for Spanned<T> {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl<T: Eq> Eq for Spanned<T> {}

impl<T> std::ops::Deref for Spanned<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_always_valid() {
        let file = Files::default().add("a", "añb\nc");
        assert_eq!(file.span(2..3).range(), 1..3);
        assert_eq!(file.span(90..95).range(), 6..6);
        assert_eq!(file.line_span(1).range(), 0..4);
        assert_eq!(file.line_span(2).range(), 5..6);
        assert_eq!(file.line_span(9).range(), 6..6);
        assert_eq!(file.line_column(3), (1, 3));
        assert_eq!(file.line_column(5), (2, 1));
    }
}
