//! What the name of a wheel's file says: `NAME-VERSION(-BUILD)?-PYTHON-ABI-PLATFORM.whl` (PEP 427, PEP 425).

use crate::error::{Error, Result};

/// The parts of the name of a wheel's file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct WheelName {
    /// Normalised name of the package.
    pub(crate) name: String,
    /// Version, as it is written there.
    pub(crate) version: String,
    /// Every tag that the compressed tag set stands for.
    pub(crate) tags: Vec<String>,
}

impl WheelName {
    /// Takes a file name apart, from the right: old names may hold a `-` in front of the version.
    ///
    /// Errors: a name that is not that of a wheel.
    pub(crate) fn parse(file_name: &str) -> Result<WheelName> {
        let wrong = || Error::new("its name is not NAME-VERSION-PYTHON-ABI-PLATFORM.whl");
        let stem = file_name.strip_suffix(".whl").ok_or_else(wrong)?;
        let mut parts: Vec<&str> = stem.split('-').collect();
        if parts.len() < 5 || parts.iter().any(|part| part.is_empty()) {
            return Err(wrong());
        }
        let tags = parts.split_off(parts.len() - 3);
        let starts_with_digit = |part: &str| part.starts_with(|first: char| first.is_ascii_digit());
        let has_build_tag = parts.len() > 2
            && starts_with_digit(parts[parts.len() - 1])
            && starts_with_digit(parts[parts.len() - 2]);
        if has_build_tag {
            parts.pop();
        }
        let version = parts.pop().ok_or_else(wrong)?.to_owned();
        Ok(WheelName {
            name: normalized(&parts.join("-")),
            version,
            tags: expanded(tags[0], tags[1], tags[2]),
        })
    }
}

/// A package name as PEP 503 normalises it: lower case, runs of `-`, `_` and `.` are one `-`.
pub(crate) fn normalized(name: &str) -> String {
    let mut result = String::with_capacity(name.len());
    for letter in name.chars() {
        match letter {
            '-' | '_' | '.' if result.ends_with('-') => {}
            '-' | '_' | '.' => result.push('-'),
            other => result.extend(other.to_lowercase()),
        }
    }
    result
}

/// Every combination of a compressed tag set.
fn expanded(pythons: &str, abis: &str, platforms: &str) -> Vec<String> {
    let mut tags = Vec::new();
    for python in pythons.split('.') {
        for abi in abis.split('.') {
            for platform in platforms.split('.') {
                tags.push(format!("{python}-{abi}-{platform}"));
            }
        }
    }
    tags
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(file_name: &str, name: &str, version: &str, tags: &[&str]) {
        let parsed = WheelName::parse(file_name).unwrap();
        assert_eq!((parsed.name.as_str(), parsed.version.as_str()), (name, version));
        assert_eq!(parsed.tags, tags);
    }

    #[test]
    fn names() {
        check("flask-3.1.3-py3-none-any.whl", "flask", "3.1.3", &["py3-none-any"]);
        check("jaraco.classes-3.4.0-py3-none-any.whl", "jaraco-classes", "3.4.0", &["py3-none-any"]);
        check("six-1.17.0-py2.py3-none-any.whl", "six", "1.17.0", &["py2-none-any", "py3-none-any"]);
        check("Foo__Bar-1-2build-py3-none-any.whl", "foo-bar", "1", &["py3-none-any"]);
        check("foo-bar-1.0-py3-none-any.whl", "foo-bar", "1.0", &["py3-none-any"]);
        check(
            "m-3.0.2-cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
            "m",
            "3.0.2",
            &["cp312-cp312-manylinux_2_17_x86_64", "cp312-cp312-manylinux2014_x86_64"],
        );
        check(
            "torch-2.4.0+cpu-cp312-cp312-linux_x86_64.whl",
            "torch",
            "2.4.0+cpu",
            &["cp312-cp312-linux_x86_64"],
        );
    }

    #[test]
    fn no_wheels() {
        for name in
            ["flask-3.1.3.tar.gz", "flask.whl", "flask-py3-none-any.whl", "flask--py3-none-any.whl", ".whl"]
        {
            assert!(WheelName::parse(name).is_err(), "{name}");
        }
    }
}
