//! The platform of an operation that depends on one.

use std::fmt;

use buildkit_proto::pb;

/// Operating system and architecture, normalised as OCI's image-spec has them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Platform {
    /// `linux`.
    pub os: String,
    /// `amd64`, `arm64`, `arm`, ….
    pub architecture: String,
    /// `v7` for `arm`; empty where there is only one.
    pub variant: String,
}

impl Platform {
    /// Linux on an architecture without a variant.
    pub fn linux(architecture: &str) -> Self {
        Self { os: "linux".to_owned(), architecture: architecture.to_owned(), variant: String::new() }
    }

    /// `linux/arm/v7`.
    pub fn name(&self) -> String {
        let Self { os, architecture, variant } = self;
        if variant.is_empty() {
            format!("{os}/{architecture}")
        } else {
            format!("{os}/{architecture}/{variant}")
        }
    }

    /// As the daemon's messages have it.
    pub fn to_pb(&self) -> pb::Platform {
        pb::Platform {
            architecture: self.architecture.clone(),
            os: self.os.clone(),
            variant: self.variant.clone(),
            ..pb::Platform::default()
        }
    }
}

impl fmt::Display for Platform {
    /// As [`Platform::name`].
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name())
    }
}
