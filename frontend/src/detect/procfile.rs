//! `Procfile`: one process a line, `NAME: COMMAND`.
//!
//! A command without shell syntax becomes an argv, so that the app itself is PID 1 and gets the signals.

use super::servers;
use super::view::Reader;
use super::{Found, Start, toml_argv};
use crate::diag::Diagnostic;

/// Programs whose packages are called otherwise than they are, and those that are called the same.
const PROGRAMS: &[(&str, &str)] = &[
    ("celery", "celery"),
    ("daphne", "daphne"),
    ("flask", "flask"),
    ("granian", "granian"),
    ("gunicorn", "gunicorn"),
    ("hypercorn", "hypercorn"),
    ("streamlit", "streamlit"),
    ("uvicorn", "uvicorn"),
    ("waitress-serve", "waitress"),
];

pub(super) fn find(reader: &mut Reader<'_>) -> Result<Found, Diagnostic> {
    let Some(file) = reader.file("Procfile") else { return Ok(Found::Nothing) };
    let processes: Vec<Process<'_>> =
        file.text().lines().enumerate().filter_map(|(index, line)| process(index + 1, line)).collect();
    let started: Vec<&Process<'_>> = processes.iter().filter(|process| process.name != "release").collect();
    let chosen = match started.iter().find(|process| process.name == "web") {
        Some(web) => *web,
        None => match started.as_slice() {
            [only] => only,
            _ => return Ok(Found::Nothing),
        },
    };
    let port = reader.view.port;
    for other in processes.iter().filter(|process| process.name != chosen.name) {
        reader.help.push(other.advice(port));
    }
    let mut start = chosen.start(port);
    start.span = Some(file.line_span(chosen.line));
    let program = start.cmd.first().and_then(|program| PROGRAMS.iter().find(|(name, _)| name == program));
    if let Some((program, package)) = program.filter(|(_, package)| reader.lacks(package)) {
        start.help.push(format!("`{program}` is of `{package}`, which is not among the packages"));
    }
    Ok(Found::Start(start))
}

/// One line.
struct Process<'t> {
    name: &'t str,
    command: &'t str,
    /// Counted from 1.
    line: usize,
}

fn process(line: usize, text: &str) -> Option<Process<'_>> {
    let (name, command) = text.split_once(':')?;
    let (name, command) = (name.trim(), command.trim());
    let valid = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    (!name.is_empty() && name.chars().all(valid) && !command.is_empty()).then_some(Process {
        name,
        command,
        line,
    })
}

impl Process<'_> {
    fn start(&self, written: Option<u16>) -> Start {
        let name = self.name;
        let web = name == "web";
        let words = words(self.command);
        let port =
            written.or(words.as_ref().and_then(|words| words.port)).unwrap_or_else(|| self.usual_port());
        let mut reason = format!("`Procfile` has the process `{name}`");
        let cmd = match words {
            Some(words) => {
                if words.words.iter().any(|word| word.contains(PORT_MARK)) {
                    reason.push_str(&format!("; `$PORT` in it is {port}"));
                }
                words.words.iter().map(|word| word.replace(PORT_MARK, &port.to_string())).collect()
            }
            None => {
                reason.push_str(", for the shell");
                vec!["/bin/sh".to_owned(), "-c".to_owned(), self.command.to_owned()]
            }
        };
        Start {
            cmd,
            expose: web.then_some(port),
            // Programs that are not told a port look at this one: so does gunicorn without `--bind`.
            env: if web { vec![("PORT".to_owned(), port.to_string())] } else { vec![] },
            reason,
            ..Start::default()
        }
    }

    fn usual_port(&self) -> u16 {
        match self.command.split_whitespace().next() {
            Some("flask") => 5000,
            Some("streamlit") => 8501,
            _ => servers::PORT,
        }
    }

    /// How to have an image for it.
    fn advice(&self, port: Option<u16>) -> String {
        let (name, cmd) = (self.name, toml_argv(&self.start(port).cmd));
        match name {
            "release" => {
                format!("`release` of `Procfile` is not run by the image; before it starts, run {cmd} in it")
            }
            _ => format!(
                "`{name}` of `Procfile` can be an image of its own: `[stages.{name}]` with `from = \"app\"` and `cmd = {cmd}`"
            ),
        }
    }
}

