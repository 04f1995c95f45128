//! `Procfile`: one process a line, `NAME: COMMAND`.
//!
//! A command without shell syntax becomes an argv, so that the app itself is PID 1 and gets the signals.

use super::servers;
use super::view::Reader;
use super::{Found, Start, one_of, toml_argv};
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
    let text = file.text().trim_start_matches('\u{feff}');
    let processes: Vec<Process<'_>> =
        text.lines().enumerate().filter_map(|(index, line)| process(index + 1, line)).collect();
    let started: Vec<&Process<'_>> = processes.iter().filter(|process| process.name != "release").collect();
    let web: Vec<&Process<'_>> = started.iter().copied().filter(|process| process.name == "web").collect();
    let port = reader.view.port;
    let chosen = match (web.as_slice(), started.as_slice()) {
        ([chosen], _) | ([], [chosen]) => *chosen,
        ([], []) => return Ok(Found::Nothing),
        ([], several) => {
            reader.help.extend(several.iter().map(|process| process.advice(port)));
            return Ok(Found::Nothing);
        }
        (several, _) => {
            let start = |process: &&Process<'_>| Start {
                span: Some(file.line_span(process.line)),
                ..process.start(port)
            };
            return one_of(several.iter().map(start).collect());
        }
    };
    for other in processes.iter().filter(|process| process.name != chosen.name) {
        reader.help.push(other.advice(port));
    }
    let mut start = chosen.start(port);
    start.span = Some(file.line_span(chosen.line));
    if reader.view.no_shell && start.cmd.first().is_some_and(|program| is_shell(program)) {
        let name = chosen.name;
        return Ok(Found::Blocked {
            reason: format!("the process `{name}` of `Procfile` takes a shell, and the base has none"),
            help: "write `cmd` as an array that needs no shell, or take a base that has one, such as `python:3-slim`"
                .to_owned(),
        });
    }
    let program = start.cmd.first().and_then(|program| PROGRAMS.iter().find(|(name, _)| name == program));
    if let Some((program, package)) = program.filter(|(_, package)| reader.lacks(package)) {
        start.help.push(format!("`{program}` is of `{package}`, which is not among the packages"));
    }
    Ok(Found::Start(start))
}

fn is_shell(program: &str) -> bool {
    matches!(program.rsplit('/').next(), Some("sh" | "bash" | "ash" | "dash"))
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
        let own = match &words {
            Some(words) => words.port,
            None => default_port(self.command),
        };
        let port = written.or(own).unwrap_or_else(|| self.usual_port());
        let mut reason = format!("`Procfile` has the process `{name}`");
        let filled = |word: &str| word.replace(PORT_MARK, &port.to_string());
        let mut env = vec![];
        let cmd = match words {
            Some(words) => {
                if words.words.iter().any(|word| word.contains(PORT_MARK)) {
                    reason.push_str(&format!("; `$PORT` in it is {port}"));
                }
                env.extend(words.env.iter().map(|(name, value)| (name.clone(), filled(value))));
                words.words.iter().map(|word| filled(word)).collect()
            }
            None => {
                reason.push_str(", for the shell");
                vec!["/bin/sh".to_owned(), "-c".to_owned(), self.command.to_owned()]
            }
        };
        if web && env.iter().all(|(name, _)| name != "PORT") {
            // Programs that are not told a port look at this one: so does gunicorn without `--bind`.
            env.push(("PORT".to_owned(), port.to_string()));
        }
        Start { cmd, expose: web.then_some(port), env, reason, ..Start::default() }
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
        let start = self.start(port);
        let (name, cmd) = (self.name, toml_argv(&start.cmd));
        let env: Vec<String> = start
            .env
            .iter()
            .filter(|(name, _)| name != "PORT")
            .map(|(name, value)| format!("{name} = {}", serde_json::Value::from(value.as_str())))
            .collect();
        let with = if env.is_empty() { String::new() } else { format!(", `env = {{ {} }}`", env.join(", ")) };
        match name {
            "release" => {
                format!("`release` of `Procfile` is not run by the image; before it starts, run {cmd} in it")
            }
            _ => format!(
                "`{name}` of `Procfile` can be an image of its own: `[stages.{name}]` with `from = \"app\"`{with} and `cmd = {cmd}`"
            ),
        }
    }
}

