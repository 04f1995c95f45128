//! Python source as logical lines of tokens: what is code, and what only looks like it.
//!
//! Comments go, strings become one token each, brackets and backslashes join lines. A file that Python would
//! refuse gives fewer or stranger lines, never a panic. Nothing here knows what a statement means.

use std::ops::Range;

/// One logical line; several statements on it, and what follows the colon of a block, are lines of their own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line<'s> {
    /// The column of its first token.
    pub(super) indent: usize,
    pub(super) tokens: Vec<Token<'s>>,
}

/// A token and its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token<'s> {
    pub(super) kind: Kind<'s>,
    pub(super) range: Range<usize>,
}

/// What a token is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind<'s> {
    /// A name or a keyword.
    Name(&'s str),
    /// A string; its value, where it is plain (no `f`, no `b`, nothing escaped).
    Text(Option<&'s str>),
    /// A number.
    Number,
    /// One character of an operator or a bracket.
    Symbol(char),
}

impl<'s> Token<'s> {
    pub(super) fn name(&self) -> Option<&'s str> {
        if let Kind::Name(name) = self.kind { Some(name) } else { None }
    }

    pub(super) fn text(&self) -> Option<&'s str> {
        if let Kind::Text(text) = self.kind { text } else { None }
    }

    pub(super) fn is(&self, symbol: char) -> bool {
        self.kind == Kind::Symbol(symbol)
    }
}

/// Strings in strings in strings: deeper than this, nobody has written them.
const MOST_NESTED: usize = 16;

/// Words that begin a line which a colon may end before the line break.
const BLOCKS: &[&str] =
    &["if", "elif", "else", "for", "while", "try", "except", "finally", "with", "def", "class", "async"];

/// The logical lines of a file.
pub(super) fn lines(text: &str) -> Vec<Line<'_>> {
    let mut lines = vec![];
    let mut scan = Scan { text, at: if text.starts_with('\u{feff}') { 3 } else { 0 } };
    while scan.at < text.len() {
        let indent = scan.indent();
        let tokens = scan.logical_line();
        split(indent, tokens, &mut lines);
    }
    lines
}

/// Divides a line at its semicolons, and behind the colon of a block.
fn split<'s>(indent: usize, tokens: Vec<Token<'s>>, lines: &mut Vec<Line<'s>>) {
    let mut depth = 0_usize;
    let mut lambdas = 0_usize;
    let mut line = Line { indent, tokens: vec![] };
    for token in tokens {
        let block = line.tokens.first().and_then(Token::name).is_some_and(|word| BLOCKS.contains(&word));
        match token.kind {
            Kind::Symbol('(' | '[' | '{') => depth += 1,
            Kind::Symbol(')' | ']' | '}') => depth = depth.saturating_sub(1),
            Kind::Name("lambda") if depth == 0 => lambdas += 1,
            Kind::Symbol(';') if depth == 0 => {
                let next = Line { indent: line.indent, tokens: vec![] };
                lines.push(std::mem::replace(&mut line, next));
                continue;
            }
            Kind::Symbol(':') if depth == 0 && lambdas > 0 => lambdas -= 1,
            Kind::Symbol(':') if depth == 0 && block => {
                let next = Line { indent: line.indent + 1, tokens: vec![] };
                lines.push(std::mem::replace(&mut line, next));
                continue;
            }
            _ => {}
        }
        line.tokens.push(token);
    }
    lines.push(line);
    lines.retain(|line| !line.tokens.is_empty());
}

struct Scan<'s> {
    text: &'s str,
    at: usize,
}

impl<'s> Scan<'s> {
    fn peek(&self) -> Option<char> {
        self.text.get(self.at..)?.chars().next()
    }

    fn starts_with(&self, what: &str) -> bool {
        self.text.get(self.at..).is_some_and(|rest| rest.starts_with(what))
    }

    fn skip(&mut self, wanted: impl Fn(char) -> bool) {
        while let Some(next) = self.peek().filter(|next| wanted(*next)) {
            self.at += next.len_utf8();
        }
    }

    /// The width of the white space in front of a line. A tab goes to the next multiple of 8, as Python has it.
    fn indent(&mut self) -> usize {
        let mut width = 0;
        while let Some(next @ (' ' | '\t' | '\u{c}')) = self.peek() {
            width = match next {
                ' ' => width + 1,
                '\t' => (width / 8 + 1) * 8,
                _ => 0,
            };
            self.at += 1;
        }
        width
    }

