//! Django: `manage.py` says which settings, and beside the settings are the modules for servers.

use super::frameworks::Gate;
use super::servers::{App, PORT, serve};
use super::view::Reader;
use super::{Found, Start, argv};
use crate::diag::Diagnostic;

/// The variable that names a project's settings.
const SETTINGS: &str = "DJANGO_SETTINGS_MODULE";

/// What `manage.py` of every project imports.
const MANAGEMENT: &str = "django.core.management";

pub(super) fn find(reader: &mut Reader<'_>) -> Result<Found, Diagnostic> {
    let Some((manage, file)) = reader.module("manage.py") else { return Ok(Found::Nothing) };
    // The settings may come from elsewhere: then the module for servers is the only one there is.
    if !manage.strings.contains(SETTINGS) && !manage.modules.contains(MANAGEMENT) {
        return Ok(Found::Nothing);
    }
    let settings: Vec<&str> =
        manage.pairs.iter().filter(|(key, _)| key == SETTINGS).map(|(_, value)| value.as_str()).collect();
    if reader.lacks("django") {
        return Ok(Found::Blocked {
            reason: "`manage.py` is that of a Django project, but `django` is not among the packages"
                .to_owned(),
            help: "add `django` to the dependencies, and lock them".to_owned(),
        });
    }
    let mut start = Start { expose: Some(PORT), span: Some(file.span(0..0)), ..Start::default() };
    // Channels answers web sockets, which WSGI cannot.
    let gates = match reader.installed("channels") {
        true => [(Gate::Asgi, "asgi"), (Gate::Wsgi, "wsgi")],
        false => [(Gate::Wsgi, "wsgi"), (Gate::Asgi, "asgi")],
    };
    for (gate, name) in gates {
        let Some(module) = entry(&settings, name, reader) else { continue };
        let app = App { module: &module, object: "application", factory: false, directory: None };
        if let Some(cmd) = serve(gate, &app, reader) {
            start.reason = format!("`manage.py` is that of a Django project, served by `{module}`");
            start.cmd = cmd;
            return Ok(Found::Start(start));
        }
    }
    // The reloader is a second process that does not pass signals on.
    start.cmd = argv(["python", "manage.py", "runserver", "0.0.0.0:8000", "--noreload"]);
    start.reason = "`manage.py` is that of a Django project, and no server is installed".to_owned();
    start.help.push("this is Django's development server: add `gunicorn` to the dependencies".to_owned());
    Ok(Found::Start(start))
}

/// The module for servers: in the package of the settings or in one above it; else the only one that there is.
fn entry(settings: &[&str], name: &str, reader: &Reader<'_>) -> Option<String> {
    let beside = settings.iter().flat_map(|settings| {
        let mut packages = vec![];
        let mut at = *settings;
        while let Some((package, _)) = at.rsplit_once('.') {
            packages.push(package);
            at = package;
        }
        packages
    });
    for package in beside {
        if reader.has_file(&format!("{}/{name}.py", package.replace('.', "/"))) {
            return Some(format!("{package}.{name}"));
        }
    }
    let all = reader.view.paths.iter().filter_map(|path| path.strip_suffix(&format!("/{name}.py")));
    let mut all = all.filter(|directory| !directory.contains('/'));
    match (all.next(), all.next()) {
        (Some(package), None) => Some(format!("{package}.{name}")),
        (None, _) => reader.has_file(&format!("{name}.py")).then(|| name.to_owned()),
        (Some(_), Some(_)) => None,
    }
}
