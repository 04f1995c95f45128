//! Names of wheels: `name-version[-build]-python-abi-platform.whl` (the binary distribution format).

use std::str::FromStr;

use pep440_rs::Version;

use crate::lock::name::PackageName;

/// A wheel's name, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WheelName {
    /// Normalised.
    pub name: PackageName,
    /// Its version.
    pub version: Version,
    /// The build tag's number and what follows it: breaks ties, the greater wins, none is least.
    pub build: Option<(u64, String)>,
    /// `cp312`, or several: `py2`, `py3`.
    pub pythons: Vec<String>,
    /// `cp312`, `abi3`, `none`.
    pub abis: Vec<String>,
    /// `manylinux_2_17_x86_64`, `any`.
    pub platforms: Vec<String>,
}

impl WheelName {
    /// Takes a file name apart; `None` if it is not a wheel's.
    pub fn parse(filename: &str) -> Option<Self> {
        let stem = filename.strip_suffix(".whl")?;
        let parts: Vec<&str> = stem.split('-').collect();
        // From the right, as old wheels may have `-` in their name: three tags, perhaps a build tag, a version.
        let [before @ .., pythons, abis, platforms] = parts.as_slice() else { return None };
        let (before, build) = match before {
            [rest @ .., build] if rest.len() >= 2 && Version::from_str(rest[rest.len() - 1]).is_ok() => {
                (rest, Some(build_tag(build)?))
            }
            rest => (rest, None),
        };
        let [name @ .., version] = before else { return None };
        Some(Self {
            name: name.join("-").parse().ok()?,
            version: Version::from_str(&version.replace('_', "-")).ok()?,
            build,
            pythons: tag_set(pythons),
            abis: tag_set(abis),
            platforms: tag_set(platforms),
        })
    }
}

fn tag_set(text: &str) -> Vec<String> {
    text.split('.').map(str::to_lowercase).collect()
}

fn build_tag(text: &str) -> Option<(u64, String)> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let number = text[..digits].parse().ok()?;
    Some((number, text[digits..].to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(filename: &str, name: &str, version: &str, build: Option<u64>) {
        let wheel = WheelName::parse(filename).unwrap();
        assert_eq!((wheel.name.as_str(), wheel.version.to_string().as_str()), (name, version));
        assert_eq!(wheel.build.map(|(number, _)| number), build);
    }

    #[test]
    fn names() {
        check("Babel-2.14.0-py3-none-any.whl", "babel", "2.14.0", None);
        check("jaraco.classes-3.4.0-py3-none-any.whl", "jaraco-classes", "3.4.0", None);
        check("torch-2.1.0+cpu-cp311-cp311-linux_x86_64.whl", "torch", "2.1.0+cpu", None);
        check("a_b-1-2build-py2.py3-none-any.whl", "a-b", "1", Some(2));
        let wheel = WheelName::parse("x-1-cp39-abi3-manylinux_2_17_x86_64.manylinux2014_x86_64.whl").unwrap();
        assert_eq!(wheel.platforms, ["manylinux_2_17_x86_64", "manylinux2014_x86_64"]);
    }

    #[test]
    fn not_wheels() {
        for name in ["a-1.tar.gz", "a.whl", "a-1-py3-none.whl", ".whl", "-----.whl", "a-x-py3-none-any.whl"] {
            assert_eq!(WheelName::parse(name), None, "{name}");
        }
    }
}
