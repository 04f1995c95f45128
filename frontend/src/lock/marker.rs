//! Environment markers: conditions on the interpreter, the platform, extras and groups (PEP 508, and the lists
//! `extras` and `dependency_groups` of PEP 751).
//!
//! Read by [`parse`], decided by [`evaluate`]. A marker here knows nothing of packages or locks.

mod evaluate;
mod parse;

use std::fmt;
use std::str::FromStr;

use pep440_rs::{Version, VersionSpecifier};

pub use evaluate::{Active, Environment, Truth};
pub use parse::MarkerError;

/// A condition. [`fmt::Display`] gives the text that it was read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marker {
    text: String,
    node: Node,
}

impl Marker {
    /// The condition that always holds.
    pub fn always() -> Self {
        Self { text: String::new(), node: Node::All(vec![]) }
    }

    /// Whether this is the condition that always holds.
    pub fn is_always(&self) -> bool {
        matches!(&self.node, Node::All(nodes) if nodes.is_empty())
    }

    /// Whether it holds on this interpreter and platform with these extras and groups.
    pub fn evaluate(&self, environment: &Environment, active: Active<'_>) -> Truth {
        evaluate::evaluate(&self.node, environment, active)
    }
}

impl FromStr for Marker {
    type Err = MarkerError;

    /// Reads a marker; the empty text always holds.
    fn from_str(text: &str) -> Result<Self, MarkerError> {
        Ok(Self { node: parse::parse(text)?, text: text.to_owned() })
    }
}

impl fmt::Display for Marker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Node {
    All(Vec<Node>),
    Any(Vec<Node>),
    Test(Test),
}

/// One comparison, prepared when it is read.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Test {
    /// A variable that holds a version, against a version: compared as PEP 440 orders them.
    Version(Variable, VersionSpecifier),
    /// `python_version in '3.11, 3.12'`: any of them.
    VersionIn { variable: Variable, versions: Vec<Version>, negated: bool },
    /// Everything else: compared as text.
    Text { variable: Variable, comparison: Comparison, value: String },
    /// `extra == 'x'`: normalised name.
    Extra { value: String, negated: bool },
    /// `'x' in extras`, `'x' in dependency_groups`: normalised name.
    Listed { list: List, value: String, negated: bool },
}

/// What a marker can ask of the interpreter and the platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Variable {
    OsName,
    SysPlatform,
    PlatformMachine,
    PlatformPythonImplementation,
    PlatformRelease,
    PlatformSystem,
    PlatformVersion,
    PythonVersion,
    PythonFullVersion,
    ImplementationName,
    ImplementationVersion,
}

/// The lists of PEP 751.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum List {
    Extras,
    DependencyGroups,
}

/// How two texts are compared, the variable on the left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    /// The variable is a part of the value: `sys_platform in 'linux darwin'`.
    PartOf,
    NotPartOf,
    /// The value is a part of the variable: `'linux' in sys_platform`.
    Contains,
    NotContains,
    /// An order that texts do not have (`~=`): never holds.
    Undefined,
}

#[cfg(test)]
mod tests;
