//! Python source, as far as it says how an app starts: what its top level imports, assigns, defines and calls.
//!
//! What stands in a block of the top level (`try:`, `if DEBUG:`) counts as well, except in those that are not carried out
//! when the module is imported: `if TYPE_CHECKING:` and `if __name__ == "__main__":`. Where the branches differ, the first
//! counts.
//!
//! Nothing is run. What is not written plainly (a name bound in a function, an argument that is computed) is not
//! known, and nobody may conclude anything from it.

mod tokens;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use tokens::{Kind, Line, Token, lines};

/// What a module says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Module {
    /// Names bound by imports of the top level, and what they stand for: `Flask` for `flask.Flask`.
    pub names: BTreeMap<String, String>,
    /// The modules that the top level imports; a relative one begins with its dots. `from a import b` names both
    /// `a` and `a.b`, as `b` may be a module.
    pub modules: BTreeSet<String>,
    /// `from … import *`.
    pub stars: Vec<String>,
    /// Assignments of the top level, in order: `NAME = path` and `NAME = path(…)`.
    pub assignments: Vec<Assignment>,
    /// Functions of the top level, and whether they can be called without arguments.
    pub functions: BTreeMap<String, bool>,
    /// Classes of the top level, and the first class that each is made from, as written.
    pub classes: BTreeMap<String, String>,
    /// All calls `path(…)`, in order.
    pub calls: Vec<Call>,
    /// Whether it has `if __name__ == "__main__":`.
    pub guarded: bool,
    /// Every pair of plain strings with a comma or `] =` between them, in order.
    pub pairs: Vec<(String, String)>,
    /// Every plain string.
    pub strings: BTreeSet<String>,
}

/// `NAME = path(…)`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    /// The name.
    pub name: String,
    /// What is assigned, as written: `flask.Flask`.
    pub path: String,
    /// Whether it is called.
    pub called: bool,
    /// Its bytes, from the name to the end of the path.
    pub range: Range<usize>,
}

/// `path(…)`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// What is called, as written: `app.run`.
    pub path: String,
    /// Its arguments.
    pub arguments: Vec<Argument>,
    /// Where it is.
    pub scope: Scope,
    /// The bytes of the path.
    pub range: Range<usize>,
}

/// Where a call is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// A statement of the top level, or of the block of `if __name__ == "__main__":`. It is carried out when the
    /// file is started (unless it is in a further block).
    Script,
    /// Anywhere else.
    Other,
}

/// An argument of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Argument {
    /// Its name, if it has one; `*` for `*x` and `**x`.
    pub keyword: Option<String>,
    /// Its value, if that is a plain string.
    pub text: Option<String>,
}

impl Module {
    /// Reads a module.
    pub fn read(text: &str) -> Self {
        let mut module = Self::default();
        let mut guarded = false;
        // The column of what holds lines that are not the module's own: a function, a class, a guard.
        let mut inside: Option<usize> = None;
        for line in lines(text) {
            if line.indent == 0 {
                guarded = is_guard(&line.tokens);
                module.guarded |= guarded;
            }
            inside = inside.filter(|column| line.indent > *column);
            if inside.is_none() {
                module.top_level(&line);
                inside = hides(&line.tokens).then_some(line.indent);
            }
            let script = line.indent == 0 || guarded;
            module.collect(&line.tokens, script);
        }
        module
    }

    /// What a path stands for: `Flask` for `flask.Flask`, `gr.Blocks` for `gradio.Blocks`.
    pub fn resolve(&self, path: &str) -> String {
        let (head, rest) = path.split_once('.').map_or((path, None), |(head, rest)| (head, Some(rest)));
        let known = self.functions.contains_key(head)
            || self.classes.contains_key(head)
            || self.assignments.iter().any(|a| a.name == head);
        let full = match (self.names.get(head), self.stars.as_slice()) {
            (Some(full), _) => full.clone(),
            (None, [star]) if !known => format!("{star}.{head}"),
            (None, _) => head.to_owned(),
        };
        rest.map_or(full.clone(), |rest| format!("{full}.{rest}"))
    }

    /// The same for a class, by way of those of this module that it is made from.
    pub fn resolve_class(&self, path: &str) -> String {
        let mut path = path;
        // As many steps as there are classes: they may be made from each other in a circle.
        for _ in 0..self.classes.len() {
            let Some(base) = self.classes.get(path) else { break };
            path = base;
        }
        self.resolve(path)
    }

