//! Servers that only their own container can reach, because they listen on 127.0.0.1.
//!
//! It is said only when it is sure: where an option, a variable or a file could say otherwise, nothing is.

use std::collections::BTreeMap;

use super::frameworks::made_by;
use super::python::{Call, Module, Scope};
use crate::diag::Diagnostic;
use crate::text::{SourceFile, Span};

/// The warning for a command that makes its server listen on 127.0.0.1, by what its argv says or does not say.
/// `env` is that of the image; `span` is where the command is written.
pub fn listens_on_loopback(
    cmd: &[String],
    env: &BTreeMap<String, String>,
    span: Option<Span>,
) -> Option<Diagnostic> {
    let (program, arguments) = program(cmd)?;
    let server = SERVERS.iter().find(|server| server.program == program)?;
    if server.variables.iter().any(|name| env.contains_key(*name)) {
        return None;
    }
    let add = (server.advice)(arguments)?;
    let warning = warning(&format!("`{program}`"), span);
    Some(warning.help(add))
}

/// The warning for a file whose start makes a server listen on 127.0.0.1: `app.run()` of Flask, `uvicorn.run(…)`.
pub fn source_on_loopback(file: &SourceFile, env: &BTreeMap<String, String>) -> Option<Diagnostic> {
    let module = Module::read(file.text());
    // A host may come from Flask's own configuration.
    if module.strings.contains("SERVER_NAME") {
        return None;
    }
    let runs: Vec<(&Call, Runner)> =
        module.calls.iter().filter_map(|call| Some((call, runner(&module, &call.path)?))).collect();
    let (call, _) = runs.iter().find(|(call, _)| call.scope == Scope::Script)?;
    let sure = |(call, runner): &(&Call, Runner)| {
        runner.variable.is_none_or(|name| !env.contains_key(name)) && on_loopback(call, runner.host_at)
    };
    if !runs.iter().all(sure) {
        return None;
    }
    let warning =
        warning(&format!("`{}(…)` of `{}`", call.path, file.name()), Some(file.span(call.range.clone())));
    Some(warning.help(format!("write `{}(…, host=\"0.0.0.0\")`", call.path)))
}

fn warning(what: &str, span: Option<Span>) -> Diagnostic {
    let message = format!("{what} listens on 127.0.0.1, which nobody outside of the container can reach");
    let warning = Diagnostic::warning("loopback", message);
    warning.at(span)
}

/// A function that runs a server.
struct Runner {
    /// The position of the host among its arguments; `None`: it can only be named.
    host_at: Option<usize>,
    /// A variable that says another host.
    variable: Option<&'static str>,
}

fn runner(module: &Module, path: &str) -> Option<Runner> {
    match module.resolve(path).as_str() {
        "uvicorn.run" | "uvicorn.main.run" => {
            return Some(Runner { host_at: None, variable: Some("UVICORN_HOST") });
        }
        _ => {}
    }
    let (object, method) = path.rsplit_once('.')?;
    let made: Vec<&str> =
        module.assignments.iter().filter(|a| a.name == object).map(|a| a.path.as_str()).collect();
    let [constructor] = made.as_slice() else { return None };
    match (made_by(&module.resolve(constructor))?.package, method) {
        ("flask" | "quart" | "sanic", "run") => Some(Runner { host_at: Some(0), variable: None }),
        ("dash", "run" | "run_server") => Some(Runner { host_at: Some(0), variable: Some("HOST") }),
        _ => None,
    }
}

/// Whether the host of a call is surely 127.0.0.1: not said, or said so.
fn on_loopback(call: &Call, host_at: Option<usize>) -> bool {
    let named = |name: &str| call.arguments.iter().find(|argument| argument.keyword.as_deref() == Some(name));
    if ["*", "uds", "fd", "sock", "unix"].iter().any(|name| named(name).is_some()) {
        return false;
    }
    let positional = || call.arguments.iter().filter(|argument| argument.keyword.is_none()).nth(host_at?);
    named("host").or_else(positional).is_none_or(|host| host.text.as_deref().is_some_and(is_loopback))
}

fn is_loopback(host: &str) -> bool {
    matches!(host, "127.0.0.1" | "localhost" | "::1")
}

/// A program that listens on 127.0.0.1 unless it is told otherwise.
struct Server {
    program: &'static str,
    /// Variables that may tell it.
    variables: &'static [&'static str],
    /// What to add, if the arguments do not tell it.
    advice: fn(&[String]) -> Option<String>,
}