    /// The tokens until the end of the logical line.
    fn logical_line(&mut self) -> Vec<Token<'s>> {
        let mut tokens = vec![];
        let mut depth = 0_usize;
        while let Some(next) = self.peek() {
            let start = self.at;
            let kind = match next {
                '\n' | '\r' => {
                    self.at += 1;
                    if depth == 0 {
                        break;
                    }
                    continue;
                }
                '#' => {
                    self.skip(|c| c != '\n' && c != '\r');
                    continue;
                }
                '\\' => {
                    self.at += 1;
                    // A line break behind it joins the lines.
                    self.at += usize::from(self.starts_with("\r\n"));
                    self.at += usize::from(self.starts_with("\n") || self.starts_with("\r"));
                    continue;
                }
                '"' | '\'' => Kind::Text(self.string("", 0)),
                c if c == '_' || c.is_alphabetic() => {
                    self.skip(|c| c == '_' || c.is_alphanumeric());
                    let word = &self.text[start..self.at];
                    match self.peek() {
                        Some('"' | '\'') if is_prefix(word) => Kind::Text(self.string(word, 0)),
                        _ => Kind::Name(word),
                    }
                }
                c if c.is_ascii_digit() => {
                    self.skip(|c| c == '_' || c == '.' || c.is_alphanumeric());
                    Kind::Number
                }
                c if c.is_whitespace() => {
                    self.at += c.len_utf8();
                    continue;
                }
                c => {
                    self.at += c.len_utf8();
                    match c {
                        '(' | '[' | '{' => depth += 1,
                        ')' | ']' | '}' => depth = depth.saturating_sub(1),
                        _ => {}
                    }
                    Kind::Symbol(c)
                }
            };
            tokens.push(Token { kind, range: start..self.at });
        }
        tokens
    }

    /// Goes over a string, whose quote is next, and gives its value if it is plain. An unfinished one ends with
    /// its line.
    fn string(&mut self, prefix: &str, nested: usize) -> Option<&'s str> {
        let quote = self.peek()?;
        let triple = ["\"\"\"", "'''"].into_iter().find(|three| self.starts_with(three));
        let end = triple.unwrap_or(if quote == '"' { "\"" } else { "'" });
        self.at += end.len();
        let formatted = prefix.contains(['f', 'F', 't', 'T']);
        let mut plain = !formatted && !prefix.contains(['b', 'B']);
        let raw = prefix.contains(['r', 'R']);
        let start = self.at;
        while let Some(next) = self.peek() {
            if self.starts_with(end) {
                let value = &self.text[start..self.at];
                self.at += end.len();
                return plain.then_some(value);
            }
            match next {
                '\\' => {
                    plain &= raw;
                    self.at += 1;
                    self.at += self.peek().map_or(0, char::len_utf8);
                }
                '\n' | '\r' if triple.is_none() => return None,
                '{' if formatted => {
                    self.at += 1;
                    if self.peek() == Some('{') {
                        self.at += 1;
                    } else {
                        self.replacement(end, nested);
                    }
                }
                c => self.at += c.len_utf8(),
            }
        }
        None
    }

    /// Goes over `{…}` of an f-string. Since Python 3.12 the same quotes may stand in it again (PEP 701).
    fn replacement(&mut self, end: &str, nested: usize) {
        let mut depth = 1_usize;
        while let Some(next) = self.peek() {
            match next {
                '\n' | '\r' if end.len() == 1 => return,
                '"' | '\'' if nested < MOST_NESTED => {
                    let before = &self.text[..self.at];
                    let word =
                        before.len() - before.trim_end_matches(|c: char| c.is_ascii_alphabetic()).len();
                    let prefix = &before[before.len() - word..];
                    self.string(if is_prefix(prefix) { prefix } else { "" }, nested + 1);
                    continue;
                }
                '"' | '\'' => return,
                '{' | '(' | '[' => depth += 1,
                '}' | ')' | ']' => depth -= 1,
                _ => {}
            }
            self.at += next.len_utf8();
            if depth == 0 {
                return;
            }
        }
    }
}

fn is_prefix(word: &str) -> bool {
    word.len() <= 2 && word.chars().all(|c| "rRbBuUfFtT".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn show(text: &str) -> String {
        let token = |token: &Token<'_>| match &token.kind {
            Kind::Name(name) => (*name).to_owned(),
            Kind::Text(Some(text)) => format!("{text:?}"),
            Kind::Text(None) => "STRING".to_owned(),
            Kind::Number => "NUMBER".to_owned(),
            Kind::Symbol(symbol) => symbol.to_string(),
        };
        let line = |line: Line<'_>| {
            let tokens: Vec<String> = line.tokens.iter().map(token).collect();
            format!("{}| {}", line.indent, tokens.join(" "))
        };
        lines(text).into_iter().map(line).collect::<Vec<String>>().join("\n")
    }

    #[test]
    fn lines_are_logical() {
        insta::assert_snapshot!(show("a = (1, # one\n  'x')\nb = \\\n  2; c\n\n\td\n"), @r#"
        0| a = ( NUMBER , "x" )
        0| b = NUMBER
        0| c
        8| d
        "#);
        insta::assert_snapshot!(show("\u{feff}if x[1:2]: run(); stop()\nclass A: pass"), @"
        0| if x [ NUMBER : NUMBER ]
        1| run ( )
        1| stop ( )
        0| class A
        1| pass
        ");
    }

    #[test]
    fn strings_hide_what_is_in_them() {
        insta::assert_snapshot!(show("'''doc\napp = Flask(1)\n# '''\nx = 'a\\'b'\ny = r\"\\\"\" # \"\nz = \"open\nw"), @r#"
    0| "doc\napp = Flask(1)\n# "
    0| x = STRING
    0| y = "\\\""
    0| z = STRING
    0| w
    "#
        );
    }

    #[test]
    fn formatted_strings_nest() {
        insta::assert_snapshot!(show("a = f\"{x['#']} {{ {y[\"k\"]:>{w}}\"; b\nc = f'{f'{1}'}' \nd = f\"{\ne"), @"
        0| a = STRING
        0| b
        0| c = STRING
        0| d = STRING
        0| e
        ");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn any_text_has_lines(text in "([a-f(){}\\[\\]'\"\\\\#:;=.\n\r\t ñ]|\"\"\"|'''|f\"|lambda|if ){0,60}") {
            for line in lines(&text) {
                for token in line.tokens {
                    prop_assert!(text.get(token.range).is_some_and(|token| !token.is_empty()));
                }
            }
        }

        #[test]
        fn any_characters_have_lines(text in any::<String>()) {
            lines(&text);
        }
    }
}