    fn top_level(&mut self, line: &Line<'_>) {
        let tokens = &line.tokens;
        let word = |index: usize| tokens.get(index).and_then(Token::name);
        match (word(0), word(1)) {
            (Some("import"), _) => self.import(&tokens[1..], line.indent == 0),
            (Some("from"), _) => self.import_from(&tokens[1..], line.indent == 0),
            (Some("def"), Some(name)) => self.function(name, &tokens[2..]),
            (Some("async"), Some("def")) => {
                if let Some(name) = word(2) {
                    self.function(name, &tokens[3..]);
                }
            }
            (Some("class"), Some(name)) => {
                let bases = arguments(&tokens[2..]).map(|(bases, _)| bases).unwrap_or_default();
                if let Some((base, [])) = bases.first().and_then(|base| path(base)) {
                    self.classes.insert(name.to_owned(), base);
                }
            }
            (Some(_), _) => self.assignment(tokens),
            (None, _) => {}
        }
    }

    /// `a.b as c, d`
    fn import(&mut self, tokens: &[Token<'_>], surely: bool) {
        for part in tokens.split(|token| token.is(',')) {
            let Some((path, rest)) = path(part) else { continue };
            let top = path.split('.').next().unwrap_or_default().to_owned();
            match alias(rest) {
                Some(name) => self.bind(name, &path, surely),
                None => self.bind(&top, &top, surely),
            }
            self.modules.insert(path);
        }
    }

    /// `..a.b import (c as d, e)`
    fn import_from(&mut self, tokens: &[Token<'_>], surely: bool) {
        let dots = tokens.iter().take_while(|token| token.is('.')).count();
        let (module, rest) = path(&tokens[dots..]).unwrap_or((String::new(), &tokens[dots..]));
        // `from . import a`: there is no path, and `import` was not read as one.
        let Some((first, rest)) = rest.split_first() else { return };
        if first.name() != Some("import") {
            return;
        }
        let module = format!("{}{module}", ".".repeat(dots));
        self.modules.insert(module.clone());
        for part in rest.split(|token| token.is(',') || token.is('(') || token.is(')')) {
            match part {
                [star] if star.is('*') => self.stars.push(module.clone()),
                [name, rest @ ..] => {
                    let Some(name) = name.name() else { continue };
                    let dot = if module.ends_with('.') { "" } else { "." };
                    let full = format!("{module}{dot}{name}");
                    self.bind(alias(rest).unwrap_or(name), &full, surely);
                    self.modules.insert(full);
                }
                [] => {}
            }
        }
    }

    /// Binds a name; what is bound in a block stands behind what is there.
    fn bind(&mut self, name: &str, full: &str, surely: bool) {
        if surely || !self.names.contains_key(name) {
            self.names.insert(name.to_owned(), full.to_owned());
        }
    }

    /// `(a, b=1, *c, **d)`
    fn function(&mut self, name: &str, tokens: &[Token<'_>]) {
        let Some((arguments, _)) = arguments(tokens) else { return };
        let optional = |part: &&[Token<'_>]| {
            let star = part.first().is_some_and(|token| token.is('*') || token.is('/'));
            star || default_of(part)
        };
        self.functions.insert(name.to_owned(), arguments.iter().all(optional));
    }

    /// `a = b = path(…)`, `a: type = path`
    fn assignment(&mut self, tokens: &[Token<'_>]) {
        let mut names: Vec<&Token<'_>> = vec![];
        let mut rest = tokens;
        loop {
            let value = match rest {
                [name, equals, value @ ..] if name.name().is_some() && equals.is('=') => value,
                [name, colon, annotated @ ..]
                    if names.is_empty() && name.name().is_some() && colon.is(':') =>
                {
                    let Some(at) = annotated.iter().position(|token| token.is('=')) else { return };
                    &annotated[at + 1..]
                }
                _ => break,
            };
            if value.first().is_some_and(|token| token.is('=')) {
                return;
            }
            names.push(&rest[0]);
            rest = value;
        }
        if names.is_empty() {
            return;
        }
        let (path, called, end) = match path(rest) {
            Some((path, [])) => (path, false, rest.last()),
            Some((path, [open, ..])) if open.is('(') => {
                let end = rest.iter().take_while(|token| !token.is('(')).last();
                (path, true, end)
            }
            // Something else, by which the name is bound nevertheless.
            _ => (String::new(), false, rest.first()),
        };
        for token in names {
            let Some(name) = token.name() else { continue };
            let range = token.range.start..end.map_or(token.range.end, |end| end.range.end);
            self.assignments.push(Assignment { name: name.to_owned(), path: path.clone(), called, range });
        }
    }

    /// The calls and strings of any line.
    fn collect(&mut self, tokens: &[Token<'_>], script: bool) {
        self.strings.extend(tokens.iter().filter_map(Token::text).map(str::to_owned));
        for (index, token) in tokens.iter().enumerate() {
            let previous = index.checked_sub(1).and_then(|index| tokens.get(index));
            let begins = token.name().is_some()
                && previous
                    .is_none_or(|before| !before.is('.') && !matches!(before.name(), Some("def" | "class")));
            if let (true, Some((path, rest))) = (begins, path(&tokens[index..]))
                && let Some((arguments, _)) = arguments(rest)
            {
                let end = tokens.len() - rest.len();
                self.calls.push(Call {
                    path,
                    arguments: arguments.iter().map(|part| argument(part)).collect(),
                    scope: if script && index == 0 { Scope::Script } else { Scope::Other },
                    range: token.range.start..tokens[end - 1].range.end,
                });
            }
            let second = match &tokens[index + 1..] {
                [comma, second, ..] if comma.is(',') => second.text(),
                [close, equals, second, ..] if close.is(']') && equals.is('=') => second.text(),
                _ => None,
            };
            if let (Some(first), Some(second)) = (token.text(), second) {
                self.pairs.push((first.to_owned(), second.to_owned()));
            }
        }
    }
}

/// Whether the block of a line is not the module's own.
fn hides(tokens: &[Token<'_>]) -> bool {
    let first = tokens.first().and_then(Token::name);
    let types = |tokens: &[Token<'_>]| {
        path(tokens).is_some_and(|(path, rest)| {
            rest.is_empty()
                && matches!(path.as_str(), "TYPE_CHECKING" | "typing.TYPE_CHECKING" | "t.TYPE_CHECKING")
        })
    };
    match first {
        Some("def" | "class") => true,
        Some("async") => tokens.get(1).and_then(Token::name) == Some("def"),
        Some("if") => is_guard(tokens) || types(&tokens[1..]),
        _ => false,
    }
}

/// `if __name__ == "__main__"`
fn is_guard(tokens: &[Token<'_>]) -> bool {
    let [word, left, first, second, right] = tokens else { return false };
    let sides = [(left, right), (right, left)];
    word.name() == Some("if")
        && first.is('=')
        && second.is('=')
        && sides.iter().any(|(a, b)| a.name() == Some("__name__") && b.text() == Some("__main__"))
}

/// The dotted name in front, and what follows.
fn path<'t, 's>(tokens: &'t [Token<'s>]) -> Option<(String, &'t [Token<'s>])> {
    let mut path = tokens.first()?.name().filter(|name| !KEYWORDS.contains(name))?.to_owned();
    let mut rest = &tokens[1..];
    while let [dot, name, after @ ..] = rest {
        let (true, Some(name)) = (dot.is('.'), name.name()) else { break };
        path.push('.');
        path.push_str(name);
        rest = after;
    }
    Some((path, rest))
}

/// Keywords that stand where a path could.
const KEYWORDS: &[&str] = &[
    "and", "assert", "async", "await", "del", "elif", "else", "except", "for", "from", "global", "if",
    "import", "in", "is", "lambda", "nonlocal", "not", "or", "raise", "return", "while", "with", "yield",
];

/// `as NAME`
fn alias<'s>(tokens: &[Token<'s>]) -> Option<&'s str> {
    match tokens {
        [word, name, ..] if word.name() == Some("as") => name.name(),
        _ => None,
    }
}

/// Calls with longer arguments than this start no app; calls in calls in calls would take for ever otherwise.
const MOST_TOKENS: usize = 2000;

/// What is between the parentheses in front, divided at its commas, and what follows.
fn arguments<'t, 's>(tokens: &'t [Token<'s>]) -> Option<(Vec<&'t [Token<'s>]>, &'t [Token<'s>])> {
    if !tokens.first()?.is('(') {
        return None;
    }
    let mut depth = 0_usize;
    let mut start = 1;
    let mut parts = vec![];
    for (index, token) in tokens.iter().enumerate().take(MOST_TOKENS) {
        match token.kind {
            Kind::Symbol('(' | '[' | '{') => depth += 1,
            Kind::Symbol(')' | ']' | '}') => depth = depth.saturating_sub(1),
            Kind::Symbol(',') if depth == 1 => {
                parts.push(&tokens[start..index]);
                start = index + 1;
            }
            _ => {}
        }
        if depth == 0 {
            parts.push(&tokens[start.min(index)..index]);
            parts.retain(|part| !part.is_empty());
            return Some((parts, &tokens[index + 1..]));
        }
    }
    None
}

