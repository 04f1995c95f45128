//! `frontend.outline`: what can be set for one target.

use serde::Serialize;

use super::columns::columns;
use super::location::{Location, Sources, base64};
use super::{Request, answer};
use crate::answer::Answer;
use crate::diag::{Diagnostic, shown_text};
use crate::text::{Files, Span};

/// What can be set for one target.
#[derive(Debug, Clone, Default)]
pub struct Outline {
    /// The target; empty for the one that is built when none is named.
    pub name: String,
    /// What it is, if the description says so.
    pub description: String,
    /// Build arguments.
    pub args: Vec<Arg>,
    /// Secrets.
    pub secrets: Vec<Secret>,
    /// ssh agents.
    pub ssh: Vec<Secret>,
    /// Cache mounts.
    pub cache: Vec<Cache>,
}

/// A build argument.
#[derive(Debug, Clone)]
pub struct Arg {
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// The value that it has now.
    pub value: String,
    /// Where it is declared.
    pub span: Option<Span>,
}

/// A secret or an ssh agent.
#[derive(Debug, Clone)]
pub struct Secret {
    /// Its id.
    pub name: String,
    /// Whether the build fails without it.
    pub required: bool,
    /// Where it is used.
    pub span: Option<Span>,
}

/// A cache mount.
#[derive(Debug, Clone)]
pub struct Cache {
    /// Its id.
    pub id: String,
    /// Where it is used.
    pub span: Option<Span>,
}

/// The outline, as an answer. What several steps use is listed once, where it is used first, and is required if one
/// of them cannot do without it.
pub fn outline(outline: &Outline, noticed: &[Diagnostic], files: &Files) -> Answer {
    let outline = &Outline {
        secrets: once(&outline.secrets),
        ssh: once(&outline.ssh),
        cache: outline.cache.iter().fold(vec![], |mut seen: Vec<Cache>, cache| {
            if !seen.iter().any(|known| known.id == cache.id) {
                seen.push(cache.clone());
            }
            seen
        }),
        ..outline.clone()
    };
    let mut sources = Sources::new(files);
    let mut place = |span: Option<Span>| span.and_then(|span| sources.location(span));
    let mut secrets = |list: &[Secret]| -> Vec<SecretWire> {
        list.iter()
            .map(|secret| SecretWire {
                name: secret.name.clone(),
                required: secret.required,
                location: place(secret.span),
            })
            .collect()
    };
    let (secret, ssh) = (secrets(&outline.secrets), secrets(&outline.ssh));
    let args = outline.args.iter().map(|arg| ArgWire {
        name: arg.name.clone(),
        description: arg.description.clone(),
        value: arg.value.clone(),
        location: place(arg.span),
    });
    let args = args.collect();
    let cache =
        outline.cache.iter().map(|cache| CacheWire { id: cache.id.clone(), location: place(cache.span) });
    let cache = cache.collect();
    let wire = OutlineWire {
        name: &outline.name,
        description: &outline.description,
        args,
        secrets: secret,
        ssh,
        cache,
        sources: sources.files().map(|file| shown_text(noticed, file).into_owned()).collect(),
    };
    answer(Request::Outline, &wire, text(outline))
}

/// Each id once.
fn once(list: &[Secret]) -> Vec<Secret> {
    let mut seen: Vec<Secret> = vec![];
    for secret in list {
        match seen.iter_mut().find(|known| known.name == secret.name) {
            Some(known) => known.required |= secret.required,
            None => seen.push(secret.clone()),
        }
    }
    seen
}

#[derive(Serialize)]
struct OutlineWire<'a> {
    #[serde(skip_serializing_if = "str::is_empty")]
    name: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    description: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    args: Vec<ArgWire>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    secrets: Vec<SecretWire>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    ssh: Vec<SecretWire>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    cache: Vec<CacheWire>,
    #[serde(skip_serializing_if = "Vec::is_empty", serialize_with = "base64")]
    sources: Vec<String>,
}

#[derive(Serialize)]
struct ArgWire {
    name: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    description: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    value: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<Location>,
}

#[derive(Serialize)]
struct SecretWire {
    name: String,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    required: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<Location>,
}

