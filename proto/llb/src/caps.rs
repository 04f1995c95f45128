//! What a daemon must be able to do for a graph, worked out from the operations themselves.

use std::collections::{BTreeMap, BTreeSet};

use buildkit_proto::pb;

/// A capability that a graph needs and a daemon does not have.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Missing {
    /// Its id, such as `mergeop`.
    pub cap: String,
    /// The name of an operation that needs it, for people.
    pub needed_by: String,
}

/// The capabilities that a graph needs beyond `enabled`, each with one operation that needs it.
pub fn missing_caps(definition: &pb::Definition, enabled: &BTreeSet<String>) -> Vec<Missing> {
    let mut missing = BTreeMap::new();
    for metadata in definition.metadata.values() {
        let name = metadata.description.get("llb.customname").cloned().unwrap_or_default();
        for cap in metadata.caps.keys().filter(|cap| !enabled.contains(*cap)) {
            missing.entry(cap.clone()).or_insert_with(|| name.clone());
        }
    }
    missing.into_iter().map(|(cap, needed_by)| Missing { cap, needed_by }).collect()
}
