//! `frontend.targets`: what can be built.

use serde::Serialize;

use super::columns::columns;
use super::location::{Location, Sources, base64};
use super::{Request, answer};
use crate::answer::Answer;
use crate::diag::{Diagnostic, shown_text};
use crate::text::{Files, Span};

/// A stage that can be built.
#[derive(Debug, Clone, Default)]
pub struct Target {
    /// Its name.
    pub name: String,
    /// Whether it is built when none is named.
    pub default: bool,
    /// What it is, if the description says so.
    pub description: String,
    /// What it starts from.
    pub base: String,
    /// The platform that it is bound to, if it is.
    pub platform: String,
    /// Where it is described.
    pub span: Option<Span>,
}

/// The targets, as an answer.
pub fn targets(targets: &[Target], noticed: &[Diagnostic], files: &Files) -> Answer {
    let mut sources = Sources::new(files);
    let list = targets.iter().map(|target| TargetWire {
        name: &target.name,
        default: target.default,
        description: &target.description,
        base: &target.base,
        platform: &target.platform,
        location: target.span.and_then(|span| sources.location(span)),
    });
    let list = list.collect();
    let sources = sources.files().map(|file| shown_text(noticed, file).into_owned()).collect();
    let mut rows = vec![vec!["TARGET".to_owned(), "DESCRIPTION".to_owned()]];
    rows.extend(targets.iter().map(|target| {
        let mark = if target.default { " (default)" } else { "" };
        vec![format!("{}{mark}", target.name), target.description.clone()]
    }));
    answer(Request::Targets, &TargetsWire { targets: list, sources }, columns(&rows))
}

#[derive(Serialize)]
struct TargetsWire<'a> {
    targets: Vec<TargetWire<'a>>,
    #[serde(serialize_with = "base64")]
    sources: Vec<String>,
}

#[derive(Serialize)]
struct TargetWire<'a> {
    #[serde(skip_serializing_if = "str::is_empty")]
    name: &'a str,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    default: bool,
    #[serde(skip_serializing_if = "str::is_empty")]
    description: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    base: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    platform: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<Location>,
}

#[cfg(test)]
mod tests {
    use super::super::tests::shown;
    use super::*;

    #[test]
    fn two_stages() {
        let mut files = Files::default();
        let file = files.add("app.toml", "python = \"3.13\"\n[stages.test]\n");
        let app = Target {
            name: "app".into(),
            default: true,
            base: "python:3.13-slim".into(),
            ..Target::default()
        };
        let test = Target {
            name: "test".into(),
            description: "runs the tests".into(),
            base: "app".into(),
            span: Some(file.span(16..29)),
            ..Target::default()
        };
        insta::assert_snapshot!(shown(&targets(&[app, test], &[], &files)), @r#"
        {"targets":[{"name":"app","default":true,"base":"python:3.13-slim"},{"name":"test","description":"runs the tests","base":"app","location":{"ranges":[{"start":{"line":2},"end":{"line":2}}]}}],"sources":["cHl0aG9uID0gIjMuMTMiCltzdGFnZXMudGVzdF0K"]}
        TARGET          DESCRIPTION
        app (default)
        test            runs the tests
        "#);
    }
}
