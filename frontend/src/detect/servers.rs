//! The servers that are known, best first: one row each.

use super::frameworks::Gate;
use super::view::Reader;

/// An app as a server is told of it.
pub(super) struct App<'a> {
    /// `shop.main`
    pub(super) module: &'a str,
    /// `app`, or the name of a function that makes it.
    pub(super) object: &'a str,
    /// Whether `object` is a function that makes the app.
    pub(super) factory: bool,
    /// The directory that the module is imported from, if not the working directory.
    pub(super) directory: Option<&'a str>,
}

/// Where our servers listen.
pub(super) const PORT: u16 = 8000;

/// The command of the best server that is installed and can serve such an app.
pub(super) fn serve(gate: Gate, app: &App<'_>, reader: &Reader<'_>) -> Option<Vec<String>> {
    let fitting = SERVERS.iter().filter(|server| server.gate == gate && reader.installed(server.package));
    fitting.filter_map(|server| (server.command)(app)).next()
}

/// The server to propose.
pub(super) fn best(gate: Gate) -> &'static str {
    SERVERS.iter().find(|server| server.gate == gate).map_or("gunicorn", |server| server.package)
}

struct Server {
    package: &'static str,
    gate: Gate,
    /// `None` if the server has no option for what the app needs.
    command: fn(&App<'_>) -> Option<Vec<String>>,
}

const SERVERS: &[Server] = &[
    Server { package: "uvicorn", gate: Gate::Asgi, command: uvicorn },
    Server { package: "hypercorn", gate: Gate::Asgi, command: hypercorn },
    Server { package: "granian", gate: Gate::Asgi, command: |app| granian("asgi", app) },
    Server { package: "daphne", gate: Gate::Asgi, command: daphne },
    Server { package: "gunicorn", gate: Gate::Wsgi, command: gunicorn },
    Server { package: "waitress", gate: Gate::Wsgi, command: waitress },
    Server { package: "granian", gate: Gate::Wsgi, command: |app| granian("wsgi", app) },
    Server { package: "sanic", gate: Gate::Own, command: sanic },
];

fn uvicorn(app: &App<'_>) -> Option<Vec<String>> {
    let mut words = vec!["uvicorn".to_owned()];
    words.extend(
        app.directory.map(|directory| ["--app-dir".to_owned(), directory.to_owned()]).into_iter().flatten(),
    );
    words.extend(app.factory.then(|| "--factory".to_owned()));
    words.push(target(app));
    Some(with(words, &["--host", "0.0.0.0", "--port", "8000"]))
}

fn hypercorn(app: &App<'_>) -> Option<Vec<String>> {
    plain(app)
        .then(|| with(vec!["hypercorn".into(), "--bind".into(), "0.0.0.0:8000".into(), target(app)], &[]))
}

fn granian(interface: &str, app: &App<'_>) -> Option<Vec<String>> {
    let options = ["granian", "--interface", interface, "--host", "0.0.0.0", "--port", "8000"];
    let mut words: Vec<String> = options.map(str::to_owned).to_vec();
    words.extend(app.factory.then(|| "--factory".to_owned()));
    words.push(target(app));
    app.directory.is_none().then_some(words)
}

fn daphne(app: &App<'_>) -> Option<Vec<String>> {
    let words = ["daphne", "-b", "0.0.0.0", "-p", "8000"].map(str::to_owned).to_vec();
    plain(app).then(|| with(words, &[&target(app)]))
}

fn gunicorn(app: &App<'_>) -> Option<Vec<String>> {
    let mut words = ["gunicorn", "--bind", "0.0.0.0:8000"].map(str::to_owned).to_vec();
    if let Some(directory) = app.directory {
        words = with(words, &["--pythonpath", directory]);
    }
    let call = if app.factory { "()" } else { "" };
    words.push(format!("{}{call}", target(app)));
    Some(words)
}

fn waitress(app: &App<'_>) -> Option<Vec<String>> {
    let mut words = ["waitress-serve", "--listen=0.0.0.0:8000"].map(str::to_owned).to_vec();
    words.extend(app.factory.then(|| "--call".to_owned()));
    words.push(target(app));
    app.directory.is_none().then_some(words)
}

fn sanic(app: &App<'_>) -> Option<Vec<String>> {
    let mut words = vec!["sanic".to_owned(), target(app)];
    words.extend(app.factory.then(|| "--factory".to_owned()));
    app.directory.is_none().then(|| with(words, &["--host", "0.0.0.0", "--port", "8000"]))
}

fn target(app: &App<'_>) -> String {
    format!("{}:{}", app.module, app.object)
}

/// Neither in a directory of its own nor made by a function.
fn plain(app: &App<'_>) -> bool {
    app.directory.is_none() && !app.factory
}

fn with(mut words: Vec<String>, more: &[&str]) -> Vec<String> {
    words.extend(more.iter().map(|word| (*word).to_owned()));
    words
}
