//! Sub-requests: what a client may ask for instead of a build (`docker buildx build --call=…`).
//!
//! One row of [`TABLE`] is one of them. Each has a file that turns plain structs into the answer that clients
//! print: typed JSON, and the same as text. The driver fills the structs. Nothing here reads or asks.
//!
//! All of outline, targets and lint must be there: for an unknown one of them, clients try again with a Dockerfile
//! frontend, which then reads our description as a Dockerfile.

mod columns;
mod describe;
mod lint;
mod location;
mod outline;
mod targets;

pub use describe::describe;
pub use lint::lint;
pub use outline::{Arg, Cache, Outline, Secret, outline};
pub use targets::{Target, targets};

use std::collections::BTreeMap;

use buildkit_proto::keys::request;
use buildkit_proto::metadata::subrequest as keys;
use serde::Serialize;

use crate::answer::{Answer, Failure, Refs};

/// A sub-request.
#[derive(Debug)]
pub struct Row {
    /// Which.
    pub request: Request,
    /// Its id, as clients send it.
    pub id: &'static str,
    /// The version of its answer. Clients print an answer of a version that they know in their own way.
    pub version: &'static str,
    /// What it does, for people.
    pub about: &'static str,
    /// Options that it honours beyond those that say where the description is: name and meaning.
    pub options: &'static [(&'static str, &'static str)],
}

/// The sub-requests by name; how far down the road each goes is said here too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Request {
    /// Which sub-requests there are. Reads nothing.
    Describe,
    /// What can be set for one target. Needs the description.
    Outline,
    /// What can be built. Needs the description.
    Targets,
    /// What could be better. Needs all that can be known without building.
    Lint,
}

/// All sub-requests.
pub static TABLE: &[Row] = &[
    Row {
        request: Request::Outline,
        id: request::OUTLINE,
        version: "1.0.0",
        about: "List all parameters that the target supports",
        options: &[("target", "The stage to look at")],
    },
    Row {
        request: Request::Targets,
        id: request::TARGETS,
        version: "1.0.0",
        about: "List all stages that can be built",
        options: &[],
    },
    Row {
        request: Request::Lint,
        id: request::LINT,
        version: "1.0.0",
        about: "Check the description and the lock file",
        options: &[],
    },
    Row {
        request: Request::Describe,
        id: request::DESCRIBE,
        version: "1.0.0",
        about: "List the sub-requests that this frontend supports",
        options: &[],
    },
];

/// The sub-request of an id.
///
/// # Errors
/// One that does not exist, as the typed error that clients expect.
pub fn find(id: &str) -> Result<Request, Failure> {
    let row = TABLE.iter().find(|row| row.id == id);
    row.map(|row| row.request).ok_or_else(|| Failure::UnknownRequest(id.to_owned()))
}

/// An answer of metadata alone.
fn answer(request: Request, json: &impl Serialize, text: String) -> Answer {
    let version = TABLE.iter().find(|row| row.request == request).map_or("", |row| row.version);
    let json = serde_json::to_vec(json).expect("plain structs with text keys are always JSON");
    let metadata = BTreeMap::from([
        (keys::RESULT_JSON.to_owned(), json),
        (keys::RESULT_TXT.to_owned(), text.into_bytes()),
        (keys::VERSION.to_owned(), version.as_bytes().to_vec()),
    ]);
    Answer { refs: Refs::None, metadata }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// JSON and text of an answer, for snapshots.
    pub(super) fn shown(answer: &Answer) -> String {
        assert_eq!(answer.refs, Refs::None, "a sub-request has no result but its metadata");
        let part = |key: &str| String::from_utf8(answer.metadata[key].clone()).unwrap();
        format!("{}\n{}", part(keys::RESULT_JSON), part(keys::RESULT_TXT))
    }

    #[test]
    fn every_request_has_one_row() {
        for request in [Request::Describe, Request::Outline, Request::Targets, Request::Lint] {
            let rows: Vec<&Row> = TABLE.iter().filter(|row| row.request == request).collect();
            assert_eq!(rows.len(), 1, "{request:?}");
            assert_eq!(find(rows[0].id).unwrap(), request);
        }
    }

    #[test]
    fn an_unknown_request_is_a_failure_of_its_own_kind() {
        assert!(matches!(find("frontend.x"), Err(Failure::UnknownRequest(id)) if id == "frontend.x"));
    }
}
