//! What is wanted of a lock.

use std::collections::BTreeMap;

use super::binary::Binary;
use super::name::{PackageName, normalise};
use crate::text::Span;

/// What is wanted of a lock: the project's own dependencies, and these besides.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// Groups (PEP 735), normalised, and where they were asked for.
    pub groups: BTreeMap<String, Option<Span>>,
    /// Extras of the project, normalised, and where they were asked for.
    pub extras: BTreeMap<String, Option<Span>>,
    /// The member of a workspace, and where it was asked for; `None`: the root, or all if there is no root.
    pub member: Option<(PackageName, Option<Span>)>,
    /// Which packages must come as wheels, and which must be built.
    pub binary: Binary,
}

impl Request {
    /// Adds a group.
    #[must_use]
    pub fn group(mut self, name: &str, span: Option<Span>) -> Self {
        self.groups.insert(normalise(name), span);
        self
    }

    /// Adds an extra.
    #[must_use]
    pub fn extra(mut self, name: &str, span: Option<Span>) -> Self {
        self.extras.insert(normalise(name), span);
        self
    }

    /// Asks for one member of a workspace.
    #[must_use]
    pub fn member(mut self, name: PackageName, span: Option<Span>) -> Self {
        self.member = Some((name, span));
        self
    }
}
