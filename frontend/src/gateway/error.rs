//! The daemon's refusal, as it came.

use std::fmt;

use buildkit_proto::{errors, rpc};
use tonic::Code;

/// The daemon's refusal: code, message and typed details are kept unchanged, because the details hold the
/// excerpt of the user's file and the failed op.
#[derive(Debug, Clone)]
pub struct GatewayError {
    /// What we were doing, for people: "read app.toml". Empty: nothing to add.
    pub context: String,
    /// The status of the daemon.
    pub status: rpc::Status,
}

impl GatewayError {
    /// An error without typed details.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        let status = rpc::Status { code: code as i32, message: message.into(), details: vec![] };
        Self { context: String::new(), status }
    }

    /// Says what we were doing; what was said before comes after it.
    #[must_use]
    pub fn during(mut self, doing: impl Into<String>) -> Self {
        let doing = doing.into();
        self.context = match self.context.as_str() {
            "" => doing,
            before => format!("{doing}: {before}"),
        };
        self
    }

    /// The message with what we were doing in front, as people see it.
    pub fn message(&self) -> String {
        match self.context.as_str() {
            "" => self.status.message.clone(),
            context => format!("{context}: {}", self.status.message),
        }
    }

    /// Whether a read failed because there is no such file. BuildKit has no typed "not found": its text ends
    /// as Go's does. A step of the graph that failed with the same words carries the step as a detail, and
    /// is not a missing file.
    pub(super) fn is_missing_file(&self) -> bool {
        let text = self.status.message.as_str();
        let missing = text.ends_with(": no such file or directory") || text.ends_with(": not a directory");
        let is_vertex = |detail: &errors::Detail| matches!(detail, errors::Detail::Vertex(_));
        missing && !errors::details(&self.status).iter().any(is_vertex)
    }
}

impl From<tonic::Status> for GatewayError {
    /// The full status travels in a trailer of its own; where it is missing or broken, code and message are
    /// still in theirs.
    fn from(status: tonic::Status) -> Self {
        let mut whole = errors::from_grpc(&status);
        if whole.details.is_empty() {
            whole.message = describe(&status);
        }
        Self { context: String::new(), status: whole }
    }
}

/// A status that our own transport made says little ("transport error"); its causes say the rest.
fn describe(status: &tonic::Status) -> String {
    let mut text = status.message().to_owned();
    let mut cause = std::error::Error::source(status);
    while let Some(error) = cause {
        let next = error.to_string();
        if !text.contains(&next) {
            text = format!("{text}: {next}");
        }
        cause = error.source();
    }
    text
}

impl fmt::Display for GatewayError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message())
    }
}

impl std::error::Error for GatewayError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn context_is_added_outermost_first() {
        let error = GatewayError::new(Code::Unknown, "boom").during("read a").during("load");
        assert_eq!(error.message(), "load: read a: boom");
    }

    #[test]
    fn a_failed_step_is_not_a_missing_file() {
        let mut error = GatewayError::new(Code::Unknown, "open app.toml: no such file or directory");
        assert!(error.is_missing_file());
        error.status.details.push(errors::Detail::Vertex(errors::Vertex::default()).encode());
        assert!(!error.is_missing_file());
    }

    #[test]
    fn a_status_without_details_keeps_code_and_message() {
        let error = GatewayError::from(tonic::Status::not_found("x"));
        assert_eq!((error.status.code, error.status.message.as_str()), (5, "x"));
    }
}
