//! The images that a description means without saying so.

use crate::spec::Variant;

/// The image of an app that says only which Python it wants: `python:3.12-slim`.
pub fn default_base(minor: &str, variant: Variant) -> String {
    match variant {
        Variant::Slim => format!("python:{minor}-slim"),
        Variant::SlimBookworm => format!("python:{minor}-slim-bookworm"),
        Variant::Alpine => format!("python:{minor}-alpine"),
        Variant::Full => format!("python:{minor}"),
    }
}

/// The image in which wheels are compiled for an app on `base`: the full variant of the same official image,
/// whose C library and interpreter are the same; for any other image, the image itself.
pub fn compile_base(base: &str) -> String {
    let (reference, _digest) = base.split_once('@').unwrap_or((base, ""));
    let last = reference.rfind('/').map_or(0, |at| at + 1);
    match reference[last..].split_once(':') {
        Some(("python", tag)) if base == reference => {
            let parts: Vec<&str> = tag.split('-').filter(|part| *part != "slim").collect();
            match parts.as_slice() {
                [] => format!("{}python", &reference[..last]),
                parts => format!("{}python:{}", &reference[..last], parts.join("-")),
            }
        }
        _ => base.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compiling_happens_on_the_full_variant() {
        assert_eq!(compile_base("python:3.12-slim"), "python:3.12");
        assert_eq!(compile_base("python:3.12-slim-bookworm"), "python:3.12-bookworm");
        assert_eq!(compile_base("docker.io/library/python:slim"), "docker.io/library/python");
        assert_eq!(compile_base("registry:5000/python:3.9-alpine"), "registry:5000/python:3.9-alpine");
        assert_eq!(compile_base("ubuntu:24.04"), "ubuntu:24.04");
        assert_eq!(compile_base("python:3.12-slim@sha256:00"), "python:3.12-slim@sha256:00");
    }
}
