#![doc = include_str!("../README.md")]

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
