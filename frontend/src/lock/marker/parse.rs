//! From text to a marker's tree: PEP 508's grammar, with the deprecated spellings that old metadata still holds.

use std::fmt;
use std::str::FromStr;

use pep440_rs::{Version, VersionSpecifier};

use super::{Comparison, List, Node, Test, Variable};
use crate::lock::name::normalise;

/// Parentheses deeper than this are refused, so that no text can exhaust the stack.
const MAX_DEPTH: usize = 64;

/// Why a text is not a marker, and where: a byte range of that text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MarkerError {
    /// What is wrong, for people.
    pub message: String,
    /// First byte that is wrong.
    pub start: usize,
    /// One past the last byte that is wrong.
    pub end: usize,
}

impl fmt::Display for MarkerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for MarkerError {}

pub(super) fn parse(text: &str) -> Result<Node, MarkerError> {
    let mut parser = Parser { text, at: 0, depth: 0 };
    parser.space();
    if parser.rest().is_empty() {
        return Ok(Node::All(vec![]));
    }
    let node = parser.any()?;
    parser.space();
    if parser.rest().is_empty() { Ok(node) } else { Err(parser.error("expected `and`, `or` or the end")) }
}

struct Parser<'t> {
    text: &'t str,
    at: usize,
    depth: usize,
}

/// One side of a comparison.
enum Operand {
    Variable(Variable),
    Extra,
    List(List),
    Value(String),
}

/// An operator as it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    Symbol(&'static str),
    In,
    NotIn,
}

/// Longest first: `===` starts with `==`.
const SYMBOLS: [&str; 8] = ["===", "==", "~=", "!=", "<=", ">=", "<", ">"];

impl<'t> Parser<'t> {
    fn any(&mut self) -> Result<Node, MarkerError> {
        let mut nodes = vec![self.all()?];
        while self.keyword("or") {
            nodes.push(self.all()?);
        }
        Ok(single_or(nodes, Node::Any))
    }

    fn all(&mut self) -> Result<Node, MarkerError> {
        let mut nodes = vec![self.atom()?];
        while self.keyword("and") {
            nodes.push(self.atom()?);
        }
        Ok(single_or(nodes, Node::All))
    }

    fn atom(&mut self) -> Result<Node, MarkerError> {
        self.space();
        if !self.rest().starts_with('(') {
            return self.comparison();
        }
        if self.depth == MAX_DEPTH {
            return Err(self.error("too many nested parentheses"));
        }
        self.at += 1;
        self.depth += 1;
        let node = self.any()?;
        self.depth -= 1;
        self.space();
        if !self.rest().starts_with(')') {
            return Err(self.error("expected `)`"));
        }
        self.at += 1;
        Ok(node)
    }

    fn comparison(&mut self) -> Result<Node, MarkerError> {
        let start = self.at;
        let left = self.operand()?;
        let operator = self.operator()?;
        let right = self.operand()?;
        let test = match (left, right) {
            (Operand::Variable(variable), Operand::Value(value)) => compare(variable, operator, value),
            (Operand::Value(value), Operand::Variable(variable)) => {
                compare_reversed(value, operator, variable)
            }
            (Operand::Extra, Operand::Value(value)) | (Operand::Value(value), Operand::Extra) => {
                let negated = match operator {
                    Operator::Symbol("==" | "===") => false,
                    Operator::Symbol("!=") => true,
                    _ => return Err(self.since(start, "`extra` is compared with `==` or `!=`")),
                };
                Test::Extra { value: normalise(&value), negated }
            }
            (Operand::Value(value), Operand::List(list)) => {
                let negated = match operator {
                    Operator::In => false,
                    Operator::NotIn => true,
                    Operator::Symbol(_) => {
                        return Err(self.since(start, "a list is asked with `'name' in` or `'name' not in`"));
                    }
                };
                Test::Listed { list, value: normalise(&value), negated }
            }
            _ => return Err(self.since(start, "a comparison needs one variable and one quoted value")),
        };
        Ok(Node::Test(test))
    }

