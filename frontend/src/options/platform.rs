//! Platforms as people write them, made one: `linux/arm64/v8`, `aarch64` and `linux/arm64` are the same.

use buildkit_llb::Platform;

/// Normalises the parts as containerd does: case, other names of the same processor, variants that are the usual
/// one. The name of what comes out is the platform's id in results.
pub fn platform(os: &str, architecture: &str, variant: &str) -> Platform {
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
    Platform { architecture: architecture.to_owned(), os, variant: variant.to_owned() }
}

/// The platform that this program runs on, for daemons that do not tell theirs: it is the daemon's.
pub fn native_platform() -> Platform {
    let architecture = match std::env::consts::ARCH {
        "x86" => "386",
        "powerpc64" if cfg!(target_endian = "little") => "ppc64le",
        other => other,
    };
    platform("linux", architecture, "")
}

/// Reads `os/architecture[/variant]`, or an operating system or an architecture alone.
///
/// # Errors
/// What is none of these, in words.
pub fn parse_platform(text: &str) -> Result<Platform, String> {
    let parts: Vec<&str> = text.split('/').collect();
    let legal = |part: &&str| {
        !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'))
    };
    let known =
        |architecture: &str| KNOWN.contains(&platform("linux", architecture, "").architecture.as_str());
    match parts[..] {
        _ if !parts.iter().all(legal) => {
            Err(format!("`{text}` is not a platform; write it as `linux/amd64`"))
        }
        ["linux" | "Linux"] => Ok(native_platform()),
        [architecture] if known(architecture) => Ok(platform("linux", architecture, "")),
        [os, architecture] => Ok(platform(os, architecture, "")),
        [os, architecture, variant] => Ok(platform(os, architecture, variant)),
        _ => Err(format!("`{text}` is not a platform; write it as `linux/amd64`")),
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
            assert_eq!(parse_platform(written).unwrap().name(), id, "{written}");
        }
    }

    #[test]
    fn what_is_no_platform() {
        for text in ["", "linux/", "a/b/c/d", "linux/am d64", "toaster", "linux//v7"] {
            assert!(parse_platform(text).is_err(), "{text}");
        }
    }
}
