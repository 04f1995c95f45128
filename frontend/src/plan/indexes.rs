//! Package indexes as a build asks them: their mirrors, and the secrets that open them.
//!
//! A mirror changes where a file is fetched, never what it is: name and checksum stay, so the daemon's cache does
//! not notice. A secret is a name here; its value is known to nobody but the client and the daemon.

use serde::Serialize;

use crate::lock::{DEFAULT_INDEX, url};
use crate::spec;
use crate::text::Span;

/// The indexes of a description.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Indexes {
    rows: Vec<Row>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Row {
    url: String,
    /// `None`: the URL itself.
    mirror: Option<String>,
    secret: Option<String>,
    origin: Option<Span>,
}

/// An index that a step asks.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Index {
    /// Where: the mirror, if there is one.
    pub url: String,
    /// The id of the secret that holds the `Authorization` header for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
}

/// A file that the daemon fetches under its checksum.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Download {
    /// Where.
    pub url: String,
    /// Its name, decoded.
    pub filename: String,
    /// 64 hexadecimal digits.
    pub sha256: String,
    /// The id of the secret that holds the `Authorization` header for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
    /// Where that secret is written: what a refusal most likely has to do with.
    #[serde(skip)]
    pub origin: Option<Span>,
}

impl Indexes {
    /// Those of a description.
    pub fn of(written: &[spec::Index]) -> Self {
        let value = |text: &crate::text::Spanned<String>| text.value.clone();
        let row = |index: &spec::Index| Row {
            url: value(&index.url),
            mirror: index.mirror.as_ref().map(value),
            secret: index.secret.as_ref().map(value),
            origin: index.secret.as_ref().map(|secret| secret.span),
        };
        Self { rows: written.iter().map(row).collect() }
    }

    /// A file as it is fetched.
    pub fn download(&self, at: &str, filename: &str, sha256: &str) -> Download {
        let Index { url, secret } = self.at(at);
        let row = self.rows.iter().find(|row| secret.is_some() && row.secret == secret);
        Download {
            url,
            filename: filename.to_owned(),
            sha256: sha256.to_owned(),
            origin: row.and_then(|row| row.origin),
            secret,
        }
    }

    /// The indexes that a step asks: the default one (`default`, or the usual one), which counts only for what no other
    /// has, then those that the dependency file names and those of the description, the most wanted first. Empty, if
    /// there is only the usual one.
    pub fn asked(&self, default: Option<&str>, named: &[String]) -> Vec<Index> {
        let mut all = vec![self.at(default.unwrap_or(DEFAULT_INDEX))];
        let written = self.rows.iter().map(|row| row.url.as_str());
        for index in named.iter().map(String::as_str).chain(written).map(|url| self.at(url)) {
            if !all.contains(&index) {
                all.push(index);
            }
        }
        match all.as_slice() {
            [Index { url, secret: None }] if url == DEFAULT_INDEX => vec![],
            _ => all,
        }
    }

    /// What is asked instead of a URL, and with which secret: that of the index whose mirror it is, else of the
    /// one at the same place, of several the one that has most of the path in common. A secret is never sent
    /// anywhere else.
    fn at(&self, at: &str) -> Index {
        let mirrored = self.rows.iter().find_map(|row| {
            let rest = below(at, &row.url)?;
            let mirror = row.mirror.as_deref()?;
            Some(Index { url: join(mirror, rest), secret: row.secret.clone() })
        });
        mirrored.unwrap_or_else(|| {
            let same_place = self.rows.iter().filter(|row| url::origin(&row.url) == url::origin(at));
            let in_common = |row: &&Row| row.url.bytes().zip(at.bytes()).take_while(|(a, b)| a == b).count();
            // Of equals, the first of the file.
            let best = same_place.rev().max_by_key(in_common).filter(|row| row.mirror.is_none());
            Index { url: at.to_owned(), secret: best.and_then(|row| row.secret.clone()) }
        })
    }
}

/// What follows in a URL after another that it lies below; a name is not taken in half.
fn below<'u>(at: &'u str, prefix: &str) -> Option<&'u str> {
    let rest = at.strip_prefix(prefix.trim_end_matches('/'))?;
    (rest.is_empty() || rest.starts_with('/')).then_some(rest)
}

fn join(mirror: &str, rest: &str) -> String {
    match rest {
        "" => mirror.to_owned(),
        rest => format!("{}{rest}", mirror.trim_end_matches('/')),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn indexes(rows: &[(&str, Option<&str>, Option<&str>)]) -> Indexes {
        let row = |(url, mirror, secret): &(&str, Option<&str>, Option<&str>)| Row {
            url: (*url).to_owned(),
            mirror: mirror.map(str::to_owned),
            secret: secret.map(str::to_owned),
            origin: None,
        };
        Indexes { rows: rows.iter().map(row).collect() }
    }

    fn shown(index: &Index) -> String {
        format!("{} {}", index.url, index.secret.as_deref().unwrap_or("-"))
    }

    #[test]
    fn mirrors_keep_the_rest_of_the_path() {
        let indexes = indexes(&[
            ("https://files.example/packages/", Some("https://cache.example/f"), Some("cache")),
            ("https://open.example/simple", Some("https://cache.example/s/"), None),
        ]);
        let at = |url| shown(&indexes.at(url));
        assert_eq!(at("https://files.example/packages/a/b.whl"), "https://cache.example/f/a/b.whl cache");
        assert_eq!(at("https://open.example/simple"), "https://cache.example/s/ -");
        assert_eq!(at("https://open.example/simple/"), "https://cache.example/s/ -");
        assert_eq!(at("https://open.example/simple2/"), "https://open.example/simple2/ -");
        assert_eq!(at("https://files.example/other/a.whl"), "https://files.example/other/a.whl -");
    }

    #[test]
    fn secrets_go_to_their_own_place_only() {
        let indexes = indexes(&[
            ("https://a.example/one/simple", None, Some("one")),
            ("https://a.example/two/simple", None, Some("two")),
            ("https://b.example:8443/simple", None, Some("b")),
        ]);
        let at = |url| shown(&indexes.at(url));
        assert_eq!(at("https://a.example/two/files/x.whl"), "https://a.example/two/files/x.whl two");
        assert_eq!(at("https://a.example/x.whl"), "https://a.example/x.whl one");
        assert_eq!(at("https://A.example/x.whl"), "https://A.example/x.whl one");
        assert_eq!(at("http://a.example/one/simple/x.whl"), "http://a.example/one/simple/x.whl -");
        assert_eq!(at("https://b.example/simple/x.whl"), "https://b.example/simple/x.whl -");
        assert_eq!(at("https://a.example.evil/x.whl"), "https://a.example.evil/x.whl -");
    }

    #[test]
    fn the_usual_index_alone_need_not_be_named() {
        assert_eq!(Indexes::default().asked(None, &[]), []);
        let own = indexes(&[("https://a.example/simple", None, Some("a"))]);
        let asked = own.asked(None, &["https://c.example/simple".to_owned()]);
        let asked: Vec<String> = asked.iter().map(shown).collect();
        assert_eq!(
            asked,
            [
                format!("{DEFAULT_INDEX} -"),
                "https://c.example/simple -".into(),
                "https://a.example/simple a".into()
            ]
        );
        let mirrored = indexes(&[(DEFAULT_INDEX, Some("https://m.example/simple"), None)]);
        let asked: Vec<String> = mirrored.asked(None, &[]).iter().map(shown).collect();
        assert_eq!(asked, ["https://m.example/simple -"]);
        assert_eq!(own.asked(Some("https://a.example/simple"), &[]).len(), 1);
    }
}
