//! Platforms as people write them, made one: `linux/arm64/v8`, `aarch64` and `linux/arm64` are the same.

use std::fmt;
use std::str::FromStr;

use buildkit_proto::pb;
use serde::{Deserialize, Serialize};

/// An operating system and a processor, normalised as containerd does. Its text is the platform's id in results.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Platform {
    /// `amd64`, `arm64`, `arm`, …
    pub architecture: String,
    /// `linux`.
    pub os: String,
    /// `v7`, `v2`; empty for the usual one.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub variant: String,
}

impl Platform {
    /// Normalises the parts: case, other names of the same processor, variants that are the usual one.
    pub fn new(os: &str, architecture: &str, variant: &str) -> Self {
        let os = match os.to_lowercase().as_str() {
            "macos" => "darwin".to_owned(),
            other => other.to_owned(),
        };
        let (architecture, variant) = (architecture.to_lowercase(), variant.to_lowercase());
        let (architecture, variant) = match (architecture.as_str(), variant.as_str()) {
            ("i386" | "386", _) => ("386", ""),
            ("x86_64" | "x86-64" | "amd64", "" | "v1") => ("amd64", ""),
            ("x86_64" | "x86-64" | "amd64", variant) => ("amd64", variant),
            ("aarch64" | "arm64", "" | "8" | "v8" | "v8.0") => ("arm64", ""),
            ("aarch64" | "arm64", "9" | "9.0" | "v9.0") => ("arm64", "v9"),
            ("aarch64" | "arm64", variant) => ("arm64", variant),
            ("armhf", _) => ("arm", "v7"),
            ("armel", _) => ("arm", "v6"),
            ("arm", "" | "7") => ("arm", "v7"),
            ("arm", "5") => ("arm", "v5"),
            ("arm", "6") => ("arm", "v6"),
            ("arm", "8") => ("arm", "v8"),
            (architecture, variant) => (architecture, variant),
        };
        Self { architecture: architecture.to_owned(), os, variant: variant.to_owned() }
    }

    /// The platform that this program runs on, for daemons that do not tell theirs: it is the daemon's.
    pub fn native() -> Self {
        let architecture = match std::env::consts::ARCH {
            "x86" => "386",
            "powerpc64" if cfg!(target_endian = "little") => "ppc64le",
            other => other,
        };
        Self::new("linux", architecture, "")
    }

    /// As LLB has it.
    pub fn to_pb(&self) -> pb::Platform {
        pb::Platform {
            architecture: self.architecture.clone(),
            os: self.os.clone(),
            variant: self.variant.clone(),
            ..Default::default()
        }
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.os, self.architecture)?;
        match self.variant.as_str() {
            "" => Ok(()),
            variant => write!(f, "/{variant}"),
        }
    }
}

impl FromStr for Platform {
    type Err = String;

    /// `os/architecture[/variant]`, or an operating system or an architecture alone.
    fn from_str(text: &str) -> Result<Self, String> {
        let parts: Vec<&str> = text.split('/').collect();
        let legal = |part: &&str| {
            !part.is_empty()
                && part.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'))
        };
        if !parts.iter().all(legal) {
            return Err(format!("`{text}` is not a platform; write it as `linux/amd64`"));
        }
        match parts[..] {
            ["linux" | "Linux"] => Ok(Self::native()),
            [architecture] if KNOWN.contains(&Self::new("linux", architecture, "").architecture.as_str()) => {
                Ok(Self::new("linux", architecture, ""))
            }
            [os, architecture] => Ok(Self::new(os, architecture, "")),
            [os, architecture, variant] => Ok(Self::new(os, architecture, variant)),
            _ => Err(format!("`{text}` is not a platform; write it as `linux/amd64`")),
        }
    }
}

/// Processors that may be written without an operating system.
const KNOWN: &[&str] =
    &["386", "amd64", "arm", "arm64", "loong64", "mips64le", "ppc64le", "riscv64", "s390x"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_names_of_the_same_platform() {
        for (written, id) in [
            ("linux/amd64", "linux/amd64"),
            ("linux/x86_64", "linux/amd64"),
            ("Linux/AMD64/v1", "linux/amd64"),
            ("linux/amd64/v2", "linux/amd64/v2"),
            ("linux/arm64/v8", "linux/arm64"),
            ("aarch64", "linux/arm64"),
            ("linux/arm", "linux/arm/v7"),
            ("linux/arm/6", "linux/arm/v6"),
            ("armhf", "linux/arm/v7"),
            ("linux/riscv64", "linux/riscv64"),
        ] {
            assert_eq!(written.parse::<Platform>().unwrap().to_string(), id, "{written}");
        }
    }

    #[test]
    fn what_is_no_platform() {
        for text in ["", "linux/", "a/b/c/d", "linux/am d64", "toaster", "linux//v7"] {
            assert!(text.parse::<Platform>().is_err(), "{text}");
        }
    }
}
