//! os-release(5).

use std::collections::BTreeMap;

use crate::contract::Distribution;
use crate::error::Result;
use crate::root::Root;

/// What os-release of `root` says; `None` if there is none.
///
/// Errors: a file that is there but cannot be read.
pub(super) fn read(root: &Root) -> Result<Option<Distribution>> {
    for path in ["/etc/os-release", "/usr/lib/os-release"] {
        if let Some(content) = root.read(path)? {
            return Ok(Some(parse(&String::from_utf8_lossy(&content))));
        }
    }
    Ok(None)
}

fn parse(text: &str) -> Distribution {
    let mut values: BTreeMap<&str, String> = BTreeMap::new();
    for line in text.lines().map(str::trim).filter(|line| !line.starts_with('#')) {
        if let Some((key, value)) = line.split_once('=') {
            values.insert(key, unquoted(value));
        }
    }
    let mut take = |key: &str| values.remove(key).filter(|value| !value.is_empty());
    Distribution {
        // The default of os-release(5).
        id: take("ID").unwrap_or_else(|| "linux".to_owned()),
        like: take("ID_LIKE").unwrap_or_default().split_whitespace().map(str::to_owned).collect(),
        version: take("VERSION_ID"),
        codename: take("VERSION_CODENAME"),
    }
}

/// A value as a shell would read it: in single quotes as it is, else with backslashes taken off.
fn unquoted(value: &str) -> String {
    let within = |quote: char| value.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
    if let Some(literal) = within('\'') {
        return literal.to_owned();
    }
    let mut result = String::new();
    let mut letters = within('"').unwrap_or(value).chars();
    while let Some(letter) = letters.next() {
        result.extend(if letter == '\\' { letters.next() } else { Some(letter) });
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debian() {
        let text = "PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nNAME=\"Debian GNU/Linux\"\nVERSION_ID=\"12\"\nVERSION_CODENAME=bookworm\nID=debian\n";
        let expected = Distribution {
            id: "debian".to_owned(),
            like: vec![],
            version: Some("12".to_owned()),
            codename: Some("bookworm".to_owned()),
        };
        assert_eq!(parse(text), expected);
    }

    #[test]
    fn quotes_likes_and_defaults() {
        let parsed = parse(
            "# ID=no\nID_LIKE='rhel \"fedora\"'\nVERSION_ID=\"a\\\"b\"\nVERSION_CODENAME=\"\"\nbroken\n",
        );
        assert_eq!(parsed.id, "linux");
        assert_eq!(parsed.like, ["rhel", "\"fedora\""]);
        assert_eq!(parsed.version.as_deref(), Some("a\"b"));
        assert_eq!(parsed.codename, None);
    }
}
