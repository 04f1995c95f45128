//! Which Python an app wants, where it does not say `from`.

use crate::spec::Spec;
use crate::text::SourceFile;

/// The minor version of a project that says nothing.
pub(super) const DEFAULT: &str = "3.13";

/// The minor version that an image is chosen by.
pub(super) fn minor(spec: &Spec, version_file: Option<&SourceFile>) -> String {
    let written = spec.python.as_ref().map(|python| python.value.as_str());
    let pinned =
        version_file.and_then(|file| file.text().lines().map(str::trim).find(|line| !line.is_empty()));
    written.or(pinned).and_then(first_minor).unwrap_or_else(|| DEFAULT.to_owned())
}

/// The first `X.Y` of a version or a requirement: `3.12.4` and `>=3.12,<3.14` are both 3.12.
fn first_minor(text: &str) -> Option<String> {
    let start = text.find(|c: char| c.is_ascii_digit())?;
    let mut numbers = text[start..].split(|c: char| !c.is_ascii_digit() && c != '.').next()?.split('.');
    let (major, minor) = (numbers.next()?, numbers.next()?);
    let number = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_digit());
    (number(major) && number(minor)).then(|| format!("{major}.{minor}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_and_requirements() {
        assert_eq!(first_minor("3.12").as_deref(), Some("3.12"));
        assert_eq!(first_minor("3.12.4").as_deref(), Some("3.12"));
        assert_eq!(first_minor(">=3.11,<4").as_deref(), Some("3.11"));
        assert_eq!(first_minor("cpython-3.13").as_deref(), Some("3.13"));
        assert_eq!(first_minor("3").as_deref(), None);
        assert_eq!(first_minor("system").as_deref(), None);
    }
}
