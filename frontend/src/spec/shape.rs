//! What a value may look like, as data: the words of an error and the JSON schema are both made from it.
//!
//! A shape knows types, choices and bounds. What a string must say (a path, a port, a name) is a rule of its own
//! and is checked when the value is read.

use toml::de::DeValue;

use super::table::Row;

/// What a value may look like.
pub(super) enum Shape {
    /// Any string; the rule that reads it knows more.
    Text,
    /// A string that matches this regular expression. Only the schema uses the expression; the rule that reads
    /// the value gives better errors than "does not match".
    Pattern(&'static str),
    /// One of these strings.
    Choice(&'static [&'static str]),
    /// `true` or `false`.
    Bool,
    /// Only this one of the two.
    Only(bool),
    /// A whole number between these, both included.
    Integer(i64, i64),
    /// An array of these.
    List(&'static Shape),
    /// An array of strings that is one command: the program and its arguments.
    Argv,
    /// A table with any keys, and these as values.
    Map(&'static Shape),
    /// A table with these keys.
    Table(fn() -> Vec<&'static Row>),
    /// Any of these; no two of them have the same TOML type.
    OneOf(&'static [Shape]),
}

impl Shape {
    /// The part of this shape that a value of this TOML type belongs to.
    pub(super) fn alternative(&self, value: &DeValue<'_>) -> Option<&Shape> {
        let fits = match self {
            Self::Text | Self::Pattern(_) | Self::Choice(_) => value.is_str(),
            Self::Bool => value.is_bool(),
            Self::Only(wanted) => value.as_bool() == Some(*wanted),
            Self::Integer(..) => value.is_integer(),
            Self::List(_) | Self::Argv => value.is_array(),
            Self::Map(_) | Self::Table(_) => value.is_table(),
            Self::OneOf(shapes) => return shapes.iter().find_map(|shape| shape.alternative(value)),
        };
        fits.then_some(self)
    }

    /// What is wanted, for people: "a string", "`false`, a string or a table".
    pub(super) fn words(&self) -> String {
        match self {
            Self::Text | Self::Pattern(_) => "a string".to_owned(),
            Self::Choice(choices) => {
                one_of(&choices.iter().map(|c| format!("`\"{c}\"`")).collect::<Vec<_>>())
            }
            Self::Bool => "`true` or `false`".to_owned(),
            Self::Only(wanted) => format!("`{wanted}`"),
            Self::Integer(..) => "an integer".to_owned(),
            Self::List(item) => match item {
                Shape::Text | Shape::Pattern(_) => "an array of strings".to_owned(),
                Shape::Table(_) => "an array of tables".to_owned(),
                _ => "an array".to_owned(),
            },
            Self::Argv => "an array of strings".to_owned(),
            Self::Map(_) | Self::Table(_) => "a table".to_owned(),
            Self::OneOf(shapes) => one_of(&shapes.iter().map(Shape::words).collect::<Vec<_>>()),
        }
    }
}

/// What was found, for people: "a string".
pub(super) fn found(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) => "an integer",
        DeValue::Float(_) => "a float",
        DeValue::Boolean(true) => "`true`",
        DeValue::Boolean(false) => "`false`",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "an array",
        DeValue::Table(_) => "a table",
    }
}

/// "a", "a or b", "a, b or c".
pub(super) fn one_of(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [word] => word.clone(),
        [most @ .., last] => format!("{} or {last}", most.join(", ")),
    }
}
