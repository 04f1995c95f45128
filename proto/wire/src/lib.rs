//! BuildKit's frontend protocol in Rust: its messages under short names, and what generated code lacks.
//!
//! The messages come from `bollard-buildkit-proto`, which follows BuildKit's own protocol files. Nothing here does
//! any work; everything is a name or a form.

pub use bollard_buildkit_proto::fsutil::types as fsutil;
pub use bollard_buildkit_proto::google::rpc;
pub use bollard_buildkit_proto::moby::buildkit::v1::{apicaps, frontend, types};
pub use bollard_buildkit_proto::pb;
