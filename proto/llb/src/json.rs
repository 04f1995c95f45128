//! Lists of strings as JSON, as Go's `encoding/json` writes them: they are attributes, so their bytes are part of
//! an operation's digest.
//!
//! Go escapes what could end a script in HTML (`<`, `>`, `&`) and the line separators of JavaScript, which other
//! writers leave as they are. Both are valid, and read the same.

use std::fmt::Write as _;

/// `["a","b"]`.
pub(crate) fn strings(values: &[String]) -> String {
    let mut out = String::from("[");
    for (index, value) in values.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        string(&mut out, value);
    }
    out.push(']');
    out
}

fn string(out: &mut String, value: &str) {
    out.push('"');
    for c in value.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\0'..='\u{1f}' | '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            _ => out.push(c),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(value: &str, expected: &str) {
        assert_eq!(strings(&[value.to_owned()]), format!("[\"{expected}\"]"));
    }

    #[test]
    fn plain_lists() {
        assert_eq!(strings(&[]), "[]");
        assert_eq!(strings(&["a".into(), "*/b".into()]), r#"["a","*/b"]"#);
        check("wörter/日本 🐍", "wörter/日本 🐍");
        check("a/b'c~\u{7f}", "a/b'c~\u{7f}");
    }

    #[test]
    fn what_everybody_escapes() {
        check(r#"a"b\c"#, r#"a\"b\\c"#);
        check("\u{8}\u{c}\n\r\t", r"\b\f\n\r\t");
        check("\0\u{1}\u{1f}", r"\u0000\u0001\u001f");
    }

    #[test]
    fn what_only_go_escapes() {
        check("<a> & b", r"\u003ca\u003e \u0026 b");
        check("a\u{2028}b\u{2029}", r"a\u2028b\u2029");
    }

    proptest::proptest! {
        #[test]
        fn any_reader_gets_the_strings_back(values: Vec<String>) {
            let read: Vec<String> = serde_json::from_str(&strings(&values)).unwrap();
            proptest::prop_assert_eq!(read, values);
        }
    }
}
