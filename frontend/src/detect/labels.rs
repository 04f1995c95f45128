//! Labels that a pyproject.toml has the values of, under the names of the OCI image specification.

use std::collections::BTreeMap;

use toml::{Table, Value};

use super::project::at;
use crate::text::SourceFile;

/// The labels, sorted. `[project]` counts before `[tool.poetry]`; what is not said, or not in one line, is left out.
pub fn labels(pyproject: &SourceFile) -> Vec<(String, String)> {
    // A file that is no TOML is complained of by whoever reads its dependencies.
    let Ok(root) = pyproject.text().parse::<Table>() else { return vec![] };
    let none = Table::new();
    let project = at(&root, &["project"]).unwrap_or(&none);
    let poetry = at(&root, &["tool", "poetry"]).unwrap_or(&none);
    let text = |key: &str| [project, poetry].iter().find_map(|table| table.get(key)?.as_str());
    let urls = urls(project, poetry);
    let url = |known: &[&str]| known.iter().find_map(|name| urls.get(*name)).map(String::as_str);
    // Plugins fill these in later.
    let placeholder = at(&root, &["tool", "poetry-dynamic-versioning"]).is_some();
    let values = [
        ("authors", authors(project, poetry)),
        ("description", text("description").map(str::to_owned)),
        ("documentation", url(&["documentation", "docs"]).map(str::to_owned)),
        ("licenses", license(project, poetry)),
        ("source", url(&["source", "repository", "sourcecode", "github"]).map(str::to_owned)),
        ("title", text("name").map(str::to_owned)),
        ("url", url(&["homepage"]).map(str::to_owned)),
        ("version", text("version").filter(|_| !placeholder).map(str::to_owned)),
    ];
    let shown = |value: &String| !value.is_empty() && !value.chars().any(char::is_control);
    let label = |(key, value): (&str, Option<String>)| {
        let value = value.map(|value| value.trim().to_owned()).filter(shown)?;
        Some((format!("org.opencontainers.image.{key}"), value))
    };
    values.into_iter().filter_map(label).collect()
}

/// URLs by their names, normalised as the core metadata specification has it for well-known labels: without
/// punctuation and white space, lower case. URLs with credentials are not shown to everybody who has the image.
fn urls(project: &Table, poetry: &Table) -> BTreeMap<String, String> {
    let mut urls = BTreeMap::new();
    let mut add = |name: &str, url: &Value| {
        let name: String = name.chars().filter(|c| !c.is_ascii_punctuation() && !c.is_whitespace()).collect();
        let public = |url: &&str| {
            let host =
                url.split_once("://").map(|(_, rest)| rest.split(['/', '?', '#']).next().unwrap_or(rest));
            host.is_some_and(|host| !host.contains('@'))
        };
        if let Some(url) = url.as_str().filter(public) {
            urls.entry(name.to_lowercase()).or_insert_with(|| url.to_owned());
        }
    };
    for table in [project, poetry].iter().filter_map(|table| at(table, &["urls"])) {
        table.iter().for_each(|(name, url)| add(name, url));
    }
    for name in ["homepage", "repository", "documentation"] {
        if let Some(url) = poetry.get(name) {
            add(name, url);
        }
    }
    urls
}

/// An SPDX expression; a text is taken only if it can be one.
fn license(project: &Table, poetry: &Table) -> Option<String> {
    let written = [project, poetry].iter().find_map(|table| table.get("license"))?;
    let text = written.as_str().or_else(|| written.get("text")?.as_str())?.trim();
    let words: Vec<&str> = text.split([' ', '(', ')']).filter(|word| !word.is_empty()).collect();
    let operator = |word: &str| matches!(word, "AND" | "OR" | "WITH");
    let id =
        |word: &str| word.chars().all(|c| c.is_ascii_alphanumeric() || ".-+".contains(c)) && !operator(word);
    // Names and operators take turns.
    let right = |(index, word): (usize, &&str)| if index % 2 == 0 { id(word) } else { operator(word) };
    (words.len() % 2 == 1 && words.iter().enumerate().all(right)).then(|| text.to_owned())
}

/// `Ann <ann@example.org>, Bob`
fn authors(project: &Table, poetry: &Table) -> Option<String> {
    let listed = [project, poetry].iter().find_map(|table| table.get("authors")?.as_array())?;
    let author = |author: &Value| match author {
        Value::String(text) => Some(text.trim().to_owned()),
        Value::Table(table) => {
            let text = |key: &str| table.get(key).and_then(Value::as_str).map(str::trim);
            match (text("name"), text("email")) {
                (Some(name), Some(email)) => Some(format!("{name} <{email}>")),
                (one, other) => one.or(other).map(str::to_owned),
            }
        }
        _ => None,
    };
    let authors: Vec<String> = listed.iter().filter_map(author).filter(|author| !author.is_empty()).collect();
    Some(authors.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Files;

    fn check(text: &str) -> String {
        let labels = labels(&Files::default().add("pyproject.toml", text));
        assert!(labels.is_sorted());
        let line = |(name, value): (String, String)| {
            format!("{}={value}", name.trim_start_matches("org.opencontainers.image."))
        };
        labels.into_iter().map(line).collect::<Vec<String>>().join("\n")
    }

    #[test]
    fn standard_metadata() {
        insta::assert_snapshot!(check("[project]\nname='Shop'\nversion='1.2'\ndescription='Sells things.'\nlicense='MIT OR Apache-2.0'\nauthors=[{name='Ann',email='a@x.org'},{name='Bob'},{email='c@x.org'}]\n[project.urls]\n'Home-Page'='https://x.org'\n'Source Code'='https://x.org/src'\nDocs='https://x.org/docs'\nissues='https://x.org/issues'"), @"
        authors=Ann <a@x.org>, Bob, c@x.org
        description=Sells things.
        documentation=https://x.org/docs
        licenses=MIT OR Apache-2.0
        source=https://x.org/src
        title=Shop
        url=https://x.org
        version=1.2
        ");
    }

    #[test]
    fn poetry_metadata() {
        insta::assert_snapshot!(check("[tool.poetry]\nname='shop'\nversion='1'\nlicense='MIT'\nauthors=['Ann <a@x.org>']\nhomepage='https://x.org'\nrepository='https://x.org/src'\ndocumentation='https://x.org/docs'"), @"
        authors=Ann <a@x.org>
        documentation=https://x.org/docs
        licenses=MIT
        source=https://x.org/src
        title=shop
        url=https://x.org
        version=1
        ");
    }

    #[test]
    fn nothing_is_invented() {
        assert_eq!(check(""), "");
        assert_eq!(check("[project"), "");
        assert_eq!(check("project = 5\n[tool.poetry]\nname = 5"), "");
        assert_eq!(
            check("[project]\ndescription='''two\nlines'''\nlicense={file='LICENSE'}\nauthors=[]"),
            ""
        );
        assert_eq!(check("[project]\nlicense={text='Copyright (c) 2026, all of us'}"), "");
        assert_eq!(check("[project]\nlicense={text='BSD-3-Clause'}"), "licenses=BSD-3-Clause");
        assert_eq!(check("[project]\nlicense='MIT License'"), "");
        assert_eq!(
            check("[project]\nlicense='(MIT OR BSD-2-Clause) AND ISC'"),
            "licenses=(MIT OR BSD-2-Clause) AND ISC"
        );
        assert_eq!(check("[project.urls]\nhomepage='https://user:password@x.org/'"), "");
        assert_eq!(
            check("[tool.poetry]\nversion='0.0.0'\n[tool.poetry-dynamic-versioning]\nenable=true"),
            ""
        );
    }
}
