//! Places in a lock, searched for when there is something to say about one. Readers keep no spans: a lock of
//! two megabytes is read at every build, and nearly always in silence.

use super::Lock;
use super::model::Package;
use super::name::normalise;
use crate::text::{SourceFile, Span};

/// Where a lock speaks of a package: the value of its `name` (TOML) or its key (JSON).
pub fn package(lock: &Lock, package: &Package) -> Option<Span> {
    package
        .span
        .or_else(|| named(&lock.file, package.name.as_str(), package.version.as_ref().map(|v| v.to_string())))
}

/// Where a file has `name = "…"` with this name, preferably with this version in the line below it, or the key
/// `"…": {`.
pub fn named(file: &SourceFile, name: &str, version: Option<String>) -> Option<Span> {
    let mut found = None;
    let mut start = 0;
    let mut lines = file.text().split_inclusive('\n').peekable();
    while let Some(line) = lines.next() {
        let value = match line.strip_prefix("name = ") {
            Some(value) => Some((7, value.trim_end())),
            None => json_key(line),
        };
        if let Some((offset, quoted)) = value
            && normalise(quoted.trim_matches('"')) == name
        {
            let span = file.span(start + offset..start + offset + quoted.len());
            let below = lines.peek().and_then(|below| below.strip_prefix("version = "));
            if below.map(|below| below.trim_end().trim_matches('"')) == version.as_deref() {
                return Some(span);
            }
            found.get_or_insert(span);
        }
        start += line.len();
    }
    found
}

/// Where a text stands in a file for the first time.
pub fn text(file: &SourceFile, text: &str) -> Option<Span> {
    let start = file.text().find(text).filter(|_| !text.is_empty())?;
    Some(file.span(start..start + text.len()))
}

/// `  "key": {`: where in the line the quoted key starts, and the key with its quotes.
fn json_key(line: &str) -> Option<(usize, &str)> {
    let key = line.trim_start();
    let quoted = key.trim_end().strip_suffix(": {").filter(|key| key.starts_with('"'))?;
    Some((line.len() - key.len(), quoted))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Files;

    #[test]
    fn finds_the_right_version() {
        let mut files = Files::default();
        let text = "[[package]]\nname = \"a\"\nversion = \"1\"\n[[package]]\nname = \"a\"\nversion = \"2\"\n";
        let file = files.add("uv.lock", text);
        let span = named(&file, "a", Some("2".into())).unwrap();
        assert_eq!(file.line_column(span.start), (5, 8));
        assert_eq!(file.line_column(named(&file, "a", Some("3".into())).unwrap().start), (2, 8));
        assert_eq!(named(&file, "b", None), None);
        let json = files.add("Pipfile.lock", "{\n  \"default\": {\n    \"A_b\": {\n");
        assert_eq!(json.text()[named(&json, "a-b", None).unwrap().range()], *"\"A_b\"");
    }
}
