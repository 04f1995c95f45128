//! Names of wheels: `name-version[-build]-python-abi-platform.whl` (the binary distribution format).

use std::borrow::Cow;
use std::str::FromStr;

use pep440_rs::Version;

use crate::lock::name::PackageName;

/// A wheel's name, taken apart. Its tags are sets: `py2.py3` is two.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WheelName<'f> {
    name: &'f str,
    version: &'f str,
    /// The build tag's number and what follows it: breaks ties, the greater wins, none is least.
    pub build: Option<(u64, &'f str)>,
    python: Cow<'f, str>,
    abi: Cow<'f, str>,
    platform: Cow<'f, str>,
}

impl<'f> WheelName<'f> {
    /// Takes a file name apart; `None` if it is not a wheel's.
    pub fn parse(filename: &'f str) -> Option<Self> {
        let stem = filename.strip_suffix(".whl")?;
        // From the right, as old wheels may have `-` in their name: three tags, perhaps a build tag, a version.
        let mut parts = stem.rsplitn(4, '-');
        let (platform, abi, python) = (parts.next()?, parts.next()?, parts.next()?);
        let (before, last) = parts.next()?.rsplit_once('-')?;
        let tagged = before.rsplit_once('-').filter(|(_, version)| starts_with_digit(version));
        let (name, version, build) = match tagged.zip(build_tag(last)) {
            Some(((name, version), build)) => (name, version, Some(build)),
            None => (before, last, None),
        };
        if name.is_empty() || !starts_with_digit(version) {
            return None;
        }
        let lower = |tags: &'f str| match tags.bytes().any(|byte| byte.is_ascii_uppercase()) {
            true => Cow::Owned(tags.to_ascii_lowercase()),
            false => Cow::Borrowed(tags),
        };
        Some(Self { name, version, build, python: lower(python), abi: lower(abi), platform: lower(platform) })
    }

    /// The package's name; `None` if it is not one.
    pub fn name(&self) -> Option<PackageName> {
        self.name.parse().ok()
    }

    /// Its version; `None` if it is not one.
    pub fn version(&self) -> Option<Version> {
        Version::from_str(&self.version.replace('_', "-")).ok()
    }

    /// `cp312`, or several: `py2`, `py3`.
    pub fn pythons(&self) -> impl Iterator<Item = &str> {
        self.python.split('.')
    }

    /// `cp312`, `abi3`, `none`.
    pub fn abis(&self) -> impl Iterator<Item = &str> {
        self.abi.split('.')
    }

    /// `manylinux_2_17_x86_64`, `any`.
    pub fn platforms(&self) -> impl Iterator<Item = &str> {
        self.platform.split('.')
    }
}

fn starts_with_digit(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit())
}

fn build_tag(text: &str) -> Option<(u64, &str)> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    Some((text[..digits].parse().ok()?, &text[digits..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(filename: &str, name: &str, version: &str, build: Option<u64>) {
        let wheel = WheelName::parse(filename).unwrap();
        assert_eq!(wheel.name().unwrap().as_str(), name);
        assert_eq!(wheel.version().unwrap().to_string(), version);
        assert_eq!(wheel.build.map(|(number, _)| number), build);
    }

    #[test]
    fn names() {
        check("Babel-2.14.0-py3-none-any.whl", "babel", "2.14.0", None);
        check("jaraco.classes-3.4.0-py3-none-any.whl", "jaraco-classes", "3.4.0", None);
        check("torch-2.1.0+cpu-cp311-cp311-linux_x86_64.whl", "torch", "2.1.0+cpu", None);
        check("a_b-1-2build-py2.py3-none-any.whl", "a-b", "1", Some(2));
        let wheel = WheelName::parse("x-1-cp39-abi3-manylinux_2_17_x86_64.manylinux2014_x86_64.whl").unwrap();
        assert_eq!(wheel.platforms().collect::<Vec<_>>(), ["manylinux_2_17_x86_64", "manylinux2014_x86_64"]);
    }

    #[test]
    fn not_wheels() {
        for name in ["a-1.tar.gz", "a.whl", "a-1-py3-none.whl", ".whl", "-----.whl", "a-x-py3-none-any.whl"] {
            assert_eq!(WheelName::parse(name), None, "{name}");
        }
    }
}
