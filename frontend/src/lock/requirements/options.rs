//! The options that may stand in a requirements file, by themselves or after a requirement.

use crate::diag::did_you_mean;

/// An option that pip (or uv) takes in a requirements file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Opt {
    Requirement,
    Constraint,
    Editable,
    IndexUrl,
    ExtraIndexUrl,
    FindLinks,
    NoIndex,
    NoBinary,
    OnlyBinary,
    Pre,
    RequireHashes,
    Hash,
    /// Taken and without a meaning for what is chosen.
    Ignored,
}

struct Row {
    names: &'static [&'static str],
    opt: Opt,
    value: bool,
}

const fn row(names: &'static [&'static str], opt: Opt, value: bool) -> Row {
    Row { names, opt, value }
}

const TABLE: &[Row] = &[
    row(&["--requirement", "--requirements", "-r"], Opt::Requirement, true),
    row(&["--constraint", "--constraints", "-c"], Opt::Constraint, true),
    row(&["--editable", "-e"], Opt::Editable, true),
    row(&["--index-url", "--pypi-url", "--default-index", "-i"], Opt::IndexUrl, true),
    row(&["--extra-index-url", "--index"], Opt::ExtraIndexUrl, true),
    row(&["--find-links", "-f"], Opt::FindLinks, true),
    row(&["--no-index"], Opt::NoIndex, false),
    row(&["--no-binary"], Opt::NoBinary, true),
    row(&["--only-binary"], Opt::OnlyBinary, true),
    row(&["--pre"], Opt::Pre, false),
    row(&["--require-hashes"], Opt::RequireHashes, false),
    row(&["--hash"], Opt::Hash, true),
    row(&["--prefer-binary"], Opt::Ignored, false),
    row(&["--trusted-host"], Opt::Ignored, true),
    row(&["--use-feature"], Opt::Ignored, true),
    row(&["--config-settings", "--config-setting", "-C"], Opt::Ignored, true),
    row(&["--global-option"], Opt::Ignored, true),
];

/// Reads options with their values; an error says what is wrong and what may have been meant.
pub(super) fn parse(text: &str) -> Result<Vec<(Opt, String)>, String> {
    let mut options = vec![];
    let mut words = words(text)?.into_iter();
    while let Some(word) = words.next() {
        let (name, attached) = split(&word);
        let Some(row) = TABLE.iter().find(|row| row.names.contains(&name)) else {
            let names = TABLE.iter().flat_map(|row| row.names).copied();
            let hint = did_you_mean(name, names).map(|near| format!("; did you mean `{near}`?"));
            return Err(format!("`{name}` is no option of a requirements file{}", hint.unwrap_or_default()));
        };
        let value = match (row.value, attached) {
            (false, None) => String::new(),
            (false, Some(_)) => return Err(format!("`{name}` takes no value")),
            (true, Some(value)) => value.to_owned(),
            (true, None) => words.next().ok_or_else(|| format!("`{name}` needs a value"))?,
        };
        options.push((row.opt, value));
    }
    Ok(options)
}

/// `--hash=x` and `-rx` carry their values with them.
fn split(word: &str) -> (&str, Option<&str>) {
    if word.starts_with("--") {
        return word.split_once('=').map_or((word, None), |(name, value)| (name, Some(value)));
    }
    match word.char_indices().nth(2) {
        Some((at, _)) if word.starts_with('-') => (&word[..at], Some(word[at..].trim_start_matches('='))),
        _ => (word, None),
    }
}

/// Splits as a shell does: quotes hold words together, a backslash takes the next character as it is.
fn words(text: &str) -> Result<Vec<String>, String> {
    let mut words = vec![];
    let mut word: Option<String> = None;
    let mut quote: Option<char> = None;
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match (quote, character) {
            (Some(open), close) if open == close => quote = None,
            (None, '\'' | '"') => {
                quote = Some(character);
                word.get_or_insert_default();
            }
            (None | Some('"'), '\\') => word.get_or_insert_default().extend(characters.next()),
            (None, space) if space.is_whitespace() => words.extend(word.take()),
            _ => word.get_or_insert_default().push(character),
        }
    }
    words.extend(word);
    if quote.is_some() { Err("a quote without its end".to_owned()) } else { Ok(words) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings() {
        let found = parse("--hash=sha256:a --hash sha256:b -rx.txt -r 'a b.txt' --pre -i=u").unwrap();
        let expected = [
            (Opt::Hash, "sha256:a"),
            (Opt::Hash, "sha256:b"),
            (Opt::Requirement, "x.txt"),
            (Opt::Requirement, "a b.txt"),
            (Opt::Pre, ""),
            (Opt::IndexUrl, "u"),
        ];
        assert_eq!(found, expected.map(|(opt, value)| (opt, value.to_owned())));
    }

    #[test]
    fn mistakes() {
        insta::assert_snapshot!(parse("--hahs=x").unwrap_err(), @"`--hahs` is no option of a requirements file; did you mean `--hash`?");
        insta::assert_snapshot!(parse("--pre=x").unwrap_err(), @"`--pre` takes no value");
        insta::assert_snapshot!(parse("-r").unwrap_err(), @"`-r` needs a value");
        insta::assert_snapshot!(parse("-r 'x").unwrap_err(), @"a quote without its end");
        assert!(parse("-").is_err());
        assert!(parse("-é").is_err());
    }
}
