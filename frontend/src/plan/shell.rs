//! Which images have a shell, by their names: those need not be looked at before packages are installed on them.

use crate::context::ImageName;

/// Official images in which a shell and a package manager have always been.
const WITH_A_SHELL: &[&str] = &[
    "almalinux",
    "alpine",
    "amazonlinux",
    "buildpack-deps",
    "debian",
    "fedora",
    "gcc",
    "golang",
    "node",
    "oraclelinux",
    "php",
    "pypy",
    "python",
    "rockylinux",
    "ruby",
    "rust",
    "ubuntu",
];

/// Whether an image is known to have a shell. A mirror of the official images keeps their `library/`.
pub(super) fn has_a_shell(image: &str) -> bool {
    let Ok(name) = image.parse::<ImageName>() else { return false };
    let official = name.path().strip_prefix("library/");
    let official = official.or_else(|| name.path().rsplit_once("/library/").map(|(_, last)| last));
    official.is_some_and(|official| WITH_A_SHELL.contains(&official))
}

/// Whether a system package is a shell, so that steps after it may use one although the base has none.
pub(super) fn brings_a_shell(package: &str) -> bool {
    ["bash", "busybox", "busybox-static", "dash"].contains(&package)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn official_images_have_a_shell() {
        for image in ["python:3.13-slim", "docker.io/library/debian", "mirror.example.com/library/node:22"] {
            assert!(has_a_shell(image), "{image}");
        }
        for image in
            ["gcr.io/distroless/python3", "cgr.dev/chainguard/python", "someone/python", "base", "No Name"]
        {
            assert!(!has_a_shell(image), "{image}");
        }
    }
}
