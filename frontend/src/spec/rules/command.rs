//! Commands without a shell: what would only work with one is an error that says what to write.

use super::Refusal;
use crate::spec::reader::{quoted, shorten};

/// Looks at an argv as it will be executed. Nothing is wrong with one whose program is a shell with `-c`: then
/// the shell was asked for by name.
pub(in crate::spec) fn argv(argv: &[&str], kind: Kind) -> Vec<(usize, Refusal)> {
    let Some(program) = argv.first() else { return vec![] };
    let mut refusals = vec![];
    if program.trim().is_empty() {
        refusals.push((0, Refusal::new("bad-command", "the program has no name", "must not be empty")));
    } else if program.contains(char::is_whitespace) {
        let words: Vec<String> = program.split_whitespace().map(quoted).collect();
        let message = format!("there is no program `{}`", shorten(program));
        let refusal =
            Refusal::new("command-in-one-string", message, "one string a word: no shell splits them");
        refusals.push((0, refusal.help(format!("write {}", words.join(", ")))));
    }
    if is_shell(argv) {
        return refusals;
    }
    for (index, word) in argv.iter().enumerate() {
        if let Some(variable) = shell_variable(word) {
            refusals.push((index, variable_refusal(argv, word, variable, kind)));
        } else if ["&&", "||", "|", ";", ">", ">>", "<", "2>&1", "&"].contains(word) {
            let message =
                format!("`{word}` does nothing here: it would be an argument of `{}`", shorten(program));
            let help = match kind {
                Kind::Run => "write a line for the shell: one string, not an array",
                Kind::Start => "do what comes before it in a `run` of a stage, or start a script of yours",
            };
            refusals
                .push((index, Refusal::new("shell-operator", message, "only a shell knows it").help(help)));
        }
    }
    refusals
}

/// Whether a command runs while the image is built or when the container starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::spec) enum Kind {
    /// A step of the build, where a line for the shell may be written instead.
    Run,
    /// `cmd`, `entrypoint`, `healthcheck`.
    Start,
}

/// A line as the array that does the same: its words, or a shell where it needs one.
pub(in crate::spec) fn as_argv(line: &str) -> String {
    let words: Vec<String> = if line.contains(['$', '|', ';', '&', '>', '<', '"', '\'', '`', '\\', '*']) {
        ["/bin/sh", "-c", line].into_iter().map(quoted).collect()
    } else {
        line.split_whitespace().map(quoted).collect()
    };
    format!("[{}]", words.join(", "))
}

/// Whether the program is a shell that is given a line.
fn is_shell(argv: &[&str]) -> bool {
    let program = argv[0].rsplit('/').next().unwrap_or_default();
    let shell = ["sh", "bash", "ash", "dash", "zsh", "busybox"].contains(&program);
    shell && argv[1..].iter().any(|word| word.starts_with('-') && word.ends_with('c'))
}

/// The first `$NAME` or `${NAME…}` of a word: its name.
fn shell_variable(word: &str) -> Option<&str> {
    let mut rest = word;
    while let Some(at) = rest.find('$') {
        rest = &rest[at + 1..];
        let name = rest.strip_prefix('{').unwrap_or(rest);
        let end = name.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(name.len());
        if end > 0 && !name.starts_with(|c: char| c.is_ascii_digit()) {
            return Some(&name[..end]);
        }
    }
    None
}

/// A server, the variable that it takes its port from by itself, and how a fixed port is written.
const SERVERS: [(&str, Option<&str>, &str); 10] = [
    ("gunicorn", Some("PORT"), r#""--bind", "0.0.0.0:8000""#),
    ("uvicorn", Some("UVICORN_PORT"), r#""--host", "0.0.0.0", "--port", "8000""#),
    ("hypercorn", None, r#""--bind", "0.0.0.0:8000""#),
    ("granian", Some("GRANIAN_PORT"), r#""--host", "0.0.0.0", "--port", "8000""#),
    ("daphne", None, r#""-b", "0.0.0.0", "-p", "8000""#),
    ("waitress-serve", None, r#""--listen", "0.0.0.0:8000""#),
    ("flask", Some("FLASK_RUN_PORT"), r#""--host", "0.0.0.0", "--port", "5000""#),
    ("fastapi", None, r#""--host", "0.0.0.0", "--port", "8000""#),
    ("streamlit", Some("STREAMLIT_SERVER_PORT"), r#""--server.address", "0.0.0.0", "--server.port", "8501""#),
    ("manage.py", None, r#""0.0.0.0:8000""#),
];

fn variable_refusal(argv: &[&str], word: &str, variable: &str, kind: Kind) -> Refusal {
    let message = format!("`{}` stays as it is: no shell puts the value of `{variable}` in", shorten(word));
    let refusal = Refusal::new("shell-variable", message, "an argument, word for word");
    if kind == Kind::Run {
        return refusal.help("write a line for the shell: one string, not an array");
    }
    let server =
        SERVERS.iter().find(|(name, ..)| argv.iter().any(|word| word.rsplit('/').next() == Some(name)));
    refusal.help(match server {
        Some((name, Some(own), fixed)) if *own == variable => {
            format!("leave it out: `{name}` reads `{own}` by itself; or write {fixed}")
        }
        Some((name, Some(own), fixed)) if variable.contains("PORT") => {
            format!("write {fixed}; or leave the port out: `{name}` reads `{own}` by itself")
        }
        Some((_, _, fixed)) if variable.contains("PORT") => format!("write {fixed}"),
        _ => format!(
            "write the value; what is to be chosen at build time is an argument: `${{{{ {variable} }}}}` and `[args]`"
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(words: &[&str]) -> Vec<(usize, &'static str)> {
        argv(words, Kind::Start).into_iter().map(|(index, refusal)| (index, refusal.code)).collect()
    }

    #[test]
    fn what_needs_a_shell() {
        assert_eq!(codes(&["python", "app.py", "^foo$", "$1", "a$"]), []);
        assert_eq!(codes(&["uvicorn", "a:b", "--port", "$PORT"]), [(3, "shell-variable")]);
        assert_eq!(codes(&["gunicorn", "-b", ":${PORT:-80}"]), [(2, "shell-variable")]);
        assert_eq!(codes(&["python app.py"]), [(0, "command-in-one-string")]);
        assert_eq!(codes(&["a", "&&", "b"]), [(1, "shell-operator")]);
        assert_eq!(codes(&["/bin/sh", "-c", "exec a -p $PORT"]), []);
        assert_eq!(codes(&[]), []);
    }
}
