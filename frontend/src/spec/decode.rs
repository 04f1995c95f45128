//! The door for bytes: what is not a text, or is too much of one, is an error here and nowhere else.

use crate::diag::Diagnostic;

/// A description may not be larger. A large one is a few kilobytes; what is larger is another file.
pub const MAX_BYTES: usize = 1 << 20;

/// The text of a description. `name` is what people see in messages. A UTF-8 byte order mark is dropped, so that
/// the first line is the first line.
///
/// # Errors
/// The file is larger than [`MAX_BYTES`], holds NUL bytes (then it is no text, or one in UTF-16), or is not UTF-8.
pub fn decode(name: &str, bytes: &[u8]) -> Result<String, Diagnostic> {
    if bytes.len() > MAX_BYTES {
        let error = format!("`{name}` is larger than a description can be: {} bytes", bytes.len());
        return Err(Diagnostic::error("file-too-large", error)
            .help(format!("at most {MAX_BYTES} bytes are read; is this the right file?")));
    }
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err(Diagnostic::error("not-utf8", format!("`{name}` is in UTF-16"))
            .help("save it as UTF-8; in PowerShell: `Set-Content -Encoding utf8`"));
    }
    if let Some(at) = bytes.iter().position(|byte| *byte == 0) {
        let error = format!("`{name}` holds a NUL byte in line {}", line(bytes, at));
        return Err(Diagnostic::error("not-text", error)
            .help("a description is a TOML file; is this the right file?"));
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(text.to_owned()),
        Err(error) => {
            let at = error.valid_up_to();
            let message =
                format!("`{name}` is not UTF-8: byte 0x{:02x} in line {}", bytes[at], line(bytes, at));
            Err(Diagnostic::error("not-utf8", message).help("save the file as UTF-8"))
        }
    }
}

/// The line of a byte, counted from 1.
fn line(bytes: &[u8], at: usize) -> usize {
    bytes[..at].iter().filter(|byte| **byte == b'\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(bytes: &[u8]) -> String {
        decode("app.toml", bytes).unwrap_err().message
    }

    #[test]
    fn only_texts_come_in() {
        assert_eq!(decode("a", b"\xef\xbb\xbfpython = \"3\"").unwrap(), "python = \"3\"");
        assert_eq!(refused(b"a\nb\xff"), "`app.toml` is not UTF-8: byte 0xff in line 2");
        assert_eq!(refused(b"\xff\xfea\0"), "`app.toml` is in UTF-16");
        assert_eq!(refused(b"a\n\0"), "`app.toml` holds a NUL byte in line 2");
        assert_eq!(
            refused(&vec![b'a'; 10 << 20]),
            "`app.toml` is larger than a description can be: 10485760 bytes"
        );
        assert!(decode("a", &vec![b'#'; MAX_BYTES]).is_ok());
    }
}