/// Stands for the port in a word.
const PORT_MARK: char = '\u{0}';

#[derive(Default)]
struct Words {
    /// What `NAME=value` in front of the command sets.
    env: Vec<(String, String)>,
    words: Vec<String>,
    /// `${PORT:-5000}`, or `PORT=5000` in front.
    port: Option<u16>,
}

/// A word that is being read.
#[derive(Default)]
struct Word {
    text: String,
    /// The name in front of its `=`, where that sets a variable.
    sets: Option<String>,
    quoted: bool,
}

/// The words of a command, as a shell would divide them; `None` if it takes a shell to know.
fn words(command: &str) -> Option<Words> {
    let mut found = Words::default();
    let mut word: Option<Word> = None;
    let mut quote: Option<char> = None;
    let mut rest = command;
    while let Some(next) = rest.chars().next() {
        rest = &rest[next.len_utf8()..];
        match (next, quote) {
            (PORT_MARK, _) => return None,
            (c, Some(end)) if c == end => quote = None,
            ('$', None | Some('"')) => {
                let (default, after) = port_variable(rest)?;
                found.port = found.port.or(default);
                rest = after;
                word.get_or_insert_default().text.push(PORT_MARK);
            }
            ('\\' | '`', None | Some('"')) => return None,
            (c, Some(_)) => word.get_or_insert_default().text.push(c),
            ('\'' | '"', None) => {
                quote = Some(next);
                word.get_or_insert_default().quoted = true;
            }
            (c, None) if c.is_whitespace() => found.add(word.take()),
            (c, None) if "|&;<>()*?[]{}#~!".contains(c) => return None,
            ('=', None) if found.words.is_empty() && word.as_ref().is_none_or(|word| word.sets.is_none()) => {
                let word = word.as_mut().filter(|word| !word.quoted && is_variable(&word.text))?;
                word.sets = Some(std::mem::take(&mut word.text));
            }
            (c, None) => word.get_or_insert_default().text.push(c),
        }
    }
    found.add(word);
    if found.words.first().is_some_and(|first| first == "exec") {
        found.words.remove(0);
    }
    let builtin = ["cd", "eval", "exec", "export", "for", "if", "set", "source", ".", "ulimit", "while"];
    let plain = |first: &String| !first.starts_with('-') && !builtin.contains(&first.as_str());
    (quote.is_none() && found.words.first().is_some_and(plain)).then_some(found)
}

impl Words {
    fn add(&mut self, word: Option<Word>) {
        let Some(Word { text, sets, .. }) = word else { return };
        match sets {
            None => self.words.push(text),
            Some(name) => {
                if let ("PORT", Ok(port)) = (name.as_str(), text.parse()) {
                    self.port = Some(port);
                }
                self.env.push((name, text));
            }
        }
    }
}

fn is_variable(text: &str) -> bool {
    !text.starts_with(|c: char| c.is_ascii_digit())
        && !text.is_empty()
        && text.chars().all(|c| c == '_' || c.is_ascii_alphanumeric())
}

/// `${PORT:-5000}` somewhere in a line for the shell.
fn default_port(command: &str) -> Option<u16> {
    command.match_indices("${PORT").find_map(|(at, _)| port_variable(&command[at + 1..])?.0)
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
            let set = words.env.iter().map(|(name, value)| format!("{name}={value};"));
            (set.collect::<String>() + &words.words.join("|")).replace(PORT_MARK, "<port>")
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
        assert_eq!(check("A=1 B='x y' C= exec run D=2"), "A=1;B=x y;C=;run|D=2");
        assert_eq!(check("PORT=80 run"), "PORT=80;run 80");
        assert_eq!(check("A=b=c run"), "A=b=c;run");
    }

    #[test]
    fn the_rest_is_for_the_shell() {
        for command in [
            "a && b",
            "A=1",
            "A=$HOME b",
            "'A'=1 b",
            "-a=1 b",
            "exec -a x b",
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
