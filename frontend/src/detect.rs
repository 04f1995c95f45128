//! How an app starts, and what its image is labelled with, when its description does not say.
//!
//! Everything here is a function of what a [`View`] shows: names of files, their text as far as it was read, and
//! the names of the packages that are installed. Nothing is run, nothing is found by a part of a name, and of two
//! ways that are equally good none is taken: that is a question, with the line to write for each answer.
//!
//! What wins, first to last:
//!
//! 1. `Procfile`: its `web` process (or its only one);
//! 2. Django: `manage.py`, with `django` installed;
//! 3. an app object that the source makes (FastAPI, Starlette, Quart, Litestar, Sanic, Flask, Dash), or a script
//!    for Streamlit, Gradio or aiohttp. Among these there is no order. `wsgi.py` and `asgi.py` win over modules that
//!    they import, and so does any module that makes an app over those that it imports;
//! 4. `[project.scripts]` of a project that is installed: the only one, or the one that is called like the project;
//! 5. `__main__.py`, of the top level or of the only package that has one;
//! 6. `main.py`, `app.py`; then the only one of `server.py`, `run.py`, `start.py`, `bot.py`, …; then `src/main.py`,
//!    `src/app.py`; then the only module there is.

mod apps;
mod django;
mod frameworks;
mod labels;
mod loopback;
mod place;
mod procfile;
mod project;
pub mod python;
mod scripts;
mod servers;
mod view;

#[cfg(test)]
mod layouts;
#[cfg(test)]
mod tests;

pub use labels::labels;
pub use loopback::{listens_on_loopback, source_on_loopback};
pub use view::{PATTERNS, View, is_looked_into, is_wanted};

use std::collections::BTreeSet;

use crate::diag::Diagnostic;
use crate::text::{SourceFile, Span};
use view::Reader;

/// The names of the commands that a project itself brings: `[project.scripts]`.
pub fn commands(pyproject: &SourceFile) -> BTreeSet<String> {
    project::Project::read(pyproject).map(|project| project.scripts).unwrap_or_default()
}

/// What [`start`] comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The app starts so.
    Start(Start),
    /// Files that have to be read first. Those that do not exist are given as `None` in the next round.
    Needs(Vec<String>),
    /// Nobody can tell.
    Nothing {
        /// What was looked for, or what is missing.
        reason: String,
        /// What to do, one advice each.
        help: Vec<String>,
    },
}

/// How an app starts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Start {
    /// Argv.
    pub cmd: Vec<String>,
    /// The port that it listens on.
    pub expose: Option<u16>,
    /// Environment variables that it needs.
    pub env: Vec<(String, String)>,
    /// What was found where, in one sentence.
    pub reason: String,
    /// What could be better, one advice each.
    pub help: Vec<String>,
    /// Where it was found.
    pub span: Option<Span>,
}

/// Finds out how an app starts.
///
/// # Errors
/// `two-starts` if there are two ways that are equally good.
pub fn start(project: &View<'_>) -> Result<Outcome, Diagnostic> {
    let mut reader = Reader::new(project);
    for find in
        [procfile::find, django::find, apps::find, scripts::console, scripts::main_modules, scripts::files]
    {
        let found = find(&mut reader)?;
        if let Some(needs) = reader.needs() {
            return Ok(Outcome::Needs(needs));
        }
        match found {
            Found::Start(mut start) => {
                start.help.extend(reader.help);
                return Ok(Outcome::Start(start));
            }
            Found::Blocked { reason, help } => return Ok(nothing(reason, help, reader.help)),
            Found::Nothing => {}
        }
    }
    let looked_for =
        "`Procfile`, `manage.py`, an app of a web framework, `[project.scripts]`, `__main__.py` or `main.py`";
    let reason = format!("nothing says how the app starts: there is no {looked_for} that would");
    Ok(nothing(reason, "write `cmd = [\"python\", \"FILE\"]` into the description".to_owned(), reader.help))
}

fn nothing(reason: String, help: String, more: Vec<String>) -> Outcome {
    Outcome::Nothing { reason, help: std::iter::once(help).chain(more).collect() }
}

/// What one kind of start comes to.
enum Found {
    /// This is it.
    Start(Start),
    /// This would be it, but something is missing: what comes later in the order cannot be meant.
    Blocked { reason: String, help: String },
    /// Not this kind.
    Nothing,
}

/// The only way, or a question.
fn one_of(mut starts: Vec<Start>) -> Result<Found, Diagnostic> {
    if starts.len() > 1 {
        return Err(two_starts(&starts));
    }
    Ok(starts.pop().map_or(Found::Nothing, Found::Start))
}

fn two_starts(starts: &[Start]) -> Diagnostic {
    let reasons: Vec<&str> = starts.iter().map(|start| start.reason.as_str()).collect();
    let (last, first) = reasons.split_last().expect("there are two");
    let message = format!("the app may start in more than one way: {}, and {last}", first.join(", "));
    let lines: Vec<String> =
        starts.iter().map(|start| format!("`cmd = {}`", toml_argv(&start.cmd))).collect();
    let error = Diagnostic::error("two-starts", message);
    let error = starts.iter().filter_map(|start| start.span).fold(error, Diagnostic::at);
    error.help(format!("write one of these lines into the description: {}", lines.join(", ")))
}

/// An argv as it is written in a description.
pub fn toml_argv(argv: &[String]) -> String {
    // Strings of JSON without control characters are strings of TOML.
    let quoted: Vec<String> =
        argv.iter().map(|word| serde_json::Value::from(word.as_str()).to_string()).collect();
    format!("[{}]", quoted.join(", "))
}

fn argv<const N: usize>(words: [&str; N]) -> Vec<String> {
    words.map(str::to_owned).to_vec()
}