fn argument(tokens: &[Token<'_>]) -> Argument {
    let text = |tokens: &[Token<'_>]| match tokens {
        [token] => token.text().map(str::to_owned),
        _ => None,
    };
    match tokens {
        [star, ..] if star.is('*') => Argument { keyword: Some("*".to_owned()), text: None },
        [name, equals, value @ ..] if equals.is('=') && !value.first().is_some_and(|token| token.is('=')) => {
            Argument { keyword: name.name().map(str::to_owned), text: text(value) }
        }
        value => Argument { keyword: None, text: text(value) },
    }
}

/// Whether a parameter has a default: an `=` outside of brackets.
fn default_of(tokens: &[Token<'_>]) -> bool {
    let mut depth = 0_usize;
    tokens.iter().any(|token| {
        match token.kind {
            Kind::Symbol('(' | '[' | '{') => depth += 1,
            Kind::Symbol(')' | ']' | '}') => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0 && token.is('=')
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn show(text: &str) -> String {
        let module = Module::read(text);
        let mut lines = vec![];
        lines.extend(module.names.iter().map(|(name, full)| format!("{name} is {full}")));
        lines.extend(module.stars.iter().map(|star| format!("all of {star}")));
        lines.extend(module.assignments.iter().map(|assignment| {
            let call = if assignment.called { "(…)" } else { "" };
            let full = module.resolve(&assignment.path);
            format!("{} = {full}{call} from `{}`", assignment.name, &text[assignment.range.clone()])
        }));
        lines.extend(module.functions.iter().map(|(name, free)| format!("def {name} free={free}")));
        lines.extend(module.calls.iter().map(|call| {
            let arguments: Vec<String> = call
                .arguments
                .iter()
                .map(|a| {
                    format!("{}={}", a.keyword.as_deref().unwrap_or(""), a.text.as_deref().unwrap_or("?"))
                })
                .collect();
            format!("{:?} {}({})", call.scope, call.path, arguments.join(", "))
        }));
        lines.join("\n")
    }

    #[test]
    fn imports() {
        insta::assert_snapshot!(show("import os.path, gradio as gr\nfrom flask import (Flask as F,  # x\n  request,)\nfrom . import a\nfrom ..b import c; from d import *\nif TYPE_CHECKING:\n  import types\ntry:\n  import fast\nexcept ImportError:\n  import slow as fast\ndef f():\n  import hidden\nclass A:\n  import hidden\nif __name__ == '__main__':\n  import hidden\n'from no import no'"), @"
        F is flask.Flask
        a is .a
        c is ..b.c
        fast is fast
        gr is gradio
        os is os
        request is flask.request
        all of d
        def f free=true
        ");
    }

    #[test]
    fn assignments() {
        insta::assert_snapshot!(show("import fastapi as f\nfrom flask import Flask\n# app = Flask(1)\napp: f.FastAPI = f.FastAPI(\n  title='x')\na = b = Flask(__name__)\nserver = app.server\nx == Flask(1)\nx += Flask(2)\nn = 5\ndef g():\n  inner = Flask(3)\n\"\"\"\napp2 = Flask(4)\n\"\"\"\nclass A:\n  z = Flask(5)\n"), @"
        Flask is flask.Flask
        f is fastapi
        app = fastapi.FastAPI(…) from `app: f.FastAPI = f.FastAPI`
        a = flask.Flask(…) from `a = b = Flask`
        b = flask.Flask(…) from `b = Flask`
        server = app.server from `server = app.server`
        n =  from `n = 5`
        def g free=true
        Other f.FastAPI(title=x)
        Other Flask(=?)
        Other Flask(=?)
        Other Flask(=?)
        Other Flask(=?)
        Other Flask(=?)
        ");
    }

    #[test]
    fn functions_and_calls() {
        insta::assert_snapshot!(show("def a(x, y=1): pass\nasync def b(*x, k: dict = {'a': 1}, **z): pass\n@d(1)\ndef c(x: dict[str, int]): run()\nif '__main__' == __name__:\n  c('p', host=\"h\", **kw)\n  if x: c(host=f'a')\ndone()"), @"
        def a free=false
        def b free=true
        def c free=false
        Other d(=?)
        Other run()
        Script c(=p, host=h, *=?)
        Script c(host=?)
        Script done()
        ");
    }

    #[test]
    fn a_star_import_gives_names_that_nothing_else_does() {
        let module = Module::read("from fastapi import *\ndef mine(): pass");
        assert_eq!(module.resolve("FastAPI"), "fastapi.FastAPI");
        assert_eq!(module.resolve("mine"), "mine");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn any_text_is_a_module(text in "(import |from |def |async |as |if |app|\\.|,|\\(|\\)|\\[|\\]|=|:|\\*|'|\"|\n|  |;|lambda |\\\\){0,40}") {
            Module::read(&text);
        }

        #[test]
        fn any_characters_are_a_module(text in any::<String>()) {
            Module::read(&text);
        }
    }
}
