//! `python`: a version, or a requirement that the base's Python has to meet.

use std::str::FromStr;

use pep440_rs::{Version, VersionSpecifiers};

use super::Refusal;
use crate::spec::reader::shorten;

/// `3.12`, `3.12.4`, `>=3.12,<3.14` (PEP 440).
pub(in crate::spec) fn requirement(text: &str) -> Result<String, Refusal> {
    let trimmed = text.trim();
    let refuse = |label: &str| {
        Refusal::new("bad-python", format!("`{}` is not a version of Python", shorten(text)), label)
    };
    let bare = trimmed.trim_start_matches("python").trim_start_matches([':', '-']);
    if let Some((version, variant)) = bare.split_once('-')
        && Version::from_str(version).is_ok()
    {
        return Err(refuse("only the version is written here").help(format!(
            "write `python = \"{version}\"`, and `variant = \"{}\"` if you mean that image",
            shorten(variant)
        )));
    }
    if bare != trimmed && Version::from_str(bare).is_ok() {
        return Err(refuse("only the version is written here").help(format!("write `python = \"{bare}\"`")));
    }
    if let Ok(version) = Version::from_str(trimmed) {
        return match version.release() {
            [3, ..] => Ok(trimmed.to_owned()),
            [2, ..] => Err(refuse("Python 2 is not supported").help("for example `\"3.12\"`")),
            _ => Err(refuse("there is no such Python").help("for example `\"3.12\"`")),
        };
    }
    match VersionSpecifiers::from_str(trimmed) {
        Ok(specifiers) if !specifiers.is_empty() => Ok(trimmed.to_owned()),
        _ => Err(refuse("a version, or a requirement as in `requires-python`")
            .help("for example `\"3.12\"` or `\">=3.12,<3.14\"`")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_and_requirements() {
        for good in ["3", "3.12", "3.12.4", "3.14.0rc1", ">=3.12,<3.14", "~=3.12", "==3.12.*"] {
            assert!(requirement(good).is_ok(), "{good}");
        }
        for bad in ["", "2.7", "1.0", "latest", "3.12-slim", "python3.12", "3.x"] {
            assert!(requirement(bad).is_err(), "{bad}");
        }
    }
}
