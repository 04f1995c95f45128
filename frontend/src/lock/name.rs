//! Names of packages, extras and groups, and the one way in which they compare.

use std::fmt;
use std::str::FromStr;

/// A name normalised as PEP 503 says: lower case, runs of `-`, `_` and `.` become one `-`.
///
/// Made by [`FromStr`] only, so nobody asks again whether a name is normalised.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PackageName(String);

impl PackageName {
    /// The normalised name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PackageName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for PackageName {
    type Err = InvalidName;

    /// Takes any spelling. A name is made of ASCII letters, digits, `-`, `_` and `.`, and starts and ends with a
    /// letter or digit (the core metadata specification's `Name`).
    fn from_str(text: &str) -> Result<Self, InvalidName> {
        if is_valid(text) { Ok(Self(normalise(text))) } else { Err(InvalidName(text.to_owned())) }
    }
}

/// A text that cannot be the name of a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidName(String);

impl fmt::Display for InvalidName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is not a name of a package: letters, digits, `-`, `_` and `.` are", self.0)
    }
}

impl std::error::Error for InvalidName {}

/// Lower case, runs of `-`, `_` and `.` as one `-`. Extras (PEP 685) and groups (PEP 735) compare the same way
/// as packages do.
pub fn normalise(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    let mut separated = false;
    for character in name.chars() {
        let separator = matches!(character, '-' | '_' | '.');
        if !separator {
            out.push(character.to_ascii_lowercase());
        } else if !separated {
            out.push('-');
        }
        separated = separator;
    }
    out
}

fn is_valid(text: &str) -> bool {
    let bytes = text.as_bytes();
    let inner = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    match (bytes.first(), bytes.last()) {
        (Some(first), Some(last)) => {
            first.is_ascii_alphanumeric() && last.is_ascii_alphanumeric() && bytes.iter().all(inner)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_name() {
        for text in ["jaraco.classes", "Jaraco_Classes", "jaraco-._classes"] {
            assert_eq!(text.parse::<PackageName>().unwrap().as_str(), "jaraco-classes");
        }
    }

    #[test]
    fn not_names() {
        for text in ["", "-a", "a-", "a b", "ä", "a/b", "."] {
            assert!(text.parse::<PackageName>().is_err(), "{text}");
        }
    }
}
