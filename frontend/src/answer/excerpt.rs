//! The part of a file that goes with an error or a warning.
//!
//! Clients print the lines around a place from the file that comes with it. A lock of several megabytes would
//! travel in a header with each error, so of a large file only the neighbourhood of the place is sent: lines
//! before it are left empty, so that the numbers hold, and what comes after it is left out.

use buildkit_proto::errors::{Range, Source, SourceInfo};

use crate::diag::{Diagnostic, shown_text};
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

/// Lines as BuildKit's messages have them.
pub(crate) fn range((first, last): (usize, usize)) -> Range {
    let line = |line| u32::try_from(line).unwrap_or(u32::MAX);
    Range::lines(line(first), line(last))
}

/// The file of the primary place of a diagnostic, or what is needed of it, with its lines. What the diagnostic
/// hides stays hidden. `None` without a place.
pub(crate) fn excerpt(diagnostic: &Diagnostic, files: &Files) -> Option<Source> {
    let span = diagnostic.labels.first()?.span;
    let file = files.get(span.file)?;
    let lines = lines(file, span);
    let text = diagnostic.shown_text(file);
    let data = match text.len() <= SMALL {
        true => text.into_owned(),
        false => neighbourhood(&text, &[lines]),
    };
    Some(Source { info: Some(source_info(file, data)), ranges: vec![range(lines)] })
}

/// A file, or what is needed of it to show the primary places of many diagnostics, with nothing that any of them
/// hides.
pub(crate) fn for_all(diagnostics: &[Diagnostic], file: &SourceFile) -> SourceInfo {
    let text = shown_text(diagnostics, file);
    let spans = diagnostics.iter().filter_map(|diagnostic| Some(diagnostic.labels.first()?.span));
    let places: Vec<(usize, usize)> =
        spans.filter(|span| span.file == file.id()).map(|span| lines(file, span)).collect();
    match text.len() <= SMALL {
        true => source_info(file, text.into_owned()),
        false => source_info(file, neighbourhood(&text, &places)),
    }
}

/// A file under its name, with all or some of its text.
fn source_info(file: &SourceFile, text: String) -> SourceInfo {
    SourceInfo {
        filename: file.name().to_owned(),
        data: text.into_bytes(),
        language: language(file.name()).to_owned(),
        definition: None,
    }
}

/// What clients call the language; they may highlight by it. Empty for lists of requirements, which have none.
fn language(path: &str) -> &'static str {
    let name = path.rsplit('/').next().unwrap_or(path);
    match (name, name.rsplit_once('.').map_or("", |(_, extension)| extension)) {
        ("Pipfile.lock", _) | (_, "json") => "JSON",
        ("Procfile", _) => "Procfile",
        (_, "py") => "Python",
        (_, "cfg") => "INI",
        (_, "yaml" | "yml") => "YAML",
        (_, "txt" | "in") | (".python-version" | ".tool-versions", _) => "",
        _ => "TOML",
    }
}

/// The lines around places; what is before or between them is empty, what is after the last is gone.
fn neighbourhood(text: &str, places: &[(usize, usize)]) -> String {
    // A place that is itself long is known by its beginning.
    let near: Vec<(usize, usize)> = places
        .iter()
        .map(|(first, last)| (first.saturating_sub(AROUND), (*last).min(first + 2 * AROUND) + AROUND))
        .collect();
    let end = near.iter().map(|(_, last)| *last).max().unwrap_or_default();
    let mut out = String::new();
    for (number, line) in (1..=end).zip(text.lines()) {
        if near.iter().any(|(first, last)| (*first..=*last).contains(&number)) {
            out.extend(line.chars().take(WIDEST));
        }
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error() -> Diagnostic {
        Diagnostic::error("bad", "bad")
    }

    #[test]
    fn a_large_file_shrinks_and_its_line_numbers_hold() {
        let mut files = Files::default();
        let text: String = (1..=20_000).map(|line| format!("line {line}\n")).collect();
        let at = text.find("line 15000\n").unwrap();
        let file = files.add("uv.lock", text);
        let source = excerpt(&error().at(file.span(at..at + 10)), &files).unwrap();
        assert_eq!(source.ranges, [Range::lines(15_000, 15_000)]);
        let data = String::from_utf8(source.info.unwrap().data).unwrap();
        assert!(data.len() < SMALL, "{}", data.len());
        assert_eq!(data.lines().nth(14_999), Some("line 15000"));
        assert_eq!(data.lines().nth(14_993), Some("line 14994"));
        assert_eq!(data.lines().nth(14_992), Some(""));
        assert_eq!(data.lines().last(), Some("line 15006"));
    }

    #[test]
    fn languages() {
        for (path, expected) in [
            ("app.toml", "TOML"),
            ("uv.lock", "TOML"),
            ("Pipfile", "TOML"),
            ("backend/Pipfile.lock", "JSON"),
            ("web/app.py", "Python"),
            ("Procfile", "Procfile"),
            ("requirements.txt", ""),
        ] {
            assert_eq!(language(path), expected, "{path}");
        }
    }

    #[test]
    fn one_endless_line_is_cut_between_characters() {
        let mut files = Files::default();
        let file = files.add("a.toml", "ñ".repeat(SMALL));
        let source = excerpt(&error().at(file.span(0..2)), &files).unwrap();
        assert_eq!(source.info.unwrap().data.len(), 2 * WIDEST + 1);
    }

    #[test]
    fn secrets_stay_hidden() {
        let mut files = Files::default();
        let file = files.add("a.toml", "url = 'https://me:secret@host'");
        let error = error().at(file.span(0..3)).hide(file.span(18..24));
        let data = excerpt(&error, &files).unwrap().info.unwrap().data;
        assert_eq!(String::from_utf8(data).unwrap(), "url = 'https://me:******@host'");
    }

    #[test]
    fn a_span_of_whole_lines_ends_on_the_last_of_them() {
        let mut files = Files::default();
        let file = files.add("a.toml", "a\nb\nc\n");
        assert_eq!(lines(&file, file.span(0..4)), (1, 2));
        assert_eq!(lines(&file, file.span(6..6)), (4, 4));
    }
}