    fn operand(&mut self) -> Result<Operand, MarkerError> {
        self.space();
        let rest = self.rest();
        if let Some(quote) = rest.chars().next().filter(|c| matches!(c, '\'' | '"')) {
            let inner = &rest[1..];
            let Some(length) = inner.find(quote) else {
                return Err(self.error("a quote without its end"));
            };
            self.at += length + 2;
            return Ok(Operand::Value(inner[..length].to_owned()));
        }
        let length =
            rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '.').unwrap_or(rest.len());
        let operand = match &rest[..length] {
            "" => return Err(self.error("expected a variable or a quoted value")),
            "os_name" | "os.name" => Operand::Variable(Variable::OsName),
            "sys_platform" | "sys.platform" => Operand::Variable(Variable::SysPlatform),
            "platform_machine" | "platform.machine" => Operand::Variable(Variable::PlatformMachine),
            "platform_python_implementation" | "platform.python_implementation" | "python_implementation" => {
                Operand::Variable(Variable::PlatformPythonImplementation)
            }
            "platform_release" => Operand::Variable(Variable::PlatformRelease),
            "platform_system" => Operand::Variable(Variable::PlatformSystem),
            "platform_version" | "platform.version" => Operand::Variable(Variable::PlatformVersion),
            "python_version" => Operand::Variable(Variable::PythonVersion),
            "python_full_version" => Operand::Variable(Variable::PythonFullVersion),
            "implementation_name" => Operand::Variable(Variable::ImplementationName),
            "implementation_version" => Operand::Variable(Variable::ImplementationVersion),
            "extra" => Operand::Extra,
            "extras" => Operand::List(List::Extras),
            "dependency_groups" => Operand::List(List::DependencyGroups),
            _ => {
                self.at += length;
                return Err(self.since(self.at - length, "no such marker variable"));
            }
        };
        self.at += length;
        Ok(operand)
    }

    fn operator(&mut self) -> Result<Operator, MarkerError> {
        self.space();
        if let Some(symbol) = SYMBOLS.into_iter().find(|symbol| self.rest().starts_with(symbol)) {
            self.at += symbol.len();
            return Ok(Operator::Symbol(symbol));
        }
        if self.keyword("in") {
            return Ok(Operator::In);
        }
        if self.keyword("not") && self.keyword("in") {
            return Ok(Operator::NotIn);
        }
        Err(self.error("expected a comparison: `==`, `!=`, `<`, `<=`, `>`, `>=`, `~=`, `in` or `not in`"))
    }

    /// Takes a word, if it stands here and does not go on as a longer word.
    fn keyword(&mut self, word: &str) -> bool {
        let before = self.at;
        self.space();
        let Some(after) = self.rest().strip_prefix(word) else {
            self.at = before;
            return false;
        };
        if after.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_') {
            self.at = before;
            return false;
        }
        self.at += word.len();
        true
    }

    fn space(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
    }

    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    fn error(&self, message: &str) -> MarkerError {
        let end = self.rest().chars().next().map_or(self.at, |c| self.at + c.len_utf8());
        MarkerError { message: message.to_owned(), start: self.at, end }
    }

    fn since(&self, start: usize, message: &str) -> MarkerError {
        MarkerError { message: message.to_owned(), start, end: self.at }
    }
}

fn single_or(mut nodes: Vec<Node>, many: impl FnOnce(Vec<Node>) -> Node) -> Node {
    match (nodes.len(), nodes.pop()) {
        (1, Some(node)) => node,
        (_, Some(last)) => {
            nodes.push(last);
            many(nodes)
        }
        (_, None) => many(nodes),
    }
}

/// `variable operator 'value'`. Where the variable holds a version and the value is one, versions are compared;
/// else texts, as PEP 508 says.
fn compare(variable: Variable, operator: Operator, value: String) -> Test {
    if variable.is_version() {
        match operator {
            Operator::Symbol(symbol) => {
                if let Ok(specifier) = VersionSpecifier::from_str(&format!("{symbol}{}", value.trim())) {
                    return Test::Version(variable, specifier);
                }
            }
            Operator::In | Operator::NotIn => {
                if let Some(versions) = versions(&value) {
                    return Test::VersionIn { variable, versions, negated: operator == Operator::NotIn };
                }
            }
        }
    }
    let comparison = match operator {
        Operator::In => Comparison::PartOf,
        Operator::NotIn => Comparison::NotPartOf,
        Operator::Symbol(symbol) => Comparison::from_symbol(symbol),
    };
    Test::Text { variable, comparison, value }
}

/// `'value' operator variable`: the same with the sides exchanged, except that `in` reads another way.
fn compare_reversed(value: String, operator: Operator, variable: Variable) -> Test {
    let comparison = match operator {
        Operator::In => Comparison::Contains,
        Operator::NotIn => Comparison::NotContains,
        Operator::Symbol(symbol) => {
            let mirrored = match symbol {
                "<" => ">",
                "<=" => ">=",
                ">" => "<",
                ">=" => "<=",
                same => same,
            };
            return compare(variable, Operator::Symbol(mirrored), value);
        }
    };
    Test::Text { variable, comparison, value }
}

/// `'2.7, 3.12'`: the versions, if all of them are.
fn versions(value: &str) -> Option<Vec<Version>> {
    let parts = value.split([' ', ',', '|']).filter(|part| !part.is_empty());
    let versions: Result<Vec<_>, _> = parts.map(Version::from_str).collect();
    versions.ok().filter(|versions| !versions.is_empty())
}

impl Variable {
    fn is_version(self) -> bool {
        matches!(self, Self::PythonVersion | Self::PythonFullVersion | Self::ImplementationVersion)
    }
}

impl Comparison {
    fn from_symbol(symbol: &str) -> Self {
        match symbol {
            "==" | "===" => Self::Equal,
            "!=" => Self::NotEqual,
            "<" => Self::Less,
            "<=" => Self::LessOrEqual,
            ">" => Self::Greater,
            ">=" => Self::GreaterOrEqual,
            _ => Self::Undefined,
        }
    }
}
