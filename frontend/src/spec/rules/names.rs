//! Names: of stages, users, variables, packages, secrets, indexes.

use super::Refusal;
use crate::spec::reader::{quoted, shorten};

/// `[a-z0-9][a-z0-9._-]*`: the names of stages, which people type after `--target`.
pub(in crate::spec) fn stage(name: &str) -> Result<String, Refusal> {
    let refuse = |label: &str| {
        let message = format!("`{}` cannot be the name of a stage", shorten(name));
        Refusal::new("bad-name", message, label)
    };
    if name == "scratch" {
        return Err(refuse("`from = \"scratch\"` means the empty image"));
    }
    let mut letters = name.chars();
    let start = letters.next().is_some_and(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    if start && letters.all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-".contains(c)) {
        return Ok(name.to_owned());
    }
    let lower = name.to_ascii_lowercase();
    let error = refuse("lower-case letters, digits, `.`, `_` and `-`, beginning with a letter or digit");
    Err(if lower != name && stage(&lower).is_ok() { error.help(format!("write `{lower}`")) } else { error })
}

/// `name`, `uid`, `name:group`, `uid:gid`.
pub(in crate::spec) fn user(text: &str) -> Result<String, Refusal> {
    let part = |part: &str| {
        let number = part.parse::<u32>().is_ok_and(|id| id < u32::MAX && !part.starts_with('+'));
        let mut letters = part.chars();
        let start = letters.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_');
        number
            || (start && part.len() <= 32 && letters.all(|c| c.is_ascii_alphanumeric() || "._-$".contains(c)))
    };
    let (user, group) = match text.split_once(':') {
        Some((user, group)) => (user, Some(group)),
        None => (text, None),
    };
    if part(user) && group.is_none_or(part) {
        return Ok(text.to_owned());
    }
    let message = format!("`{}` is not a user", shorten(text));
    Err(Refusal::new("bad-user", message, "a name or a number, and `:` with a group if you like")
        .help("for example `\"app\"`, `\"10001\"`, `\"10001:10001\"` or `\"www-data:www-data\"`"))
}

/// The name of an environment variable.
pub(in crate::spec) fn variable(name: &str) -> Result<String, Refusal> {
    if !name.is_empty() && !name.contains(|c: char| c == '=' || c.is_whitespace() || c.is_control()) {
        return Ok(name.to_owned());
    }
    let message = format!("`{}` cannot be the name of an environment variable", shorten(name));
    Err(Refusal::new("bad-name", message, "no `=`, no blanks, not empty"))
}

/// A system package, as apt, apk or dnf take it on their command line: a name, maybe with a version.
pub(in crate::spec) fn system_package(text: &str) -> Result<String, Refusal> {
    let words: Vec<&str> = text.split([' ', ',', ';', '\t', '\n']).filter(|word| !word.is_empty()).collect();
    if words.len() > 1 {
        let list: Vec<String> = words.iter().map(|word| quoted(word)).collect();
        let message = format!("`{}` is {} packages in one string", shorten(text), words.len());
        return Err(Refusal::new("packages-in-one-string", message, "one string a package")
            .help(format!("write {}", shorten_list(&list))));
    }
    let start = text.starts_with(|c: char| c.is_ascii_alphanumeric());
    if start && text.chars().all(|c| c.is_ascii_alphanumeric() || "+-._=~<>:/@".contains(c)) {
        return Ok(text.to_owned());
    }
    let message = format!("`{}` is not the name of a system package", shorten(text));
    let label = match text.starts_with('-') {
        true => "options of the package manager cannot be given here",
        false => "letters, digits and `+-._`, then maybe `=` and a version",
    };
    Err(Refusal::new("bad-package", message, label))
}

/// The name of a Python package, extra or dependency group (PEP 508, PEP 735), as written.
pub(in crate::spec) fn python_name(text: &str) -> Result<String, Refusal> {
    let edge = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    let inner = text.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c));
    if inner && edge(text.chars().next()) && edge(text.chars().last()) {
        return Ok(text.to_owned());
    }
    let message = format!("`{}` is not a name", shorten(text));
    Err(Refusal::new(
        "bad-name",
        message,
        "letters, digits, `.`, `_` and `-`, with a letter or digit at both ends",
    ))
}

/// The name of a Python package, or `:all:`.
pub(in crate::spec) fn package_or_all(text: &str) -> Result<String, Refusal> {
    if text == ":all:" { Ok(text.to_owned()) } else { python_name(text) }
}

/// The id of a build secret, an ssh agent or a cache.
pub(in crate::spec) fn id(text: &str) -> Result<String, Refusal> {
    if !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "._-/:@".contains(c)) {
        return Ok(text.to_owned());
    }
    let message = format!("`{}` is not an id", shorten(text));
    Err(Refusal::new("bad-id", message, "letters, digits and `._-/:@`, without blanks"))
}

fn shorten_list(list: &[String]) -> String {
    match list.len() {
        0..=8 => list.join(", "),
        _ => format!("{}, …", list[..8].join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for good in ["app", "node-modules", "a.b_c", "2nd"] {
            assert!(stage(good).is_ok(), "{good}");
        }
        for bad in ["", "App", "-a", "a b", "scratch", "ä"] {
            assert!(stage(bad).is_err(), "{bad}");
        }
        for good in ["app", "10001", "10001:10001", "www-data:www-data", "_apt"] {
            assert!(user(good).is_ok(), "{good}");
        }
        for bad in ["", "a b", "a:", ":a", "1:2:3", "4294967295", "+1", "-1"] {
            assert!(user(bad).is_err(), "{bad}");
        }
        for good in ["libpq5", "g++", "libpq5=15.3-1", "py3-foo~1.2", "libc6:arm64", "gcc/trixie"] {
            assert!(system_package(good).is_ok(), "{good}");
        }
        for bad in ["", "--force-yes", "a b", "a;b", "$(x)", "a,b"] {
            assert!(system_package(bad).is_err(), "{bad}");
        }
    }
}