const SERVERS: &[Server] = &[
    Server {
        program: "uvicorn",
        variables: &["UVICORN_HOST", "UVICORN_UDS", "UVICORN_FD"],
        advice: |arguments| unless(arguments, "--host", &["--uds", "--fd", "--env-file"]),
    },
    Server {
        program: "hypercorn",
        variables: &[],
        advice: |arguments| {
            unless(arguments, "--bind", &["-b", "-c", "--config", "--insecure-bind", "--quic-bind"])
        },
    },
    Server {
        program: "granian",
        variables: &["GRANIAN_HOST", "GRANIAN_UDS"],
        advice: |arguments| unless(arguments, "--host", &["--uds", "--env-files"]),
    },
    Server {
        program: "daphne",
        variables: &[],
        advice: |arguments| {
            unless(arguments, "--bind", &["-b", "-u", "--unix-socket", "-e", "--endpoint", "--fd"])
        },
    },
    Server { program: "flask", variables: &["FLASK_RUN_HOST"], advice: flask },
    Server { program: "fastapi", variables: &[], advice: fastapi },
    Server { program: "manage.py", variables: &[], advice: runserver },
];

/// `--host 0.0.0.0` is missing, or says 127.0.0.1; none of the other options is there.
fn unless(arguments: &[String], option: &str, others: &[&str]) -> Option<String> {
    let short = |argument: &str, other: &str| {
        !other.starts_with("--") && argument.starts_with(other) && !argument.starts_with("--")
    };
    let says = |argument: &String, other: &str| {
        let name = argument.split('=').next().unwrap_or_default();
        name == other || short(argument, other)
    };
    if arguments.iter().any(|argument| others.iter().any(|other| says(argument, other))) {
        return None;
    }
    match value(arguments, option) {
        Some(host) if !is_loopback(host.split(':').next().unwrap_or_default()) => None,
        // A value that is to come is not known.
        None if arguments.iter().any(|argument| argument == option) => None,
        _ => Some(format!("add `{option}` with `0.0.0.0`")),
    }
}

/// The value of an option, as `--host X` or `--host=X`.
fn value<'a>(arguments: &'a [String], option: &str) -> Option<&'a str> {
    arguments.iter().enumerate().find_map(|(index, argument)| {
        if argument == option {
            return arguments.get(index + 1).map(String::as_str);
        }
        argument.strip_prefix(option)?.strip_prefix('=')
    })
}

/// `flask run` without `--host`; `-h` is its short form.
fn flask(arguments: &[String]) -> Option<String> {
    arguments
        .iter()
        .any(|argument| argument == "run")
        .then(|| unless(arguments, "--host", &["-h", "--env-file", "-e"]))?
}

/// `fastapi run` listens everywhere, `fastapi dev` does not.
fn fastapi(arguments: &[String]) -> Option<String> {
    arguments.first().filter(|first| *first == "dev").and_then(|_| unless(arguments, "--host", &[]))
}

/// `manage.py runserver` without an address.
fn runserver(arguments: &[String]) -> Option<String> {
    let (command, arguments) = arguments.split_first()?;
    let address = arguments.iter().find(|argument| !argument.starts_with('-'));
    let host = address.and_then(|address| address.rsplit_once(':')).map(|(host, _)| host);
    // An option may have a value of its own, which could be taken for the address.
    let plain =
        arguments.iter().all(|argument| !argument.starts_with('-') || PLAIN.contains(&argument.as_str()));
    (command == "runserver" && plain && host.is_none_or(is_loopback))
        .then(|| "write `runserver 0.0.0.0:8000`".to_owned())
}

const PLAIN: &[&str] = &["--noreload", "--nothreading", "--insecure", "--nostatic", "--skip-checks"];