/// Stands for the port in a word.
const PORT_MARK: char = '\u{0}';

struct Words {
    words: Vec<String>,
    /// `${PORT:-5000}`
    port: Option<u16>,
}

/// The words of a command, as a shell would divide them; `None` if it takes a shell to know.
fn words(command: &str) -> Option<Words> {
    let mut words: Vec<String> = vec![];
    let mut port = None;
    let mut word: Option<String> = None;
    let mut quote: Option<char> = None;
    let mut rest = command;
    while let Some(next) = rest.chars().next() {
        rest = &rest[next.len_utf8()..];
        match (next, quote) {
            (PORT_MARK, _) => return None,
            (c, Some(end)) if c == end => quote = None,
            ('$', None | Some('"')) => {
                let (default, after) = port_variable(rest)?;
                port = port.or(default);
                rest = after;
                word.get_or_insert_default().push(PORT_MARK);
            }
            ('\\' | '`', None | Some('"')) => return None,
            (c, Some(_)) => word.get_or_insert_default().push(c),
            ('\'' | '"', None) => {
                quote = Some(next);
                word.get_or_insert_default();
            }
            (c, None) if c.is_whitespace() => words.extend(word.take()),
            (c, None) if "|&;<>()*?[]{}#~!".contains(c) => return None,
            // `NAME=value` in front of a command is the shell's business.
            ('=', None) if words.is_empty() => return None,
            (c, None) => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    let builtin = ["cd", "exec", "export", "if", "set", "source", ".", "while", "for"];
    let plain = quote.is_none() && words.first().is_some_and(|first| !builtin.contains(&first.as_str()));
    plain.then_some(Words { words, port })
}

/// `PORT`, `{PORT}` or `{PORT:-8000}` behind a `$`: its default, and what follows.
fn port_variable(text: &str) -> Option<(Option<u16>, &str)> {
    if let Some(inner) = text.strip_prefix('{') {
        let (name, after) = inner.split_once('}')?;
        if name == "PORT" {
            return Some((None, after));
        }
        return Some((Some(name.strip_prefix("PORT:-")?.parse().ok()?), after));
    }
    let after = text.strip_prefix("PORT")?;
    let longer = after.starts_with(|c: char| c == '_' || c.is_ascii_alphanumeric());
    (!longer).then_some((None, after))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(command: &str) -> String {
        words(command).map_or("shell".to_owned(), |words| {
            words.words.join("|").replace(PORT_MARK, "<port>")
                + &words.port.map(|p| format!(" {p}")).unwrap_or_default()
        })
    }

    #[test]
    fn plain_commands_are_divided() {
        assert_eq!(
            check("gunicorn -b 0.0.0.0:$PORT 'a b' \"c:${PORT}\" x=1"),
            "gunicorn|-b|0.0.0.0:<port>|a b|c:<port>|x=1"
        );
        assert_eq!(check("uvicorn m:a --port ${PORT:-5000}"), "uvicorn|m:a|--port|<port> 5000");
        assert_eq!(check("run '' '$PORT'"), "run||$PORT");
    }

    #[test]
    fn the_rest_is_for_the_shell() {
        for command in [
            "a && b",
            "A=1 b",
            "a $HOME",
            "a $PORTS",
            "a 'b",
            "cd x",
            "a > b",
            "a `b`",
            "a \\b",
            "a ${PORT:-x}",
        ] {
            assert_eq!(check(command), "shell", "{command}");
        }
    }

    proptest! {
        #[test]
        fn any_command_has_an_answer(command in "[a'\"$P{}:= \\\\ñ-]{0,12}|(\\$PORT|\\$\\{|:-|\\}|'|\"| ){0,8}") {
            let _ = words(&command);
        }
    }
}
