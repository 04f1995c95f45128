//! Scripts that a wheel ships: their first line, and which of them an entry point replaces (PEP 427).

/// Enough of a script to see its first line.
pub(crate) const LONGEST_FIRST_LINE: usize = 256;

/// Whether this is the start of a script whose interpreter is to be filled in: `#!python`, `#!pythonw`, and
/// what people write instead, as `#!python3`.
pub(crate) fn is_python(start: &[u8]) -> bool {
    start.starts_with(b"#!python")
}

/// The script with `interpreter` in its first line; options of the interpreter stay.
pub(crate) fn with_interpreter(script: &[u8], interpreter: &str) -> Vec<u8> {
    let end = script.iter().position(|byte| byte.is_ascii_whitespace()).unwrap_or(script.len());
    [b"#!", interpreter.as_bytes(), &script[end..]].concat()
}

/// The command that a script is a wrapper of, by the endings that old build tools gave to wrappers.
pub(crate) fn command_name(script: &str) -> &str {
    [".exe", "-script.py", ".pya"].iter().find_map(|ending| script.strip_suffix(ending)).unwrap_or(script)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(script: &str, expected: &str) {
        assert!(is_python(script.as_bytes()));
        assert_eq!(with_interpreter(script.as_bytes(), "/v/bin/python"), expected.as_bytes());
    }

    #[test]
    fn first_lines() {
        check("#!python\nimport this", "#!/v/bin/python\nimport this");
        check("#!pythonw\r\nimport this", "#!/v/bin/python\r\nimport this");
        check("#!python3 -E\n", "#!/v/bin/python -E\n");
        check("#!python", "#!/v/bin/python");
    }

    #[test]
    fn other_first_lines_stay() {
        for start in ["#!/usr/bin/env python\n", "#!/bin/sh\n", "#! python\n", "\x7fELF", ""] {
            assert!(!is_python(start.as_bytes()), "{start}");
        }
    }

    #[test]
    fn wrappers() {
        assert_eq!(command_name("flask.exe"), "flask");
        assert_eq!(command_name("flask-script.py"), "flask");
        assert_eq!(command_name("jp.py"), "jp.py");
    }
}
