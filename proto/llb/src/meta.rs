//! What is known about an operation but does not change what it does: never part of its digest.

use std::sync::Arc;

use buildkit_proto::pb;

/// Names, cache hints and places in source files.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Meta {
    /// What people see in the progress (`llb.customname`).
    pub(crate) name: Option<String>,
    /// Id and name of a group of vertices that is shown as one; weak groups stay hidden unless one of them runs.
    pub(crate) group: Option<(String, String, bool)>,
    pub(crate) ignore_cache: bool,
    pub(crate) locations: Vec<(SourceFile, Vec<(u32, u32)>)>,
}

/// A file that operations point into: a build file, so that a failing step can show its line.
#[derive(Debug, Clone)]
pub struct SourceFile(Arc<pb::SourceInfo>);

impl SourceFile {
    /// `language` is a GitHub linguist name, such as `TOML`. The whole file goes into every request: keep it small.
    pub fn new(filename: impl Into<String>, data: impl Into<Vec<u8>>, language: impl Into<String>) -> Self {
        Self(Arc::new(pb::SourceInfo {
            filename: filename.into(),
            data: data.into(),
            language: language.into(),
            definition: None,
        }))
    }

    pub(crate) fn from_info(info: pb::SourceInfo) -> Self {
        Self(Arc::new(info))
    }

    /// The same file with the graph that loaded it, so that provenance can say where it came from.
    #[must_use]
    pub fn loaded_by(self, definition: pb::Definition) -> Self {
        Self(Arc::new(pb::SourceInfo { definition: Some(definition), ..(*self.0).clone() }))
    }

    /// As the daemon's messages have it.
    pub fn info(&self) -> &pb::SourceInfo {
        &self.0
    }
}

impl PartialEq for SourceFile {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0 == other.0
    }
}

impl Meta {
    /// A name for people.
    pub fn named(name: impl Into<String>) -> Self {
        Self { name: Some(name.into()), ..Self::default() }
    }

    /// Adds a place: lines `first..=last` of a file, counted from 1.
    #[must_use]
    pub fn at(mut self, file: &SourceFile, first: u32, last: u32) -> Self {
        match self.locations.iter_mut().find(|(known, _)| known == file) {
            Some((_, lines)) if lines.contains(&(first, last)) => {}
            Some((_, lines)) => lines.push((first, last)),
            None => self.locations.push((file.clone(), vec![(first, last)])),
        }
        self
    }

    /// Whether a cached result must not be used.
    #[must_use]
    pub fn ignore_cache(mut self, ignore: bool) -> Self {
        self.ignore_cache = ignore;
        self
    }

    /// Shows the operation as part of a group.
    #[must_use]
    pub fn group(mut self, id: impl Into<String>, name: impl Into<String>, weak: bool) -> Self {
        self.group = Some((id.into(), name.into(), weak));
        self
    }
}
