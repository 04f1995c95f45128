//! Package indexes as uv wants to be told of them: in a configuration that it reads from a pipe.
//!
//! What builds a package is started by uv and sees uv's variables, its arguments and the files around it. None of
//! those may hold a password. A pipe is empty once uv has read it.

use std::fmt::Write as _;
use std::fs;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::contract::IndexInput;
use crate::error::{Context, Error, Result};

/// The configuration (a `uv.toml`) that tells uv its indexes, the first of which is the default one. `None` for no
/// indexes.
///
/// Errors: a secret that cannot be read, or is no `Authorization` of the kind `Basic`, the only one that uv sends.
pub(super) fn configuration(indexes: &[IndexInput]) -> Result<Option<String>> {
    let mut text = String::new();
    for (position, index) in indexes.iter().enumerate() {
        let url = match &index.authorization {
            Some(secret) => with_credentials(&index.url, &credentials(secret)?),
            None => index.url.clone(),
        };
        let _ = writeln!(text, "[[index]]\nurl = {}\ndefault = {}", quoted(&url), position == 0);
    }
    Ok((!indexes.is_empty()).then_some(text))
}

/// A URL with user and password (RFC 3986, 3.2.1). What is no URL stays as it is: uv says what is wrong with it.
fn with_credentials(url: &str, (user, password): &(String, String)) -> String {
    match url.split_once("://") {
        Some((scheme, rest)) => format!("{scheme}://{}:{}@{rest}", encoded(user), encoded(password)),
        None => url.to_owned(),
    }
}

/// Percent-encoded, but for what is unreserved.
fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut all, byte| {
        let _ = match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                write!(all, "{}", char::from(byte))
            }
            _ => write!(all, "%{byte:02X}"),
        };
        all
    })
}

/// A basic string of TOML, with everything escaped that may not be in one.
fn quoted(text: &str) -> String {
    let mut all = String::from('"');
    for character in text.chars() {
        let _ = match character {
            '"' | '\\' => write!(all, "\\{character}"),
            character if character.is_control() => write!(all, "\\u{:04X}", u32::from(character)),
            character => write!(all, "{character}"),
        };
    }
    all + "\""
}

/// User and password of an `Authorization` header (RFC 7617). What is wrong with it is said without it.
fn credentials(path: &str) -> Result<(String, String)> {
    let id = path.rsplit('/').next().unwrap_or(path);
    let text = fs::read_to_string(path).context(|| format!("cannot read the secret `{id}`"))?;
    let wrong = |what: &str| {
        Error::new(format!(
            "the secret `{id}` {what}; it must hold the value of an `Authorization` header: `Basic ` and the base64 \
             form of `user:password`"
        ))
    };
    let (scheme, value) = text.trim().split_once(' ').ok_or_else(|| wrong("has one word only"))?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return Err(wrong("is not of the kind `Basic`, which is all that resolving and building can use"));
    }
    let bytes = STANDARD.decode(value.trim()).map_err(|_| wrong("is not base64"))?;
    let pair = String::from_utf8(bytes).map_err(|_| wrong("is not text"))?;
    let (user, password) = pair.split_once(':').ok_or_else(|| wrong("has no `:` in it"))?;
    Ok((user.to_owned(), password.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn index(url: &str, secret: Option<&str>) -> (IndexInput, Option<tempfile::NamedTempFile>) {
        let file = secret.map(|secret| {
            let file = tempfile::NamedTempFile::new().unwrap();
            fs::write(file.path(), secret).unwrap();
            file
        });
        let authorization = file.as_ref().map(|file| file.path().to_str().unwrap().to_owned());
        (IndexInput { url: url.to_owned(), authorization }, file)
    }

    #[test]
    fn uv_is_told_by_a_configuration() {
        let (open, _) = index("https://a.example/simple", None);
        let (closed, _file) = index("https://b.example/simple", Some("Basic dXNlcjpwYTpzcw==\n"));
        let (odd, _other) =
            index("https://c.example/\"\u{7f}", Some(&format!("basic {}", STANDARD.encode("a b:/@#\u{f6}"))));
        assert_eq!(
            configuration(&[open, closed, odd]).unwrap().unwrap(),
            "[[index]]\nurl = \"https://a.example/simple\"\ndefault = true\n\
             [[index]]\nurl = \"https://user:pa%3Ass@b.example/simple\"\ndefault = false\n\
             [[index]]\nurl = \"https://a%20b:%2F%40%23%C3%B6@c.example/\\\"\\u007F\"\ndefault = false\n"
        );
        assert_eq!(configuration(&[]).unwrap(), None);
    }

    #[test]
    fn wrong_secrets_are_not_repeated() {
        for secret in ["hunter2", "Bearer hunter2", "Basic hunter2!", "Basic aHVudGVyMg=="] {
            let (input, _file) = index("https://b.example/simple", Some(secret));
            let message = configuration(&[input]).unwrap_err().to_string();
            assert!(message.contains("Authorization") && !message.contains("hunter2"), "{message}");
        }
    }
}
