//! What a build ends with: an [`Answer`], or a [`Failure`]; and how both look to the daemon.
//!
//! Everything here is a plain conversion. Nothing here sends: [`crate::run`] does, once.

pub(crate) mod excerpt;
mod failure;
mod note;
mod platforms;
mod warning;

pub use failure::Failure;
pub use note::note;
pub use platforms::PlatformImage;
pub use warning::warning;

use std::collections::BTreeMap;

use buildkit_proto::frontend::{self as wire, result};

use crate::gateway::RefId;

/// The result of a build or of a sub-request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answer {
    /// What was built.
    pub refs: Refs,
    /// What goes with it, by key: image configurations, the results of a sub-request.
    pub metadata: BTreeMap<String, Vec<u8>>,
}

/// What was built. All may still be lazy: the daemon solves them after the answer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Refs {
    /// Nothing: a sub-request answers with metadata alone.
    #[default]
    None,
    /// One tree, for one platform that nobody had to name.
    One(RefId),
    /// One tree a platform, by the platform's id (`linux/arm64`).
    Platforms(BTreeMap<String, RefId>),
}

impl Answer {
    /// The message for the daemon.
    pub(crate) fn into_wire(self) -> wire::Result {
        let reference = |id: RefId| wire::Ref { id: id.0, def: None };
        let result = match self.refs {
            Refs::None => None,
            Refs::One(id) => Some(result::Result::Ref(reference(id))),
            Refs::Platforms(refs) => {
                let refs = refs.into_iter().map(|(platform, id)| (platform, reference(id))).collect();
                Some(result::Result::Refs(wire::RefMap { refs }))
            }
        };
        wire::Result { result, metadata: self.metadata.into_iter().collect(), ..Default::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sub_request_has_no_reference() {
        let metadata = BTreeMap::from([("result.txt".to_owned(), b"x".to_vec())]);
        let wire = Answer { refs: Refs::None, metadata }.into_wire();
        assert!(wire.result.is_none());
        assert_eq!(wire.metadata["result.txt"], b"x");
    }

    #[test]
    fn scratch_is_an_empty_reference_not_a_missing_one() {
        let wire = Answer { refs: Refs::One(RefId(String::new())), ..Answer::default() }.into_wire();
        assert!(matches!(wire.result, Some(result::Result::Ref(reference)) if reference.id.is_empty()));
    }
}
