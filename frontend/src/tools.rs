//! The one tool that is not ours: uv, pinned by a lock that uv itself wrote.

use wheelbase_helper::contract::{Interpreter, Libc};

use crate::diag::Diagnostic;
use crate::lock::{self, Others, Read, Request};
use crate::options::Platform;
use crate::select::{Artifact, RemoteFile, Target, select};
use crate::text::Files;

/// Made with `uv pip compile --universal --no-header --format pylock.toml` from the one line `uv`.
const LOCK: &str = include_str!("tools/pylock.uv.toml");

/// The wheel of uv that runs on a platform, whatever its C library: one that is linked statically.
///
/// # Errors
/// A platform that uv has no such wheel for.
pub fn uv_wheel(platform: &Platform) -> Result<RemoteFile, Diagnostic> {
    let machine = match (platform.architecture.as_str(), platform.variant.as_str()) {
        ("amd64", _) => "x86_64",
        ("arm64", _) => "aarch64",
        ("arm", _) => "armv7l",
        ("386", _) => "i686",
        (other, _) => other,
    };
    let interpreter = Interpreter {
        path: String::new(),
        implementation: "cpython".to_owned(),
        version: "3.13.0".to_owned(),
        abi_flags: String::new(),
        machine: machine.to_owned(),
        from_packages: false,
    };
    let mut files = Files::default();
    let file = files.add("pylock.uv.toml", LOCK);
    let none = || Diagnostic::error("no-uv", format!("there is no uv for a builder on {platform}"));
    let target = Target::new(&interpreter, Libc::Musl(1, 1)).map_err(|_| none())?;
    let Ok((Read::Locked(lock), _)) = lock::read(&file, &Others::new(), &Request::default()).into_result()
    else {
        return Err(none());
    };
    let (selection, _) = select(&lock, &Request::default(), &target).into_result().map_err(|_| none())?;
    match selection.packages.into_iter().next().map(|chosen| chosen.artifact) {
        Some(Artifact::Wheel(file)) => Ok(file),
        _ => Err(none()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_platform_of_docker_has_a_static_uv() {
        for platform in ["linux/amd64", "linux/arm64", "linux/arm/v7", "linux/386", "linux/riscv64"] {
            let wheel = uv_wheel(&crate::options::parse_platform(platform).unwrap()).unwrap();
            assert!(wheel.filename.contains("musllinux"), "{platform}: {}", wheel.filename);
        }
        assert!(uv_wheel(&crate::options::parse_platform("linux/mips64le").unwrap()).is_err());
    }
}
