//! Whether a marker holds. What only the kernel of the machine that will run the image knows
//! (`platform_release`, `platform_version`) is unknown here, and stays unknown through `and` and `or` unless the
//! other side decides alone.

use std::collections::BTreeSet;

use pep440_rs::Version;

use super::{Comparison, List, Node, Test, Variable};

/// The answer to a marker. Ordered so that `and` is the least and `or` the greatest of its sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Truth {
    /// It does not hold.
    No,
    /// It depends on the kernel of the machine that will run the image.
    Unknown,
    /// It holds.
    Yes,
}

/// The values of marker variables for one interpreter on Linux.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Environment {
    /// `platform_machine`: what `uname -m` says.
    pub platform_machine: String,
    /// `implementation_name`: `cpython`.
    pub implementation_name: String,
    /// `platform_python_implementation`: `CPython`.
    pub platform_python_implementation: String,
    /// `python_version`: major and minor.
    pub python_version: Version,
    /// `python_full_version`, and `implementation_version`, which is the same for CPython.
    pub python_full_version: Version,
}

/// The extras and groups that are on while a marker is asked, normalised.
#[derive(Debug, Clone, Copy)]
pub struct Active<'a> {
    /// For `extra == 'x'` and `'x' in extras`.
    pub extras: &'a BTreeSet<String>,
    /// For `'x' in dependency_groups`.
    pub groups: &'a BTreeSet<String>,
}

static NOTHING: BTreeSet<String> = BTreeSet::new();

impl Active<'static> {
    /// No extras and no groups.
    pub const NONE: Self = Self { extras: &NOTHING, groups: &NOTHING };
}

pub(super) fn evaluate(node: &Node, environment: &Environment, active: Active<'_>) -> Truth {
    let each = |node| evaluate(node, environment, active);
    match node {
        Node::All(nodes) => nodes.iter().map(each).min().unwrap_or(Truth::Yes),
        Node::Any(nodes) => nodes.iter().map(each).max().unwrap_or(Truth::No),
        Node::Test(test) => decide(test, environment, active),
    }
}

fn decide(test: &Test, environment: &Environment, active: Active<'_>) -> Truth {
    match test {
        Test::Version(variable, specifier) => Truth::from(specifier.contains(environment.version(*variable))),
        Test::VersionIn { variable, versions, negated } => {
            Truth::from(versions.contains(environment.version(*variable)) != *negated)
        }
        Test::Extra { value, negated } => Truth::from(active.extras.contains(value) != *negated),
        Test::Listed { list, value, negated } => {
            let set = match list {
                List::Extras => active.extras,
                List::DependencyGroups => active.groups,
            };
            Truth::from(set.contains(value) != *negated)
        }
        Test::Text { variable, comparison, value } => match environment.text(*variable) {
            None => Truth::Unknown,
            Some(ours) => Truth::from(comparison.holds(&ours, value)),
        },
    }
}

impl Environment {
    fn version(&self, variable: Variable) -> &Version {
        match variable {
            Variable::PythonVersion => &self.python_version,
            _ => &self.python_full_version,
        }
    }

    fn text(&self, variable: Variable) -> Option<std::borrow::Cow<'_, str>> {
        Some(match variable {
            Variable::OsName => "posix".into(),
            Variable::SysPlatform => "linux".into(),
            Variable::PlatformSystem => "Linux".into(),
            Variable::PlatformMachine => self.platform_machine.as_str().into(),
            Variable::PlatformPythonImplementation => self.platform_python_implementation.as_str().into(),
            Variable::ImplementationName => self.implementation_name.as_str().into(),
            Variable::PythonVersion | Variable::PythonFullVersion | Variable::ImplementationVersion => {
                self.version(variable).to_string().into()
            }
            Variable::PlatformRelease | Variable::PlatformVersion => return None,
        })
    }
}

impl Comparison {
    fn holds(self, ours: &str, value: &str) -> bool {
        match self {
            Self::Equal => ours == value,
            Self::NotEqual => ours != value,
            Self::Less => ours < value,
            Self::LessOrEqual => ours <= value,
            Self::Greater => ours > value,
            Self::GreaterOrEqual => ours >= value,
            Self::PartOf => value.contains(ours),
            Self::NotPartOf => !value.contains(ours),
            Self::Contains => ours.contains(value),
            Self::NotContains => !ours.contains(value),
            Self::Undefined => false,
        }
    }
}

impl From<bool> for Truth {
    fn from(holds: bool) -> Self {
        if holds { Self::Yes } else { Self::No }
    }
}