/// The program that an argv starts, by its name, and its arguments: of `python -m uvicorn …` uvicorn.
fn program(cmd: &[String]) -> Option<(&str, &[String])> {
    let (first, rest) = cmd.split_first()?;
    let name = first.rsplit('/').next()?;
    let python = name
        .strip_prefix("python")
        .is_some_and(|version| version.chars().all(|c| c.is_ascii_digit() || c == '.'));
    match rest {
        [flag, module, rest @ ..] if python && flag == "-m" => Some((module, rest)),
        [file, rest @ ..] if python && !file.starts_with('-') => Some((file.rsplit('/').next()?, rest)),
        _ => (!python).then_some((name, rest)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Files;
    use proptest::prelude::*;

    fn warns(command: &str) -> bool {
        let cmd: Vec<String> = command.split_whitespace().map(str::to_owned).collect();
        listens_on_loopback(&cmd, &BTreeMap::new(), None).is_some()
    }

    #[test]
    fn commands_that_are_surely_on_loopback() {
        for command in [
            "uvicorn main:app",
            "/opt/venv/bin/uvicorn main:app --port 80 --host 127.0.0.1",
            "python -m uvicorn main:app --host=localhost",
            "flask --app m run",
            "python3.12 -m flask run --port 80",
            "python manage.py runserver",
            "manage.py runserver 8000 --noreload",
            "python manage.py runserver localhost:8000",
            "hypercorn main:app",
            "daphne shop.asgi:application -p 80",
            "granian --interface asgi main:app",
            "fastapi dev main.py",
            "hypercorn --bind 127.0.0.1:80 main:app",
        ] {
            assert!(warns(command), "{command}");
        }
    }

    #[test]
    fn commands_that_may_not_be() {
        for command in [
            "uvicorn main:app --host 0.0.0.0",
            "uvicorn main:app --host",
            "uvicorn main:app --uds /run/s",
            "uvicorn main:app --fd=3",
            "flask run -h 0.0.0.0",
            "flask --app m routes",
            "python manage.py runserver 0.0.0.0:8000",
            "python manage.py runserver 0:8000",
            "python manage.py migrate",
            "python manage.py runserver --settings x",
            "hypercorn -b 0.0.0.0:80 main:app",
            "hypercorn -b0.0.0.0:80 main:app",
            "hypercorn -c config.toml main:app",
            "daphne -b 0.0.0.0 m:a",
            "fastapi run main.py",
            "gunicorn main:app",
            "python -c uvicorn",
            "python app.py",
            "sh -c uvicorn",
            "",
        ] {
            assert!(!warns(command), "{command}");
        }
        let env = BTreeMap::from([("UVICORN_HOST".to_owned(), "0.0.0.0".to_owned())]);
        assert!(listens_on_loopback(&["uvicorn".to_owned(), "m:a".to_owned()], &env, None).is_none());
    }

    fn check(text: &str) -> String {
        let mut files = Files::default();
        let file = files.add("app.py", text);
        source_on_loopback(&file, &BTreeMap::new())
            .map_or("nothing".to_owned(), |warning| warning.brief(&files))
    }

    #[test]
    fn sources_that_are_surely_on_loopback() {
        insta::assert_snapshot!(check("from flask import Flask\napp = Flask(__name__)\nif __name__ == '__main__':\n    app.run(debug=True)\n"), @r#"
    app.py:4:5: warning[loopback]: `app.run(…)` of `app.py` listens on 127.0.0.1, which nobody outside of the container can reach
      = help: write `app.run(…, host="0.0.0.0")`
    "#);
        insta::assert_snapshot!(check("import uvicorn\nuvicorn.run('m:app', host='127.0.0.1')"), @r#"
    app.py:2:1: warning[loopback]: `uvicorn.run(…)` of `app.py` listens on 127.0.0.1, which nobody outside of the container can reach
      = help: write `uvicorn.run(…, host="0.0.0.0")`
    "#);
        insta::assert_snapshot!(check("from dash import Dash\nd = Dash()\nd.run('localhost')"), @r#"
    app.py:3:1: warning[loopback]: `d.run(…)` of `app.py` listens on 127.0.0.1, which nobody outside of the container can reach
      = help: write `d.run(…, host="0.0.0.0")`
    "#);
    }

    #[test]
    fn sources_that_may_not_be() {
        let app = "from flask import Flask\napp = Flask(__name__)\n";
        for run in [
            "app.run(host='0.0.0.0')",
            "app.run('0.0.0.0')",
            "app.run(HOST)",
            "app.run(host=HOST)",
            "app.run(**options)",
            "app.run(*options)",
            "if x:\n    app.run()",
            "def main():\n    app.run()",
            "# app.run()",
            "'''\napp.run()\n'''",
            "app.config['SERVER_NAME'] = h\napp.run()",
            "app = wrap(app)\napp.run()",
            "other.run()",
            "if __name__ == '__main__':\n    if dev:\n        app.run()\n    else:\n        app.run(host='0.0.0.0')",
        ] {
            assert_eq!(check(&format!("{app}{run}\n")), "nothing", "{run}");
        }
        assert_eq!(check("import uvicorn\nuvicorn.run(app, uds='/run/s')"), "nothing");
        assert_eq!(check("from notflask import Flask\napp = Flask()\napp.run()"), "nothing");
    }

    proptest! {
        #[test]
        fn any_command_has_an_answer(words in prop::collection::vec("[-a-z=./:0]{0,6}|python|-m|manage.py|runserver|flask|run|--host", 0..6)) {
            let _ = listens_on_loopback(&words, &BTreeMap::new(), None);
        }
    }
}
