//! Apps that the source makes: objects of known frameworks, functions that make them, scripts of known kinds.

mod candidates;
mod running;

use candidates::{Candidate, candidates};

use super::frameworks::Gate;
use super::servers::{self, App, PORT, serve};
use super::view::Reader;
use super::{Found, Start, argv, one_of};
use crate::diag::Diagnostic;

pub(super) fn find(reader: &mut Reader<'_>) -> Result<Found, Diagnostic> {
    let candidates = candidates(reader);
    let taken: Vec<&str> = candidates.iter().map(|candidate| candidate.file.as_str()).collect();
    let scripts = running::find(&taken, reader);
    let mut starts = vec![];
    let mut blocked = None;
    for candidate in &candidates {
        match command(candidate, reader) {
            Ok(start) => starts.push(start),
            Err(why) => blocked = blocked.or(Some(why)),
        }
    }
    for script in scripts {
        match script {
            Ok(start) => starts.push(start),
            Err(why) => blocked = blocked.or(Some(why)),
        }
    }
    match (starts.is_empty(), blocked) {
        (true, Some((reason, help))) => Ok(Found::Blocked { reason, help }),
        _ => one_of(starts),
    }
}

/// What is missing, and what to do.
type Missing = (String, String);

fn command(candidate: &Candidate, reader: &Reader<'_>) -> Result<Start, Missing> {
    let Candidate { framework, file, object, factory, place, span, .. } = candidate;
    let (title, package) = (framework.title, framework.package);
    let verb = if *factory { "makes" } else { "is" };
    let article = if title.starts_with(['A', 'E', 'I', 'O', 'U']) { "an" } else { "a" };
    let made = format!("`{object}` of `{file}` {verb} {article} {title} app");
    if reader.lacks(package) {
        let reason = format!("{made}, but `{package}` is not among the packages");
        return Err((reason, format!("add `{package}` to the dependencies, and lock them")));
    }
    let mut start = Start { expose: Some(PORT), reason: made.clone(), span: Some(*span), ..Start::default() };
    let app = App { module: &place.module, object, factory: *factory, directory: place.directory.as_deref() };
    if let Some(cmd) = serve(candidate.gate, &app, reader).filter(|_| candidate.serves()) {
        start.cmd = cmd;
        return Ok(start);
    }
    let add = |server: &str| format!("add `{server}` to the dependencies");
    match package {
        "flask" => {
            let app = match &place.directory {
                Some(_) => format!("{file}:{object}"),
                None => format!("{}:{object}", place.module),
            };
            start.cmd =
                argv(["python", "-m", "flask", "--app", &app, "run", "--host", "0.0.0.0", "--port", "5000"]);
            start.expose = Some(5000);
            start.help.push(format!("this is Flask's development server: {}", add("gunicorn")));
            Ok(start)
        }
        "dash" if candidate.runs => {
            start.cmd = argv(["python", file]);
            start.expose = Some(8050);
            // Dash takes its default from this variable.
            start.env.push(("HOST".to_owned(), "0.0.0.0".to_owned()));
            start.help.push(format!(
                "this is Dash's development server: {}, and write `server = {object}.server` into `{file}`",
                add("gunicorn")
            ));
            Ok(start)
        }
        _ => {
            let server = if candidate.gate == Gate::Own { package } else { servers::best(candidate.gate) };
            Err((format!("{made}, but no server that can serve it is among the packages"), add(server)))
        }
    }
}
