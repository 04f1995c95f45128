//! Which packages must come as wheels and which must be built: pip's `--only-binary` and `--no-binary`.

use std::collections::BTreeSet;

use super::name::{PackageName, normalise};

/// Which packages must come as wheels, and which must be built.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Binary {
    /// Never built: a wheel or an error.
    pub only: Names,
    /// Never a wheel of an index: built from the sdist.
    pub no: Names,
}

/// All packages, or some.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Names {
    all: bool,
    names: BTreeSet<String>,
}

impl Names {
    /// Adds names as pip takes them: separated by commas, `:all:` for all, `:none:` to forget what was said.
    pub fn add(&mut self, text: &str) {
        for name in text.split(',').map(str::trim).filter(|name| !name.is_empty()) {
            match name {
                ":all:" => self.all = true,
                ":none:" => *self = Self::default(),
                name => {
                    self.names.insert(normalise(name));
                }
            }
        }
    }

    /// Adds others.
    pub fn extend(&mut self, others: &Self) {
        self.all |= others.all;
        self.names.extend(others.names.iter().cloned());
    }

    /// The names as pip and uv take them, one after the other, sorted; `:all:` for all.
    pub fn arguments(&self) -> Vec<String> {
        let all = self.all.then(|| ":all:".to_owned());
        all.into_iter().chain(self.names.iter().cloned()).collect()
    }

    /// Whether a package is among them.
    pub fn contains(&self, name: &PackageName) -> bool {
        self.all || self.names.contains(name.as_str())
    }

    /// Whether a package is among them by its own name, which is stronger than `:all:`.
    pub fn names(&self, name: &PackageName) -> bool {
        self.names.contains(name.as_str())
    }
}

impl<S: AsRef<str>> FromIterator<S> for Names {
    fn from_iter<I: IntoIterator<Item = S>>(texts: I) -> Self {
        let mut names = Self::default();
        for text in texts {
            names.add(text.as_ref());
        }
        names
    }
}
