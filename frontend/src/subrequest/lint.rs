//! `frontend.lint`: what could be better, and what is wrong.
//!
//! What is wrong is part of the answer, not a failure of it: a client that checks wants both. Clients look into
//! every warning's location and, for an error, into the file of its location, without asking whether there is
//! one: so each warning has a location, and an error always has a file.

use buildkit_proto::errors::SourceInfo;
use buildkit_proto::metadata::subrequest as keys;
use serde::Serialize;

use super::location::{Location, Sources};
use super::{Request, answer};
use crate::answer::{Answer, excerpt};
use crate::diag::{Diagnostic, Severity};
use crate::text::Files;

/// All that was noticed, as an answer. Its status, which becomes the client's exit code, is 1 if there is
/// anything. Notes are left out: nothing is wrong with what they say.
pub fn lint(diagnostics: &[Diagnostic], files: &Files) -> Answer {
    let diagnostics: Vec<Diagnostic> =
        diagnostics.iter().filter(|diagnostic| diagnostic.severity != Severity::Note).cloned().collect();
    let diagnostics = diagnostics.as_slice();
    let mut sources = Sources::new(files);
    let mut location =
        |diagnostic: &Diagnostic| diagnostic.labels.first().and_then(|label| sources.location(label.span));
    let warnings = diagnostics.iter().filter(|diagnostic| !diagnostic.is_error()).map(|warning| Warning {
        rule: warning.code,
        description: &warning.message,
        detail: detail(warning),
        location: location(warning).unwrap_or(Location::NOWHERE),
    });
    let warnings = warnings.collect();
    let errors: Vec<&Diagnostic> = diagnostics.iter().filter(|diagnostic| diagnostic.is_error()).collect();
    let build_error = errors.first().map(|_| BuildError {
        message: errors.iter().map(|error| error.brief(files)).collect::<Vec<String>>().join("\n\n"),
        location: errors.iter().find_map(|error| location(error)).unwrap_or(Location::FIRST),
    });
    let mut infos: Vec<SourceInfo> =
        sources.files().map(|file| excerpt::for_all(diagnostics, file)).collect();
    if infos.is_empty() && build_error.is_some() {
        infos.push(
            files.iter().next().map_or_else(SourceInfo::default, |file| excerpt::for_all(diagnostics, file)),
        );
    }
    let status = i32::from(!diagnostics.is_empty());
    let text: Vec<String> = diagnostics.iter().map(|diagnostic| diagnostic.render(files) + "\n").collect();
    let wire = Lint { warnings, sources: infos, build_error };
    let mut answer = answer(Request::Lint, &wire, text.join("\n"));
    answer.metadata.insert(keys::RESULT_STATUS_CODE.to_owned(), status.to_string().into_bytes());
    answer
}

/// The text that clients print below the name of the rule.
fn detail(warning: &Diagnostic) -> String {
    let notes = warning.labels.iter().filter(|label| !label.text.is_empty()).map(|label| &label.text);
    let notes = notes.map(|note| format!("\n  = note: {note}"));
    let help = warning.help.iter().map(|help| format!("\n  = help: {help}"));
    std::iter::once(warning.message.clone()).chain(notes).chain(help).collect()
}

#[derive(Serialize)]
struct Lint<'a> {
    warnings: Vec<Warning<'a>>,
    sources: Vec<SourceInfo>,
    #[serde(rename = "buildError", skip_serializing_if = "Option::is_none")]
    build_error: Option<BuildError>,
}

#[derive(Serialize)]
struct Warning<'a> {
    #[serde(rename = "ruleName")]
    rule: &'a str,
    description: &'a str,
    detail: String,
    location: Location,
}

#[derive(Serialize)]
struct BuildError {
    message: String,
    location: Location,
}

#[cfg(test)]
mod tests {
    use super::super::tests::shown;
    use super::*;

    fn status(answer: &Answer) -> &[u8] {
        &answer.metadata[keys::RESULT_STATUS_CODE]
    }

    #[test]
    fn warnings_and_an_error() {
        let mut files = Files::default();
        files.add("other.toml", "not shown\n");
        let file = files.add("app.toml", "from = \"python\"\nx = 1\n");
        let found = [
            Diagnostic::warning("unpinned-base", "base image has no digest")
                .label(file.span(7..15), "moves")
                .help("add a digest"),
            Diagnostic::warning("no-lock", "nothing is locked"),
            Diagnostic::error("unknown-key", "unknown key `x`").at(file.span(16..17)),
        ];
        let answer = lint(&found, &files);
        assert_eq!(status(&answer), b"1");
        insta::assert_snapshot!(shown(&answer), @r#"
        {"warnings":[{"ruleName":"unpinned-base","description":"base image has no digest","detail":"base image has no digest\n  = note: moves\n  = help: add a digest","location":{"ranges":[{"start":{"line":1},"end":{"line":1}}]}},{"ruleName":"no-lock","description":"nothing is locked","detail":"nothing is locked","location":{"sourceIndex":-1,"ranges":[]}}],"sources":[{"filename":"app.toml","data":"ZnJvbSA9ICJweXRob24iCnggPSAxCg==","language":"TOML"}],"buildError":{"message":"app.toml:2:1: error[unknown-key]: unknown key `x`","location":{"ranges":[{"start":{"line":2},"end":{"line":2}}]}}}
        warning[unpinned-base]: base image has no digest
         --> app.toml:1:8
          |
        1 | from = "python"
          |        ^^^^^^^^ moves
          |
          = help: add a digest

        warning[no-lock]: nothing is locked

        error[unknown-key]: unknown key `x`
         --> app.toml:2:1
          |
        2 | x = 1
          | ^
        "#);
    }

    #[test]
    fn notes_are_nothing_to_complain_of() {
        let answer = lint(&[Diagnostic::note("start-command", "the app starts")], &Files::default());
        assert_eq!(status(&answer), b"0");
        assert_eq!(shown(&answer), "{\"warnings\":[],\"sources\":[]}\n");
    }

    #[test]
    fn nothing_found() {
        let answer = lint(&[], &Files::default());
        assert_eq!(status(&answer), b"0");
        assert_eq!(shown(&answer), "{\"warnings\":[],\"sources\":[]}\n");
    }

    #[test]
    fn an_error_without_a_place_still_has_a_file() {
        for files in [Files::default(), {
            let mut files = Files::default();
            files.add("app.toml", "");
            files
        }] {
            let answer = lint(&[Diagnostic::error("bad-option", "bad")], &files);
            let json: serde_json::Value =
                serde_json::from_slice(&answer.metadata[keys::RESULT_JSON]).unwrap();
            assert_eq!(json["sources"].as_array().unwrap().len(), 1);
            assert!(json["buildError"]["location"]["ranges"].as_array().unwrap().is_empty());
        }
    }
}
