//! Secrets that were written down: how they are found, and that they are never shown.
//!
//! Credentials in URLs are found twice: in values, to complain about them, and in the bare text of the file, so
//! that no excerpt shows them, whatever the excerpt is about and even where the file is not valid TOML.

use std::ops::Range;

use super::reader::{Node, Reader, shorten};
use crate::diag::Diagnostic;
use crate::text::SourceFile;

/// The `user:password` of every URL in a text. What a shell would put in (`$TOKEN`) is none, and neither is a
/// bare user where that is not a secret (`ssh://git@host`).
pub(super) fn credentials(text: &str) -> Vec<Range<usize>> {
    let mut found = vec![];
    let mut from = 0;
    while let Some(at) = text[from..].find("://") {
        let start = from + at + "://".len();
        from = start;
        let authority = text[start..].split(ends_authority).next().unwrap_or_default();
        let Some((user, _)) = authority.rsplit_once('@') else { continue };
        let web = text[..start].ends_with("http://") || text[..start].ends_with("https://");
        let secret = user.split_once(':').map_or(if web { user } else { "" }, |(_, password)| password);
        if !secret.is_empty() && !secret.starts_with('$') {
            found.push(start..start + user.len());
        }
        from = start + user.len();
    }
    found
}

fn ends_authority(c: char) -> bool {
    c.is_whitespace() || c.is_control() || "/?#\\\"'`<>|,;()".contains(c)
}

/// A text for people, with stars for the credentials of its URLs.
pub(super) fn scrub(text: &str) -> String {
    let mut scrubbed = text.to_owned();
    for range in credentials(text).into_iter().rev() {
        scrubbed.replace_range(range, "***");
    }
    scrubbed
}

/// Hides every secret of a file in diagnostics about it.
pub(crate) fn hide(file: &SourceFile, diagnostics: &mut [Diagnostic]) {
    let mut hidden: Vec<_> = credentials(file.text()).into_iter().map(|range| file.span(range)).collect();
    hidden.extend(diagnostics.iter().flat_map(|diagnostic| diagnostic.hidden.clone()));
    hidden.sort();
    hidden.dedup();
    for diagnostic in diagnostics {
        diagnostic.hidden.clone_from(&hidden);
        diagnostic.message = scrub(&diagnostic.message);
        for text in diagnostic.labels.iter_mut().map(|label| &mut label.text).chain(&mut diagnostic.help) {
            *text = scrub(text);
        }
    }
}

/// Takes secrets out of what is said. They come into a sentence as a value that some rule did not like.
pub(super) fn forget(secrets: &[String], diagnostics: &mut [Diagnostic]) {
    for diagnostic in diagnostics {
        let labels = diagnostic.labels.iter_mut().map(|label| &mut label.text);
        for text in labels.chain(&mut diagnostic.help).chain([&mut diagnostic.message]) {
            for secret in secrets {
                // As it is, in another case, or as much of it as a message has room for.
                for said in [secret.to_ascii_lowercase(), shorten(secret).to_ascii_lowercase()] {
                    while let Some(at) = text.to_ascii_lowercase().find(&said) {
                        text.replace_range(at..at + said.len(), "***");
                    }
                }
            }
        }
    }
}

/// Complains about credentials in a value. True if there are none.
pub(super) fn check_url<'a>(reader: &mut Reader<'a>, node: Node<'a>, value: &str) -> bool {
    if credentials(value).is_empty() {
        return true;
    }
    let error = Diagnostic::error(
        "credentials-in-url",
        format!("a URL in `{}` holds credentials", shorten(node.key)),
    )
    .label(node.span, "everybody who has this file or the image can read them");
    let written = node.value.as_str().is_some_and(|written| !credentials(written).is_empty());
    let error = if written { hide_value(reader, node, error) } else { error };
    reader.report(error.help(match node.key {
        "url" | "mirror" => {
            "leave them out, and name the build secret that holds them: `secret = \"ID\"`, with \
             `docker build --secret id=ID,…`"
        }
        "from" => "leave them out; those of registries come from `docker login`",
        _ => "leave them out; a step of `run` can read build secrets: `secrets = [\"ID\"]`",
    }));
    false
}

/// Warns of a variable whose value is in the image for everybody to read, though it should not be.
pub(super) fn check_variable<'a>(reader: &mut Reader<'a>, node: Node<'a>, value: &str) {
    let what = if !credentials(value).is_empty() {
        "holds credentials"
    } else if looks_secret(node.key) && !value.is_empty() {
        "looks like a secret"
    } else {
        return;
    };
    // A short one is a word of its own in messages, and no secret.
    if value.len() >= 6 && reader.secrets.len() < 100 {
        reader.secrets.push(value.to_owned());
    }
    let warning = Diagnostic::warning("secret-value", format!("the value of `{}` {what}", node.key))
        .label(node.key_span, "everybody who has the image or its build record can read it");
    let written = node.value.as_str() == Some(value);
    let warning = if written { hide_value(reader, node, warning) } else { warning };
    reader.report(warning.help(
        "give it to the container when it starts; a step of `run` can read build secrets: \
         `secrets = [{ id = \"ID\", env = \"NAME\" }]`",
    ));
}

/// Hides what stands between the quotes of a value.
fn hide_value<'a>(reader: &Reader<'a>, node: Node<'a>, diagnostic: Diagnostic) -> Diagnostic {
    let written = reader.source(node.span);
    let shown = !credentials(written).is_empty();
    if shown {
        // Found in the text too, so only that part of it needs to be hidden.
        return diagnostic;
    }
    let quotes = written.chars().take_while(|c| *c == '"' || *c == '\'').count();
    let inner = node.span.start as usize + quotes..(node.span.end as usize).saturating_sub(quotes);
    if inner.is_empty() { diagnostic } else { diagnostic.hide(reader.file().span(inner)) }
}

/// Whether a variable of this name holds a secret, by the last word of its name.
fn looks_secret(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let words: Vec<&str> = lower.split(['_', '-', '.']).filter(|word| !word.is_empty()).collect();
    match words[..] {
        [.., "public" | "publishable", _] => false,
        [.., before, "key"] => {
            ["secret", "api", "private", "access", "signing", "encryption", "master", "auth"]
                .contains(&before)
        }
        [.., _, "pwd" | "pass"] => true,
        [.., last] => ["password", "passwd", "passphrase", "secret", "token", "apikey", "credentials"]
            .iter()
            .any(|word| last.ends_with(word)),
        [] => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_in_urls() {
        let found =
            |text: &str| credentials(text).into_iter().map(|r| text[r].to_owned()).collect::<Vec<_>>();
        assert_eq!(found("https://u:p@h/x https://tok@h"), ["u:p", "tok"]);
        assert_eq!(found("postgres://app:p@ss@db/app"), ["app:p@ss"]);
        assert_eq!(found("ssh://git@h/a https://h/a@b https://$U:$P@h a@b ://@x"), [""; 0]);
        assert_eq!(scrub("see https://u:p@h/x"), "see https://***@h/x");
    }

    #[test]
    fn names_of_secrets() {
        for secret in ["PGPASSWORD", "API_KEY", "github_token", "DJANGO_SECRET_KEY", "MYSQL_PWD", "Secret"] {
            assert!(looks_secret(secret), "{secret}");
        }
        for plain in ["PWD", "KEY", "SORT_KEY", "PASSWORD_FILE", "TOKEN_URL", "API_PUBLIC_KEY", "TZ", ""] {
            assert!(!looks_secret(plain), "{plain}");
        }
    }
}
