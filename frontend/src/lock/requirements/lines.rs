//! Logical lines of a requirements file: pieces ended by `\` are one line, and comments are gone.

use std::ops::Range;

/// One logical line that is not empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    /// Its text, trimmed.
    pub(super) text: String,
    /// The bytes of the file that its first piece takes: what a message points at.
    pub(super) range: Range<usize>,
}

/// As pip joins and cuts: a comment starts at a `#` at the beginning of a line or after white space, and a line
/// that is a comment ends a continued one, whatever its own end.
pub(super) fn lines(text: &str) -> Vec<Line> {
    let mut lines = vec![];
    let mut pending: Option<Line> = None;
    let mut start = 0;
    for piece in text.split_inclusive('\n') {
        let body = piece.trim_end_matches(['\n', '\r']);
        let body = if start == 0 { body.trim_start_matches('\u{feff}') } else { body };
        let at = start + (piece.find(body).unwrap_or_default());
        start += piece.len();
        let comment = body.trim_start().starts_with('#');
        let continued = !comment && body.ends_with('\\');
        let kept = if continued { body.trim_end_matches('\\') } else { body };
        let line = pending.get_or_insert_with(|| {
            let indent = kept.len() - kept.trim_start().len();
            let bare = uncommented(kept).trim_end();
            let first = at + indent.min(bare.len());
            Line { text: String::new(), range: first..at + bare.len() }
        });
        if comment {
            line.text.push(' ');
        }
        line.text.push_str(kept);
        if !continued {
            lines.extend(pending.take().and_then(finished));
        }
    }
    lines.extend(pending.and_then(finished));
    lines
}

fn finished(mut line: Line) -> Option<Line> {
    line.text = uncommented(&line.text).trim().to_owned();
    (!line.text.is_empty()).then_some(line)
}

fn uncommented(text: &str) -> &str {
    let mut before = ' ';
    for (at, character) in text.char_indices() {
        if character == '#' && before.is_whitespace() {
            return &text[..at];
        }
        before = character;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[(&str, &str)]) {
        let found = lines(text);
        let found: Vec<(&str, &str)> =
            found.iter().map(|line| (line.text.as_str(), &text[line.range.clone()])).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn joins_and_cuts() {
        check("a==1 \\\r\n    --hash=x  # c\n\n  b # c\n", &[("a==1     --hash=x", "a==1"), ("b", "b")]);
        check("\u{feff}a#b\n# c \\\nb", &[("a#b", "a#b"), ("b", "b")]);
        check("a \\\n# comment\nb\\", &[("a", "a"), ("b", "b")]);
        check("a @ https://h/x#egg=a\n", &[("a @ https://h/x#egg=a", "a @ https://h/x#egg=a")]);
        check("\\\n\\\n", &[]);
    }
}
