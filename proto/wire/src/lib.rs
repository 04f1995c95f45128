//! BuildKit's frontend protocol, named.
//!
//! The messages are generated code from [`bollard_buildkit_proto`]; here they get short names ([`pb`],
//! [`frontend`], [`rpc`], …) and, beside them, what generated code cannot know: the keys of the options that a
//! build starts with ([`keys`]), the attributes of source operations ([`attrs`]), the keys of a result's
//! metadata ([`metadata`]), the capabilities and the BuildKit version that brought each ([`caps`]), and the
//! typed details of errors ([`errors`]).
//!
//! What must never be here: building graphs (that is `buildkit-llb`), a transport, or anything that does IO.
//!
//! ```
//! use buildkit_proto::{caps, errors, pb};
//!
//! // A capability that a daemon does not list can be named in words.
//! assert_eq!(caps::since(caps::llb::MERGE_OP).unwrap().to_string(), "0.10");
//!
//! // An error that points into the user's file, as `docker buildx` shows it with an excerpt.
//! let source = errors::Source {
//!     info: Some(errors::SourceInfo {
//!         filename: "app.toml".into(),
//!         data: b"from = 1\n".to_vec(),
//!         language: "TOML".into(),
//!         ..Default::default()
//!     }),
//!     ranges: vec![errors::Range::lines(1, 1)],
//! };
//! let status = errors::status("`from` must be text", [errors::Detail::Source(source.clone())]);
//! let message = pb::SourceInfo::from(source.info.clone().unwrap());
//! assert_eq!(message.filename, "app.toml");
//! assert_eq!(errors::sources(&status), [source]);
//! ```

pub mod attrs;
pub mod caps;
pub mod errors;
pub mod keys;
pub mod metadata;

pub use bollard_buildkit_proto::pb;

/// The gateway: messages of `moby.buildkit.v1.frontend`, with `llb_bridge_client` and `llb_bridge_server`.
pub mod frontend {
    pub use bollard_buildkit_proto::moby::buildkit::v1::frontend::*;
}

/// How a daemon lists its capabilities (`moby.buildkit.v1.apicaps`); their names are in [`caps`].
pub mod apicaps {
    pub use bollard_buildkit_proto::moby::buildkit::v1::apicaps::*;
}

/// Workers as a daemon describes them (`moby.buildkit.v1.types`).
pub mod types {
    pub use bollard_buildkit_proto::moby::buildkit::v1::types::*;
}

/// Rules that allow, deny or rewrite sources (`moby.buildkit.v1.sourcepolicy`).
pub mod sourcepolicy {
    pub use bollard_buildkit_proto::moby::buildkit::v1::sourcepolicy::*;
}

/// gRPC's own error model: a `Status` and the `Any` of its details.
pub mod rpc {
    pub use bollard_buildkit_proto::google::protobuf::Any;
    pub use bollard_buildkit_proto::google::rpc::Status;
}

/// What a file is, as `StatFile` and `ReadDir` tell (`fsutil.types`). `Stat::mode` is Go's `os.FileMode`, not
/// `st_mode`: a directory has bit 31, a symbolic link bit 27.
pub mod fsutil {
    pub use bollard_buildkit_proto::fsutil::types::*;
}

/// The health service that the daemon offers beside the gateway.
pub mod health {
    pub use bollard_buildkit_proto::health::*;
}