#[derive(Serialize)]
struct CacheWire {
    #[serde(rename = "ID")]
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<Location>,
}

/// One table a kind, with an empty line between them.
fn text(outline: &Outline) -> String {
    let cells = |cells: &[&str]| cells.iter().map(|cell| (*cell).to_owned()).collect::<Vec<String>>();
    let name = if outline.name.is_empty() { "(default)" } else { &outline.name };
    let mut head = vec![cells(&["TARGET:", name])];
    if !outline.description.is_empty() {
        head.push(cells(&["DESCRIPTION:", &outline.description]));
    }
    let secrets = |list: &[Secret]| -> Vec<Vec<String>> {
        list.iter().map(|secret| cells(&[&secret.name, if secret.required { "true" } else { "" }])).collect()
    };
    let args = outline.args.iter().map(|arg| cells(&[&arg.name, &arg.value, &arg.description])).collect();
    let caches = outline.cache.iter().map(|cache| cells(&[&cache.id])).collect();
    let table = |head: &[&str], rows: Vec<Vec<String>>| match rows.is_empty() {
        true => None,
        false => Some(columns(&[vec![cells(head)], rows].concat())),
    };
    let tables = [
        Some(columns(&head)),
        table(&["BUILD ARG", "VALUE", "DESCRIPTION"], args),
        table(&["SECRET", "REQUIRED"], secrets(&outline.secrets)),
        table(&["SSH", "REQUIRED"], secrets(&outline.ssh)),
        table(&["CACHE"], caches),
    ];
    tables.into_iter().flatten().collect::<Vec<String>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::super::tests::shown;
    use super::*;

    #[test]
    fn everything() {
        let mut files = Files::default();
        let file = files.add("app.toml", "[args]\nV = \"1\"\n");
        let wanted = Outline {
            name: "app".into(),
            description: "ships".into(),
            args: vec![Arg {
                name: "V".into(),
                description: "version".into(),
                value: "1".into(),
                span: Some(file.span(7..14)),
            }],
            secrets: vec![Secret { name: "token".into(), required: true, span: Some(file.span(0..6)) }],
            ssh: vec![Secret { name: "default".into(), required: false, span: None }],
            cache: vec![Cache { id: "pip".into(), span: None }],
        };
        insta::assert_snapshot!(shown(&outline(&wanted, &[], &files)), @r#"
        {"name":"app","description":"ships","args":[{"name":"V","description":"version","value":"1","location":{"ranges":[{"start":{"line":2},"end":{"line":2}}]}}],"secrets":[{"name":"token","required":true,"location":{"ranges":[{"start":{"line":1},"end":{"line":1}}]}}],"ssh":[{"name":"default"}],"cache":[{"ID":"pip"}],"sources":["W2FyZ3NdClYgPSAiMSIK"]}
        TARGET:        app
        DESCRIPTION:   ships

        BUILD ARG   VALUE   DESCRIPTION
        V           1       version

        SECRET   REQUIRED
        token    true

        SSH       REQUIRED
        default

        CACHE
        pip
        "#);
    }

    #[test]
    fn what_two_steps_use_is_listed_once() {
        let secret = |name: &str, required| Secret { name: name.into(), required, span: None };
        let cache = |id: &str| Cache { id: id.into(), span: None };
        let wanted = Outline {
            secrets: vec![secret("a", false), secret("b", false), secret("a", true)],
            ssh: vec![secret("default", true), secret("default", true)],
            cache: vec![cache("/c"), cache("/d"), cache("/c")],
            ..Outline::default()
        };
        insta::assert_snapshot!(shown(&outline(&wanted, &[], &Files::default())), @r#"
        {"secrets":[{"name":"a","required":true},{"name":"b"}],"ssh":[{"name":"default","required":true}],"cache":[{"ID":"/c"},{"ID":"/d"}]}
        TARGET:   (default)

        SECRET   REQUIRED
        a        true
        b

        SSH       REQUIRED
        default   true

        CACHE
        /c
        /d
        "#);
    }

    #[test]
    fn nothing_to_set() {
        insta::assert_snapshot!(shown(&outline(&Outline::default(), &[], &Files::default())), @"
        {}
        TARGET:   (default)
        ");
    }
}
