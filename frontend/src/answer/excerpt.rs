//! The part of a file that goes with an error or a warning.
//!
//! Clients print the lines around a place from the file that comes with it. A lock of several megabytes would
//! travel in a header with each error, so of a large file only the neighbourhood of the place is sent: lines
//! before it are left empty, so that the numbers hold, and what comes after it is left out.

use buildkit_proto::pb;

use crate::text::{Files, SourceFile, Span};

/// Files up to this size are sent whole.
const SMALL: usize = 32 << 10;

/// Lines kept on each side of the place; clients show at most four.
const AROUND: usize = 6;

/// Characters kept of one line of a large file: a minified file is one line.
const WIDEST: usize = 400;

/// First and last line of a span, counted from 1.
pub(crate) fn lines(file: &SourceFile, span: Span) -> (usize, usize) {
    let (first, _) = file.line_column(span.start);
    let end = match span.end > span.start && file.text().as_bytes().get(span.end as usize - 1) == Some(&b'\n')
    {
        true => span.end - 1,
        false => span.end,
    };
    let (last, _) = file.line_column(end);
    (first, last.max(first))
}

/// Lines as BuildKit's message has them.
pub(crate) fn range((first, last): (usize, usize)) -> pb::Range {
    let position = |line| pb::Position { line: i32::try_from(line).unwrap_or(i32::MAX), character: 0 };
    pb::Range { start: Some(position(first)), end: Some(position(last)) }
}

/// The file of a span, or what is needed of it, with the lines of the span. `None` for a span of other `Files`.
pub(crate) fn excerpt(files: &Files, span: Span) -> Option<(pb::SourceInfo, pb::Range)> {
    let file = files.get(span.file)?;
    let lines = lines(file, span);
    let data = match file.text().len() <= SMALL {
        true => file.text().to_owned(),
        false => neighbourhood(file.text(), lines),
    };
    let info = pb::SourceInfo {
        filename: file.name().to_owned(),
        data: data.into_bytes(),
        language: language(file.name()).to_owned(),
        definition: None,
    };
    Some((info, range(lines)))
}

/// What clients call the language; they may highlight by it.
pub(crate) fn language(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, extension)| extension) {
        Some("txt" | "in") => "",
        Some("json") => "JSON",
        _ => "TOML",
    }
}

fn neighbourhood(text: &str, (first, last): (usize, usize)) -> String {
    let last = last.min(first + 2 * AROUND);
    let mut out = String::new();
    for (index, line) in text.lines().take(last + AROUND).enumerate() {
        if index + 1 + AROUND >= first {
            out.extend(line.chars().take(WIDEST));
        }
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_file_shrinks_and_its_line_numbers_hold() {
        let mut files = Files::default();
        let text: String = (1..=20_000).map(|line| format!("line {line}\n")).collect();
        let at = text.find("line 15000\n").unwrap();
        let file = files.add("uv.lock", text);
        let (info, range) = excerpt(&files, file.span(at..at + 10)).unwrap();
        assert_eq!(range.start.unwrap().line, 15_000);
        let data = String::from_utf8(info.data).unwrap();
        assert!(data.len() < SMALL, "{}", data.len());
        assert_eq!(data.lines().nth(14_999), Some("line 15000"));
        assert_eq!(data.lines().nth(14_993), Some("line 14994"));
        assert_eq!(data.lines().nth(14_992), Some(""));
        assert_eq!(data.lines().last(), Some("line 15006"));
    }

    #[test]
    fn one_endless_line_is_cut_between_characters() {
        let mut files = Files::default();
        let file = files.add("a.toml", "ñ".repeat(SMALL));
        let (info, _) = excerpt(&files, file.span(0..2)).unwrap();
        assert_eq!(info.data.len(), 2 * WIDEST + 1);
    }

    #[test]
    fn a_span_of_whole_lines_ends_on_the_last_of_them() {
        let mut files = Files::default();
        let file = files.add("a.toml", "a\nb\nc\n");
        assert_eq!(lines(&file, file.span(0..4)), (1, 2));
        assert_eq!(lines(&file, file.span(6..6)), (4, 4));
    }
}
